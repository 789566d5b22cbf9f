package decide

import (
	"math"
	"slices"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

const (
	fragile        = 0.02 // about what a good country database gets wrong
	oneDatabase    = 0.05 // what two good ones may differ by
	concentrated   = 0.1  // of the claimed sources, in one /24, /48 or list
	heavyShare     = 0.1  // of events
	largeNetwork   = 0.5  // of the claimed sources, in one AS; large providers have a third of a country
	untestedShare  = 0.1  // of the sources, before it is said that they were not tested
	dominantShare  = 0.5  // of all events
	fewReflectors  = 0.01 // of the sources; a busy target has some answers that it asked for
	claimedAtLeast = 30   // sources, before anything is said about where they gather
)

// describe fills in what an answer says beside its interval.
func (t *trial) describe(a *Answer) {
	t.describeFamilies(a)
	t.describeOpinions(a)
	t.describeNetworks(a)
}

// reasons are the caveats that depend on the question and its answer.
func (m *Matter) reasons(t *trial, a *Answer) (caveats []caveat.Caveat) {
	add := func(code caveat.Code, value float64, subject string) {
		caveats = append(caveats, caveat.Caveat{Code: code, Value: value, Subject: subject})
	}
	c, q := m.cases[0], t.q
	late, others := m.lost()
	if others > 0 {
		add(caveat.UnreadRecords, float64(others), "")
	}
	if late > 0 {
		add(caveat.LateEvents, float64(late), "")
	}
	if n := c.ofNewcomers(); n.Value > 0 {
		caveats = append(caveats, n)
	}
	caveats = append(caveats, t.clusterCaveats(a)...)
	if q.Unit != plausible.Sources && c.Total.Value < fewSources {
		add(caveat.FewSources, math.Round(c.Total.Value), "")
	}
	decided := a.Outcome == Supported || a.Outcome == Refuted
	if decided && a.Tolerated < fragile {
		add(caveat.Fragile, a.Tolerated, "")
	}
	if decided && a.Tolerated < oneDatabase && len(m.cases) == 1 && !c.Unsampled && m.about == nil {
		add(caveat.SingleDatabase, 0, "")
	}
	if n := t.dissenting(); n > 0 {
		add(caveat.DatabasesDisagree, float64(n), "")
	}
	if decided && a.Bounds != nil && q.Kind != Plurality {
		if o, _ := (finding{share: *a.Bounds}).decide(q); o != a.Outcome {
			add(caveat.OneSidedErrors, a.Bounds.High-a.Bounds.Low, "")
		}
	}
	if s := a.Sampling; s != nil && math.Abs(s.Shift) > maxShift {
		add(caveat.SamplingRateSensitive, s.Shift, "")
	}
	if a.Outcome == Supported && t.couldBeForged(a) {
		add(caveat.NoHandshake, 0, "")
	}
	if q.Unit != plausible.Sources {
		return caveats
	}
	if a.Sampling == nil {
		caveats = append(caveats, familyCaveat(a)...)
		caveats = append(caveats, t.secondEstimate(a)...)
	}
	return append(caveats, t.concentration()...)
}

// concentration says which network or list holds much of what a claim is about.
func (t *trial) concentration() (caveats []caveat.Caveat) {
	c := t.cases[0]
	claimed := c.Group(t.q.Has).Sampled
	if !c.HasAddresses() || claimed < claimedAtLeast {
		return nil
	}
	add := func(code caveat.Code, x, limit float64, subject string) {
		if share := c.ShareWithin(x, claimed); share.Low > limit {
			caveats = append(caveats, caveat.Caveat{Code: code, Value: share.Value, Subject: subject})
		}
	}
	// In which cluster they gather is looked for only if they do.
	gathered := func(clusters snapshot.Clusters, in []int32, limit float64, choose func(int) bool) []snapshot.Held {
		if c.ShareWithin(float64(slices.Max(in)), claimed).Low <= limit {
			return nil
		}
		return c.Most(1, c.Held(clusters, t.q.Has), choose)
	}
	anyItem := func(int) bool { return true }
	for _, h := range gathered(t.networks(), t.claimed(), concentrated, anyItem) {
		add(caveat.PrefixConcentrated, h.Claimed, concentrated, c.SiteName(h.First))
	}
	if c.ASNs != nil && (t.about == nil || len(t.about.Systems) != 1) { // which says it
		systems := t.bySystem()
		for _, h := range gathered(systems, t.sourcesIn(systems, t.q.Has), largeNetwork, c.InSystem) {
			add(caveat.NetworkConcentrated, h.Claimed, largeNetwork, c.SystemName(h.First))
		}
	}
	for _, list := range c.Lists {
		if t.about == nil || !slices.Contains(t.about.Lists, list.Name) {
			add(caveat.ListedSources, c.HeldOn(list, t.q.Has).Claimed, concentrated, list.Name)
		}
	}
	return caveats
}

// standing are the caveats about the data, whatever the question. The caller must not
// change them.
func (m *Matter) standing() []caveat.Caveat {
	if m.data == nil {
		m.data = m.aboutTheData()
	}
	return m.data
}

func (m *Matter) aboutTheData() []caveat.Caveat {
	caveats := []caveat.Caveat{} // not nil, which stands for not made yet
	add := func(code caveat.Code, value float64, subject string) {
		caveats = append(caveats, caveat.Caveat{Code: code, Value: value, Subject: subject})
	}
	c := m.cases[0]
	if share, ok := c.Hosted(); ok && m.about == nil && share.Low > snapshot.HostedLimit {
		add(caveat.Hosted, share.Value, "")
	}
	caveats = append(caveats, c.limits()...)
	if c.Rate > 1 {
		add(caveat.PacketSampled, float64(c.Rate), "")
		if c.IsMixed() {
			add(caveat.MixedSamplingRates, float64(c.Finest), "")
		}
	}
	if c.Unsampled {
		add(caveat.SketchesOnly, 1, "")
	} else if !c.HasAddresses() {
		add(caveat.AddressesDropped, 0, "")
	}
	if m.state.Unkeyed() {
		add(caveat.UnkeyedHash, 0, "")
	}
	if c.FewNew() {
		add(caveat.FewNewSources, c.Sampling.K, "")
	}
	if n := c.Counted[geo.Reserved].Sources.Value; n > 0 {
		add(caveat.ReservedPresent, math.Round(n), "")
	}
	caveats = append(caveats, c.plausibility()...)
	caveats = append(caveats, c.volume()...)
	if m.about == nil {
		caveats = append(caveats, c.ranks()...)
	}
	return append(caveats, m.ages()...)
}

// plausibility are the caveats about traits that do not rule out every claim.
func (c *Case) plausibility() (caveats []caveat.Caveat) {
	add := func(code caveat.Code, value float64) {
		caveats = append(caveats, caveat.Caveat{Code: code, Value: value})
	}
	if share := c.Anonymized(); share > 0 && len(c.cut()) == 0 { // which says it
		add(caveat.Anonymized, share)
	}
	if share := c.Reflected(plausible.Sources); share > fewReflectors {
		add(caveat.ReflectorsPresent, share)
	}
	if c.ReflectionUntested() > untestedShare {
		add(caveat.ReflectionUntested, 0)
	}
	if s := c.Spoofing; s != nil && !c.MostlyForged() {
		switch {
		case s.Level == plausible.Suspected:
			add(caveat.SpoofingSuspected, float64(s.Tested))
		case s.Level > plausible.Suspected:
			add(caveat.SpoofingPartial, c.mostForged())
		}
		for _, e := range s.Even {
			caveats = append(caveats, ofEven(e))
		}
	}
	if share := c.untested(); share > untestedShare {
		add(caveat.ForgeryUntested, share)
	}
	return caveats
}

// ofEven is the caveat about a place whose sources lie like forged ones.
func ofEven(e plausible.Even) caveat.Caveat {
	return caveat.Caveat{Code: caveat.SpoofingSuspected, Value: float64(e.Sources), Subject: e.Place}
}

// couldBeForged reports whether the sources of which nobody saw a handshake could have made
// a claim true: no address tells where a packet comes from.
func (t *trial) couldBeForged(a *Answer) bool {
	c := t.cases[0]
	limit := t.q.Limit
	switch t.q.Kind {
	case LessThan:
		limit = 1 - limit
	case Plurality:
		limit = 0
	}
	open, all := c.open(t.q.Unit)
	return c.Unsampled || open*(1-limit) >= a.Margin*all
}

// proof is how much of a unit comes, in the sample, from sources of which nobody saw a
// handshake, and from all.
type proof struct{ open, all float64 }

// open is the proof in a unit. An address that a client wrote proves none.
func (c *Case) open(u plausible.Unit) (open, all float64) {
	p := c.proof[u]
	switch {
	case p != nil:
	case u == plausible.Sources:
		p = new(proof)
		p.open, p.all = c.Unproven()
	default:
		p = new(proof)
		for i := range c.Items {
			if c.OriginOf(i) == geo.Reserved {
				continue
			}
			w := c.weight(i, u)
			p.all += w
			if c.Items[i].Flags&snapshot.Handshake == 0 {
				p.open += w
			}
		}
	}
	c.proof[u] = p
	return max(p.open, c.mostClaimed(u)*p.all), p.all
}

// untested is the share of the public sources, of which nobody saw a handshake, that no
// test for forging covers.
func (c *Case) untested() float64 {
	if c.Unsampled {
		return 1
	}
	open, all := c.open(plausible.Sources)
	return max(open-c.Tested()*all, 0) / max(all, 1)
}

// volume are the caveats about who made the events.
func (c *Case) volume() (caveats []caveat.Caveat) {
	add := func(code caveat.Code, value float64, subject string) {
		caveats = append(caveats, caveat.Caveat{Code: code, Value: value, Subject: subject})
	}
	if !c.Volume || c.Events == 0 || c.Limits.NoEvents {
		return nil
	}
	top := c.TopSource()
	if top > dominantShare {
		add(caveat.DominantSource, top, "")
	}
	if !c.Exact() && c.Sampling.K > 0 {
		scaled := float64(c.SampledEvents) * c.Sampling.N / c.Sampling.K
		if share := 1 - scaled/float64(c.Events); share > dominantShare {
			add(caveat.UnsampledVolume, share, "")
		}
	}
	if h := c.Heavy; h.Share > heavyShare && (h.Sources > 1 || top <= dominantShare) {
		add(caveat.HeavySources, h.Share, "")
	}
	if n := c.Total.Value; n > 0 && n < fewSources && float64(c.Events)/n >= proxyLoad && top <= dominantShare {
		add(caveat.ManyPerSource, float64(c.Events)/n, "")
	}
	return caveats
}

// ranks say that the country with most sources has not most events or bytes.
func (c *Case) ranks() (caveats []caveat.Caveat) {
	if !c.Volume || c.Events == 0 || c.Limits.NoEvents {
		return nil
	}
	for _, u := range []plausible.Unit{plausible.Events, plausible.Bytes} {
		if rank := c.rankOfFirst(u); rank > 1 {
			caveats = append(caveats, caveat.Caveat{Code: caveat.RankDiffers, Value: float64(rank), Subject: u.String()})
		}
	}
	return caveats
}

// proxyLoad is the number of events per source from which on a handful of them look like
// what others hide behind.
const proxyLoad = 1000

// rankOfFirst is the rank by another unit of the country with most sources, among those
// that it leads by more than the error of the counts.
func (c *Case) rankOfFirst(u plausible.Unit) int {
	rank := 1
	countries := c.Countries()
	for i, o := range countries {
		a, b := &c.Counted[countries[0]], &c.Counted[o]
		if i > 0 && u.Of(0, b.Events, b.Bytes) > u.Of(0, a.Events, a.Bytes) && leads(a.Sources, b.Sources) {
			rank++
		}
	}
	return rank
}

// leads reports whether one number is certainly larger than another.
func leads(a, b stat.Number) bool {
	return math.Log(a.Value/b.Value) > stat.Z*math.Hypot(a.RelErr(), b.RelErr())
}
