package attribution

import (
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/decide"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Report returns the counts, and one verdict per claim. A verdict is a function of the
// snapshot, the policy and the claim; it does not depend on the other claims unless the
// policy is joint. With hundreds of countries beyond the exact state it takes some ten
// milliseconds.
//
// The error wraps [ErrInvalidPolicy] or [ErrInvalidClaim].
func (s Snapshot) Report(p Policy, claims ...Claim) (Report, error) {
	if err := p.Validate(); err != nil {
		return Report{}, err
	}
	for _, c := range claims {
		if err := c.Validate(); err != nil {
			return Report{}, err
		}
	}
	p = p.filled()
	m := decide.New(s.state())
	r := newReport(m, p)
	r.Networks = networksOf(m.Cases()[0].View, p, claims)
	questions := make([]decide.Question, len(claims))
	for i, c := range claims {
		questions[i] = c.question()
	}
	for i, a := range answers(m, p, questions) {
		r.Verdicts = append(r.Verdicts, verdictOf(claims[i], p, a))
	}
	return r, nil
}

func answers(m *decide.Matter, p Policy, questions []decide.Question) []decide.Answer {
	policy := decide.Policy{Confidence: p.Confidence, Population: p.Population, Interim: p.Interim}
	if p.Joint {
		return m.All(questions, policy)
	}
	list := make([]decide.Answer, len(questions))
	for i, q := range questions {
		list[i] = m.Decide(q, policy)
	}
	return list
}

func (c Claim) question() decide.Question {
	var contained snapshot.Origins // asked once per source
	for o := range geo.MaxOrigins {
		if o := geo.Origin(o); c.Contains(o) {
			contained.Add(o)
		}
	}
	return decide.Question{
		Kind: c.kind, Unit: plausible.Unit(c.unit), Limit: c.percent / 100, Has: contained.Has,
		Systems: slices.Collect(c.Systems()), Lists: slices.Collect(c.Lists()), Outside: c.outside,
	}
}

func newReport(m *decide.Matter, p Policy) Report {
	c := m.Cases()[0]
	s := c.State
	r := Report{
		Schema: SchemaVersion, Method: MethodVersion, Policy: p,
		LocatedBy: databases(s.Databases), Databases: []DatabaseResult{},
		Sources: countOf(c.View), Records: s.Records, Lost: lostOf(s), Limits: limitsOf(s),
		SamplingRate: max(s.Rate, 1), FinestSamplingRate: max(s.Finest, 1),
		Basis: basisOf(c.View), SampleSize: int(c.Sampling.K),
		Plausibility: plausibilityOf(c), Verdicts: []Verdict{},
	}
	r.From, r.To = s.Span()
	r.Events, r.Bytes = volumeOf(c.View, c.Events, c.Bytes)
	r.Countries, r.Unlocated, r.Reserved = rowsOf(c, p)
	for i, other := range m.Cases()[1:] {
		d := DatabaseResult{
			Database:     databaseOf(s.Columns[other.Database-1].Database),
			Disagreement: Share(m.Disagreement(i + 1)),
		}
		d.Countries, d.Unlocated, _ = rowsOf(other, p)
		r.Databases = append(r.Databases, d)
	}
	return r
}

func databaseOf(d snapshot.Database) Database { return Database{d.Name, d.Built, d.SHA256, d.Credit} }

func databases(ds snapshot.Databases) []Database {
	list := []Database{} // an empty list in JSON, not null
	for _, d := range ds {
		list = append(list, databaseOf(d))
	}
	return list
}

func countOf(v *snapshot.View) Count {
	value, low, high := v.Count()
	return Count{value, low, high, v.Exact()}
}

func lostOf(s *snapshot.State) map[Loss]uint64 {
	var lost map[Loss]uint64
	for reason, n := range s.Lost {
		if n > 0 {
			if lost == nil {
				lost = map[Loss]uint64{}
			}
			lost[Loss(reason)] = n
		}
	}
	return lost
}

// volumeOf leaves out what is not known.
func volumeOf(v *snapshot.View, events, bytes uint64) (uint64, uint64) {
	if !v.Volume || v.Limits.NoEvents {
		events = 0
	}
	if !v.Volume || v.Limits.NoBytes {
		bytes = 0
	}
	return events, bytes
}

func basisOf(v *snapshot.View) Basis {
	return [...]Basis{BasisAll, BasisSample, BasisSketches}[v.Basis]
}

// rowsOf are the countries, most sources first, the unlocated and the reserved. With a joint
// policy all intervals hold together (Bonferroni; Goodman 1965).
func rowsOf(v *decide.Case, p Policy) (countries []Row, unlocated, reserved Row) {
	all, list := v.Group(snapshot.Anywhere), v.Countries()
	alpha := stat.Alpha
	if p.Joint {
		alpha = (1 - p.Confidence) / float64(len(list)+1)
	}
	row := func(o geo.Origin) Row {
		c := &v.Counted[o]
		r := Row{Origin: o, Sources: stat.Round(c.Sources.Value)}
		r.Events, r.Bytes = volumeOf(v.View, c.Events, c.Bytes)
		return r
	}
	unlocated, reserved = row(geo.Unlocated), row(geo.Reserved)
	countries = make([]Row, len(list)) // an empty list in JSON, not null
	for i, o := range list {
		countries[i] = row(o)
	}
	if all.Sources.Value == 0 {
		return countries, unlocated, reserved
	}
	for i, share := range v.RowShares(list, all, alpha) {
		countries[i].Share = Share(share)
	}
	unlocated.Share = Share(v.RowShare(geo.Unlocated, all, alpha))
	return countries, unlocated, reserved
}

func plausibilityOf(c *decide.Case) Plausibility {
	p := Plausibility{
		Reflectors: c.Reflected(plausible.Sources), Anonymized: c.Anonymized(), Proxied: c.Proxied(),
	}
	if c.Volume && !c.Limits.NoEvents {
		p.TopSource = c.TopSource()
	}
	if h := c.Heavy; h.Sources > 0 && !c.Limits.NoEvents {
		p.Heavy = &HeavySources{h.Sources, stat.Round(h.Above), stat.Round(h.Median), h.Share}
	}
	if s := c.Spoofing; s != nil {
		p.Spoofing = &Spoofing{
			Level: levels[s.Level], Tested: s.Tested, Forged: Share(s.Forged),
			Pairs24: s.Pairs24, Pairs24IfForged: s.Pairs24IfForged,
			Pairs16: s.Pairs16, Pairs16IfForged: s.Pairs16IfForged,
			Dark: s.Dark, DarkSources: s.DarkSources, Bogons: s.Bogons, MixDistance: s.MixDistance, MixNoise: s.MixNoise,
		}
		for _, e := range s.Even {
			p.Spoofing.Even = append(p.Spoofing.Even, EvenPlace{e.Place, e.Sources, e.Pairs24, e.Pairs24IfForged})
		}
	}
	return p
}

var levels = [...]SpoofingLevel{
	SpoofingNone, SpoofingSuspected, SpoofingLocal, SpoofingPartial, SpoofingDominant, SpoofingUniform,
}

func verdictOf(c Claim, p Policy, a decide.Answer) Verdict {
	v := Verdict{
		Claim: c, Outcome: Outcome(a.Outcome), Reason: a.Reason, Confidence: a.Confidence, Interim: p.Interim,
		Share: Share(a.Share), Counted: Share(a.Counted), Located: a.Located,
		Margin: a.Margin, GeolocationErrorTolerated: a.Tolerated,
		Networks: a.Networks, NetworksClaimed: a.NetworksClaimed, EffectiveSources: a.EffectiveSources,
		Caveats: slices.Clone(a.Caveats),
	}
	if c.IsPlurality() && v.Outcome != Inadmissible {
		v.Lead = &Share{a.Lead.Value, a.Lead.Low, a.Lead.High}
	}
	if a.Bounds != nil {
		v.Bounds = &Share{a.Bounds.Value, a.Bounds.Low, a.Bounds.High}
	}
	for _, o := range a.Opinions {
		v.Opinions = append(v.Opinions, Opinion{
			Outcome(o.Outcome), Share(o.Share), Share(o.Disagreement), o.StandardError, o.DesignEffect,
		})
	}
	for _, f := range a.Families {
		family := FamilyShare{"IPv4", stat.Round(f.Sources), Share(f.Share), Outcome(f.Outcome)}
		if f.IPv6 {
			family.Family = "IPv6"
		}
		v.Families = append(v.Families, family)
	}
	if s := a.Sampling; s != nil {
		v.Sampling = &PacketSampling{
			s.Rate, Outcome(s.Outcome), Share(s.Share), s.EventShare, s.Estimated, s.Completeness, s.SeenOnce, s.Shift,
		}
	}
	return v
}
