package decide

import (
	"math"
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// finding is what a question is decided on.
type finding struct {
	share   stat.Share // with the unlocated anywhere (Manski 1990)
	counted stat.Share // with the unlocated as others
	located stat.Share // among located sources only

	// Of a plurality: the lead over the strongest rival, as a share of all. Its Low gives
	// the unlocated to the rival, its High to the claimed; an end that a test does not bear
	// out lies across 0.
	lead        stat.Share
	locatedLead stat.Share // as if the unlocated did not count

	sampling *PacketSampling
}

// others holds for the countries that a question is not about.
func (q Question) others(o geo.Origin) bool { return !q.Has(o) && !snapshot.IsUnlocated(o) }

// decide compares the interval with the limit. An interval that touches the limit supports
// nothing.
func (f finding) decide(q Question) (Outcome, float64) {
	over, under := f.share.Low-q.Limit, q.Limit-f.share.High
	// Percentages have no exact form in binary: 7 of 1,000 is 0.7 %.
	const equal = 1e-12
	if math.Abs(over) < equal {
		over = 0
	}
	if math.Abs(under) < equal {
		under = 0
	}
	switch {
	case q.Kind == MoreThan && over > 0, q.Kind == LessThan && under > 0:
		return Supported, max(over, under)
	case q.Kind == MoreThan && under >= 0, q.Kind == LessThan && over >= 0:
		return Refuted, max(over, under)
	case q.Kind == Plurality && f.lead.Low > 0:
		return Supported, f.lead.Low
	case q.Kind == Plurality && f.lead.High <= 0:
		return Refuted, -f.lead.High
	}
	return Undecided, 0
}

// overlap is how far the interval reaches across the limit, on the side where it is less.
func (f finding) overlap(q Question) float64 {
	if q.Kind == Plurality {
		return max(min(f.lead.High, -f.lead.Low), 0)
	}
	return max(min(f.share.High-q.Limit, q.Limit-f.share.Low), 0)
}

// ifLocated is the finding as if the unlocated did not count.
func (f finding) ifLocated() finding {
	f.share, f.lead = f.located, f.locatedLead
	return f
}

// count gathers what a case knows of the question.
func (t *trial) count(c *Case, b basis) finding {
	switch {
	case t.q.Unit != plausible.Sources && c.EstimatesVolume():
		return c.findVolume(t.q, b)
	case t.q.Unit != plausible.Sources || b.counted() && c.Exact():
		return c.findCounted(t.q)
	case c.Unsampled:
		return c.findRegistered(t.q, b)
	case b.clustered && c.HasAddresses():
		return t.findClustered(c, b)
	}
	return c.findSampled(t.q, b)
}

// rivals are the countries that a plurality may be lost to: those that were seen, or else any
// other, which may have what is unlocated or not in the sample.
func (c *Case) rivals(q Question) (rivals []geo.Origin) {
	for _, o := range c.Countries() {
		if !q.Has(o) {
			rivals = append(rivals, o)
		}
	}
	if len(rivals) > 0 {
		return rivals
	}
	for o := range geo.Countries() {
		if !q.Has(o) {
			return []geo.Origin{o}
		}
	}
	return nil
}

// overRivals is the least lead over all rivals, by a function that gives it over one.
func (f *finding) overRivals(rivals []geo.Origin, lead func(geo.Origin) (lead, located stat.Share)) {
	f.lead, f.locatedLead = stat.Share{Value: 1, Low: 1, High: 1}, stat.Share{Value: 1, Low: 1, High: 1}
	for _, rival := range rivals {
		one, located := lead(rival)
		f.lead, f.locatedLead = f.lead.Least(one), f.locatedLead.Least(located)
	}
}

// findCounted takes the counts as they are: no error but that of the unlocated.
func (c *Case) findCounted(q Question) (f finding) {
	x := amount(c.Group(q.Has), q.Unit)
	un := amount(c.Group(snapshot.IsUnlocated), q.Unit)
	n := amount(c.Group(snapshot.Anywhere), q.Unit)
	f.counted = stat.ExactShare(x, n)
	f.share = f.counted
	f.share.High = min((x+un)/n, 1) // more only by saturated counts
	f.located = stat.ExactShare(x, n-un)
	if q.Kind == Plurality {
		f.overRivals(c.rivals(q), func(rival geo.Origin) (lead, located stat.Share) {
			y := amount(c.Group(func(o geo.Origin) bool { return o == rival }), q.Unit)
			d, u := (x-y)/n, un/n
			return stat.Share{Value: d, Low: d - u, High: d + u}, stat.Share{Value: d, Low: d, High: d}
		})
	}
	return f
}

// findSampled takes the sample for all.
func (c *Case) findSampled(q Question, b basis) (f finding) {
	s := b.sampling
	in, un := c.Group(q.Has).Sampled, c.Group(snapshot.IsUnlocated).Sampled
	f.counted = s.Share(in, b.alpha)
	f.share = f.counted
	f.share.High = s.Share(in+un, b.alpha).High
	if un < s.K {
		f.located = s.Without(un).Share(in, b.alpha)
	}
	if q.Kind == Plurality {
		rivals := c.rivals(q)
		n := len(rivals)
		alike := func(a, b geo.Origin) bool { return c.Counted[a].Sampled == c.Counted[b].Sampled }
		f.overRivals(slices.CompactFunc(rivals, alike), func(rival geo.Origin) (lead, located stat.Share) {
			y := c.Counted[rival].Sampled
			return b.lead(in, y, un, n), b.lead(in, y, 0, n)
		})
	}
	return f
}
