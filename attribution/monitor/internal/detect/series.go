package detect

import (
	"cmp"
	"math"
	"time"
)

// Series watches one quantity, a count per interval, and finds bursts in it.
// Intervals are numbered from 1970 on. Make one with [New]; the zero Series is
// invalid. A Series is for one goroutine and must not be copied.
type Series struct {
	grid  grid
	grain Grain

	next int64 // the interval that should come now
	seen int64 // number of intervals observed

	first    []float64 // the first counts, until there are fewest of them
	recent   recent
	older    recent // of a longer time
	season   season
	seasonal bool    // the season's expectation is in use
	level    float64 // logarithm of the present level against the season's
	ofLevel  lastExp // its factor; scratch

	each scale // judges intervals
	sums scale // judges cells; not in use where a cell is one interval
	cell cellSum

	habits habits // what recurs

	resting bool  // see mayRest; a function of all the rest,
	calm    bool  // and so is this, see mayBeCalm
	idle    int64 // the last intervals, which are at rest and not taken in yet

	bursting bool
	slow     bool   // only sums of intervals show the burst
	weak     factor // the small factor that shows the burst; none: it is strong
	falling  chart  // of what speaks against it
	onset    int64
	departed departure
	peaks    peaks
}

// State is what a series says after an interval.
type State uint8

// The states. A burst is Began once, then Running or Ended.
const (
	Quiet State = iota
	Began
	Running
	Ended
)

// Reading is what a series says about one interval.
type Reading struct {
	State State

	// Onset is the first interval of the burst, 0 if Quiet. A burst that is too
	// weak for single intervals is found long after its onset: see [Series.Observe].
	Onset int64

	// End is the interval after the last one of the burst, if Ended.
	End int64

	// EndUncertain says that the end may lie elsewhere. Either the burst was hardly
	// above the noise, or it lasted until its level was expected, or intervals are
	// missing.
	EndUncertain bool

	Z        float64 // standard deviations above the expected count
	Baseline float64 // expected count of the interval, and what a routine explains of it
	Warm     bool    // enough was seen to judge at all
	Seasonal bool    // the expectation comes from earlier days

	Peak Peak // of the burst, zero if Quiet
}

// MaxInterval bounds the numbers of intervals. As many seconds are 35,000 years.
const MaxInterval = 1 << 40

// History that a series must have before it expects what earlier days had.
const weakHistory = 3 * day

// Options are the choices in making a series.
type Options struct {
	Interval time.Duration // of a count; it divides a day and is at most an hour
	Grain    Grain

	// FalseAlarms is how many a month of 28 days are put up with, about. 0 stands for 1.
	FalseAlarms float64
}

func (o Options) falseAlarms() float64 { return cmp.Or(o.FalseAlarms, 1) }

// New returns a series that has seen nothing.
func New(o Options) *Series {
	d := newGrid(o)
	return &Series{
		grid: d, grain: o.Grain, season: season{cells: newCells(d)},
		each: newScale(d, 1), sums: newScale(d, d.perCell),
	}
}

// Next returns the number of the interval after the last one observed.
func (s *Series) Next() int64 { return s.next }

// Bursting reports whether a burst is running.
func (s *Series) Bursting() bool { return s.bursting }

// Observe takes the count of interval i, after it has closed, and judges it. The
// count is 0 or more; what is not a number counts as 0.
//
// Intervals come in order. A missing one is unknown, which is not the same as zero,
// and many missing ones end a burst. An interval that is not after the last one
// changes nothing.
//
// Most bursts are found in their first or second interval. A weak one is found
// when a sum of intervals shows it, minutes or up to 4 cells after its onset.
func (s *Series) Observe(i int64, y float64) Reading {
	if s.seen > 0 && i < s.next {
		return s.read(0, 0)
	}
	if !(y > 0) {
		y = 0
	}
	y = min(y, math.MaxUint64)
	gap := int64(0)
	if s.seen > 0 {
		gap = i - s.next
	}
	switch nothing := y == 0 && gap == 0; {
	case nothing && s.resting:
		return s.rest(1)
	case nothing && s.calm:
		return s.zeros(1)
	case s.resting:
		s.wake()
	}
	return s.take(i, y, gap)
}

