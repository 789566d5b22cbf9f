package detect

import (
	"math"
	"slices"
	"time"
)

// A burst has ended once five minutes, or twelve counts if that is longer, were
// nearly all quiet. A pulsed attack pauses for less. Where it began and ended is
// then found by splitting the last counts into two parts of constant level.

// trail is z of the last counts, in eight bits each.
type trail []uint8

const (
	trailLow, trailHigh = -4, 8
	trailUnit           = 20 // steps in 1

	leastQuiet = 12              // counts that must be nearly all quiet,
	quietSpan  = 5 * time.Minute // and for how long

	keptSums = 4 * leastQuiet // cells in a trail

	// surely is the mean z above which the end of a burst is found within three
	// counts.
	surely = 3.5

	mostFall = 9 // sum that speaks against a burst, which then has ended
)

// patience returns how many intervals must be nearly all quiet for a burst to have
// ended.
func (d grid) patience() int64 { return max(d.intervals(quietSpan), leastQuiet) }

// kept returns how many intervals a trail goes back. It must reach the end of a
// burst, and the onset of one that is found in cells.
func (d grid) kept() int { return int(4 * max(d.patience(), d.perCell)) }

// Patience returns how many intervals must be nearly all quiet for a burst to have
// ended. The interval is one that [New] takes.
func Patience(interval time.Duration) int64 { return newGrid(interval, Fine).patience() }

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

// isLoud reports whether a code of a trail is above the allowance.
func isLoud(code uint8) bool { return code >= (zAllowance-trailLow)*trailUnit }

// isQuiet reports whether five of six of the last n are not loud.
func (t trail) isQuiet(n int) bool {
	if len(t) < n {
		return false
	}
	loud := 0
	for _, code := range t[len(t)-n:] {
		if isLoud(code) {
			loud++
		}
	}
	return loud <= n/6
}

// quiet returns how many of the last are nearly all quiet. The first of them is.
func (t trail) quiet() (n int64) {
	loud := 0
	for i, code := range slices.Backward(t) {
		length := len(t) - i
		if isLoud(code) {
			loud++
		} else if loud <= length/6 {
			n = int64(length)
		}
	}
	return n
}

// mean returns the mean of t, 0 if it is empty.
func (t trail) mean() float64 {
	sum := 0.
	for _, code := range t {
		sum += float64(code)/trailUnit + trailLow
	}
	return sum / max(float64(len(t)), 1)
}

// split returns where t falls into two parts of constant level, by least squares,
// and the level of the first part. If down is set the first part is the higher one,
// else the lower one. Both are 0 where there is no such place.
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
		// By how much the split makes the sum of squares smaller.
		if gain := first*sum + second*(total-sum); (first > second) == down && gain > best {
			best, at, height = gain, i+1, first/trailUnit+trailLow
		}
	}
	return at, height
}

// rise returns the onset of a burst that was found in count i. The sum that found it
// may have been above 0 since before, because of an event or two that are no part of
// the burst.
func (s *scale) rise(since, i int64) int64 {
	t := s.trail.last(i + 1 - since)
	if at, height := t.split(false); height < zAllowance/2 {
		return i + 1 - int64(len(t)-at)
	}
	return since
}

// over reports whether the burst has ended after interval i, and where.
func (s *Series) over(i int64) (end int64, uncertain, over bool) {
	if !s.slow {
		f := &s.falling
		if f.sum < mostFall || i+1-f.since < s.grid.patience() {
			return 0, false, false
		}
		t := s.each.trail.last(i + 1 - s.onset)
		if s.weak != none {
			during := t[:max(0, int64(len(t))-(i+1-f.since))]
			return f.since, during.mean() < surely, true
		}
		if !t.isQuiet(int(s.grid.patience())) {
			return 0, false, false
		}
		at, height := t.split(true)
		return max(i+1-int64(len(t)-at), f.since), height < surely, true
	}
	next := (i + 1) / s.grid.perCell
	if (i+1)%s.grid.perCell != 0 {
		return 0, false, false
	}
	t := s.sums.trail.last(next - s.onset/s.grid.perCell)
	if !t.isQuiet(leastQuiet) {
		return 0, false, false
	}
	at, _ := t.split(true)
	return (next - int64(len(t)-at)) * s.grid.perCell, true, true
}

// fall takes an interval of a burst. It sums what speaks against the burst: the
// logarithm of the likelihood ratio of the level against the burst's factor. Where the
// sum was last 0, the burst has perhaps ended.
//
// One loud count is enough for pulses and strong bursts to go on. Of a strong one it
// must have a quarter of the height: a single spike after its end is no part of it.
func (s *Series) fall(i int64, y, mu float64) {
	n, mean := &s.each.noise, max(mu, leastMean)
	size, x := 1/max(n.straying(), weakS2), 0.
	single := false
	switch s.weak {
	case none:
		x, single = against(y, mean, pulseRatio, 1/max(n.lasting(), leastS2)), true
		if y-mu < (s.peaks.since-mu)/4 {
			x = min(x, -1)
		}
	case byPulses, byCrest:
		x, single = against(y, mean, pulseRatio, size), true
	default:
		x = against(y, mean, family[s.weak].ratio, size)
	}
	f := &s.falling
	if f.add(i, -x); single && x >= loudPulse {
		f.sum = 0
	}
	f.sum = min(f.sum, mostFall)
}

// QuietSince returns the interval since which the series is nearly all quiet: a
// burst that runs has perhaps ended there. If only sums show the burst, it is the
// first interval of a cell.
func (s *Series) QuietSince() int64 {
	since := s.next
	if s.falling.sum > 0 {
		since = s.falling.since
	}
	switch {
	case s.slow:
		return (s.next/s.grid.perCell - s.sums.trail.quiet()) * s.grid.perCell
	case s.weak != none:
		return since
	}
	return max(since, s.next-s.each.trail.quiet())
}
