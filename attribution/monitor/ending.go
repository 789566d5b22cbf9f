package monitor

import (
	"math"
	"slices"
	"time"
)

// trail is z of the last counts, in eight bits each.
type trail []uint8

const (
	trailLow, trailHigh = -4, 8
	trailUnit           = 20 // steps of 1/20

	leastQuiet = 12              // counts that must be nearly all quiet for a burst to have ended,
	quietSpan  = 5 * time.Minute // and intervals so long that the pauses of a pulsed attack do not end it

	keptSums = 4 * leastQuiet // of cells

	// surely is the mean z of a burst whose end is found within three counts.
	surely = 3.5
)

func (t *trail) add(z float64, keep int) {
	if len(*t) >= keep {
		n := copy(*t, (*t)[len(*t)-keep+1:])
		*t = (*t)[:n]
	}
	z = min(max(z, trailLow), trailHigh)
	*t = append(*t, uint8(math.Floor((z-trailLow)*trailUnit)))
}

// last returns the last n of t, or fewer.
func (t trail) last(n int64) trail { return t[max(0, int64(len(t))-n):] }

// isQuiet reports whether five of six of the last n are below the allowance.
func (t trail) isQuiet(n int) bool {
	if len(t) < n {
		return false
	}
	loud := 0
	for _, code := range t[len(t)-n:] {
		if code >= (zAllowance-trailLow)*trailUnit {
			loud++
		}
	}
	return loud <= n/6
}

// quiet returns how many of the last are nearly all quiet, from one that is.
func (t trail) quiet() (n int64) {
	loud := 0
	for i, code := range slices.Backward(t) {
		length := len(t) - i
		if code >= (zAllowance-trailLow)*trailUnit {
			loud++
		} else if loud <= length/6 {
			n = int64(length)
		}
	}
	return n
}

// quietSince returns the interval from which on nearly all is quiet, the begin of a
// cell if the burst is one of sums.
func (s *series) quietSince() int64 {
	if s.slow {
		return (s.next/s.grid.perCell - s.sums.trail.quiet()) * s.grid.perCell
	}
	return s.next - s.each.trail.quiet()
}

// split returns where t falls into two parts of constant level by least squares,
// the first above the second if down is set and below it if not, and the level of
// the first; 0 where there is no such place.
func (t trail) split(down bool) (at int, height float64) {
	var total float64
	for _, code := range t {
		total += float64(code)
	}
	best, sum := -1., 0.
	for i := range max(len(t)-1, 0) {
		sum += float64(t[i])
		n, left := float64(i+1), float64(len(t)-i-1)
		first, second := sum/n, (total-sum)/left
		// What the split takes off the sum of squares.
		if gain := first*sum + second*(total-sum); (first > second) == down && gain > best {
			best, at, height = gain, i+1, first/trailUnit+trailLow
		}
	}
	return at, height
}

// rise returns where a burst begins that was found at i: its sum may have been above
// 0 before, for an event or two that have nothing to do with it.
func (s *scale) rise(since, i int64) int64 {
	t := s.trail.last(i + 1 - since)
	if at, height := t.split(false); height < zAllowance/2 {
		return i + 1 - int64(len(t)-at)
	}
	return since
}
