package detect

import (
	"math"
	"slices"
	"time"
)

// A job that runs every minute, hour, day or week stands out each time, and is no
// news. So what stands out is kept as a visit (visit.go). Where three of four periods of
// the clock had one at the same time, of about the same size, there is a routine. From then
// on it is expected: once in a period, at its time, its size and half as much again. Only
// what is beyond that is judged, and learned by everything else in a series.
//
// So a burst that comes upon a routine, or lasts longer, is found as if there were none.
// And where nothing recurs, nothing changes. The expectation itself is not raised: a job may
// start half a minute late, and all of that time would then be blind.
//
// Nobody can teach much of this in secret. Each of the first three visits is a burst, or
// too small for one. Visits within the patience of a burst are parts of one burst, which
// lasts until a level would be expected. After that, the size of a routine follows the
// median of what comes by 3 % a day at most: it doubles in 23 days. What is more is told
// again, and only what is at least twice what was expected, three times, is a further
// routine. A routine that stays away is forgotten, after five days or nine periods.

// routine is what is expected once in each period.
type routine struct {
	period int64 // intervals
	next   int64 // when it should begin
	since  int64 // when it was first there
	length int64 // intervals
	visits int64
	share  float64 // of the last periods in which it was there
	taught bool    // it is expected

	height, amount float64 // above the level: most in one interval, and all

	// Of the present period: the interval in which it began, the number of its
	// counts, what came in them, and what was expected of that.
	from, taken     int64
	peak, sum, used float64
	last            int64 // interval in which it was last there
}

const (
	mostRoutines  = 16
	leastPeriod   = 4 // intervals
	fewVisits     = 3 // of four periods
	routineSlack  = 1.5
	routineGrowth = .03 // of the logarithm of its size, in a day
	firstGrowth   = .1  // for each visit, until it is taught
	mostGrowth    = .1  // for each visit
	routinePart   = 1. / 3
	alike         = 4 // ratio of the sizes of visits at most

	leastTaught = time.Hour

	// Weights of a period in the share, and the shares at which a routine is given up:
	// one that is taught, and one that is not yet.
	shareSpan            = 2 * day
	fewPeriods           = 4
	leastShare, newShare = .1, .4
)

// periods of routines. Jobs are timed by the clock.
var periods = [...]time.Duration{
	1 * time.Minute, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute, 5 * time.Minute, 6 * time.Minute,
	10 * time.Minute, 12 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	1 * time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	day, 7 * day,
}

// jitter returns how many intervals a visit may be early or late.
func (d grid) jitter(period, length int64) int64 {
	j := max(3, d.intervals(30*time.Second))
	if period >= d.perDay {
		j = max(j, d.intervals(5*time.Minute))
	}
	return max(0, min(j, (period-1-length)/2))
}

// window returns the intervals in which the next visit is expected.
func (r *routine) window(d grid) (from, to int64) {
	j := d.jitter(r.period, r.length)
	return r.next - j, r.next + j + r.length
}

// phase returns how long after the begin of a visit an interval is, from 0 to the period.
func (r *routine) phase(at int64) int64 {
	off := (at - r.next) % r.period
	if off < 0 {
		off += r.period
	}
	return off
}

// holds reports whether a visit that began in interval at is one of the routine.
func (r *routine) holds(d grid, at int64) bool {
	off := r.phase(at)
	return min(off, r.period-off) <= d.jitter(r.period, r.length)
}

// covers reports whether an interval is one in which a visit may go on.
func (r *routine) covers(d grid, at int64) bool {
	return r.holds(d, at) || r.phase(at) <= r.span()
}

// span returns how many intervals a visit takes at most.
func (r *routine) span() int64 { return r.length + r.length/4 + 1 }

// habits are the routines of a series, and the visits that may become some.
type habits struct {
	routines []routine
	visits   []visit // the newest are last
	open     visit   // that goes on
	chart    float64 // of it; 0: none
	top      float64 // largest value of the chart
	base     float64 // what was expected while it goes on
}

