package attribution

import "github.com/whence-go/whence/geo"

// spaceBound is the part that a set of origins has of forged addresses: of the
// public address space, or of what a filter to routed addresses lets through.
func spaceBound(space *geo.Space, in func(geo.Origin) bool) Share {
	if space == nil {
		return Share{Low: 0, High: 1}
	}
	var public, routed, all float64
	for o := range space.IPv4 {
		all += space.Routed[o]
		if in(geo.Origin(o)) {
			public += space.IPv4[o]
			routed += space.Routed[o]
		}
	}
	if all == 0 {
		// Unknown, but no more and no less than if all or none of what is not
		// routed were theirs.
		const kept = routedSpace / publicSpace
		return Share{public, max(0, public-(1-kept)) / kept, min(1, public/kept)}
	}
	return Share{public, min(public, routed), max(public, routed)}
}

// mostlySpoofed reports whether the addresses of most sources are forged.
func (r *Report) mostlySpoofed() bool {
	s := r.Spoofing
	if s == nil {
		return false
	}
	part := r.part()
	switch s.Finding {
	case SpoofingUniform:
		return part > 0.5
	case SpoofingDominant:
		return part*s.Forged.Low > 0.5
	}
	return false
}

// corrects reports whether a claim has to be decided on the share among those that
// are not forged.
func (r *Report) corrects(c Claim) bool {
	return c.unit == OfSources && r.Spoofing != nil &&
		r.Spoofing.Finding != NotSpoofed && r.Spoofing.Finding != SpoofingHinted
}

// correction turns shares of all sources into shares of those not forged.
type correction struct {
	sampling sampling
	alpha    float64
	forged   Share // of all public sources
	space    *geo.Space
}

// correction spends half the error on the fraction of forged sources and leaves the
// other half to the shares. Which of a country's sources are forged is a matter of
// chance even when all were counted, so that the sample is taken for one of more.
func (r *Report) correction(alpha float64) correction {
	part := r.part()
	f := r.witnesses.forged(r.space, alpha/2)
	if r.Spoofing.Finding == SpoofingUniform {
		f.High = 1
	}
	return correction{
		sampling: r.sampling.population(), alpha: alpha / 2,
		forged: Share{f.Value * part, f.Low * part, f.High * part}, space: r.space,
	}
}

// genuine is the least fraction of all public sources that is not forged: never
// nothing, since then nothing would be claimed.
func (r *Report) genuine(alpha float64) float64 {
	return max(1-r.correction(alpha).forged.High, 1/max(r.sampling.k, 1))
}

// left is what remains, as a share of what is not forged, of a part of all when the
// forged are taken away: forged is their fraction, of which q are in the part.
func left(part, forged, q float64) float64 {
	if forged >= 1 {
		return part // nothing is known of what is not forged
	}
	taken := float64(forged * q) // rounded here on every machine
	return min(max((part-taken)/(1-forged), -1), 1)
}

// share removes the forged from a share, or from the lead of one over another. For
// each part of the forged it is monotone in their fraction, so that its extremes are
// at the ends.
func (c *correction) share(part, q Share) Share {
	f := c.forged
	s := Share{left(part.Value, f.Value, q.Value), -1, 1}
	if f.High < 1 {
		s.Low = min(left(part.Low, f.Low, q.High), left(part.Low, f.High, q.High))
		s.High = max(left(part.High, f.Low, q.Low), left(part.High, f.High, q.Low))
	}
	return s
}

// positive cuts what is no lead at 0.
func (s Share) positive() Share { return Share{max(s.Value, 0), max(s.Low, 0), max(s.High, 0)} }

// corrected is what [Report.find] gives, of the sources that are not forged.
func (r *Report) corrected(c Claim, b basis) (f finding) {
	fix := r.correction(b.alpha)
	orUnlocated := func(o geo.Origin) bool { return c.has(o) || isUnlocated(o) }
	s := fix.sampling
	own, un := r.group(c.has).sampled, r.group(isUnlocated).sampled

	seen := s.share(own, fix.alpha)
	q, qUn := spaceBound(r.space, c.has), spaceBound(r.space, isUnlocated)
	f.share = fix.share(seen, q).positive()
	most := fix.share(s.share(own+un, fix.alpha), spaceBound(r.space, orUnlocated))
	f.share.High = max(f.share.High, most.High)
	// What is unlocated of the real ones is little known, and left out at its value.
	located := max(1-left(un/s.k, fix.forged.Value, qUn.Value), f.share.Value)
	if located > 0 {
		f.located = Share{f.share.Value / located, min(f.share.Low/located, 1), min(fix.share(seen, q).High/located, 1)}
	}
	if c.kind != plurality {
		return f
	}
	var rivals []geo.Origin
	for _, row := range r.Origins {
		if !c.has(row.Origin) {
			rivals = append(rivals, row.Origin)
		}
	}
	f.lead, f.locatedLead = Share{1, 1, 1}, Share{1, 1, 1}
	for _, rival := range rivals {
		is := func(o geo.Origin) bool { return o == rival }
		other := r.counted[rival].sampled
		lead := fix.lead(own, other, un, c.has, is, len(rivals))
		located := fix.lead(own, other, 0, c.has, is, len(rivals))
		f.lead, f.locatedLead = leastLead(f.lead, lead), leastLead(f.locatedLead, located)
	}
	return f
}

// lead is that of x over y, one of several rivals, among the sources that are not
// forged, where un more may belong to either. Each of the two shares has half the
// error.
func (c *correction) lead(x, y, un float64, own, other func(geo.Origin) bool, rivals int) Share {
	with := func(in func(geo.Origin) bool) func(geo.Origin) bool {
		return func(o geo.Origin) bool { return in(o) || un > 0 && isUnlocated(o) }
	}
	difference := func(x, y, level float64, own, other func(geo.Origin) bool) Share {
		a, b := c.sampling.share(x, level), c.sampling.share(y, level)
		qa, qb := spaceBound(c.space, own), spaceBound(c.space, other)
		return c.share(
			Share{a.Value - b.Value, a.Low - b.High, a.High - b.Low},
			Share{qa.Value - qb.Value, qa.Low - qb.High, qa.High - qb.Low})
	}
	level := c.alpha / 2
	return Share{
		difference(x, y, level, own, other).Value,
		difference(x, y+un, level, own, with(other)).Low,
		difference(x+un, y, level/float64(rivals), with(own), other).High,
	}
}
