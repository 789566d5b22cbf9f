package decide

import (
	"math"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// PacketSampling is what attribution.PacketSampling says.
type PacketSampling struct {
	Rate                   uint32
	Outcome                Outcome
	Share                  stat.Share
	EventShare, Estimated  float64
	Completeness, SeenOnce float64
	Shift                  float64
}

// Where either does not hold, too little was seen of the sources to bound the number of
// those that were not.
const (
	minCompleteness = 0.5
	maxSeenOnce     = 0.5
)

// unseenFactor is how many times the upper end of the interval of Chao's estimate of unseen
// sources there may be, since that is a lower bound: with 2, the interval covered the truth
// in at least 97 % of runs for every simulated distribution of packets over sources.
const unseenFactor = 2

const maxShift = 0.005 // of a share, before the packets per source are said to differ

// abundance is how often a group of sources was seen.
type abundance struct {
	seen        float64
	once, twice float64 // of them
	half        float64 // of them, if half the events had been looked at
}

func (a abundance) and(other abundance) abundance {
	return abundance{a.seen + other.seen, a.once + other.once, a.twice + other.twice, a.half + other.half}
}

// abundances are those of all origins, in the sample.
func (c *Case) abundances() *[geo.MaxOrigins]abundance {
	if c.seen != nil {
		return c.seen
	}
	c.seen = new([geo.MaxOrigins]abundance)
	for i := range c.Items {
		a := &c.seen[c.OriginOf(i)]
		events := c.lookedAt(c.Items[i].Events)
		a.seen++
		switch events {
		case 1:
			a.once++
		case 2:
			a.twice++
		}
		a.half += 1 - math.Exp2(-float64(min(events, 32)))
	}
	return c.seen
}

// lookedAt is how many events were looked at, of those counted from one source. Where rates
// differ, it is as if all had been at the coarsest rate.
func (c *Case) lookedAt(events uint64) uint64 {
	if c.IsMixed() {
		return max(events/uint64(c.Rate), min(events, 1))
	}
	return events
}

// without takes sources out that may be forged, up to all but one. Nothing is known of how
// often these were seen, so that all that were not seen remain.
func (a abundance) without(forged float64) abundance {
	a.seen = max(a.seen-forged, min(a.seen, 1))
	return a
}

// forgedAmong tells how many of the sampled sources in a set of origins may be forged, none
// where a question is not corrected for them.
func (c *Case) forgedAmong(q Question, b basis) func(in func(geo.Origin) bool) float64 {
	if q.Unit != plausible.Sources || !c.SomeForged() {
		return func(func(geo.Origin) bool) float64 { return 0 }
	}
	ofSpace := 0.0
	if fix := c.Correction(b.alpha); fix != nil {
		ofSpace = fix.Forged.High
	}
	return func(in func(geo.Origin) bool) float64 {
		return max(ofSpace*c.SpaceBound(in).High, c.MostForged(b.alpha, in)) * c.Sampling.K
	}
}

// chao1 estimates the number of sources, seen or not, with its standard error, in the form
// without bias (Chao 1987).
func (a abundance) chao1() (n, se float64) {
	f1, f2 := a.once, a.twice+1
	pairs := f1 * (f1 - 1)
	variance := pairs/(2*f2) + f1*square(2*f1-1)/(4*f2*f2) + a.twice*square(pairs)/(4*square(f2*f2))
	return a.seen + pairs/(2*f2), math.Sqrt(variance)
}

func square(v float64) float64 { return v * v }

// most is the largest number of sources that there may be for each one seen.
func (a abundance) most(z float64) float64 {
	n, se := a.chao1()
	unseen := n - a.seen
	if unseen <= 0 {
		return 1
	}
	// The unseen have a lognormal interval.
	unseen *= math.Exp(z * math.Sqrt(math.Log1p(square(se/unseen))))
	return 1 + unseenFactor*unseen/a.seen
}

func (a abundance) completeness() float64 {
	n, _ := a.chao1()
	return a.seen / max(n, 1)
}

// widenByPackets widens a finding by the packets that were not looked at. If the sources
// that they hide may be anything, it returns why no claim about all can be decided.
func (c *Case) widenByPackets(q Question, b basis, f *finding) *caveat.Caveat {
	if c.Rate <= 1 {
		return nil
	}
	if q.Unit != plausible.Sources {
		c.widenVolume(q, b, f)
		return nil
	}
	as := c.abundances()
	var own, others, unlocated abundance
	for i, a := range as {
		switch o := geo.Origin(i); {
		case o == geo.Reserved:
		case o == geo.Unlocated:
			unlocated = a
		case q.Has(o):
			own = own.and(a)
		default:
			others = others.and(a)
		}
	}
	rest, all := others.and(unlocated), own.and(others).and(unlocated)
	forged := c.forgedAmong(q, b)
	outside := func(o geo.Origin) bool { return !q.Has(o) }
	mine, theirs := own.without(forged(q.Has)), rest.without(forged(outside))
	s := &PacketSampling{
		Rate:         c.Rate,
		Share:        f.share,
		Completeness: min(mine.completeness(), theirs.completeness()),
		SeenOnce:     min(all.once/max(mine.and(theirs).seen, 1), 1),
		Shift:        own.half/max(all.half, 1) - own.seen/max(all.seen, 1),
	}
	f.sampling = s
	s.Outcome, _ = f.decide(q)
	ownAll, _ := own.chao1()
	restAll, _ := rest.chao1()
	s.Estimated = ownAll / max(ownAll+restAll, 1)
	if all := c.Group(snapshot.Anywhere); all.Events > 0 {
		s.EventShare = float64(c.Group(q.Has).Events) / float64(all.Events)
	}
	if s.Completeness < minCompleteness || s.SeenOnce > maxSeenOnce {
		return &caveat.Caveat{Code: caveat.UnseenSources, Value: s.Completeness}
	}
	z := b.z()
	orUnlocated := own.and(unlocated).without(forged(func(o geo.Origin) bool {
		return q.Has(o) || snapshot.IsUnlocated(o)
	}))
	f.share.Low = moreOf(f.share.Low, 1/theirs.most(z))
	f.share.High = moreOf(f.share.High, orUnlocated.most(z))
	f.located.Low = moreOf(f.located.Low, 1/others.without(forged(outside)).most(z))
	f.located.High = moreOf(f.located.High, mine.most(z))
	if q.Kind == Plurality {
		c.widenLead(q, b, f, forged)
	}
	return nil
}

// moreOf is the share of a part after it has become so many times as large as it was beside
// the rest.
func moreOf(share, times float64) float64 { return share * times / (share*times + (1 - share)) }

// widenLead gives each rival the most sources that were not seen, and the claimed country
// none, and takes all that may be forged from the claimed; for the upper end the other way
// round. Where the leader then still leads, it does so by a smaller part of a larger whole.
func (c *Case) widenLead(q Question, b basis, f *finding, forged func(func(geo.Origin) bool) float64) {
	z, as := b.z(), c.abundances()
	var own abundance
	whole := 0.0
	for i, a := range as {
		o := geo.Origin(i)
		if o != geo.Reserved {
			whole += a.seen * a.most(z)
		}
		if q.Has(o) {
			own = own.and(a)
		}
	}
	mine := own.without(forged(q.Has)).seen
	rivals, k := c.rivals(q), b.sampling.K
	widen := func(lead *stat.Share, un abundance) {
		for _, rival := range rivals {
			a := as[rival]
			its := a.without(forged(func(o geo.Origin) bool { return o == rival })).seen
			low := b.least(mine, a.seen+un.seen, a.and(un).most(z), b.alpha/2)
			high := -b.least(its, own.seen+un.seen, own.and(un).most(z), b.alpha/2/float64(len(rivals)))
			lead.Low = min(lead.Low, low*k/whole)
			lead.High = max(lead.High, high*k/whole)
		}
	}
	widen(&f.lead, as[geo.Unlocated])
	widen(&f.locatedLead, abundance{})
}

// packetBytes is what one packet carries at most, but for jumbo frames.
const packetBytes = 1500

// packets is the number of independently sampled packets that say as much as the events, or
// the bytes, that were seen. For bytes it is a lower bound, by the packet that varies most.
func (c *Case) packets(u plausible.Unit) float64 {
	n := float64(c.Events)
	if c.IsMixed() { // the variance is at most that of the coarsest rate
		n /= float64(c.Rate)
	}
	if u == plausible.Bytes {
		n = min(n, float64(c.Bytes)/packetBytes*n/float64(c.Events))
	}
	return min(max(n, 1), stat.MaxDraws)
}

// widenVolume adds the error of the packets drawn to a share of events or bytes, which
// sampling leaves without bias (Phaal and Panchen, "Packet Sampling Basics").
func (c *Case) widenVolume(q Question, b basis, f *finding) {
	n := c.packets(q.Unit)
	widen := func(s *stat.Share, n float64) {
		s.Low, _ = stat.ClopperPearson(s.Low, n, b.alpha)
		_, s.High = stat.ClopperPearson(s.High, n, b.alpha)
	}
	all := amount(c.Group(snapshot.Anywhere), q.Unit)
	un := amount(c.Group(snapshot.IsUnlocated), q.Unit)
	widen(&f.share, n)
	widen(&f.counted, n)
	widen(&f.located, n*(1-un/all))
	if q.Kind != Plurality {
		return
	}
	b.sampling = stat.Sampling{K: n, NEff: n, N: n}
	scale := n / all
	own, rivals := amount(c.Group(q.Has), q.Unit)*scale, c.rivals(q)
	f.overRivals(rivals, func(rival geo.Origin) (lead, located stat.Share) {
		y := amount(c.Group(func(o geo.Origin) bool { return o == rival }), q.Unit) * scale
		return b.lead(own, y, un*scale, len(rivals)), b.lead(own, y, 0, len(rivals))
	})
}