// take takes a count after a gap, whatever it is.
func (s *Series) take(i int64, y float64, gap int64) Reading {
	s.next = i + 1
	s.seen++
	lost := gap > 0 && s.skip(gap)
	var r Reading
	switch {
	case lost:
		r = s.finish(i-gap, true, s.read(0, 0))
		s.season.learn(&s.grid, i, y)
	case s.recent.n == 0:
		r = s.warmUp(i, y)
	default:
		mu := s.expect(i)
		rest := s.beyond(i, y, mu)
		s.peaks.add(y, rest)
		r = s.judge(i, rest, mu)
		over := s.depart(i, rest, mu, r.Z)
		s.learn(i, rest, mu, r.Z, rest == y)
		r.Baseline += y - rest
		if over {
			r = s.finish(i+1, true, r)
		}
	}
	s.settlePace()
	return r
}

// skip notes that gap intervals are missing. It reports whether a burst is lost in
// them.
func (s *Series) skip(gap int64) (lost bool) {
	s.habits.interrupt()
	if gap >= s.grid.intervals(recentSpan) {
		if s.first = nil; s.seasonal {
			s.recent.n = fewest
		} else {
			s.recent, s.older = recent{}, recent{}
		}
	}
	if i := s.next - 1; i/s.grid.perCell != (i-gap)/s.grid.perCell {
		s.cell = cellSum{}
	}
	if gap < s.grid.patience {
		return false
	}
	s.departed, s.cell = departure{}, cellSum{}
	if !s.bursting {
		s.forget()
	}
	return s.bursting
}

// learn takes the interval into the expectation of the next one.
func (s *Series) learn(i int64, y, mu, z float64, whole bool) {
	if whole {
		s.learnNoise(&s.each, y, mu, z, 1)
	}
	if s.grid.perCell == 1 && s.seasonal && math.Abs(z) < zAccepted {
		s.follow(z, mu, s.each.noise.s2)
	}
	rising := s.bursting && s.weak != none || max(s.each.byCount.sum, s.sums.byCount.sum) > countRising
	if !rising && !s.departed.low() && s.departed.shift == 0 {
		s.recent.learn(y, s.grid.window)
		s.older.learn(y, s.grid.olderWindow)
	}
	if s.season.learn(&s.grid, i, y) {
		s.relevel(i, mu)
	}
}

// relevel begins a level where other days are expected from now on: these were found to fit
// without one. The present level is carried over only if it is the usual one.
func (s *Series) relevel(i int64, mu float64) {
	if !s.seasonal {
		return
	}
	s.level = 0
	if m, ok := s.season.at(&s.grid, i); ok && s.departed.level.n == 0 && s.top(mu) == mu {
		s.setLevel(mu, m)
	}
}

// read returns a reading of the present state.
func (s *Series) read(z, mu float64) Reading {
	r := Reading{Z: z, Baseline: mu, Warm: s.recent.n > 0, Seasonal: s.seasonal}
	if s.bursting {
		r.State, r.Onset = Running, s.onset
		r.Peak = s.peaks.peak(s.history())
	}
	return r
}

// history returns for how long the series was observed, without what was missed.
func (s *Series) history() time.Duration { return time.Duration(s.seen) * s.grid.interval }

// finish ends the burst.
func (s *Series) finish(end int64, uncertain bool, r Reading) Reading {
	s.bursting, s.weak, s.falling = false, none, chart{}
	r.State = Ended
	r.End, r.EndUncertain = max(end, s.onset+1), uncertain
	s.forget()
	return r
}

// forget makes all counts so far part of the past.
func (s *Series) forget() {
	s.each.forget()
	s.sums.forget()
	s.peaks.settle()
}
