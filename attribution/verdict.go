package attribution

import (
	"fmt"
	"math"

	"github.com/whence-go/whence/geo"
)

// Decision is the outcome of checking a claim.
type Decision uint8

// The decisions. Refuted says that the evidence is against the claim, Undecided
// that it does not suffice, Inadmissible that no claim about origin can be drawn
// from it at all.
const (
	Undecided Decision = iota
	Supported
	Refuted
	Inadmissible
)

var decisionNames = [...]string{"undecided", "supported", "refuted", "inadmissible"}

// String returns the decision in lower case.
func (d Decision) String() string {
	if int(d) < len(decisionNames) {
		return decisionNames[d]
	}
	return fmt.Sprintf("decision(%d)", uint8(d))
}

// MarshalText returns what String returns.
func (d Decision) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Verdict is what [Report.Check] finds. Print it with fmt for people; its JSON
// form is stable, keys are only ever added.
type Verdict struct {
	Claim    Claim    `json:"claim"`
	Decision Decision `json:"verdict"`

	// Share is the share that the claim is about. Its interval holds for every
	// country that the unlocated sources might belong to: its lower end takes
	// them all for others, its upper end all for the claimed (Manski 1990). The
	// sampling error is added to both ends. Value leaves them with the others.
	Share Share `json:"share"`

	// Margin is how far the nearer end of the interval lies from the limit, as a
	// share; for a plurality, the least lead over any rival. 0 while undecided.
	Margin float64 `json:"margin"`

	// GeolocationErrorTolerated is the largest fraction of the whole (sources,
	// events or bytes) that the database may place in the wrong country, in the
	// least favourable way, without overturning the decision.
	GeolocationErrorTolerated float64 `json:"geolocation_error_tolerated"`

	Caveats []Caveat `json:"caveats"`

	text string
}

// String returns the verdict in a few lines for people. It never says more than
// that addresses are geolocated somewhere by a named database.
func (v Verdict) String() string { return v.text }

// fragileBelow is the margin under which a decision is called fragile: a good
// country database places about this share of addresses wrongly.
const fragileBelow = 0.02

// Check holds a claim against the report. The steps stand in the order in which
// they decide; each that ends the matter says why in a caveat.
func (r *Report) Check(c Claim) Verdict {
	v := Verdict{Claim: c, Caveats: []Caveat{}}

	// 1. Can these data carry any claim about origin?
	if reason, ok := r.inadmissible(c); ok {
		v.Decision = Inadmissible
		v.Caveats = append(append(v.Caveats, reason), r.standing()...)
		v.text = r.explain(v)
		return v
	}

	// 2. The share with all that is uncertain about it, and 3. the decision.
	e := r.evidence(c)
	v.Share = e.share
	v.Decision, v.Margin = e.decide(c)
	v.GeolocationErrorTolerated = v.Margin
	if c.kind == plurality {
		v.GeolocationErrorTolerated = v.Margin / 2 // one error shortens the lead by two
	}

	// 4. What a reader must know beside it.
	v.Caveats = append(append(v.Caveats, r.reasons(c, e, v)...), r.standing()...)
	v.text = r.explain(v)
	return v
}

// evidence is what a claim is decided on.
type evidence struct {
	share   Share // with the unlocated anywhere
	located Share // among located sources only
	lead    Share // plurality: lead over the strongest rival, as a share of all
}

func (r *Report) evidence(c Claim) evidence {
	in := r.group(c.has)
	unlocated := r.group(func(o geo.Origin) bool { return o == geo.Unlocated })
	all := r.group(func(geo.Origin) bool { return true })
	if c.kind == plurality {
		e := r.shares(c.unit, in, unlocated, all)
		e.lead = r.lead(c, in, unlocated, all)
		return e
	}
	return r.shares(c.unit, in, unlocated, all)
}

