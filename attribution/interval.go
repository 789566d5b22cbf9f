package attribution

import (
	"math"

	"github.com/whence-go/whence/internal/stat"
)

// Share is a share between 0 and 1 with its confidence interval, of 95 % unless
// it is part of a [Verdict] that states another.
type Share struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

const (
	alpha = 0.05     // of intervals whose confidence nobody chose
	z     = 1.959964 // standard normal quantile of 1-alpha/2
)

// exactShare is part of whole, without error.
func exactShare(part, whole float64) Share {
	if whole == 0 {
		return Share{}
	}
	s := part / whole
	return Share{s, s, s}
}

// partsShare is the share of x in x+y, two groups counted by independent
// HyperLogLogs, with an interval of z standard errors. The error of x in numerator
// and denominator cancels, and the logarithm of the odds has the sum of both
// relative variances (delta method).
func partsShare(x, y group, z float64) Share {
	switch {
	case x.sources <= 0:
		return Share{}
	case y.sources <= 0:
		return Share{1, 1, 1}
	}
	logit := math.Log(x.sources / y.sources)
	se := math.Hypot(x.relErr(), y.relErr())
	return Share{x.sources / (x.sources + y.sources), expit(logit - z*se), expit(logit + z*se)}
}

func expit(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

// sampling says how much a uniform sample without replacement tells of the
// distinct sources it was drawn from.
type sampling struct {
	k    float64 // size of the sample
	nEff float64 // size of a sample with replacement that tells as much
	n    float64 // estimated number of distinct sources
}

// newSampling takes k of an estimated n sources. n enters an interval only through
// the finite-population correction, where a number that is too large is on the
// safe side.
func newSampling(k, n float64) sampling {
	if k == 0 {
		return sampling{}
	}
	upper := max(k+1, n*(1+2/math.Sqrt(k)))
	return sampling{k, k * (upper - 1) / (upper - k), n}
}

// within is the sampling of those k of the sample, and of what they stand for.
func (s sampling) within(k float64) sampling { return newSampling(k, s.n*k/s.k) }

// without takes x sources of the sample, and what they stand for, out of it.
func (s sampling) without(x float64) sampling { return s.within(s.k - x) }

// population is the same sample, taken for one of a population without end.
func (s sampling) population() sampling { return sampling{s.k, s.k, s.n} }

// share is the interval, at confidence 1-alpha, of the share among all observed
// sources, given x of the sample: that of Clopper and Pearson at the effective
// sample size, which agrees with exact inversion of the hypergeometric
// distribution to 10^-4.
func (s sampling) share(x, alpha float64) Share {
	low, high := stat.ClopperPearson(x/s.k, s.nEff, alpha)
	return Share{x / s.k, low, high}
}

// standardError is that of a share, never less than what one source makes.
func (s sampling) standardError(share float64) float64 {
	return math.Sqrt(max(share*(1-share), 1/s.nEff) / s.nEff)
}
