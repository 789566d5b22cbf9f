package monitor

import (
	"math"
	"slices"
	"time"
)

// series watches one quantity, a count per interval, and finds bursts in it.
// Intervals are numbered from 1970 on. It is not safe for concurrent use.
//
// With three days of history, a count is compared with the same time of earlier
// days by its standardised residual z, and a cumulative sum of z finds what lasts
// (Page 1954). Before that, and beside it, it is compared with the level expected
// by a likelihood ratio of five, which needs no season.
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
	noise    noise

	byZ, byCount chart
	trail        trail
	bursting     bool
	onset        int64
	departed     departure
	record       record
}

// chart is a one-sided cumulative sum.
type chart struct {
	sum   float64
	since int64 // first interval after the sum was last 0
}

func (c *chart) add(i int64, x float64) {
	if c.sum == 0 {
		c.since = i
	}
	c.sum = max(0, c.sum+x)
}

const (
	zAllowance = 2 // of z, before it counts towards a burst
	zClip      = 5 // three intervals at least
	zLimit     = 8
	zAccepted  = 4 // beyond it, an interval teaches nothing

	levelGain = 1. / 36
	levelClip = 2   // of z
	maxLevel  = 1.5 // ×4.5

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

	// The burst, unless quiet. end is the interval after its last, when it has
	// ended. endUncertain says that the end could be elsewhere: the burst was
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
	return &series{grid: d, grain: g, season: season{cells: newCells(d)}, noise: newNoise()}
}

// observe takes the value of interval i, which has closed. Intervals come in
// order; those left out are unknown, which is not the same as zero, and end a
// burst when they are many. An interval that is not after the last teaches
// nothing and changes nothing.
func (s *series) observe(i int64, y float64) reading {
	if s.seen > 0 && i < s.next {
		return s.read(quiet, 0, 0)
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
	if gap > 0 {
		if r, lost := s.skip(i, gap); lost {
			s.season.learn(s.grid, i, y)
			return r
		}
	}
	if s.first != nil || s.recent.n == 0 {
		return s.warmUp(i, y)
	}
	mu := s.expect(i)
	r := s.judge(i, y, mu)
	s.learn(i, y, mu, r.z)
	if s.departed.follow(s, i, y, mu, r.z) {
		s.accept()
		if s.bursting {
			r = s.finish(i+1, true, r.z, mu)
		}
	}
	return r
}

// skip takes note that gap intervals before i are unknown, and reports whether
// that ended a burst.
func (s *series) skip(i, gap int64) (r reading, lost bool) {
	if gap >= s.grid.intervals(recentSpan) {
		if s.first = nil; s.seasonal {
			s.recent.n = fewest
		} else {
			s.recent = recent{}
		}
	}
	if gap < s.grid.patience() {
		return r, false
	}
	s.byZ, s.byCount, s.departed = chart{}, chart{}, departure{}
	if s.bursting {
		r = s.finish(i-gap, true, 0, 0)
		return r, true
	}
	s.record.settle()
	s.trail = s.trail[:0]
	return r, false
}

// warmUp gathers the first intervals and, once there are enough, judges all of
// them by their middle.
func (s *series) warmUp(i int64, y float64) reading {
	s.first = append(s.first, y)
	if len(s.first) < fewest {
		s.season.learn(s.grid, i, y)
		return s.read(quiet, 0, 0)
	}
	first := s.first
	s.first = nil
	s.recent = recent{mean: centre(first), n: fewest}
	var r reading
	for k, y := range first {
		j := i - int64(len(first)-1-k)
		r = s.judge(j, y, s.recent.mean)
	}
	if s.bursting {
		r.state = began
	}
	s.season.learn(s.grid, i, y)
	return r
}

// centre is a mean without what is far from the median. It is 0 only if all are,
// or nearly.
func centre(values []float64) float64 {
	m := median(slices.Clone(values))
	sum, n := 0., 0.
	for _, v := range values {
		if math.Abs(v-m) <= max(m/2, 4*math.Sqrt(m+1)) {
			sum, n = sum+v, n+1
		}
	}
	if n == 0 {
		return m
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
		s.byZ = chart{}
		if ok {
			s.setLevel(s.recent.mean, m)
		}
	}
	if !s.seasonal || !ok {
		return s.recent.mean
	}
	return max(m, leastMean) * math.Exp(s.level)
}

// setLevel makes the season expect mu where it would expect m.
func (s *series) setLevel(mu, m float64) {
	s.level = math.Log(max(mu, leastMean) / max(m, leastMean))
	s.level = min(max(s.level, -maxLevel), maxLevel)
}

// judge decides on an interval.
func (s *series) judge(i int64, y, mu float64) reading {
	z := s.noise.z(y, mu)
	count := likelihood(y, mu, s.noise.s2)
	s.byCount.add(i, min(count, countClip))
	if s.seasonal {
		s.byZ.add(i, min(z, zClip)-zAllowance)
	}
	s.record.add(y)
	if !s.bursting && s.byZ.sum == 0 && s.byCount.sum == 0 {
		s.record.settle()
		s.trail = s.trail[:0]
		return s.read(quiet, z, mu)
	}
	loud := z
	if count > 0 {
		loud = max(z, zAllowance)
	}
	s.trail.add(loud, s.grid)
	if !s.bursting {
		switch {
		case s.byCount.sum > countLimit:
			s.onset = s.byCount.since
		case s.byZ.sum > zLimit:
			s.onset = s.byZ.since
		default:
			return s.read(quiet, z, mu)
		}
		s.bursting = true
		return s.read(began, z, mu)
	}
	if s.trail.isQuiet(s.grid) {
		end, height := s.trail.split()
		return s.finish(max(i+1-int64(len(s.trail)-end), s.onset+1), height < surely, z, mu)
	}
	return s.read(running, z, mu)
}

// finish ends the burst.
func (s *series) finish(end int64, uncertain bool, z, mu float64) reading {
	s.bursting = false
	r := s.read(ended, z, mu)
	r.end, r.endUncertain = end, uncertain
	s.byZ, s.byCount, s.trail = chart{}, chart{}, nil
	s.record.settle()
	return r
}

func (s *series) read(st state, z, mu float64) reading {
	if st == quiet && s.bursting {
		st = running
	}
	r := reading{
		state: st, z: z, baseline: mu, warm: s.recent.n > 0, seasonal: s.seasonal,
		history: time.Duration(s.seen) * s.grid.interval,
	}
	if st != quiet {
		r.onset = s.onset
		r.record = s.record.precedent(r.history)
	}
	return r
}

// learn takes the interval into what is expected of the next.
func (s *series) learn(i int64, y, mu, z float64) {
	if math.Abs(z) < zAccepted && (s.seasonal || !s.bursting) {
		limit := finePairs
		if s.grain == coarse {
			limit = coarsePairs
		}
		s.noise.learn(y, mu, limit, s.grid.intervals(weakHistory))
		if s.seasonal {
			s.level += levelGain * min(max(z, -levelClip), levelClip) * math.Sqrt(1/(mu+1)+s.noise.s2)
			s.level = min(max(s.level, -maxLevel), maxLevel)
		}
	}
	if s.byCount.sum <= countClip/2 {
		s.recent.learn(y, s.grid.window())
	}
	if changed := s.season.learn(s.grid, i, y); changed && s.seasonal {
		if m, ok := s.season.at(s.grid, i); ok {
			s.setLevel(mu, m)
		}
	}
}
