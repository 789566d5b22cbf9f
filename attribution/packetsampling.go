package attribution

import (
	"fmt"
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
	"github.com/whence-go/whence/internal/stat"
)

// PacketSampling is what a [Verdict] about sources has to say where only one in so
// many packets or flows was looked at. A source is then the more surely seen the
// more it sent, so that the sources seen are no fair sample of all: if most are
// seen once, a share of them is no more than a share of the traffic.
type PacketSampling struct {
	Rate uint32 `json:"rate"` // 1 in how many was looked at

	// Decision and Share are those among the sources that were seen, as if there
	// were no others; Events is their share of the events.
	Decision Decision `json:"verdict"`
	Share    Share    `json:"share"`
	Events   float64  `json:"share_of_events"`

	// Estimated is the share among all sources, by the estimate of Chao (1984,
	// 1987) for the number of those not seen, which is more likely too small.
	Estimated float64 `json:"estimated_share"`

	// Completeness is how much of the claimed countries' sources was seen at most,
	// or of all others', whichever is less. SeenOnce is the part of the sources
	// that one event gave away. Where some are forged, both allow for as many as may
	// be, and for their having been seen more often than the others.
	Completeness float64 `json:"completeness"`
	SeenOnce     float64 `json:"seen_once"`

	// Shift is what the share would change if half the events had been looked
	// at. It is 0 if sources everywhere sent alike.
	Shift float64 `json:"shift"`
}

// Where either does not hold, too little was seen of the sources to bound the
// number of those that were not.
const (
	minCompleteness = 0.5
	maxSeenOnce     = 0.5
)

// unseenFactor is how many times the upper end of the interval of Chao's estimate
// of unseen sources there may be, since that is a lower bound: with 2, the
// interval covered the truth in at least 97 % of runs for every simulated
// distribution of packets over sources.
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
func (r *Report) abundances() *[geo.MaxOrigins]abundance {
	var as [geo.MaxOrigins]abundance
	for i := range r.seen {
		a := &as[r.seen[i].origin]
		a.seen++
		switch r.seen[i].events {
		case 1:
			a.once++
		case 2:
			a.twice++
		}
		// Of so few bits that the sum is the same in any order.
		a.half += 1 - math.Exp2(-float64(min(r.seen[i].events, 32)))
	}
	return &as
}

// without takes sources out that may be forged, up to all but one. Nothing is known
// of how often these were seen, so that all that were not seen remain.
func (a abundance) without(forged float64) abundance {
	a.seen = max(a.seen-forged, min(a.seen, 1))
	return a
}

// forgedAmong tells how many of the sampled sources in a set of origins may be
// forged, none where a claim is not corrected for them.
func (r *Report) forgedAmong(c Claim, b basis) func(in func(geo.Origin) bool) float64 {
	if !r.corrects(c) {
		return func(func(geo.Origin) bool) float64 { return 0 }
	}
	most := r.correction(b.alpha).forged.High * r.sampling.k
	return func(in func(geo.Origin) bool) float64 { return most * spaceBound(r.space, in).High }
}

// chao1 estimates the number of sources, seen or not, with its standard error, in
// the form without bias (Chao 1987).
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

// unseen widens a finding by what was not looked at. If this may be anything, it
// returns why no claim about all sources can be decided.
func (r *Report) unseen(c Claim, b basis, f *finding) (s *PacketSampling, reason Caveat, ruledOut bool) {
	if r.SamplingRate <= 1 {
		return nil, Caveat{}, false
	}
	if c.unit != OfSources {
		r.widenVolume(c, b, f)
		return nil, Caveat{}, false
	}
	as := r.abundances()
	var own, others, unlocated abundance
	for i, a := range as {
		switch o := geo.Origin(i); {
		case o == geo.Reserved:
		case o == geo.Unlocated:
			unlocated = a
		case c.has(o):
			own = own.and(a)
		default:
			others = others.and(a)
		}
	}
	rest, all := others.and(unlocated), own.and(others).and(unlocated)
	forged := r.forgedAmong(c, b)
	outside := func(o geo.Origin) bool { return !c.has(o) }
	mine, theirs := own.without(forged(c.has)), rest.without(forged(outside))
	s = &PacketSampling{
		Rate:         r.SamplingRate,
		Share:        f.share,
		Completeness: min(mine.completeness(), theirs.completeness()),
		SeenOnce:     min(all.once/max(mine.and(theirs).seen, 1), 1),
		Shift:        own.half/max(all.half, 1) - own.seen/max(all.seen, 1),
	}
	s.Decision, _ = f.decide(c)
	ownAll, _ := own.chao1()
	restAll, _ := rest.chao1()
	s.Estimated = ownAll / max(ownAll+restAll, 1)
	if all := r.group(anywhere); all.events > 0 {
		s.Events = float64(r.group(c.has).events) / float64(all.events)
	}
	if s.Completeness < minCompleteness || s.SeenOnce > maxSeenOnce {
		text := fmt.Sprintf("1 in %s packets or flows was looked at, which showed no more than about %s of the sources, %s of them once: a share of all sources cannot be told from it", count.Grouped(uint64(s.Rate)), percent(s.Completeness), percent(s.SeenOnce))
		return s, Caveat{UnseenSources, s.Completeness, text}, true
	}
	z := b.z()
	orUnlocated := own.and(unlocated).without(forged(func(o geo.Origin) bool { return c.has(o) || isUnlocated(o) }))
	f.share = Share{f.share.Value, moreOf(f.share.Low, 1/theirs.most(z)), moreOf(f.share.High, orUnlocated.most(z))}
	f.located = Share{f.located.Value, moreOf(f.located.Low, 1/others.without(forged(outside)).most(z)), moreOf(f.located.High, mine.most(z))}
	if c.kind == plurality {
		r.widenLead(c, b, f, as, forged)
	}
	return s, Caveat{}, false
}

