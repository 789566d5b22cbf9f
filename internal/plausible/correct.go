package plausible

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// SpaceBound is the part that a set of origins has of forged addresses: of the public
// address space, or of what a filter to routed addresses lets through, by any of the
// databases.
func (f *Findings) SpaceBound(in func(geo.Origin) bool) stat.Share {
	spaces := f.View.Spaces
	if f.View.IsParted() { // any part of them, and the value leaves the share as it is
		return stat.Share{Value: f.View.Group(in).Sampled / max(f.View.Sampling.K, 1), Low: 0, High: 1}
	}
	if len(spaces) == 0 {
		return stat.Share{Low: 0, High: 1}
	}
	bound := boundBySpace(&spaces[0], in)
	for i := range spaces[1:] {
		bound = bound.With(boundBySpace(&spaces[1+i], in))
	}
	return bound
}

func boundBySpace(space *geo.Space, in func(geo.Origin) bool) stat.Share {
	var public, routed, all float64
	for o := range space.IPv4 {
		all += space.Routed[o]
		if in(geo.Origin(o)) {
			public += space.IPv4[o]
			routed += space.Routed[o]
		}
	}
	if all == 0 {
		// Not known, but no more and no less than if all or none of what is not routed
		// were theirs.
		const kept = routedSpace / publicSpace
		return stat.Share{Value: public, Low: max(0, public-(1-kept)) / kept, High: min(1, public/kept)}
	}
	return stat.Share{Value: public, Low: min(public, routed), High: max(public, routed)}
}

// part is the fraction of all public sources that was tested.
func (f *Findings) part() float64 { return f.witnesses.all.n / f.witnesses.public }

// Tested is that fraction, 0 if nothing was tested.
func (f *Findings) Tested() float64 {
	if f.Spoofing == nil {
		return 0
	}
	return f.part()
}

// ForgedOfAll is the fraction of all public sources that is forged.
func (f *Findings) ForgedOfAll() stat.Share { return f.Spoofing.Forged.Scaled(f.part()) }

// MostlyForged reports whether the addresses of most sources are forged.
func (f *Findings) MostlyForged() bool {
	s := f.Spoofing
	if s == nil {
		return false
	}
	switch s.Level {
	case Uniform:
		return f.part() > 0.5
	case Dominant:
		return f.part()*s.Forged.Low > 0.5
	}
	return false
}

// SomeForged reports whether claims about sources have to hold without forged ones, too.
func (f *Findings) SomeForged() bool {
	return f.Spoofing != nil && (f.Spoofing.Level >= Local || len(f.Spoofing.Even) > 0)
}

// Stray is the share of the public sources that lie in dark space, of a set of origins: 0
// where they are no more than misconfiguration makes.
func (f *Findings) Stray(in func(geo.Origin) bool) float64 {
	if f.Spoofing == nil || f.Spoofing.Level < Local {
		return 0
	}
	return f.witnesses.darkIn(in) / f.witnesses.public
}

// MostForged is the largest share of the public sources that may be forged, of a set of
// origins, if addresses were not drawn from the whole space: those in dark space, those in
// places with an even spread, and what belongs to the dark ones if all were drawn from a
// part of the space, whichever part that is. Of such a part each network gets as many as
// each dark one.
func (f *Findings) MostForged(alpha float64, in func(geo.Origin) bool) float64 {
	if !f.SomeForged() {
		return 0
	}
	w, s := &f.witnesses, f.Spoofing
	ofSpace := 0.0
	if s.Level == Local && w.allOverDark() || s.Level == Partial && !w.unfiltered() {
		ofSpace = w.inDarkSpace(alpha).High / leastDarkOfWhole
	}
	most := 0.0
	for o, crowd := range w.origins {
		if o := geo.Origin(o); crowd.n > 0 && in(o) {
			forged := f.evenIn[o]
			if s.Level >= Local {
				forged += w.inDark[o]
			}
			if q := ofSpace * f.partOfSpace[o]; q > 0 {
				forged = max(forged, min(q*w.all.n, crowd.ungathered(publicSpace*(1<<24)*f.partOfSpace[o])))
			}
			most += forged
		}
	}
	return most / w.public
}

