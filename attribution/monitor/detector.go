package monitor

import (
	"math"
	"slices"
	"time"
)

// series watches one quantity, a count per interval, and finds bursts in it.
// Intervals are numbered from 1970 on. It is not safe for concurrent use.
//
// Every interval is judged by itself, which finds within seconds what stands out.
// Intervals shorter than a cell are judged again in sums of a cell: noise that
// lasts for minutes is no burst there, and what is too rare or too weak to tell
// in seconds is found. Both compare with the same time of earlier days once there
// are three, and with the last hour until then.
type series struct {
	grid  grid
	grain grain

	next int64 // interval that should come
	seen int64 // intervals observed

	first    []float64 // the first few, until there are fewest of them
	recent   recent
	season   season
	seasonal bool    // the season's expectation is in use
	level    float64 // logarithm of now against the season

	each scale // of intervals
	sums scale // of cells; not in use where a cell is an interval
	cell cellSum

	bursting bool
	slow     bool // the burst is one of sums
	onset    int64
	departed departure
	record   record
}

// cellSum gathers a cell.
type cellSum struct {
	y, mu   float64
	known   int64 // intervals
	tainted bool  // by a burst
}

const (
	levelTime = 3 * time.Hour // in which the level follows
	levelGain = 1. / 12       // at most
	levelClip = 2             // of z
	maxLevel  = 1.5           // ×4.5

	weakHistory   = 3 * day
	normalHistory = 7 * day
)

// state is what a series says after an interval.
type state uint8

const (
	quiet state = iota
	began
	running
	ended
)

// reading is what a series says of an interval.
type reading struct {
	state state

	// The burst, unless quiet. One that is too weak to be seen in single intervals
	// is found up to grid.kept of them after its onset, and its end later still.
	// end is the interval after its last, when it has ended. endUncertain says that the end could be elsewhere: the burst was
	// hardly above the noise, or lasted until it was taken for normal, or was not
	// seen to end.
	onset, end   int64
	endUncertain bool

	z        float64 // standard deviations above what was expected
	baseline float64 // what was expected, per interval
	warm     bool    // enough was seen to judge at all
	seasonal bool    // expected from earlier days

	history time.Duration // observed so far
	record  Precedent     // of the burst, unless quiet
}

// newSeries takes an interval that divides a day and is at most an hour.
func newSeries(interval time.Duration, g grain) *series {
	d := newGrid(interval, g)
	return &series{
		grid: d, grain: g, season: season{cells: newCells(d)},
		each: scale{noise: newNoise()}, sums: scale{noise: newNoise()},
	}
}

// observe takes the value of interval i, which has closed. Intervals come in
// order; those left out are unknown, which is not the same as zero, and end a
// burst when they are many. An interval that is not after the last teaches
// nothing and changes nothing.
func (s *series) observe(i int64, y float64) reading {
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
	s.next = i + 1
	s.seen++
	lost := gap > 0 && s.skip(gap)
	var r reading
	switch {
	case lost:
		r = s.finish(i-gap, true, s.read(0, 0))
		s.season.learn(s.grid, i, y)
	case s.recent.n == 0:
		r = s.warmUp(i, y)
	default:
		mu := s.expect(i)
		r = s.judge(i, y, mu)
		over := s.depart(i, y, mu, r.z)
		s.learn(i, y, mu, r.z)
		if over {
			r = s.finish(i+1, true, r)
		}
	}
	return r
}

// skip takes note that gap intervals are unknown, and reports whether a burst is
// lost in them.
func (s *series) skip(gap int64) (lost bool) {
	if gap >= s.grid.intervals(recentSpan) {
		if s.first = nil; s.seasonal {
			s.recent.n = fewest
		} else {
			s.recent = recent{}
		}
	}
	if i := s.next - 1; i/s.grid.perCell != (i-gap)/s.grid.perCell {
		s.cell = cellSum{}
	}
	if gap < s.grid.patience() {
		return false
	}
	s.departed, s.cell = departure{}, cellSum{}
	if !s.bursting {
		s.forget()
	}
	return s.bursting
}

// forget takes what was seen for the past.
func (s *series) forget() {
	s.each.forget()
	s.sums.forget()
	s.record.settle()
}

// warmUp gathers the first intervals and, once there are enough, judges all of
// them by their middle.
func (s *series) warmUp(i int64, y float64) reading {
	s.season.learn(s.grid, i, y)
	if s.first = append(s.first, y); len(s.first) < fewest {
		return s.read(0, 0)
	}
	first := s.first
	s.first = nil
	s.recent = recent{mean: centre(first), n: fewest}
	var r reading
	for k, y := range first {
		r = s.judge(i+1-int64(len(first)-k), y, s.recent.mean)
	}
	if s.bursting {
		r.state = began
	}
	return r
}

// centre is a mean without what is far from the median.
func centre(values []float64) float64 {
	m := median(slices.Clone(values))
	sum, n := m, 1.
	for _, v := range values {
		if math.Abs(v-m) <= max(m/2, 4*math.Sqrt(m+1)) {
			sum, n = sum+v, n+1
		}
	}
	return sum / n
}

// expect returns what is expected of interval i. The season takes over, and gives
// up, only while nothing is happening, and at the level that holds then.
func (s *series) expect(i int64) float64 {
	m, ok := s.season.at(s.grid, i)
	ok = ok && s.seen >= s.grid.intervals(weakHistory)
	if ok != s.seasonal && !s.bursting {
		s.seasonal = ok
		s.each.byZ, s.sums.byZ = chart{}, chart{}
		if ok {
			s.setLevel(s.recent.mean, m)
		}
	}
	if !s.seasonal || !ok {
		return s.recent.mean
	}
	return max(m, leastMean) * math.Exp(s.level+s.departed.shift)
}

