package monitor

import "time"

// trail is z since a burst may have begun, at most the last four times of what
// its end needs.
type trail []float32

const (
	quietSpan = 5 * time.Minute
	leastSpan = 12 // intervals

	trailLow, trailHigh = -4, 8

	// surely is the mean z of a burst whose end is found within three intervals.
	surely = 3.5
)

// patience is how many intervals must be nearly all quiet for a burst to have
// ended: long enough that the pauses of a pulsed attack do not end it.
func (d grid) patience() int64 { return max(d.intervals(quietSpan), leastSpan) }

func (t *trail) add(z float64, d grid) {
	if most := 4 * int(d.patience()); len(*t) >= most {
		n := copy(*t, (*t)[len(*t)-most+1:])
		*t = (*t)[:n]
	}
	*t = append(*t, float32(min(max(z, trailLow), trailHigh)))
}

// isQuiet reports whether five of six of the last intervals are below the
// allowance.
func (t trail) isQuiet(d grid) bool {
	n := int(d.patience())
	if len(t) < n {
		return false
	}
	loud := 0
	for _, z := range t[len(t)-n:] {
		if z >= zAllowance {
			loud++
		}
	}
	return loud <= n/6
}

// split returns where the trail falls into two parts of constant level by least
// squares, and the level of the first.
func (t trail) split() (at int, height float64) {
	var total float64
	for _, z := range t {
		total += float64(z)
	}
	best, sum := -1., 0.
	for i, z := range t[:len(t)-1] {
		sum += float64(z)
		before, after := float64(i+1), float64(len(t)-i-1)
		// What the split takes off the sum of squares.
		gain := sum*sum/before + (total-sum)*(total-sum)/after
		if sum/before > (total-sum)/after && gain > best {
			best, at, height = gain, i+1, sum/before
		}
	}
	return at, height
}