// Correction turns shares of all sources into shares of those not forged, if addresses were
// drawn from the whole space.
type Correction struct {
	Sampling stat.Sampling
	Alpha    float64    // that is left for the shares
	Forged   stat.Share // of all public sources
	findings *Findings
}

// Correction spends half the error on the fraction of forged sources and leaves the other
// half to the shares. Which of a country's sources are forged is a matter of chance even
// when all were counted, so that the sample is read as one of a population. It is nil where
// nothing looks like forging from the whole space.
func (f *Findings) Correction(alpha float64) *Correction {
	if f.Spoofing == nil || f.Spoofing.Level < Partial {
		return nil
	}
	tests := f.tests()
	forged, _ := tests.witnesses.wholeSpace(tests.View.Spaces, alpha/2)
	if f.Spoofing.Level == Uniform {
		forged.High = 1
	}
	return &Correction{f.View.Sampling.Population(), alpha / 2, forged.Scaled(f.part()), f}
}

// Genuine is the least fraction of all public sources that is not forged: never nothing,
// since then nothing would be claimed.
func (f *Findings) Genuine(alpha float64) float64 {
	forged := f.MostForged(alpha, snapshot.Anywhere)
	if c := f.Correction(alpha); c != nil {
		forged = max(forged, c.Forged.High)
	}
	return max(1-forged, 1/max(f.View.Sampling.K, 1))
}

// Left is what remains, as a share of what is not forged, of a part of all when the forged
// are taken away: forged is their fraction, of which q are in the part.
func Left(part, forged, q float64) float64 {
	if forged >= 1 {
		return part // nothing is known of what is not forged
	}
	taken := float64(forged * q) // rounded here on every machine
	return min(max((part-taken)/(1-forged), -1), 1)
}

// Share removes the forged from a share, or from the lead of one over another, of which q
// of the forged are a part. For each part of the forged it is monotone in their fraction,
// so that its extremes are at the ends.
func (c *Correction) Share(part, q stat.Share) stat.Share {
	f := c.Forged
	s := stat.Share{Value: Left(part.Value, f.Value, q.Value), Low: -1, High: 1}
	if f.High < 1 {
		s.Low = min(Left(part.Low, f.Low, q.High), Left(part.Low, f.High, q.High))
		s.High = max(Left(part.High, f.Low, q.Low), Left(part.High, f.High, q.Low))
	}
	return s
}

// Lead is that of x of the sample over y, one of several rivals, among the sources that are
// not forged, where un more may belong to either. Each of the two shares has half the
// error.
func (c *Correction) Lead(x, y, un float64, own, other func(geo.Origin) bool, rivals int) stat.Share {
	with := func(in func(geo.Origin) bool) func(geo.Origin) bool {
		return func(o geo.Origin) bool { return in(o) || un > 0 && o == geo.Unlocated }
	}
	difference := func(x, y, level float64, own, other func(geo.Origin) bool) stat.Share {
		a, b := c.Sampling.Share(x, level), c.Sampling.Share(y, level)
		qa, qb := c.findings.SpaceBound(own), c.findings.SpaceBound(other)
		return c.Share(
			stat.Share{Value: a.Value - b.Value, Low: a.Low - b.High, High: a.High - b.Low},
			stat.Share{Value: qa.Value - qb.Value, Low: qa.Low - qb.High, High: qa.High - qb.Low})
	}
	level := c.Alpha / 2
	low, high := difference(x, y, level, own, other), difference(x, y, level/float64(rivals), own, other)
	// It may also be that none of the unlocated is real.
	return stat.Share{
		Value: low.Value,
		Low:   min(low.Low, difference(x, y+un, level, own, with(other)).Low),
		High:  max(high.High, difference(x+un, y, level/float64(rivals), with(own), other).High),
	}
}
