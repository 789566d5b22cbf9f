package decide

import (
	"math"
	"math/bits"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Sources come by networks: who rents one /24 has 254 of them. A share of n sources then
// says no more about a larger population than one of fewer that came independently. That
// number is the least of n, Kish's effective size, which does not look at where the claimed
// ones are, and the linearized one, which does (Kish 1965; Wolter 2007). Clusters are /16
// and /32, what one holder commonly has: between one period and the next the shares of real
// sources move as these say.

// effective says how many independent sources some sources are worth.
type effective struct {
	n      float64 // sources
	share  float64 // of them that count
	kish   float64
	linear float64 // +Inf: where the share is 0 or 1, or the same in every network
}

// least is the number of independent sources, n*.
func (e effective) least() float64 { return min(e.n, e.kish, e.linear) }

// interval is that of a share as of so many independent sources.
func (e effective) interval(alpha float64) stat.Share {
	if e.n == 0 {
		return stat.Share{High: 1}
	}
	low, high := stat.ClopperPearson(e.share, e.least(), alpha)
	return stat.Share{Value: e.share, Low: low, High: high}
}

// effectiveOf weighs the sources of a case for which score gives a number: 1 if they count,
// 0 if they do not, less than 0 if they are left out.
func (m *Matter) effectiveOf(c *Case, score func(geo.Origin) int) effective {
	clusters := m.holders()
	type sum struct{ n, x int64 }
	sums := make([]sum, len(clusters))
	var n, x int64 // at most 2^20, the largest sample
	for i := range c.Items {
		o := c.OriginOf(i)
		if o == geo.Reserved {
			continue
		}
		if s := score(o); s >= 0 {
			at := &sums[clusters[i]]
			at.n++
			at.x += int64(s)
			n++
			x += int64(s)
		}
	}
	if n == 0 {
		return effective{linear: math.Inf(1)}
	}
	// Sums of whole numbers are the same in any order, and one source per network is worth
	// exactly one.
	var squares int64
	var high, low uint64 // of the sum of n^2 (x_c - n_c x/n)^2 over all networks
	for _, s := range sums {
		squares += s.n * s.n
		d := max(n*s.x-x*s.n, x*s.n-n*s.x)
		h, l := bits.Mul64(uint64(d), uint64(d))
		var carry uint64
		low, carry = bits.Add64(low, l, 0)
		high += h + carry
	}
	e := effective{float64(n), float64(x) / float64(n), float64(n*n) / float64(squares), math.Inf(1)}
	if v := math.Ldexp(float64(high), 64) + float64(low); v > 0 {
		e.linear = float64(x*(n-x)*n) / v * float64(n)
	}
	return e
}

func (m *Matter) holders() snapshot.Clusters {
	if m.holdings == nil {
		m.holdings = m.state.Holdings()
	}
	return m.holdings
}

// one is 1 if a set has an origin.
func one(in func(geo.Origin) bool) func(geo.Origin) int {
	return func(o geo.Origin) int {
		if in(o) {
			return 1
		}
		return 0
	}
}

// effective weighs the claimed sources among all of a case.
func (m *Matter) effective(c *Case, q Question) effective { return m.effectiveOf(c, one(q.Has)) }

// findClustered takes the sources as drawn by networks. Each end has a number of
// independent sources of its own.
func (m *Matter) findClustered(c *Case, q Question, b basis) (f finding) {
	own := m.effective(c, q)
	orUnlocated := m.effectiveOf(c, one(func(o geo.Origin) bool { return q.Has(o) || snapshot.IsUnlocated(o) }))
	f.counted = own.interval(b.alpha)
	f.share = f.counted
	f.share.High = orUnlocated.interval(b.alpha).High
	located := m.effectiveOf(c, func(o geo.Origin) int {
		if snapshot.IsUnlocated(o) {
			return -1
		}
		return one(q.Has)(o)
	})
	f.located = located.interval(b.alpha)
	if q.Kind == Plurality {
		rivals := c.rivals(q)
		f.overRivals(rivals, func(rival geo.Origin) (lead, located stat.Share) {
			return m.clusteredLead(c, q, b, rival, true, len(rivals)), m.clusteredLead(c, q, b, rival, false, len(rivals))
		})
	}
	return f
}

// clusteredLead is the lead over a rival, to whom and to the claimed the unlocated belong in
// turn if they count. A lead is borne out if the pair alone bears it out.
func (m *Matter) clusteredLead(c *Case, q Question, b basis, rival geo.Origin, un bool, rivals int) stat.Share {
	sign := func(plus, minus bool) func(geo.Origin) int { // of those in the pair
		return func(o geo.Origin) int {
			switch {
			case q.Has(o) || plus && snapshot.IsUnlocated(o):
				return 1
			case o == rival || minus && snapshot.IsUnlocated(o):
				return 0
			}
			return -1
		}
	}
	low := m.clusteredLeast(c, b, sign(false, un), b.alpha/2, 1)
	high := m.clusteredLeast(c, b, sign(un, false), b.alpha/2/float64(rivals), -1)
	x, y := c.Group(q.Has).Sampled, c.Counted[rival].Sampled
	return stat.Share{Value: (x - y) / b.sampling.K, Low: low, High: -high}
}

// clusteredLeast is the least lead of those with score 1 over those with 0, or the other way
// round if side is -1, as a share of all.
func (m *Matter) clusteredLeast(c *Case, b basis, score func(geo.Origin) int, level, side float64) float64 {
	pair := m.effectiveOf(c, score)
	share := pair.share
	if side < 0 {
		share = 1 - share
	}
	k := b.sampling.K
	d := (2*share - 1) * pair.n / k
	n := pair.least()
	if b.alpha >= 1 {
		return d
	}
	if pair.n == 0 || stat.BinomialTail(n, 0.5, share*n) > level {
		return min(d, -tiny)
	}
	return max(d-b.z()*m.leadError(c, score, k), tiny)
}

// leadError is the standard error of a lead as a share of all k: the larger of that of
// Kish's number of sources and the linearized one.
func (m *Matter) leadError(c *Case, score func(geo.Origin) int, k float64) float64 {
	clusters := m.holders()
	type sum struct{ n, d float64 }
	sums := make([]sum, len(clusters))
	var d, square float64
	for i := range c.Items {
		o := c.OriginOf(i)
		if o == geo.Reserved {
			continue
		}
		at := &sums[clusters[i]]
		at.n++
		if s := score(o); s >= 0 {
			v := float64(2*s - 1)
			at.d += v
			d += v
			square++
		}
	}
	mean := d / k
	var sizes, v float64
	for _, s := range sums {
		sizes += s.n * s.n
		e := s.d - mean*s.n
		v += e * e
	}
	kish := (square/k - mean*mean) * sizes / (k * k)
	return math.Sqrt(max(kish, v/(k*k), 0))
}

const (
	fewSources   = 30 // below, one source more or less changes every share
	fewEffective = 10 // below, the sources are those of a handful of owners
)

// fewSources tells why a count of all sources says too little for a claim about them: they
// are few, or lie in few networks. The interval of as many independent sources then decides.
func (t *trial) fewSources() caveat.Code {
	c := t.cases[0]
	if t.q.Unit != plausible.Sources || t.corrected || c.Unsampled {
		return ""
	}
	if c.Total.Value < fewSources {
		return caveat.FewSources
	}
	if c.HasAddresses() && c.Rate <= 1 && t.effectiveOf(c, one(snapshot.Anywhere)).kish < fewEffective {
		return caveat.ClusteredSources
	}
	return ""
}

func (t *trial) caveatOfFew() caveat.Caveat {
	c := t.cases[0]
	if t.few == caveat.FewSources {
		return caveat.Caveat{Code: t.few, Value: math.Round(c.Total.Value)}
	}
	return caveat.Caveat{Code: t.few, Value: t.effective(c, t.q).least()}
}

// clusterCaveats say that the same sources, drawn from more, would not decide; and what the
// networks say, each counted once.
func (t *trial) clusterCaveats(a *Answer) (caveats []caveat.Caveat) {
	c := t.cases[0]
	p := t.p.basis(c)
	if t.q.Unit != plausible.Sources || t.corrected || c.Unsampled || c.Rate > 1 || a.Outcome == Undecided {
		return nil
	}
	if !p.population && t.few == "" {
		read := p.atNetworks(c)
		read.clustered = false
		atAll := t.outcome(c.findSampled(t.q, read))
		atNetworks := atAll
		if c.HasAddresses() {
			read.clustered = true
			atNetworks = t.outcome(t.findClustered(c, t.q, read))
		}
		switch {
		case atAll != a.Outcome:
			caveats = append(caveats, caveat.Caveat{Code: caveat.FewSources, Value: math.Round(c.Total.Value)})
		case atNetworks != a.Outcome:
			caveats = append(caveats, caveat.Caveat{Code: caveat.ClusteredSources, Value: a.EffectiveSources})
		}
	}
	if share, ok := t.shareOfNetworks(); ok && t.q.Kind != Plurality {
		byNetworks := finding{share: stat.Share{Value: share, Low: share, High: share}}
		if o, _ := byNetworks.decide(t.q); o != a.Outcome {
			caveats = append(caveats, caveat.Caveat{Code: caveat.NetworksDiffer, Value: share})
		}
	}
	return caveats
}

// outcome is that of a finding, with what is in no count anywhere.
func (t *trial) outcome(f finding) Outcome {
	f.widenByLost(t.state)
	o, _ := f.decide(t.q)
	return o
}

// shareOfNetworks is the claimed share of the /24 and /48, each counted once by its own
// share. It is known of all sources only: large networks are more surely in a sample.
func (t *trial) shareOfNetworks() (share float64, ok bool) {
	c := t.cases[0]
	if !c.Exact() || !c.HasAddresses() {
		return 0, false
	}
	type sum struct{ n, x float64 }
	sums := make([]sum, len(c.Items))
	for i, site := range t.networks() {
		if o := c.OriginOf(i); o != geo.Reserved {
			sums[site].n++
			if t.q.Has(o) {
				sums[site].x++
			}
		}
	}
	n := 0.0
	for _, s := range sums {
		if s.n > 0 {
			n++
			share += s.x / s.n
		}
	}
	return share / max(n, 1), n > 0
}

// networks are the /24 and /48 of the items.
func (m *Matter) networks() snapshot.Clusters {
	if m.sites == nil {
		m.sites = m.state.Sites()
	}
	return m.sites
}

// describeNetworks counts the networks that the sources lie in.
func (t *trial) describeNetworks(a *Answer) {
	c := t.cases[0]
	if t.q.Unit != plausible.Sources || !c.HasAddresses() {
		return
	}
	seen, claimed := make([]bool, len(c.Items)), make([]bool, len(c.Items))
	for i, site := range t.networks() {
		if o := c.OriginOf(i); o != geo.Reserved {
			if !seen[site] {
				seen[site] = true
				a.Networks++
			}
			if t.q.Has(o) && !claimed[site] {
				claimed[site] = true
				a.NetworksClaimed++
			}
		}
	}
	a.EffectiveSources = t.effective(c, t.q).least()
}
