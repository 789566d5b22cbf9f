package detect

import (
	"bytes"
	"math"
	"slices"
)

// Most of many targets get nothing most of the time. A series at rest is one in which nothing
// points anywhere and less is expected than the least that a count is compared with. There a
// count of 0 changes no sum. Such counts are only numbered, and taken in together when the cell
// ends or something comes. What follows from all of them is then computed at once: the means
// fall, the limits go back to where they are without traffic, and the noise learns how little
// strayed. Nothing depends on whether they were observed or passed by Silence.

// Silence takes a count of 0 for each interval from one to before another, as Observe would.
// At rest it takes time for each cell and not for each interval. It returns the last reading,
// or an empty one.
func (s *Series) Silence(from, to int64) (r Reading) {
	if from < to && s.next < from {
		r = s.Observe(from, 0) // intervals are missing
	}
	for s.next < to {
		switch {
		case s.resting:
			r = s.rest(min(to, s.endOfCell()) - s.next)
		case s.calm:
			r = s.zeros(to - s.next)
		default:
			r = s.take(s.next, 0, 0)
		}
	}
	return r
}

// Awaits returns the first interval whose count matters even if it is 0: it may begin, prove or
// end something. Until then, [Series.Silence] may be told of zeros later. It is the largest
// number if there is none.
func (s *Series) Awaits() int64 {
	switch {
	case s.recent.n == 0 || s.bursting || s.habits.chart > 0 || !s.each.isCalm():
		return s.next
	case s.grid.perCell > 1 && (s.cell.y > 0 || !s.sums.isCalm()):
		return s.endOfCell() - 1
	}
	return math.MaxInt64
}

// isCalm reports whether no sum is above 0, and none of them would be if nothing came.
func (s *scale) isCalm() bool { return s.idle() && s.idleWeak() && s.pending <= 0 }

// endOfCell returns the interval after the cell of the next one.
func (s *Series) endOfCell() int64 { return (s.next/s.grid.perCell + 1) * s.grid.perCell }

// mayRest reports whether a series that is still is at rest in the next interval, and then in all
// of its cell until something comes.
func (s *Series) mayRest() bool {
	if s.peaks.since > 0 || !s.seasonal && s.recent.mean >= leastMean {
		return false
	}
	around := s.season.turn(&s.grid, s.next/s.grid.perCell)
	known := around[1] >= 0
	if !s.seasonal { // nor does a season begin
		return !known || s.seen+s.endOfCell()-s.next < s.grid.history
	}
	most, least := max(around[0], around[1], around[2]), min(around[0], around[1], around[2])
	return known && (most <= 0 || s.grid.perCell > 1 && most <= steepRatio*least && s.seasonally(most) < leastMean)
}

// rest takes n intervals at rest, which end with their cell at the latest.
func (s *Series) rest(n int64) Reading {
	s.next, s.seen, s.idle = s.next+n, s.seen+n, s.idle+n
	if s.next%s.grid.perCell != 0 {
		return s.readAtRest()
	}
	last, r := s.next-1, s.readAtRest()
	mean := s.takeIn()
	if s.grid.perCell > 1 {
		s.judgeCell(last, false)
	}
	if s.season.closeCell(&s.grid) {
		s.relevel(last, mean)
	}
	if s.bursting { // the cell shows it
		s.wake()
		r = s.read(0, mean)
		r.State = Began
	}
	if s.settlePace(); !s.resting {
		s.rouse()
	}
	return r
}

// readAtRest returns a reading. The mean is that of the begin of the cell or of the rest.
func (s *Series) readAtRest() Reading {
	switch {
	case !s.seasonal:
		return s.read(0, s.recent.mean)
	case s.season.around[1] > 0:
		return s.read(0, s.seasonally(s.season.around[1]))
	}
	return s.read(0, 0)
}

// wake ends the rest.
func (s *Series) wake() {
	s.takeIn()
	s.rouse()
	s.resting, s.calm = false, false
}

// rouse computes what is not needed at rest.
func (s *Series) rouse() {
	if s.each.noise.renew(); s.each.unsettled {
		s.each.settle()
	}
}

// takeIn takes in the intervals at rest, and returns the mean of what was expected in them.
func (s *Series) takeIn() (mean float64) {
	n, last := s.idle, s.next-1
	if s.idle = 0; n == 0 {
		return 0
	}
	d := &s.grid
	mean = s.recent.learnNothing(n, d.window, &d.recentFall) / float64(n)
	if s.older.learnNothing(n, d.olderWindow, &d.olderFall); s.seasonal {
		mean = s.expected(last+1-n, n) / float64(n)
	}
	z := s.each.noise.z(0, mean)
	s.each.noise.followNothing(z, n, &d.lagFall)
	s.each.noise.learnNothing(mean, n, s.grain.pairs(), d.history)
	s.each.trail.addSame(z, n, d.kept)
	s.each.unsettled = s.each.noteNothing(last, n) || s.each.unsettled
	if s.each.pending = 0; s.seasonal && d.perCell == 1 {
		s.each.byZ.since = last
	}
	if d.perCell > 1 {
		all := mean * float64(n)
		s.cell.mu, s.cell.top, s.cell.known = s.cell.mu+all, s.cell.top+all, s.cell.known+n
	}
	s.season.known, s.season.index = s.season.known+n, last/d.perCell
	return mean
}

// expected returns what the season expects of n intervals of a cell, in all.
func (s *Series) expected(first, n int64) (sum float64) {
	if s.season.around == [3]float64{} {
		return 0
	}
	for i := first; i < first+n; i++ {
		m, _ := s.season.at(&s.grid, i)
		sum += m
	}
	return s.seasonally(sum)
}

// noteNothing notes n counts, the last of which is i, while all sums are 0. It reports whether
// they taught the limits, which are not settled yet.
func (s *scale) noteNothing(i, n int64) (taught bool) {
	for at := i + 1 - n; n > 0; {
		k := min(n, s.blocks.counts-at%s.blocks.counts)
		s.noted = min(s.noted+k, s.blocks.counts)
		if at, n = at+k, n-k; at%s.blocks.counts == 0 {
			taught = s.endBlock() || taught
		}
	}
	return taught
}

// addSame adds n counts with the same z.
func (t *trail) addSame(z float64, n int64, keep int) {
	n = min(n, int64(keep))
	all, code := *t, codeOf(z)
	if len(all) == keep && bytes.Count(all, []byte{code}) == keep {
		return // as after a while at rest
	}
	if drop := len(all) + int(n) - keep; drop > 0 {
		all = all[:copy(all, all[drop:])]
	}
	all = slices.Grow(all, int(n))
	same := all[len(all) : len(all)+int(n)]
	same[0] = code
	for k := 1; k < len(same); k *= 2 {
		copy(same[k:], same[:k])
	}
	*t = all[:len(all)+int(n)]
}
