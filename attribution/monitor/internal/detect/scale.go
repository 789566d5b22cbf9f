package detect

import "math"

// Counts are judged on two scales: each interval by itself, which finds within
// seconds what stands out, and sums of a cell of 5 or 15 minutes. Noise that lasts
// for minutes is no burst in a sum. What is too rare or too weak for single
// intervals shows in one.

// scale judges counts of one length, intervals or cells, against what was expected.
type scale struct {
	noise        noise
	byZ, byCount chart
	trail        trail
}

// chart is a one-sided cumulative sum. It finds a small change that lasts (Page
// 1954).
type chart struct {
	sum   float64
	since int64 // first count after the sum was last 0
}

func (c *chart) add(i int64, x float64) {
	if c.sum == 0 {
		c.since = i
	}
	c.sum = max(0, c.sum+x)
}

// What is summed of z, and when the sum is a burst.
const (
	zAllowance = 2 // of each z, before it counts
	zClip      = 5 // largest z that counts: three in a row are needed at least
	zLimit     = 8
	zAccepted  = 4 // a count beyond it teaches nothing
)

// Counts are also summed as the logarithm of a likelihood ratio: of a level several
// times as high against the level expected, for counts with variance mu + mu²/size
// (Wald 1945). This needs no season to find what a person would see. It finds a
// burst of ten events too, for which a standardized residual is too coarse.
const (
	countRatio = 5
	countLimit = 12
	countClip  = 9   // largest that counts: two in a row are needed at least
	loudCount  = 1   // a burst goes on at this, which is more than one event
	leastMean  = .25 // lowest expectation: a burst is never one event or two
	leastS2    = .02 // lowest noise: no level is known better than to 14 %
)

// A flood can be over within one interval. A count needs no second one if it is so
// many times the expectation, or so many times the largest count ever.
const (
	suddenRatio = 25
	suddenPeak  = 10
	suddenLeast = 20
)

// likelihood returns the logarithm of the likelihood ratio for one count.
func likelihood(y, mu, s2 float64) float64 {
	mu, size := max(mu, leastMean), 1/max(s2, leastS2)
	return y*math.Log(countRatio) - (y+size)*math.Log((size+mu*countRatio)/(size+mu))
}

// judge takes count i. It returns how far the count is above mu, in standard
// deviations, and whether there is a burst and since when. A count of sudden is a
// burst by itself.
//
// Without a season z is not summed: that would find every morning.
func (s *scale) judge(i int64, y, mu, sudden float64, seasonal bool, keep int) (z float64, alarm bool, onset int64) {
	z = s.noise.z(y, mu)
	count := likelihood(y, mu, s.noise.lasting())
	weight := min(count, countClip)
	if y >= sudden {
		weight = 2 * countLimit
	}
	s.byCount.add(i, weight)
	if seasonal {
		s.byZ.add(i, min(z, zClip)-zAllowance)
	}
	loud := z
	switch {
	case count > countLimit:
		loud = max(z, pulse)
	case count > loudCount:
		loud = max(z, zAllowance)
	}
	s.trail.add(loud, keep)
	if s.byCount.sum > countLimit {
		return z, true, s.byCount.since
	}
	return z, s.byZ.sum > s.limit(), s.byZ.since
}

// limit returns what the sum of z must exceed. It is higher where z strays for
// long, by a quarter at most.
func (s *scale) limit() float64 { return zLimit * (1 + s.noise.correlation()/4) }

// idle reports whether nothing points to a burst.
func (s *scale) idle() bool { return s.byZ.sum == 0 && s.byCount.sum == 0 }

// forget begins anew, but keeps the noise.
func (s *scale) forget() { s.byZ, s.byCount, s.trail = chart{}, chart{}, s.trail[:0] }

// judge decides on an interval, on both scales.
func (s *Series) judge(i int64, y, mu float64) Reading {
	s.peaks.add(y)
	sudden := max(suddenLeast, min(suddenRatio*mu, suddenPeak*max(mu, s.peaks.before)))
	before := s.bursting
	z, alarm, onset := s.each.judge(i, y, mu, sudden, s.seasonal && s.grid.perCell == 1, s.grid.kept())
	if s.grid.perCell > 1 {
		slow, since := s.judgeCell(i, y, mu, alarm)
		if slow && !alarm && !s.bursting {
			s.bursting, s.slow, s.onset = true, true, since
		}
	}
	if alarm {
		// A burst that shows in intervals is dated by them, and so is its end.
		if !s.bursting {
			s.onset = s.each.rise(onset, i)
		}
		s.bursting, s.slow = true, false
	}
	r := s.read(z, mu)
	switch {
	case !s.bursting:
		if s.each.idle() && s.sums.idle() {
			s.peaks.settle()
		}
	case !before:
		r.State = Began
	default:
		if end, uncertain, over := s.over(i); over {
			return s.finish(end, uncertain, r)
		}
	}
	return r
}

// cellSum gathers the intervals of a cell.
type cellSum struct {
	y, mu   float64
	known   int64 // number of intervals
	tainted bool  // a burst of intervals is part of it
}

// judgeCell takes an interval into its cell. When the cell is full, it decides on
// the cell.
func (s *Series) judgeCell(i int64, y, mu float64, alarm bool) (burst bool, onset int64) {
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
	// The onset is where the intervals rise, but not before the cell before.
	t := s.each.trail.last(i + 1 - (since-1)*s.grid.perCell)
	rise, _ := t.split(false)
	return true, i + 1 - int64(len(t)-rise)
}
