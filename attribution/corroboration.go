package attribution

import (
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// Opinion is what one database says to a claim, in a [Corroboration].
type Opinion struct {
	Database Database `json:"database"`
	Decision Decision `json:"verdict"`
	Share    Share    `json:"share"` // as Verdict.Share

	// ClaimedDisagreement is the share of the sources that one of this and the
	// first database places in the claimed countries and the other in others, of
	// those that either places there and both place somewhere. 0 for the first.
	ClaimedDisagreement Share `json:"claimed_disagreement"`

	// StandardError is that of the difference between the two databases' shares,
	// clustered by network. DesignEffect says how many times its square exceeds
	// that of errors that fell on each source alone; 0 if nothing differs.
	StandardError float64 `json:"standard_error"`
	DesignEffect  float64 `json:"design_effect"`

	verdict Verdict
}

// Corroboration is what several databases together say to a claim. Print it with
// fmt for people; its JSON form is stable, keys are only ever added.
type Corroboration struct {
	Claim    Claim    `json:"claim"`
	Decision Decision `json:"verdict"` // by Share; Inadmissible if it is so by any database

	Confidence float64 `json:"confidence"`

	// Share has the value by the first database. Its interval holds those of all
	// databases, and reaches further on both sides by the clustered standard
	// error of the difference between the first and any other, times the normal
	// quantile. It covers the true share if errors come by whole networks, one
	// network and one database independently of another, and fall either way.
	// Of a share far from one half most errors fall to one side, in all
	// databases alike; they are what Bounds is for.
	Share Share `json:"share"`

	// Bounds asks for less: that every source is placed rightly by one database
	// at least. It reaches from what all databases place in the claimed
	// countries to what any of them does.
	Bounds Share `json:"bounds"`

	Margin   float64   `json:"margin"`   // as Verdict.Margin
	Opinions []Opinion `json:"opinions"` // first that of the report's own database
	Caveats  []Caveat  `json:"caveats"`

	text string
}

// String returns the corroboration in a few lines for people.
func (c Corroboration) String() string { return c.text }

// Check holds a claim against every database, on the usual terms.
func (c *Comparison) Check(claim Claim) Corroboration { return Terms{}.Corroborate(c, claim) }

// Corroborate holds a claim against every database of a comparison. It panics if
// the terms are out of their documented range.
func (t Terms) Corroborate(c *Comparison, claim Claim) Corroboration {
	t = t.filled()
	first := c.reports[0]
	b := t.basis(first)
	v := Corroboration{Claim: claim, Confidence: 1 - b.alpha, Caveats: []Caveat{}}
	f := finding{share: Share{0, 1, 0}, lead: Share{0, 1, -1}}
	var ofShare, ofLead float64 // largest standard errors
	for i, r := range c.reports {
		o := Opinion{Database: r.Database, verdict: t.Check(r, claim)}
		o.Decision, o.Share = o.verdict.Decision, o.verdict.Share
		if o.Decision == Inadmissible {
			v.Decision = Inadmissible
		} else if i > 0 {
			o.ClaimedDisagreement = first.differing(r, func(a, b geo.Origin) (of, differs bool) {
				x, y := claim.has(a), claim.has(b)
				return x || y, x != y
			})
			s := c.spreadOf(claim, r, geo.Unlocated, geo.Unlocated)
			o.StandardError, o.DesignEffect = s.standardError, s.designEffect
			ofShare = max(ofShare, s.standardError)
			if claim.kind == plurality {
				ofLead = max(ofLead, c.spreadOf(claim, r, first.rival(claim), r.rival(claim)).standardError)
			}
		}
		f.share = f.share.with(o.Share)
		f.lead = f.lead.with(o.verdict.lead)
		v.Opinions = append(v.Opinions, o)
	}
	if v.Decision == Inadmissible {
		i := slices.IndexFunc(v.Opinions, func(o Opinion) bool { return o.Decision == Inadmissible })
		v.Caveats = append(v.Caveats, v.Opinions[i].verdict.Caveats[0])
		v.text = v.explain(c.reports)
		return v
	}
	// Where a part of the sources is forged, all that differs is among the others.
	genuine := 1.0
	if first.corrects(claim) {
		genuine = first.genuine(b.alpha)
	}
	e := b.z() * ofShare / genuine
	v.Share = Share{v.Opinions[0].Share.Value, max(f.share.Low-e, 0), min(f.share.High+e, 1)}
	e = b.z() * ofLead / genuine
	f.share, f.lead = v.Share, Share{f.lead.Value, f.lead.Low - e, f.lead.High + e}
	v.Decision, v.Margin = f.decide(claim)
	v.Bounds = c.bounds(claim, b)
	v.Bounds.Value = v.Share.Value
	v.Caveats = append(v.Caveats, v.caveats(c.reports)...)
	v.text = v.explain(c.reports)
	return v
}

// with is the least interval that holds both.
func (s Share) with(other Share) Share {
	return Share{s.Value, min(s.Low, other.Low), max(s.High, other.High)}
}

// weight is what a source counts in a unit.
func (s *seen) weight(u Unit) float64 { return u.of(1, s.events, s.bytes) }

// spreadOf is that of the difference between the first database and another, by
// the kind of cluster that makes it largest: of the claimed share, or of its lead
// over a country by each of the two.
func (c *Comparison) spreadOf(claim Claim, other *Report, mine, its geo.Origin) spread {
	first := c.reports[0]
	change := make([]float64, len(first.seen))
	whole := 0.0
	for i := range first.seen {
		s := &first.seen[i]
		if s.origin != geo.Reserved {
			whole += s.weight(claim.unit)
		}
		if a, b := s.origin, other.seen[i].origin; a != b && a.IsCountry() && b.IsCountry() {
			change[i] = s.weight(claim.unit) * (claim.score(a, mine) - claim.score(b, its))
		}
	}
	widest := c.sites.spread(change, whole)
	if c.networks != nil {
		if s := c.networks.spread(change, whole); s.standardError > widest.standardError {
			widest = s
		}
	}
	return widest
}

// score is what a source of an origin adds to the claimed share, less what it adds
// to that of a rival.
func (c Claim) score(o, rival geo.Origin) float64 {
	switch {
	case c.has(o):
		return 1
	case o == rival:
		return -1
	}
	return 0
}

// rival is the country with most sources but the one that a plurality is of.
func (r *Report) rival(c Claim) geo.Origin {
	for _, row := range r.Origins {
		if !c.has(row.Origin) {
			return row.Origin
		}
	}
	return geo.Unlocated
}

// bounds are the shares that all databases and that any database places in the
// claimed countries. What none of them locates may be anywhere.
func (c *Comparison) bounds(claim Claim, b basis) Share {
	first := c.reports[0]
	var every, any, whole float64
	for i := range first.seen {
		s := &first.seen[i]
		if s.origin == geo.Reserved {
			continue
		}
		in, out := false, false
		for _, r := range c.reports {
			if o := r.seen[i].origin; o.IsCountry() {
				in, out = in || claim.has(o), out || !claim.has(o)
			}
		}
		w := s.weight(claim.unit)
		whole += w
		if in && !out {
			every += w
		}
		if in || !out {
			any += w
		}
	}
	bounds := Share{Low: every / whole, High: any / whole}
	if first.corrects(claim) {
		fix := first.correction(b.alpha)
		low, _ := stat.ClopperPearson(bounds.Low, fix.sampling.nEff, fix.alpha)
		_, high := stat.ClopperPearson(bounds.High, fix.sampling.nEff, fix.alpha)
		return fix.share(Share{bounds.Low, low, high}, spaceBound(first.space, claim.has)).positive()
	}
	if b.sampling != (sampling{}) && claim.unit == OfSources {
		bounds.Low, _ = stat.ClopperPearson(bounds.Low, b.sampling.nEff, b.alpha)
		_, bounds.High = stat.ClopperPearson(bounds.High, b.sampling.nEff, b.alpha)
	}
	return bounds
}
