package monitor

import (
	"math"
	"time"
)

// recent is the level of the last hour: what is expected while there is no week
// to compare with. It follows the day's rise and fall, and takes no account of an
// interval that a burst may be part of.
type recent struct{ mean, n float64 }

const (
	recentSpan = time.Hour
	fewest     = 12 // intervals before anything is said
)

// window returns how many intervals the mean looks back.
func (d grid) window() float64 { return float64(max(d.intervals(recentSpan), fewest)) }

// learn takes an interval. What falls below half counts as half, so that an
// outage does not make the return to normal a burst.
func (r *recent) learn(y, window float64) {
	r.n = min(r.n+1, window)
	if r.n > fewest {
		y = max(y, r.mean/2-2*math.Sqrt(r.mean))
	}
	r.mean += (y - r.mean) / r.n
}

// Counts are compared by a sequential likelihood ratio test: of a level five times
// as high against the level expected, in counts with variance mu + mu²/size. It
// needs no season to find what a person would see, and it finds a burst from ten
// events where a standardised residual is too coarse to tell.
const (
	countRatio = 5
	countLimit = 10
	countClip  = 6   // two intervals at least
	leastMean  = .25 // what is rarer is judged as this: a burst is never one event or two
	leastS2    = .02 // no series is so regular that its level is known to 14 %
)

// likelihood returns the logarithm of the ratio for one interval.
func likelihood(y, mu, s2 float64) float64 {
	mu, size := max(mu, leastMean), 1/max(s2, leastS2)
	return y*math.Log(countRatio) - (y+size)*math.Log((size+mu*countRatio)/(size+mu))
}