// setLevel makes the season expect mu where it would expect m.
func (s *series) setLevel(mu, m float64) {
	s.level = math.Log(max(mu, leastMean) / max(m, leastMean))
	s.level = min(max(s.level, -maxLevel), maxLevel)
}

// judge decides on an interval.
func (s *series) judge(i int64, y, mu float64) reading {
	s.record.add(y)
	sudden := max(suddenLeast, min(suddenRatio*mu, suddenRecord*max(mu, s.record.before)))
	before := s.bursting
	z, alarm, onset := s.each.judge(i, y, mu, sudden, s.seasonal && s.grid.perCell == 1, s.grid.kept())
	if s.grid.perCell > 1 {
		slow, since := s.judgeCell(i, y, mu, alarm)
		if slow && !alarm && !s.bursting {
			s.bursting, s.slow, s.onset = true, true, since
		}
	}
	if alarm {
		// What is seen in intervals is dated by them, and so is its end.
		if !s.bursting {
			s.onset = s.each.rise(onset, i)
		}
		s.bursting, s.slow = true, false
	}
	r := s.read(z, mu)
	switch {
	case !s.bursting:
		if s.each.idle() && s.sums.idle() {
			s.record.settle()
		}
	case !before:
		r.state = began
	default:
		if end, uncertain, over := s.over(i); over {
			return s.finish(end, uncertain, r)
		}
	}
	return r
}

// over reports whether a burst has ended, after interval i, and where.
func (s *series) over(i int64) (end int64, uncertain, over bool) {
	if !s.slow {
		t := s.each.trail.last(i + 1 - s.onset)
		if !t.isQuiet(int(s.grid.patience())) {
			return 0, false, false
		}
		at, height := t.split(true)
		return i + 1 - int64(len(t)-at), height < surely, true
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

// judgeCell takes an interval into its cell, and decides on the cell when it is
// full.
func (s *series) judgeCell(i int64, y, mu float64, alarm bool) (burst bool, onset int64) {
	c := &s.cell
	c.y, c.mu, c.known = c.y+y, c.mu+mu, c.known+1
	c.tainted = c.tainted || alarm || s.bursting && !s.slow
	if (i+1)%s.grid.perCell != 0 {
		return false, 0
	}
	full := *c
	*c = cellSum{}
	if full.tainted || 2*full.known < s.grid.perCell {
		return false, 0
	}
	z, burst, since := s.sums.judge(i/s.grid.perCell, full.y, full.mu, math.Inf(1), s.seasonal, keptSums)
	s.learnNoise(&s.sums, full.y, full.mu, z, s.grid.perCell)
	if s.seasonal && math.Abs(z) < zAccepted {
		s.follow(z, full.mu, s.sums.noise.s2)
	}
	if !burst {
		return false, 0
	}
	// The onset is where the intervals rise, not before the cell before.
	t := s.each.trail.last(i + 1 - (since-1)*s.grid.perCell)
	rise, _ := t.split(false)
	return true, i + 1 - int64(len(t)-rise)
}

// follow lets the level follow z.
func (s *series) follow(z, mu, s2 float64) {
	gain := min(levelGain, float64(s.grid.perCell)*float64(s.grid.interval)/float64(levelTime))
	s.level += gain * min(max(z, -levelClip), levelClip) * math.Sqrt(1/(mu+1)+s2)
	s.level = min(max(s.level, -maxLevel), maxLevel)
}

func (s *series) learnNoise(at *scale, y, mu, z float64, perCount int64) {
	if math.Abs(z) >= zAccepted || s.bursting && !s.seasonal {
		return
	}
	at.noise.follow(z)
	at.noise.learn(y, mu, s.grain.pairs(), s.grid.intervals(weakHistory)/perCount)
}

// finish ends the burst.
func (s *series) finish(end int64, uncertain bool, r reading) reading {
	s.bursting = false
	r.state = ended
	r.end, r.endUncertain = max(end, s.onset+1), uncertain
	s.forget()
	return r
}

func (s *series) read(z, mu float64) reading {
	r := reading{
		z: z, baseline: mu, warm: s.recent.n > 0, seasonal: s.seasonal,
		history: time.Duration(s.seen) * s.grid.interval,
	}
	if s.bursting {
		r.state, r.onset = running, s.onset
		r.record = s.record.precedent(r.history)
	}
	return r
}

// learn takes the interval into what is expected of the next.
func (s *series) learn(i int64, y, mu, z float64) {
	s.learnNoise(&s.each, y, mu, z, 1)
	if s.grid.perCell == 1 && s.seasonal && math.Abs(z) < zAccepted {
		s.follow(z, mu, s.each.noise.s2)
	}
	rising := max(s.each.byCount.sum, s.sums.byCount.sum) > countClip/2
	if !rising && !s.departed.low() && s.departed.shift == 0 {
		s.recent.learn(y, s.grid.window())
	}
	if changed := s.season.learn(s.grid, i, y); changed && s.seasonal {
		// The other days were found to fit by themselves; a level is carried over
		// only if it is the usual one.
		s.level = 0
		if m, ok := s.season.at(s.grid, i); ok && s.departed.level.n == 0 {
			s.setLevel(mu, m)
		}
	}
}
