package detect

import (
	"math"
	"slices"
	"time"
)

// A burst has ended once five minutes, or twelve counts if that is longer, were
// nearly all quiet and had no pulse. A pulsed attack pauses for less. Where it ended
// is then found by splitting the last counts into two parts of constant level, but
// never before its last pulse: the mean of a pulsed attack is low.

// trail is z of the last counts, in eight bits each.
type trail []uint8

const (
	trailLow, trailHigh = -4, 8
	trailUnit           = 20 // steps in 1

	leastQuiet = 12              // counts that must be nearly all quiet,
	quietSpan  = 5 * time.Minute // and for how long

	keptSums = 4 * leastQuiet // cells in a trail

	// pulse is the z of a count that is part of a burst, whatever its neighbors are.
	pulse = 5

	// surely is the mean z above which the end of a burst is found within three
	// counts.
	surely = 3.5

	mostFall = 9 // sum that speaks against a burst, which then has perhaps ended
)

// reach returns how many counts back the end of a burst is looked for: in the quiet
// ones, and in thrice as many before, since noise may rise for a while after it.
func (d grid) reach() int64 { return 4 * d.patience }

const slowReach = 2 * leastQuiet // cells, where only sums show the burst

// Patience returns how many intervals must be nearly all quiet for a burst to have
// ended. The interval is one that [New] takes.
func Patience(interval time.Duration) int64 { return newGrid(Options{Interval: interval}).patience }

func (t *trail) add(z float64, keep int) {
	if len(*t) >= keep {
		n := copy(*t, (*t)[len(*t)-keep+1:])
		*t = (*t)[:n]
	}
	*t = append(*t, codeOf(z))
}

func codeOf(z float64) uint8 {
	z = min(max(z, trailLow), trailHigh)
	return uint8(math.Floor((z - trailLow) * trailUnit))
}

// last returns the last n of t, or fewer.
func (t trail) last(n int64) trail { return t[max(0, int64(len(t))-n):] }

// isLoud reports whether a code of a trail is above the allowance.
func isLoud(code uint8) bool { return code >= (zAllowance-trailLow)*trailUnit }

// lastPulse returns the place after the last pulse, 0 if there is none.
func (t trail) lastPulse() int {
	for i, code := range slices.Backward(t) {
		if code >= (pulse-trailLow)*trailUnit {
			return i + 1
		}
	}
	return 0
}

// lastLoud returns the place after the last count above the allowance, 0 if there is none.
func (t trail) lastLoud() int {
	for i, code := range slices.Backward(t) {
		if isLoud(code) {
			return i + 1
		}
	}
	return 0
}

// mean returns the mean of t, 0 if it is empty.
func (t trail) mean() float64 {
	sum := 0.
	for _, code := range t {
		sum += float64(code)/trailUnit + trailLow
	}
	return sum / max(float64(len(t)), 1)
}

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
	if s.teaching(i) { // a run that is skipped makes no second burst
		return 0, false, false
	}
	if !s.slow {
		f := &s.falling
		if f.sum < mostFall || i+1-f.since < s.grid.patience {
			return 0, false, false
		}
		t := s.each.trail.last(min(i+1-s.onset, s.grid.reach()))
		if s.weak != none {
			end = max(f.since, i+1-s.grid.reach())
			during := t[:max(0, int64(len(t))-(i+1-end))]
			return end, during.mean() < surely, true
		}
		at, uncertain, over := t.end(int(s.grid.patience))
		return max(i+1-int64(len(t)-at), f.since), uncertain, over
	}
	next := (i + 1) / s.grid.perCell
	if (i+1)%s.grid.perCell != 0 {
		return 0, false, false
	}
	t := s.sums.trail.last(min(next-s.onset/s.grid.perCell, slowReach))
	if !t.isQuiet(leastQuiet) {
		return 0, false, false
	}
	at, _ := t.split(true)
	return (next - int64(len(t)-at)) * s.grid.perCell, true, true
}

// end returns where a burst ended, if the last counts are patience quiet ones.
func (t trail) end(patience int) (at int, uncertain, over bool) {
	last := t.lastPulse()
	if !t.isQuiet(patience) || last > 0 && len(t)-last <= patience {
		return 0, false, false
	}
	at, height := t.split(true)
	if at > last && (last == 0 || t[last:at].mean() >= zAllowance) {
		return at, height < surely, true
	}
	for last < len(t) && t[last] >= (surely-trailLow)*trailUnit { // what is left of the pulse
		last++
	}
	return last, false, true
}

// fall takes an interval of a burst. It sums what speaks against the burst: the
// logarithm of the likelihood ratio of the level against the burst's factor. Where the
// sum was last 0, the burst has perhaps ended.
//
// One loud count is enough for pulses and strong bursts to go on. Of a strong one it
// must have a quarter of the height, less what chance adds to the largest count: a single
// spike after its end is no part of it.
func (s *Series) fall(i int64, y, mu float64) {
	n, mean := &s.each.noise, max(mu, leastMean)
	size, x := 1/max(n.straying(), weakS2), 0.
	single := false
	switch s.weak {
	case none:
		x, single = against(y, mean, pulseMore, 1/max(n.lasting(), leastS2)), true
		if top := s.peaks.rest; y-mu < (top-3*math.Sqrt(top)-mu)/4 {
			x = min(x, -1)
		}
	case byPulses, byCrest:
		x, single = against(y, mean, pulseMore, size), true
	default:
		x = against(y, mean, family[s.weak].ratio, size)
	}
	f := &s.falling
	if f.add(i, -x); single && x >= loudPulse {
		f.sum = 0
	}
	f.sum = min(f.sum, mostFall)
}

// Seen returns the interval after the last one in which a burst that runs shows.
func (s *Series) Seen() int64 {
	if s.slow {
		cell := s.next / s.grid.perCell
		t := s.sums.trail.last(cell - s.onset/s.grid.perCell)
		if at := t.lastLoud(); at > 0 {
			return max((cell-int64(len(t)-at))*s.grid.perCell, s.onset+1)
		}
		return s.next
	}
	if s.weak != none {
		return max(s.standing(), s.onset+1)
	}
	t := s.each.trail.last(s.next - s.onset)
	if at := t.lastLoud(); at > 0 {
		return s.next - int64(len(t)-at)
	}
	return s.next
}

// Surely returns the interval up to which all that came since the onset is surely of
// the burst that runs: it ends there or later, and at a multiple of step if that is
// more than 1. [Reach] intervals back, step may be 1 again.
func (s *Series) Surely() (until, step int64) {
	if s.slow {
		return max((s.next/s.grid.perCell+1-slowReach)*s.grid.perCell, s.onset+1), s.grid.perCell
	}
	t := s.each.trail.last(min(s.next-s.onset, s.grid.reach()))
	until = s.next - int64(len(t)-t.lastPulse())
	if s.weak != none { // which may still become a strong one
		until = min(until, s.standing())
	}
	return max(s.next+1-s.grid.reach(), until, s.onset+1), 1
}

// standing returns the interval up to which nothing speaks against a weak burst.
func (s *Series) standing() int64 {
	if s.falling.sum > 0 {
		return s.falling.since
	}
	return s.next
}

// Reach returns how many intervals back the end of a burst is looked for that shows in
// single intervals. The interval is one that [New] takes.
func Reach(interval time.Duration) int64 { return newGrid(Options{Interval: interval}).reach() }
