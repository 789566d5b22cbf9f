package monitor

import "math"

// scale judges counts of one length, an interval or a cell, against what was
// expected of them.
type scale struct {
	noise        noise
	byZ, byCount chart
	trail        trail
}

// chart is a one-sided cumulative sum: it finds what lasts (Page 1954).
type chart struct {
	sum   float64
	since int64 // first after the sum was last 0
}

func (c *chart) add(i int64, x float64) {
	if c.sum == 0 {
		c.since = i
	}
	c.sum = max(0, c.sum+x)
}

const (
	zAllowance = 2 // of z, before it counts towards a burst
	zClip      = 5 // three in a row at least
	zLimit     = 8
	zAccepted  = 4 // beyond it, a count teaches nothing
)

// Counts are also compared by a sequential likelihood ratio: of a level several
// times as high against the level expected, in counts with variance
// mu + mu²/size. It needs no season to find what a person would see, and it finds
// a burst of ten events, where a standardised residual is too coarse to tell.
const (
	countRatio = 5
	countLimit = 12
	countClip  = 9   // two in a row at least
	loudCount  = 1   // at least, for a burst to go on: more than one event
	leastMean  = .25 // what is rarer is judged as this: a burst is never one event or two
	leastS2    = .02 // no series is so regular that its level is known to 14 %

	// A flood can be over within an interval: what is so many times as high as
	// expected, or as ever before, needs no second one.
	suddenRatio  = 25
	suddenRecord = 10
	suddenLeast  = 20
)

// likelihood returns the logarithm of the ratio for one count.
func likelihood(y, mu, s2 float64) float64 {
	mu, size := max(mu, leastMean), 1/max(s2, leastS2)
	return y*math.Log(countRatio) - (y+size)*math.Log((size+mu*countRatio)/(size+mu))
}

// judge takes count i and returns how far it is above mu, and whether there is a
// burst and since when; a count of sudden is one by itself. Without a season, z is
// not summed: it would find the morning.
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
	if count > loudCount {
		loud = max(z, zAllowance)
	}
	s.trail.add(loud, keep)
	if s.byCount.sum > countLimit {
		return z, true, s.byCount.since
	}
	return z, s.byZ.sum > s.limit(), s.byZ.since
}

// limit is what the sum of z must exceed: more where z strays for long, a quarter
// more at most.
func (s *scale) limit() float64 { return zLimit * (1 + s.noise.correlation()/4) }

// idle reports whether nothing points to a burst.
func (s *scale) idle() bool { return s.byZ.sum == 0 && s.byCount.sum == 0 }

// forget begins anew, with the noise as it is known.
func (s *scale) forget() { s.byZ, s.byCount, s.trail = chart{}, chart{}, s.trail[:0] }