// beyond returns what is left of a count once the routines are taken off. What is left
// is never less than the expectation.
func (s *Series) beyond(i int64, y, mu float64) float64 {
	h := &s.habits
	z, above := 0., y > mu+1+2*math.Sqrt(mu+.375) // else z is below 2
	if above || h.chart > 0 {
		z = s.each.noise.z(y, mu)
	}
	if len(h.routines) > 0 {
		s.pass(i)
		if x := h.take(s.grid, i, y-mu, mu, z > zAllowance); x > 0 {
			y -= x
			z = s.each.noise.z(y, mu)
		}
	}
	if v, ok := h.follow(i, y, mu, z); ok {
		s.settleVisit(v, i)
	}
	return y
}

// take gives what is above the level to the routines that are due, and returns what
// they were expected to bring.
func (h *habits) take(d grid, i int64, above, mu float64, loud bool) (expected float64) {
	for k := range h.routines {
		r := &h.routines[k]
		if from, to := r.window(d); i < from || i >= to {
			continue
		}
		large := above >= routinePart*r.height
		if r.from == 0 && above >= r.height/2 {
			r.from = i
		}
		rest := loud && r.from > 0 && i < r.from+r.span()
		if !large && !rest || r.taken > r.span() {
			continue
		}
		r.taken++
		r.sum, r.peak = r.sum+above, max(r.peak, above)
		if r.sum >= routinePart*r.amount {
			r.last = i
		}
		if r.taught {
			x := min(above, slack(r.height, mu), max(0, slack(r.amount, mu)-r.used))
			r.used, above, expected = r.used+x, above-x, expected+x
		}
	}
	return expected
}

// slack returns what may come of a routine of a size: half as much again, and what chance
// adds.
func slack(size, mu float64) float64 { return routineSlack*size + 3*math.Sqrt(size+mu) }

// pass ends the periods that are over before interval i, and gives up what stays away.
func (s *Series) pass(i int64) {
	h := &s.habits
	ended := false
	for k := range h.routines {
		r := &h.routines[k]
		if _, to := r.window(s.grid); i >= to {
			ended = true
			r.end(s, i, i == to)
			if _, to := r.window(s.grid); i >= to { // nobody saw some periods
				r.next += ((i-to)/r.period + 1) * r.period
			}
		}
	}
	if ended {
		h.routines = slices.DeleteFunc(h.routines, func(r routine) bool {
			return r.share < newShare && !r.taught || r.share < leastShare
		})
	}
}

// end ends a period, all of which was seen or not.
func (r *routine) end(s *Series, i int64, seen bool) {
	span := float64(fewPeriods)
	if r.taught {
		span = max(span, float64(s.grid.intervals(shareSpan)/r.period))
	}
	switch there := r.sum >= routinePart*r.amount; {
	case there:
		r.share += (1 - r.share) / span
		r.visits++
		r.grow(s.grid)
		if r.from > 0 { // it drifts, or is early and late
			r.next += int64(sign(float64(r.from - r.next)))
		}
		r.teach(s, i)
	case seen:
		r.share -= r.share / span
	}
	r.next += r.period
	r.from, r.taken, r.peak, r.sum, r.used = 0, 0, 0, 0, 0
}

// grow lets the size follow the median of what came.
func (r *routine) grow(d grid) {
	step := firstGrowth
	if r.taught {
		step = min(routineGrowth*float64(r.period)/float64(d.perDay), mostGrowth)
	}
	r.amount = min(r.amount*math.Exp(step*float64(sign(r.sum-r.amount))), maxSum)
	r.height = min(r.height*math.Exp(step*float64(sign(r.peak-r.height))), maxSum)
}

// teach decides whether the routine is expected from now on.
func (r *routine) teach(s *Series, i int64) {
	age, least := i-r.since, s.grid.intervals(leastTaught)
	if r.period <= s.grid.patience {
		least = s.enough(age)
	}
	if !r.taught && r.visits >= fewVisits && age >= least {
		r.taught, r.share = true, 1
	}
}

// teaching reports whether a burst in interval i is kept together by visits that are
// becoming a routine.
func (s *Series) teaching(i int64) bool {
	for k := range s.habits.routines {
		r := &s.habits.routines[k]
		near := s.grid.jitter(r.period, r.length)
		if !r.taught && r.period <= s.grid.patience && i-r.last <= max(s.grid.patience, 2*(r.period+near)) {
			return true
		}
	}
	return false
}