// shares composes sampling error and unlocated sources. Only distinct sources
// beyond the exact state have a sampling error; events and bytes are counted.
func (r *Report) shares(u Unit, in, unlocated, all group) (e evidence) {
	if u != OfSources || r.Sources.Exact {
		x, un, n := in.amount(u), unlocated.amount(u), all.amount(u)
		e.share = exactShare(x, n)
		e.share.High = (x + un) / n
		e.located = exactShare(x, n-un)
		return e
	}
	s := r.sampling
	e.share = s.census(in.sampled)
	e.share.High = s.census(in.sampled + unlocated.sampled).High
	if k := s.k - unlocated.sampled; k > 0 {
		e.located = newSampling(k, s.n*k/s.k, s.relErrN).census(in.sampled)
	}
	return e
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

// lead is the lead of the claimed country over its strongest rival: its Low gives
// the unlocated to the rival, its High to the claimed. Where there is a sampling
// error, each pair of countries is compared by a one-sided test at alpha/2
// (intersection-union: Berger 1982), and an end whose test fails is moved just
// across 0.
func (r *Report) lead(c Claim, in, unlocated, all group) Share {
	lead := Share{math.Inf(1), math.Inf(1), math.Inf(1)}
	for i := range r.counted {
		o := geo.Origin(i)
		if !o.IsCountry() || c.has(o) {
			continue
		}
		lead = minShare(lead, r.leadOver(c, r.group(func(p geo.Origin) bool { return p == o }), in, unlocated, all))
	}
	return lead
}

func minShare(a, b Share) Share {
	return Share{min(a.Value, b.Value), min(a.Low, b.Low), min(a.High, b.High)}
}

func (r *Report) leadOver(c Claim, rival, in, unlocated, all group) Share {
	if c.unit != OfSources || r.Sources.Exact {
		x, y, un, n := in.amount(c.unit), rival.amount(c.unit), unlocated.amount(c.unit), all.amount(c.unit)
		return Share{(x - y) / n, (x - y - un) / n, (x - y + un) / n}
	}
	s := r.sampling
	x, y, un := in.sampled, rival.sampled, unlocated.sampled
	const tiny = math.SmallestNonzeroFloat64
	side := func(x, y float64) float64 { // least lead of x over y
		d := (x - y) / s.k
		if binomialTail(x+y, x) > alpha/2 {
			return min(d, -tiny)
		}
		se := math.Sqrt(((x+y)/s.k - d*d) / s.nEff)
		return max(d-z*se, tiny)
	}
	return Share{(x - y) / s.k, side(x, y+un), -side(y, x+un)}
}

// decide compares the interval with the limit. An interval that touches the limit
// supports nothing.
func (e evidence) decide(c Claim) (Decision, float64) {
	limit := c.percent / 100
	switch {
	case c.kind == moreThan && e.share.Low > limit:
		return Supported, e.share.Low - limit
	case c.kind == moreThan && e.share.High <= limit:
		return Refuted, limit - e.share.High
	case c.kind == lessThan && e.share.High < limit:
		return Supported, limit - e.share.High
	case c.kind == lessThan && e.share.Low >= limit:
		return Refuted, e.share.Low - limit
	case c.kind == plurality && e.lead.Low > 0:
		return Supported, min(e.lead.Low, 1)
	case c.kind == plurality && e.lead.High <= 0:
		return Refuted, min(-e.lead.High, 1)
	}
	return Undecided, 0
}

// ifLocated is the decision that would be taken if the unlocated did not count.
func (e evidence) ifLocated(c Claim) Decision {
	e.share = e.located
	e.lead.Low, e.lead.High = e.lead.Value, e.lead.Value
	d, _ := e.decide(c)
	return d
}

// inadmissible tells why no claim can be checked on these data. What else makes
// evidence worthless belongs here.
func (r *Report) inadmissible(c Claim) (Caveat, bool) {
	all := r.group(func(geo.Origin) bool { return true })
	switch {
	case c.Err() != nil:
		return Caveat{InvalidClaim, 0, c.Err().Error()}, true
	case all.amount(c.unit) == 0 || r.sampling.k == 0:
		return Caveat{NothingCounted, 0, fmt.Sprintf("no %s of public sources were counted", c.unit)}, true
	}
	if score := r.disagreement(c); math.Abs(score) > maxDisagreement {
		return Caveat{EstimatorsDisagree, score, fmt.Sprintf("the sample and the HyperLogLogs differ by %.1f standard errors: the counts are damaged, or were merged from databases that disagree", score)}, true
	}
	return Caveat{}, false
}

// maxDisagreement is far beyond chance: two independent estimates of one share
// were seen 4 standard errors apart in 8 of 321,600 simulated cases.
const maxDisagreement = 4

// disagreement is the distance between the two estimates of the claimed share, in
// standard errors; 0 where there is only one.
func (r *Report) disagreement(c Claim) float64 {
	if c.unit != OfSources || r.Sources.Exact {
		return 0
	}
	in, rest := r.group(c.has), r.group(func(o geo.Origin) bool { return !c.has(o) })
	bySample := in.sampled / r.sampling.k
	byParts := in.sources / (in.sources + rest.sources)
	parts := byParts * (1 - byParts) * math.Hypot(in.relErr(), rest.relErr())
	return (bySample - byParts) / math.Hypot(r.sampling.standardError(byParts), parts)
}
