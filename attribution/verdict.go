package attribution

import (
	"fmt"
	"math"
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
	"github.com/whence-go/whence/internal/stat"
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

// UnmarshalText reads what MarshalText writes; on error d is unchanged.
func (d *Decision) UnmarshalText(text []byte) error {
	i := slices.Index(decisionNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("attribution: no such decision: %.40q", text)
	}
	*d = Decision(i)
	return nil
}

// Verdict is what [Report.Check] finds. Print it with fmt for people; its JSON
// form is stable, keys are only ever added.
type Verdict struct {
	Claim    Claim    `json:"claim"`
	Decision Decision `json:"verdict"`

	// Confidence is that of the interval and the decision. Look is the number of
	// a provisional look at counts that still grow; 0 when the verdict is final.
	Confidence float64 `json:"confidence"`
	Look       int     `json:"look,omitempty"`

	// Share is the share that the claim is about. Its interval holds for every
	// country that the unlocated sources might belong to: its lower end takes
	// them all for others, its upper end all for the claimed (Manski 1990). The
	// sampling error is added to both ends. Value leaves them with the others.
	Share Share `json:"share"`

	// Uncorrected is the share among all sources, forged ones included, where some
	// are forged and Share is therefore one of those that are not; see [Spoofing].
	Uncorrected *Share `json:"uncorrected,omitempty"`

	// Margin is how far the nearer end of the interval lies from the limit, as a
	// share; for a plurality, the least lead over any rival. 0 while undecided.
	Margin float64 `json:"margin"`

	// GeolocationErrorTolerated is the largest fraction of the whole (sources,
	// events or bytes) that the database may place in the wrong country, in the
	// least favourable way, without overturning the decision.
	GeolocationErrorTolerated float64 `json:"geolocation_error_tolerated"`

	// Families is the share within IPv4 and within IPv6, where a claim about
	// sources saw both.
	Families []FamilyShare `json:"families,omitempty"`

	// Sampling is what else is to be said of a claim about sources if only one in
	// so many packets was looked at, else nil. Share then has the value among the
	// sources seen, and an interval for all.
	Sampling *PacketSampling `json:"packet_sampling,omitempty"`

	Caveats []Caveat `json:"caveats"`

	located    float64  // share among the located
	lead       Share    // of a plurality, over its strongest rival
	withForged Decision // by Uncorrected
	text       string
}

// String returns the verdict in a few lines for people. It never says more than
// that addresses are geolocated somewhere by a named database.
func (v Verdict) String() string { return v.text }

// Check holds a claim against a report. The steps stand in the order in which they
// decide; each that ends the matter says why in a caveat. It panics if the terms
// are out of their documented range.
func (t Terms) Check(r *Report, c Claim) Verdict {
	t = t.filled()
	b := t.basis(r)
	v := Verdict{Claim: c, Confidence: 1 - b.alpha, Look: t.Look, Caveats: []Caveat{}}

	// 1. Can these data carry any claim about origin?
	if reason, ok := r.inadmissible(c); ok {
		return r.ruleOut(v, reason)
	}

	// 2. The share, whichever countries the unlocated belong to; 3. of what is not
	// forged; 4. with what packet sampling has left unseen.
	f := r.find(c, b)
	if r.corrects(c) {
		all := f.share
		v.Uncorrected = &all
		v.withForged, _ = f.decide(c)
		f = r.corrected(c, b)
	}
	var reason Caveat
	var hidden bool
	if v.Sampling, reason, hidden = r.unseen(c, b, &f); hidden {
		return r.ruleOut(v, reason)
	}

	// 5. The decision, and what it would survive.
	v.Share, v.located, v.lead = f.share, f.located.Value, f.lead
	v.Decision, v.Margin = f.decide(c)
	v.GeolocationErrorTolerated = v.Margin
	if c.kind == plurality {
		v.GeolocationErrorTolerated = v.Margin / 2 // one error shortens the lead by two
	}
	if v.Uncorrected != nil {
		v.GeolocationErrorTolerated *= r.genuine(b.alpha) // all errors may be among these
	}

	// 6. What a reader must know beside it.
	if v.Uncorrected == nil {
		v.Families = r.families(c, b)
	}
	v.Caveats = append(append(v.Caveats, r.reasons(c, f, v, t)...), r.standing()...)
	v.text = r.explain(v)
	return v
}

// ruleOut is the verdict that no claim can be made, for a reason that it states
// first.
func (r *Report) ruleOut(v Verdict, reason Caveat) Verdict {
	v.Decision = Inadmissible
	v.Caveats = append(v.Caveats, reason)
	for _, c := range r.standing() {
		if c.Code != reason.Code {
			v.Caveats = append(v.Caveats, c)
		}
	}
	v.text = r.explain(v)
	return v
}

// decide compares the interval with the limit. An interval that touches the limit
// supports nothing.
func (f finding) decide(c Claim) (Decision, float64) {
	limit := c.percent / 100
	over, under := f.share.Low-limit, limit-f.share.High
	// Percentages have no exact form in binary: 7 of 1,000 is 0.7 %.
	const equal = 1e-12
	if math.Abs(over) < equal {
		over = 0
	}
	if math.Abs(under) < equal {
		under = 0
	}
	switch {
	case c.kind == moreThan && over > 0, c.kind == lessThan && under > 0:
		return Supported, max(over, under)
	case c.kind == moreThan && under >= 0, c.kind == lessThan && over >= 0:
		return Refuted, max(over, under)
	case c.kind == plurality && f.lead.Low > 0:
		return Supported, f.lead.Low
	case c.kind == plurality && f.lead.High <= 0:
		return Refuted, -f.lead.High
	}
	return Undecided, 0
}

// ifLocated is the decision that would be taken if the unlocated did not count.
func (f finding) ifLocated(c Claim) Decision {
	f.share, f.lead = f.located, f.locatedLead
	d, _ := f.decide(c)
	return d
}

// inadmissible tells why no claim can be checked on these data. What else makes
// evidence worthless belongs here.
func (r *Report) inadmissible(c Claim) (Caveat, bool) {
	all, unlocated := r.group(anywhere), r.group(isUnlocated)
	switch {
	case c.Err() != nil:
		return Caveat{InvalidClaim, 0, c.Err().Error()}, true
	case c.unit != OfSources && (r.SampleOnly || !r.countsEvents()):
		return Caveat{VolumeUnknown, r.sampling.k, fmt.Sprintf("origins are known of a sample of %s sources only; what share of all %s the countries have is not known", count.Grouped(count.Round(r.sampling.k)), c.unit)}, true
	case all.amount(c.unit) == 0:
		return Caveat{NothingCounted, 0, fmt.Sprintf("no %s of public sources were counted", c.unit)}, true
	case c.unit != OfSources && r.FinestSamplingRate > 0:
		return Caveat{MixedSampling, float64(r.FinestSamplingRate), fmt.Sprintf("what was merged had 1 in %s to 1 in %s packets or flows looked at: its %s cannot be added up", count.Grouped(uint64(r.FinestSamplingRate)), count.Grouped(uint64(r.SamplingRate)), c.unit)}, true
	case c.unit == OfEvents && all.events == math.MaxUint64, c.unit == OfBytes && all.bytes == math.MaxUint64:
		return Caveat{Saturated, 0, fmt.Sprintf("there are more %s than can be counted", c.unit)}, true
	case all.amount(c.unit) == unlocated.amount(c.unit):
		return Caveat{NothingCounted, 0, fmt.Sprintf("none of the %s have a country in the database", c.unit)}, true
	case c.unit == OfSources && !r.Sources.Exact && r.sampling.k == 0:
		return Caveat{NothingCounted, 0, "reserved sources crowd all others out of the sample"}, true
	}
	if reason, ok := r.implausible(c.unit); ok {
		return reason, true
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
	if c.unit != OfSources || r.Sources.Exact || r.SampleOnly {
		return 0
	}
	in, rest := r.group(c.has), r.group(func(o geo.Origin) bool { return !c.has(o) })
	s := r.sampling
	bySample := in.sampled / s.k
	byParts := partsShare(in, rest, z)
	se := byParts.Value * (1 - byParts.Value) * math.Hypot(in.relErr(), rest.relErr())
	score := (bySample - byParts.Value) / math.Hypot(s.standardError(byParts.Value), se)
	// Where few are expected in the sample, it is skewed and standard errors
	// mean little: then only what the binomial distribution rules out counts.
	rare := 2 * stat.NormalTail(maxDisagreement)
	if x := in.sampled; score > 0 && stat.BetaCDF(byParts.High, x, s.k-x+1) > rare/2 ||
		score < 0 && stat.BetaCDF(1-byParts.Low, s.k-x, x+1) > rare/2 {
		return math.Copysign(min(math.Abs(score), maxDisagreement), score)
	}
	return score
}