// moreOf is the share of a part after it has become so many times as large as it
// was beside the rest.
func moreOf(share, times float64) float64 {
	return share * times / (share*times + 1 - share)
}

// widenLead gives each rival the most sources that were not seen, and the claimed
// country none, and takes all that may be forged from the claimed; for the upper end
// the other way round. Where the leader then
// still leads, it does so by a smaller part of a larger whole.
func (r *Report) widenLead(c Claim, b basis, f *finding, as *[geo.MaxOrigins]abundance, forged func(func(geo.Origin) bool) float64) {
	z := b.z()
	rivals := r.rivals(c)
	var own abundance
	whole := 0.0
	for i, a := range as {
		o := geo.Origin(i)
		if o != geo.Reserved {
			whole += a.seen * a.most(z)
		}
		if c.has(o) {
			own = own.and(a)
		}
	}
	mine := own.without(forged(c.has)).seen
	s := b.sampling
	widen := func(lead *Share, un abundance) {
		for _, row := range r.Origins {
			if c.has(row.Origin) {
				continue
			}
			rival := as[row.Origin]
			its := rival.without(forged(func(o geo.Origin) bool { return o == row.Origin })).seen
			low := b.least(mine, rival.seen+un.seen, rival.and(un).most(z), b.alpha/2)
			high := -b.least(its, own.seen+un.seen, own.and(un).most(z), b.alpha/2/float64(len(rivals)))
			lead.Low = min(lead.Low, low*s.k/whole)
			lead.High = max(lead.High, high*s.k/whole)
		}
	}
	widen(&f.lead, as[geo.Unlocated])
	widen(&f.locatedLead, abundance{})
}

// packetBytes is what one packet carries at most, but for jumbo frames.
const packetBytes = 1500

// packets is the number of independently sampled packets that tells as much as
// the events, or the bytes, that were seen. For bytes it is a lower bound, by the
// packet that varies most.
func (r *Report) packets(u Unit) float64 {
	n := float64(r.Events)
	if u == OfBytes {
		n = min(n, float64(r.Bytes)/packetBytes)
	}
	return min(max(n, 1), stat.MaxDraws)
}

// widenVolume adds the error of the packets drawn to a share of events or bytes,
// which sampling leaves without bias (Phaal and Panchen, "Packet Sampling
// Basics").
func (r *Report) widenVolume(c Claim, b basis, f *finding) {
	n := r.packets(c.unit)
	widen := func(s *Share, n float64) {
		s.Low, _ = stat.ClopperPearson(s.Low, n, b.alpha)
		_, s.High = stat.ClopperPearson(s.High, n, b.alpha)
	}
	all, un := r.group(anywhere).amount(c.unit), r.group(isUnlocated).amount(c.unit)
	widen(&f.share, n)
	widen(&f.located, n*(1-un/all))
	if c.kind != plurality {
		return
	}
	b.sampling = sampling{n, n, n}
	scale := n / all
	own, rivals := r.group(c.has).amount(c.unit)*scale, r.rivals(c)
	f.lead, f.locatedLead = Share{1, 1, 1}, Share{1, 1, 1}
	for _, rival := range rivals {
		y := rival.amount(c.unit) * scale
		f.lead = leastLead(f.lead, b.lead(own, y, un*scale, len(rivals)))
		f.locatedLead = leastLead(f.locatedLead, b.lead(own, y, 0, len(rivals)))
	}
}
