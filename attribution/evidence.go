package attribution

import "math"

// evidence is what a claim is decided on.
type evidence struct {
	share   Share // with the unlocated anywhere
	located Share // among located sources only
	// Of a plurality: the lead over the strongest rival, as a share of all. Its
	// Low gives the unlocated to the rival, its High to the claimed; an end that
	// a test does not bear out lies across 0.
	lead        Share
	locatedLead Share // as if the unlocated did not count
}

// census is the sampling that shares of the sources seen are judged by; the zero
// one while they are known exactly.
func (r *Report) census() sampling {
	if r.Sources.Exact {
		return sampling{}
	}
	return r.sampling
}

// evidence gathers what r knows of a claim, judging distinct sources by s.
func (r *Report) evidence(c Claim, s sampling) (e evidence) {
	in := r.group(c.has)
	unlocated := r.group(isUnlocated)
	all := r.group(anywhere)
	counted := c.unit != OfSources || s == sampling{}
	if counted {
		x, un, n := in.amount(c.unit), unlocated.amount(c.unit), all.amount(c.unit)
		e.share = exactShare(x, n)
		e.share.High = min((x+un)/n, 1) // more only by saturated counts
		e.located = exactShare(x, n-un)
	} else {
		e.share = s.census(in.sampled)
		e.share.High = s.census(in.sampled + unlocated.sampled).High
		if unlocated.sampled < s.k {
			e.located = s.without(unlocated.sampled).census(in.sampled)
		}
	}
	if c.kind != plurality {
		return e
	}
	rivals := r.rivals(c)
	e.lead, e.locatedLead = Share{1, 1, 1}, Share{1, 1, 1}
	for _, rival := range rivals {
		var lead, located Share
		if counted {
			n := all.amount(c.unit)
			d, un := (in.amount(c.unit)-rival.amount(c.unit))/n, unlocated.amount(c.unit)/n
			lead, located = Share{d, d - un, d + un}, Share{d, d, d}
		} else {
			lead = s.lead(in.sampled, rival.sampled, unlocated.sampled, len(rivals))
			located = s.lead(in.sampled, rival.sampled, 0, len(rivals))
		}
		e.lead, e.locatedLead = leastLead(e.lead, lead), leastLead(e.locatedLead, located)
	}
	return e
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
func (s sampling) lead(x, y, un float64, rivals int) Share {
	const tiny = math.SmallestNonzeroFloat64
	least := func(x, y, level float64) float64 { // of x over y
		d := (x - y) / s.k
		if binomialTail(x+y, x) > level {
			return min(d, -tiny)
		}
		se := math.Sqrt(((x+y)/s.k - d*d) / s.nEff)
		return max(d-z*se, tiny)
	}
	return Share{(x - y) / s.k, least(x, y+un, alpha/2), -least(y, x+un, alpha/2/float64(rivals))}
}

// amount is how much of a unit a group has.
func (g group) amount(u Unit) float64 {
	switch u {
	case OfEvents:
		return float64(g.events)
	case OfBytes:
		return float64(g.bytes)
	}
	return g.sources
}
