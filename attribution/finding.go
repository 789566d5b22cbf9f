package attribution

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// finding is what a claim is decided on.
type finding struct {
	share   Share // with the unlocated anywhere
	located Share // among located sources only
	// Of a plurality: the lead over the strongest rival, as a share of all. Its
	// Low gives the unlocated to the rival, its High to the claimed; an end that
	// a test does not bear out lies across 0.
	lead        Share
	locatedLead Share // as if the unlocated did not count
}

// find gathers what r knows of a claim.
func (r *Report) find(c Claim, b basis) (f finding) {
	in := r.group(c.has)
	unlocated := r.group(isUnlocated)
	all := r.group(anywhere)
	counted := c.unit != OfSources || b.sampling == sampling{}
	switch {
	case counted:
		x, un, n := in.amount(c.unit), unlocated.amount(c.unit), all.amount(c.unit)
		f.share = exactShare(x, n)
		f.share.High = min((x+un)/n, 1) // more only by saturated counts
		f.located = exactShare(x, n-un)
	case b.combined && c.kind != plurality:
		rest := r.group(func(o geo.Origin) bool { return !c.has(o) && !isUnlocated(o) })
		f.share = b.together(in, rest.and(unlocated))
		f.share.High = b.together(in.and(unlocated), rest).High
		f.located = b.together(in, rest)
	default:
		s := b.sampling
		f.share = s.share(in.sampled, b.alpha)
		f.share.High = s.share(in.sampled+unlocated.sampled, b.alpha).High
		if unlocated.sampled < s.k {
			f.located = s.without(unlocated.sampled).share(in.sampled, b.alpha)
		}
	}
	if c.kind != plurality {
		return f
	}
	rivals := r.rivals(c)
	f.lead, f.locatedLead = Share{1, 1, 1}, Share{1, 1, 1}
	for _, rival := range rivals {
		var lead, located Share
		if counted {
			n := all.amount(c.unit)
			d, un := (in.amount(c.unit)-rival.amount(c.unit))/n, unlocated.amount(c.unit)/n
			lead, located = Share{d, d - un, d + un}, Share{d, d, d}
		} else {
			lead = b.lead(in.sampled, rival.sampled, unlocated.sampled, len(rivals))
			located = b.lead(in.sampled, rival.sampled, 0, len(rivals))
		}
		f.lead, f.locatedLead = leastLead(f.lead, lead), leastLead(f.locatedLead, located)
	}
	return f
}

// together is the share of x in x+y by the sample and by the HyperLogLogs, two
// practically independent estimates, weighted by their inverse variances. That all
// or none of what was seen is x says nothing for sure of a population.
func (b basis) together(x, y group) Share {
	s := b.sampling.within(x.sampled + y.sampled)
	parts := partsShare(x, y, b.z())
	if s.k == 0 {
		return parts
	}
	bySample := x.sampled / s.k
	vs := s.standardError(bySample)
	vp := parts.Value * (1 - parts.Value) * math.Hypot(x.relErr(), y.relErr())
	vs, vp = vs*vs, vp*vp
	switch {
	case vp == 0 && b.population:
		return s.population().share(x.sampled, b.alpha)
	case vp == 0:
		return parts
	}
	v := 1 / (1/vs + 1/vp)
	value := v * (bySample/vs + parts.Value/vp)
	if b.population { // which errs both estimates alike
		v += value * (1 - value) / s.n
	}
	e := b.z() * math.Sqrt(v)
	return Share{value, max(value-e, 0), min(value+e, 1)}
}

func leastLead(a, b Share) Share {
	return Share{min(a.Value, b.Value), min(a.Low, b.Low), min(a.High, b.High)}
}

// rivals are the countries that a plurality may be lost to.
func (r *Report) rivals(c Claim) (rivals []group) {
	for _, row := range r.Origins {
		if !c.has(row.Origin) {
			rivals = append(rivals, r.counted[row.Origin].group())
		}
	}
	return rivals
}

// lead is that of a country with x of the sample over one of several rivals with
// y, where un more may belong to either. To lead, a country must win the binomial
// test against each rival at alpha/2 (intersection-union: Berger 1982). To be
// beaten, losing one test suffices, so that its level is divided by their number.
func (b basis) lead(x, y, un float64, rivals int) Share {
	return Share{(x - y) / b.sampling.k, b.least(x, y+un, 1, b.alpha/2), -b.least(y, x+un, 1, b.alpha/2/float64(rivals))}
}

// least is the least lead of x of the sample over y that may stand for times as
// many, by a test at the given level. It is positive if the test bears it out.
func (b basis) least(x, y, times, level float64) float64 {
	const tiny = math.SmallestNonzeroFloat64
	s := b.sampling
	d := (x - times*y) / s.k
	if stat.BinomialTail(x+y, times/(1+times), x) > level {
		return min(d, -tiny)
	}
	se := math.Sqrt(((x+times*times*y)/s.k - d*d) / s.nEff)
	return max(d-b.z()*se, tiny)
}

// amount is how much of a unit a group has.
func (g group) amount(u Unit) float64 { return u.of(g.sources, g.events, g.bytes) }
