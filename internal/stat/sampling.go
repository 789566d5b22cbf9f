package stat

import "math"

// Sampling says how much a uniform sample without replacement says about the distinct
// things it was drawn from. The zero Sampling says nothing.
type Sampling struct {
	K    float64 // size of the sample
	NEff float64 // size of a sample with replacement that says as much
	N    float64 // estimated number of distinct things
}

// NewSampling is a sample of k of an estimated n. n enters an interval only through the
// finite-population correction, where a number that is too large is on the safe side.
func NewSampling(k, n float64) Sampling {
	if k == 0 {
		return Sampling{}
	}
	upper := max(k+1, n*(1+2/math.Sqrt(k)))
	return Sampling{k, k * (upper - 1) / (upper - k), n}
}

// Within is the sampling of those k of the sample, and of what they stand for.
func (s Sampling) Within(k float64) Sampling { return NewSampling(k, s.N*k/s.K) }

// Without takes x of the sample, and what they stand for, out of it.
func (s Sampling) Without(x float64) Sampling { return s.Within(s.K - x) }

// Population is the same sample, read as one of a population without end.
func (s Sampling) Population() Sampling { return Sampling{s.K, s.K, s.N} }

// Share is the interval, at confidence 1-alpha, of the share among all that were
// observed, given x of the sample: that of Clopper and Pearson at the effective sample
// size. It agrees with exact inversion of the hypergeometric distribution to 10^-4.
func (s Sampling) Share(x, alpha float64) Share {
	low, high := ClopperPearson(x/s.K, s.NEff, alpha)
	return Share{x / s.K, low, high}
}

// StandardError is that of a share, never less than what one thing makes.
func (s Sampling) StandardError(share float64) float64 {
	return math.Sqrt(max(share*(1-share), 1/s.NEff) / s.NEff)
}

// MaxDisagreement is a distance in standard errors far beyond chance: two independent
// estimates of one share were seen 4 apart in 8 of 321,600 simulated cases.
const MaxDisagreement = 4
