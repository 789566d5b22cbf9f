package detect

import "math"

// Counts are judged on two scales: each interval, which finds within seconds what
// stands out, and sums of a cell of 5 or 15 minutes. Noise that lasts for minutes is
// no burst in a sum. What is too rare or too weak for intervals shows in one.

// scale judges counts of one length, intervals or cells, against what was expected.
type scale struct {
	noise     noise
	byZ       chart
	byCount   limited
	weak      [factors - 1]limited
	pending   float64 // the count before, for pulses; negative: none
	blocks    blocks
	learned   float64 // blocks that limits were learned from
	noted     int64   // counts of this block that were no part of a burst
	unsettled bool    // limits have been taught and not computed yet
	trail     trail
}

func newScale(d grid, perCount int64) scale {
	s := scale{noise: newNoise(), blocks: d.blocks(perCount), learned: priorBlocks, pending: -1}
	for f := none; f < factors; f++ {
		s.of(f).tail = newTail()
	}
	s.settle()
	return s
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
	zTail      = 4 // by so much more does ln(1/p) grow than a sum of z, which is normal
	zAccepted  = 4 // a count beyond it teaches nothing
)

// Counts are also summed as the logarithm of a likelihood ratio: of a level several
// times as high against the level expected, for counts with variance mu + mu²/size
// (Wald 1945). This needs no season to find what a person would see. It finds a
// burst of ten events too, for which a standardized residual is too coarse.
const (
	countRatio = 5
	countLimit = 12  // lowest limit,
	countClip  = .75 // and part of it that a count is worth at most: two in a row are needed at least

	mostCountLimit = 2   // times the lowest
	countRising    = 4.5 // a sum from which on counts teach no level
	loudCount      = 1   // a burst goes on at this, which is more than one event
	leastMean      = .25 // lowest expectation: a burst is never one event or two
	leastS2        = .02 // lowest noise: no level is known better than to 14 %
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
	return against(y, max(mu, leastMean), muchMore, 1/max(s2, leastS2))
}

// verdict is what the sums of a scale say about a count.
type verdict struct {
	z     float64 // standard deviations above what was expected
	burst bool    // there is one
	weak  factor  // the small factor that shows it; none: it is strong
	since int64   // first count of the sum that shows it
}

// terms say how a scale judges a count.
type terms struct {
	mu      float64        // what is expected,
	top     float64        // and where the rhythm is steep,
	ceiling func() float64 // and at most
	lift    bool           // the ceiling matters for large factors, too
	sudden  float64        // a count that is a burst by itself
	sumZ    bool           // z is summed
	steep   int64          // see judgeWeak
	known   bool           // a burst runs: small factors do not matter
	keep    int            // length of the trail
}

// judge takes count i.
//
// Without a season z is not summed: that would find every morning.
func (s *scale) judge(i int64, y float64, by terms) verdict {
	mu := by.mu
	v, count := verdict{z: s.noise.z(y, mu)}, 0.
	idle, most := by.known || s.isIdle(y, mu), mu
	if !idle || by.lift && y > mu {
		most = by.ceiling()
	}
	if y > mu || s.byCount.sum > 0 {
		lifted := by.top
		if by.lift {
			lifted = max(lifted, most/strongSlack)
		}
		count = likelihood(y, lifted, s.noise.lasting())
		weight := min(count, countClip*s.byCount.limit)
		if y >= by.sudden {
			weight = 2 * s.byCount.limit
		}
		s.byCount.add(i, weight)
	}
	if by.sumZ {
		z := v.z
		if by.top > mu {
			z = s.noise.z(y, by.top)
		}
		s.byZ.add(i, min(z, zClip)-zAllowance)
	}
	loud := v.z
	switch {
	case count > s.byCount.limit:
		loud = max(v.z, pulse)
	case count > loudCount:
		loud = max(v.z, zAllowance)
	}
	s.trail.add(loud, by.keep)
	if idle {
		s.pending = y
	} else {
		v.weak = s.judgeWeak(i, y, mu, most, by.steep)
	}
	switch {
	case s.byCount.sum > s.byCount.limit:
		v.burst, v.weak, v.since = true, none, s.byCount.since
	case s.byZ.sum > s.limit():
		v.burst, v.weak, v.since = true, none, s.byZ.since
	case v.weak != none:
		v.burst, v.since = true, s.of(v.weak).since
	}
	return v
}

