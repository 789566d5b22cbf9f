package decide

import (
	"math"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Registers know numbers with an error, and nothing of any source. Where they are read as those of a draw from more
// sources, the variance of the draw comes on top. Of clusters they know nothing: the draw is taken for one of single
// sources.

// byRegisters is the share by registers, with the unlocated anywhere.
func (c *Case) byRegisters(q Question, b basis) (f finding) {
	in, unlocated := c.Group(q.Has), c.Group(snapshot.IsUnlocated)
	rest := c.Group(q.others)
	f.counted = b.odds(in.Sources, rest.And(unlocated).Sources)
	f.share = f.counted
	f.share.High = b.odds(in.And(unlocated).Sources, rest.Sources).High
	f.located = b.odds(in.Sources, rest.Sources)
	return f
}

// odds is the share of x in x+y.
func (b basis) odds(x, y stat.Number) stat.Share {
	s := stat.OddsShare(x, y, b.z())
	if b.population && x.Value+y.Value > 0 {
		s.Low, s.High = stat.ClopperPearson(s.Value, drawsOf(x, y), b.alpha)
	}
	return s
}

// drawsOf is the number of draws of which the share of x in x+y has the variance that the draw and the registers give
// it together. The registers' own is the product of both shares times their relative variances (delta method).
func drawsOf(x, y stat.Number) float64 {
	n := x.Value + y.Value
	if x.Value <= 0 || y.Value <= 0 {
		return n
	}
	relative := x.RelErr()*x.RelErr() + y.RelErr()*y.RelErr()
	return 1 / (1/n + x.Value*y.Value/(n*n)*relative)
}

// findRegistered takes the registers for all: there is no sample. A lead is that of two independent estimates, which
// must be won or lost as by the test of a sample.
func (c *Case) findRegistered(q Question, b basis) finding {
	f := c.byRegisters(q, b)
	if q.Kind != Plurality {
		return f
	}
	all := c.Group(snapshot.Anywhere).Sources.Value
	in, un := c.Group(q.Has).Sources, c.Group(snapshot.IsUnlocated).Sources
	rivals := c.rivals(q)
	sum := func(a, b stat.Number) stat.Number {
		return stat.Number{Value: a.Value + b.Value, Variance: a.Variance + b.Variance}
	}
	f.overRivals(rivals, func(rival geo.Origin) (lead, located stat.Share) {
		y, low, high := c.Counted[rival].Sources, b.alpha/2, b.alpha/2/float64(len(rivals))
		d := (in.Value - y.Value) / all
		return stat.Share{Value: d, Low: b.leastOf(all, in, sum(y, un), low), High: -b.leastOf(all, y, sum(in, un), high)},
			stat.Share{Value: d, Low: b.leastOf(all, in, y, low), High: -b.leastOf(all, y, in, high)}
	})
	return f
}

// leastOf is the least lead of x over y, as a share of all, by a test at the given level.
func (b basis) leastOf(all float64, x, y stat.Number, level float64) float64 {
	d, variance := (x.Value-y.Value)/all, (x.Variance+y.Variance)/(all*all)
	if b.alpha >= 1 {
		return d
	}
	z := -stat.NormalQuantile(level)
	if !b.population {
		return d - z*math.Sqrt(variance)
	}
	pair := x.Value + y.Value
	variance += max(pair/all-d*d, 0) / all
	n := drawsOf(x, y)
	won := pair > 0 && stat.BinomialTail(n, 0.5, n*x.Value/pair) <= level
	return borneOut(d-z*math.Sqrt(variance), won)
}

// secondEstimate is what the registers say, where the sample decided.
func (t *trial) secondEstimate(a *Answer) []caveat.Caveat {
	c, b := t.cases[0], t.p.basis(t.cases[0])
	// Registers can tell neither forged sources nor clusters.
	if t.q.Kind == Plurality || t.corrected || b.clustered && a.Outcome == Undecided {
		return nil
	}
	if c.Exact() || c.Basis != snapshot.All {
		return nil
	}
	f := c.withoutNewcomers(t.q, t.p.alpha(), c.byRegisters(t.q, b))
	f.widenByLost(t.state)
	if o, _ := f.decide(t.q); o == a.Outcome {
		return nil
	}
	return []caveat.Caveat{{Code: caveat.SecondEstimate, Value: f.share.Value}}
}
