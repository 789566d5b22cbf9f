package decide

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Whoever forges addresses chooses them, and with them what a correction would take away.
// A correction therefore only widens: the interval reaches from the share of all sources
// that came to the share without those that may be forged, whichever of these are.

// mostForged is the largest share of the sources that may be forged.
func (c *Case) mostForged() float64 {
	if c.Spoofing.Level == plausible.Local {
		return c.MostForged(stat.Alpha, snapshot.Anywhere)
	}
	return c.ForgedOfAll().High
}

// ofForged is the caveat that forged sources leave a claim open.
func (c *Case) ofForged() caveat.Caveat {
	if c.Spoofing.Level >= plausible.Local {
		return caveat.Caveat{Code: caveat.SpoofingPartial, Value: c.mostForged()}
	}
	return ofEven(slices.MaxFunc(c.Spoofing.Even, func(a, b plausible.Even) int {
		return cmp.Compare(a.Sources, b.Sources)
	}))
}

// withoutForged widens a finding by the sources that may be forged. Its value is the share
// without those that are.
func (c *Case) withoutForged(q Question, b basis, f finding) finding {
	wide := c.withoutAny(q, b, f)
	fix := c.Correction(b.alpha)
	if fix == nil {
		return wide
	}
	model := c.ofWholeSpace(q, b, fix)
	return finding{
		share: model.share.With(wide.share), located: model.located.With(wide.located), counted: f.counted,
		lead: model.lead.With(wide.lead), locatedLead: model.locatedLead.With(wide.locatedLead),
	}
}

// withoutAny takes away any part of the sources that may be forged though they were not
// drawn from the whole space: for the lower end all that are claimed, for the upper end all
// others.
func (c *Case) withoutAny(q Question, b basis, f finding) finding {
	outside := func(o geo.Origin) bool { return !q.Has(o) }
	own, others := c.MostForged(b.alpha, q.Has), c.MostForged(b.alpha, outside)
	stray, strays := c.Stray(q.Has), c.Stray(snapshot.Anywhere)
	without := func(s stat.Share) stat.Share {
		w := stat.Share{Value: plausible.Left(s.Value, strays, stray/max(strays, tiny)), Low: 0, High: 1}
		if own < 1 {
			w.Low = min(s.Low, plausible.Left(s.Low, own, 1))
		}
		if others < 1 {
			w.High = max(s.High, plausible.Left(s.High, others, 0))
		}
		return w.Positive()
	}
	f.share, f.located = without(f.share), without(f.located)
	for _, lead := range []*stat.Share{&f.lead, &f.locatedLead} {
		lead.Low, lead.High = max(lead.Low-own, -1), min(lead.High+others, 1)
	}
	return f
}

// ofWholeSpace is what find gives, of the sources that are not forged, if addresses were
// drawn from the whole space.
func (c *Case) ofWholeSpace(q Question, b basis, fix *plausible.Correction) (f finding) {
	orUnlocated := func(o geo.Origin) bool { return q.Has(o) || snapshot.IsUnlocated(o) }
	s := fix.Sampling
	own, un := c.Group(q.Has).Sampled, c.Group(snapshot.IsUnlocated).Sampled

	seen := s.Share(own, fix.Alpha)
	space, spaceUn := c.SpaceBound(q.Has), c.SpaceBound(snapshot.IsUnlocated)
	f.share = fix.Share(seen, space).Positive()
	most := fix.Share(s.Share(own+un, fix.Alpha), c.SpaceBound(orUnlocated))
	f.share.High = max(f.share.High, most.High)
	// What is unlocated of the real ones is little known, and left out at its value.
	located := max(1-plausible.Left(un/s.K, fix.Forged.Value, spaceUn.Value), f.share.Value)
	if located > 0 {
		f.located = stat.Share{
			Value: f.share.Value / located, Low: min(f.share.Low/located, 1),
			High: min(fix.Share(seen, space).High/located, 1),
		}
	}
	if q.Kind == Plurality {
		rivals := c.rivals(q)
		f.overRivals(rivals, func(rival geo.Origin) (lead, located stat.Share) {
			is := func(o geo.Origin) bool { return o == rival }
			y := c.Counted[rival].Sampled
			return fix.Lead(own, y, un, q.Has, is, len(rivals)), fix.Lead(own, y, 0, q.Has, is, len(rivals))
		})
	}
	return f
}