// limit returns what the sum of z must exceed. It is higher where z strays for
// long, by a quarter at most.
func (s *scale) limit() float64 {
	return (zLimit - s.blocks.spare/zTail) * (1 + s.noise.correlation()/4)
}

// idle reports whether nothing points to a burst.
func (s *scale) idle() bool { return s.byZ.sum == 0 && s.byCount.sum == 0 }

// forget begins anew, but keeps the noise.
func (s *scale) forget() {
	s.byZ, s.byCount.chart, s.trail = chart{}, chart{}, s.trail[:0]
	s.forgetWeak()
}

// judge decides on an interval, on both scales.
func (s *Series) judge(i int64, y, mu float64) Reading {
	top := s.top(mu)
	sudden := s.sudden(top)
	before := s.bursting
	steep := int64(0)
	if !s.seasonal {
		steep = s.grid.steep
	}
	v := s.each.judge(i, y, terms{
		mu: mu, top: top, ceiling: func() float64 { return s.each.noise.ceiling(top, s.basis(), s.drift()) },
		lift: s.seasonal && s.grid.perCell > 1, sudden: sudden, sumZ: s.seasonal && s.grid.perCell == 1,
		steep: steep, known: s.bursting && !s.slow, keep: s.grid.kept,
	})
	s.each.note(i, !s.bursting)
	if s.grid.perCell > 1 {
		s.cell.add(y, mu, top, v.burst || s.bursting && !s.slow)
		if (i+1)%s.grid.perCell == 0 {
			s.judgeCell(i, v.burst)
		}
	}
	if v.burst {
		s.show(i, v)
	}
	if s.bursting && !s.slow {
		s.fall(i, y, mu)
	}
	r := s.read(v.z, mu)
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

// sudden returns a count that is a burst by itself.
func (s *Series) sudden(mu float64) float64 {
	return max(suddenLeast, min(suddenRatio*mu, suddenPeak*max(mu, s.peaks.before)))
}

// show notes that intervals show a burst. They date it, and its end, even if sums of a
// cell found it.
func (s *Series) show(i int64, v verdict) {
	if !s.bursting {
		s.onset = s.each.rise(v.since, i)
		s.each.alarm(v.weak)
	}
	if !s.bursting || s.slow {
		s.weak, s.falling = v.weak, chart{}
	} else if v.weak == none {
		s.weak = none
	}
	s.bursting, s.slow = true, false
}

// cellSum gathers the intervals of a cell.
type cellSum struct {
	y, mu   float64
	top     float64 // what is expected where the rhythm is steep
	known   int64   // number of intervals
	tainted bool    // a burst of intervals is part of it
}

// add takes an interval into its cell.
func (c *cellSum) add(y, mu, top float64, alarm bool) {
	c.y, c.mu, c.top, c.known = c.y+y, c.mu+mu, c.top+top, c.known+1
	c.tainted = c.tainted || alarm
}

// judgeCell decides on the cell that ends with interval i, which may show a burst by itself.
func (s *Series) judgeCell(i int64, alarm bool) {
	full, at := s.cell, i/s.grid.perCell
	s.cell = cellSum{}
	if full.tainted || 2*full.known < s.grid.perCell {
		s.sums.note(at, false)
		return
	}
	n := max(s.basis()/float64(s.grid.perCell), 1)
	v := s.sums.judge(at, full.y, terms{
		mu: full.mu, top: full.top, ceiling: func() float64 { return s.sums.noise.ceiling(full.top, n, s.drift()) },
		lift: s.seasonal, sudden: math.Inf(1), sumZ: s.seasonal, known: s.bursting, keep: keptSums,
	})
	s.sums.note(at, !s.bursting)
	s.learnNoise(&s.sums, full.y, full.mu, v.z, s.grid.perCell)
	if s.seasonal && math.Abs(v.z) < zAccepted {
		s.follow(v.z, full.mu, s.sums.noise.s2)
	}
	if !v.burst {
		return
	}
	s.sums.alarm(v.weak)
	if alarm || s.bursting {
		return
	}
	// The onset is where the intervals rise, but not before the cell before.
	t := s.each.trail.last(i + 1 - (v.since-1)*s.grid.perCell)
	rise, _ := t.split(false)
	s.bursting, s.slow, s.onset = true, true, i+1-int64(len(t)-rise)
}
