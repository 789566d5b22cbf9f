package decide

import (
	"math"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// trial is a question on its way to an answer.
type trial struct {
	*Matter
	q Question
	p Policy

	few       caveat.Code // why the interval of independent sources decides; "": it does not
	corrected bool        // for forged sources, by the first database

	spreads  []spread // of the differences between the first database and each other
	leads    []spread
	findings []finding // by each database
	joint    finding
	hidden   *caveat.Caveat // what rules the claim out after all

	summed    map[*Case]*products // made when first needed
	claimedIn []int32             // likewise
}

func (m *Matter) trial(q Question, p Policy) *trial {
	t := &trial{Matter: m, q: q, p: p, corrected: m.corrects(m.cases[0], q), summed: map[*Case]*products{}}
	t.few = t.fewSources()
	t.spreads, t.leads = make([]spread, len(m.cases)), make([]spread, len(m.cases))
	for i := range m.cases[1:] {
		t.spreads[i+1], t.leads[i+1] = m.spreads(q, i+1)
	}
	t.findings, t.joint, t.hidden = t.without(0)
	return t
}

// corrects reports whether a claim has to hold without the forged sources, too.
func (m *Matter) corrects(c *Case, q Question) bool {
	return q.Unit == plausible.Sources && c.SomeForged()
}

// without is what each database finds, and all of them together, were it not for some
// doubts.
func (t *trial) without(gone doubts) (findings []finding, joint finding, hidden *caveat.Caveat) {
	cases := t.cases
	if gone.has(otherDatabases) {
		cases = cases[:1]
	}
	var ofShare, ofLead float64 // largest standard errors
	for i, c := range cases {
		f, reason := t.find(c, gone)
		if reason != nil {
			hidden = reason
		}
		findings = append(findings, f)
		ofShare = max(ofShare, t.spreads[i].standardError)
		ofLead = max(ofLead, t.leads[i].standardError)
	}
	joint = findings[0]
	for _, f := range findings[1:] {
		joint.share, joint.lead = joint.share.With(f.share), joint.lead.With(f.lead)
	}
	if len(cases) > 1 && !gone.has(clusteredErrors) {
		z := t.p.basis(t.cases[0]).z() / t.genuine()
		joint.share.Low = max(joint.share.Low-z*ofShare, 0)
		joint.share.High = min(joint.share.High+z*ofShare, 1)
		joint.lead.Low -= z * ofLead
		joint.lead.High += z * ofLead
	}
	return findings, joint, hidden
}

// genuine is the least part of the sources that is not forged: where a part is, all that
// databases place differently is among the others.
func (t *trial) genuine() float64 {
	if !t.corrected {
		return 1
	}
	return t.cases[0].Genuine(t.p.alpha())
}

// find is what one database finds, were it not for some doubts.
func (t *trial) find(c *Case, gone doubts) (finding, *caveat.Caveat) {
	b := t.basis(c, gone)
	f := t.count(c, b)
	if !gone.has(spoofing) && t.corrects(c, t.q) {
		f = c.withoutForged(t.q, b, f)
	}
	if !gone.has(unseen) || t.q.Unit != plausible.Sources {
		if hidden := c.widenByPackets(t.q, b, &f); hidden != nil {
			return f, hidden
		}
	}
	if !gone.has(newcomers) {
		f = c.withoutNewcomers(t.q, b.alpha, f)
	}
	if gone.has(unlocated) {
		f = f.ifLocated()
	}
	if !gone.has(unread) {
		f.widenByLost(t.state)
	}
	return f, nil
}

// basis is that of the policy, or of few sources, were it not for some doubts.
func (t *trial) basis(c *Case, gone doubts) basis {
	b := t.p.basis(c)
	if t.few != "" {
		b = b.atNetworks(c)
	}
	if gone.has(clusteredSources) {
		b.clustered = false
	}
	if gone.has(sampling) {
		b.alpha = 1 // no confidence is asked: what was seen is all that there is
	}
	return b
}

// widenByLost takes the records that are in no count for a part of every unit, which may be
// anywhere.
func (f *finding) widenByLost(s *snapshot.State) {
	lost := float64(s.LostRecords())
	if lost == 0 {
		return
	}
	u := lost / (float64(s.Records) + lost)
	anywhere := func(v stat.Share, least float64) stat.Share {
		return stat.Share{Value: v.Value, Low: v.Low*(1-u) + least*u, High: v.High*(1-u) + u}
	}
	f.share, f.located = anywhere(f.share, 0), anywhere(f.located, 0)
	f.lead, f.locatedLead = anywhere(f.lead, -1), anywhere(f.locatedLead, -1)
}

// lost returns how many records are in no count because they came too late, and for other
// reasons. Together they widen every interval.
func (m *Matter) lost() (late, others uint64) {
	late = m.state.Lost[snapshot.Late]
	for reason, n := range m.state.Lost {
		if reason != snapshot.Late {
			others = snapshot.AddSaturated(others, n)
		}
	}
	return late, others
}

// present reports whether there is a doubt at all.
func (t *trial) present(d doubt) bool {
	first := t.cases[0]
	ofSources := t.q.Unit == plausible.Sources
	switch d {
	case unread:
		return t.state.LostRecords() > 0
	case unlocated:
		for _, c := range t.cases {
			if amount(c.Group(snapshot.IsUnlocated), t.q.Unit) > 0 {
				return true
			}
		}
		return false
	case newcomers:
		n, _ := first.NewcomerCount()
		return n.High > 0
	case spoofing:
		return t.corrected
	case unseen:
		return ofSources && first.Rate > 1
	case otherDatabases:
		return t.dissenting() > 0
	case clusteredErrors:
		return len(t.cases) > 1
	case clusteredSources:
		return ofSources && t.basis(first, 0).clustered && first.HasAddresses()
	case sampling:
		return first.Rate > 1 || ofSources && (!first.Exact() || t.basis(first, 0).population) || first.EstimatesVolume()
	}
	return false
}

// reason names what leaves the question open: few sources, databases that contradict each
// other, the first doubt without which it is decided, the one without which the interval
// reaches least across the limit, or else the one that is last to go before it is decided.
func (t *trial) reason() caveat.Caveat {
	if t.few != "" {
		return t.caveatOfFew()
	}
	if t.contradicted() {
		return t.caveatOf(otherDatabases)
	}
	best, least := noDoubt, t.joint.overlap(t.q)
	for d := noDoubt + 1; d < allDoubts; d++ {
		if !t.present(d) {
			continue
		}
		_, joint, hidden := t.without(doubts(0).with(d))
		if hidden != nil {
			continue
		}
		if o, _ := joint.decide(t.q); o != Undecided {
			best = d
			break
		}
		if over := joint.overlap(t.q); over < least {
			best, least = d, over
		}
	}
	if best == noDoubt && !t.atLimit() {
		best = t.lastToGo()
	}
	return t.caveatOf(best)
}

// atLimit reports whether the share lies on the limit, so that no doubt is needed.
func (t *trial) atLimit() bool {
	return t.q.Kind != Plurality && t.joint.share.Value == t.q.Limit
}

// lastToGo takes the doubts away one after the other, and names the one with which the
// question becomes decided.
func (t *trial) lastToGo() doubt {
	gone := doubts(0)
	for d := noDoubt + 1; d < allDoubts; d++ {
		if !t.present(d) {
			continue
		}
		gone = gone.with(d)
		_, joint, hidden := t.without(gone)
		if o, _ := joint.decide(t.q); hidden == nil && o != Undecided {
			return d
		}
	}
	return noDoubt
}

func (t *trial) caveatOf(d doubt) caveat.Caveat {
	c := t.cases[0]
	of := func(code caveat.Code, value float64) caveat.Caveat { return caveat.Caveat{Code: code, Value: value} }
	switch d {
	case unread:
		late, others := t.lost()
		if late > others {
			return of(caveat.LateEvents, float64(late))
		}
		return of(caveat.UnreadRecords, float64(others))
	case unlocated:
		share := 0.0
		for _, c := range t.cases {
			un, all := c.Group(snapshot.IsUnlocated), c.Group(snapshot.Anywhere)
			share = max(share, amount(un, t.q.Unit)/amount(all, t.q.Unit))
		}
		return of(caveat.Unlocated, share)
	case newcomers:
		return c.ofNewcomers()
	case spoofing:
		return c.ofForged()
	case unseen:
		return of(caveat.UnseenSources, t.findings[0].sampling.Completeness)
	case otherDatabases:
		return of(caveat.DatabasesDisagree, float64(t.dissenting()))
	case clusteredErrors:
		effect := 0.0
		for _, s := range t.spreads {
			effect = max(effect, s.designEffect)
		}
		return of(caveat.ClusteredErrors, effect)
	case clusteredSources:
		return of(caveat.ClusteredSources, t.sums(c).own().least())
	case sampling:
		return of(caveat.SamplingError, t.decidingSample())
	}
	return of(caveat.AtLimit, 0)
}

// dissenting is the number of databases that alone have another outcome than the first.
func (t *trial) dissenting() (n int) {
	first, _ := t.findings[0].decide(t.q)
	for _, f := range t.findings[1:] {
		if o, _ := f.decide(t.q); o != first {
			n++
		}
	}
	return n
}

// contradicted reports whether one database supports what another refutes.
func (t *trial) contradicted() bool {
	var found [Inadmissible]bool
	for _, f := range t.findings {
		o, _ := f.decide(t.q)
		found[o] = true
	}
	return found[Supported] && found[Refuted]
}

// decidingSample is the size of a sample at which an interval around the present estimate
// just reaches the limit.
func (t *trial) decidingSample() float64 {
	c, q, f := t.cases[0], t.q, t.findings[0]
	b := t.p.basis(c)
	if q.Unit != plausible.Sources && c.EstimatesVolume() {
		return math.Ceil(c.Total.Value) // few of those outside the sample may have made most
	}
	all, un := amount(c.Group(snapshot.Anywhere), q.Unit), amount(c.Group(snapshot.IsUnlocated), q.Unit)
	low := f.share.Value - q.Limit
	high := low + un/all
	if q.Kind == Plurality {
		low, high = f.lead.Value-un/all, f.lead.Value+un/all
	}
	size := c.Sampling.K
	if c.Unsampled || q.Unit != plausible.Sources {
		size = all
	}
	share, distance := f.share.Value, min(math.Abs(low), math.Abs(high))
	if distance == 0 { // where it would take forever, one of the sample more or less
		distance = 1 / size
	}
	variance := max(share*(1-share), 1/size)
	if q.Kind == Plurality {
		variance = max(2*share, 1/size) // of a difference of two shares near each other
	}
	k := b.z() * b.z() * variance / (distance * distance)
	if b.clustered && q.Unit == plausible.Sources && c.HasAddresses() { // of which several are worth one
		k *= size / t.sums(c).own().least()
	}
	k = max(math.Ceil(k), size+1)
	if q.Unit == plausible.Bytes {
		k = max(k*packetBytes, size+1)
	}
	if drawn := c.Rate > 1 || b.population; !drawn {
		k = min(k, math.Ceil(c.Total.Value)) // then every source is counted
	}
	return k
}
