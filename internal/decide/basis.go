package decide

import (
	"math"

	"github.com/whence-go/whence/internal/stat"
)

// basis is what shares of sources are judged by.
type basis struct {
	sampling   stat.Sampling // the zero one while sources are known one by one
	alpha      float64
	population bool // sources are read as drawn from more
	clustered  bool // and the draw as one by networks
}

// z is the number of standard errors. It is taken from the lower tail, since an alpha may
// be too small to be told from 0 in 1-alpha.
func (b basis) z() float64 { return -stat.NormalQuantile(b.alpha / 2) }

// drawn reports whether a policy reads sources as drawn from more.
func (p Policy) drawn() bool { return p.Population || p.Interim > 0 }

// basis resolves a policy for a case. Of the sources that packet sampling lets through,
// more are to be had; but a sampler picks packets without regard to networks.
func (p Policy) basis(c *Case) basis {
	b := basis{alpha: p.alpha(), clustered: p.drawn()}
	b.population = b.clustered || c.Rate > 1
	if b.population || !c.Exact() {
		b.sampling = b.of(c.Sampling)
	}
	return b
}

// of is a sampling as the basis reads it: a population leaves no correction for having
// seen much of it.
func (b basis) of(s stat.Sampling) stat.Sampling {
	if b.population {
		return s.Population()
	}
	return s
}

// counted reports whether sources are known one by one and asked for as such.
func (b basis) counted() bool { return b.sampling == stat.Sampling{} }

// atNetworks is the basis that reads the sources of a case as drawn by networks.
func (b basis) atNetworks(c *Case) basis {
	b.population, b.clustered = true, true
	b.sampling = c.Sampling.Population()
	return b
}

// lead is that of a country with x of the sample over one of several rivals with y, where
// un more may belong to either. To lead, a country must win the binomial test against each
// rival at alpha/2 (intersection-union: Berger 1982). To be beaten, losing one test
// suffices, so that its level is divided by their number.
func (b basis) lead(x, y, un float64, rivals int) stat.Share {
	return stat.Share{
		Value: (x - y) / b.sampling.K,
		Low:   b.least(x, y+un, 1, b.alpha/2),
		High:  -b.least(y, x+un, 1, b.alpha/2/float64(rivals)),
	}
}

// least is the least lead of x of the sample over y that may stand for times as many, by a
// test at the given level. It is positive if the test bears it out.
func (b basis) least(x, y, times, level float64) float64 {
	s := b.sampling
	d := (x - times*y) / s.K
	if b.alpha >= 1 {
		return d
	}
	low := d - b.z()*math.Sqrt(max((x+times*times*y)/s.K-d*d, 0)/s.NEff)
	return borneOut(low, stat.BinomialTail(x+y, times/(1+times), x) <= level)
}

// borneOut puts the lower end of a lead on the side of 0 on which a test has put it.
func borneOut(low float64, won bool) float64 {
	if won {
		return max(low, tiny)
	}
	return min(max(low, -1), -tiny)
}

const tiny = math.SmallestNonzeroFloat64
