package monitor

import "time"

// recent is the level of the last hour: what is expected while there is no week
// to compare with. It follows the day's rise and fall, and takes no account of
// intervals that a burst or an outage may be part of.
type recent struct{ mean, n float64 }

const (
	recentSpan = time.Hour
	fewest     = 12 // intervals before anything is said
)

// window returns how many intervals the mean looks back.
func (d grid) window() float64 { return float64(max(d.intervals(recentSpan), fewest)) }

// learn takes an interval.
func (r *recent) learn(y, window float64) {
	r.n = min(r.n+1, window)
	r.mean += (y - r.mean) / r.n
}
