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

// effectiveOf weighs x things of n that lie in clusters: nn is the sum over the clusters of
// the square of their number, xx that of those that count, and xn that of the product. All
// are whole numbers, n at most 2^20, the largest sample.
func effectiveOf(n, x, nn, xx, xn float64) effective {
	if n == 0 {
		return effective{linear: math.Inf(1)}
	}
	e := effective{n, x / n, n * n / nn, math.Inf(1)}
	// The sum over the clusters of n^2 (x_c - n_c x/n)^2, exactly, so that one source per
	// network is worth exactly one.
	high, low := bits.Mul64(uint64(xx), uint64(n*n))
	h, l := bits.Mul64(uint64(nn), uint64(x*x))
	low, carry := bits.Add64(low, l, 0)
	high += h + carry
	h, l = bits.Mul64(uint64(xn), 2*uint64(x*n))
	low, carry = bits.Sub64(low, l, 0)
	high -= h + carry
	if v := math.Ldexp(float64(high), 64) + float64(low); v > 0 {
		e.linear = x * (n - x) * n / v * n
	}
	return e
}

// findClustered takes the sources as drawn by networks. Each end has a number of
// independent sources of its own.
func (t *trial) findClustered(c *Case, b basis) (f finding) {
	p := t.sums(c)
	f.counted = p.own().interval(b.alpha)
	f.share = f.counted
	f.share.High = p.orUnlocated().interval(b.alpha).High
	f.located = p.located().interval(b.alpha)
	if t.q.Kind == Plurality {
		rivals, located := c.rivals(t.q), p.withoutUnlocated()
		f.overRivals(rivals, func(rival geo.Origin) (stat.Share, stat.Share) {
			return p.lead(b, rival, len(rivals)), located.lead(b, rival, len(rivals))
		})
	}
	return f
}

const (
	fewSources   = 30 // below, one source more or less changes every share
	fewEffective = 10 // below, the sources are those of a handful of owners
)

// fewSources tells why a count of all sources says too little for a claim about them: they
// are few, or lie in few networks. The interval of as many independent sources then decides.
func (t *trial) fewSources() caveat.Code {
	c := t.cases[0]
	if t.q.Unit != plausible.Sources {
		return ""
	}
	if c.Total.Value < fewSources {
		return caveat.FewSources
	}
	if c.HasAddresses() && t.sums(c).own().kish < fewEffective {
		return caveat.ClusteredSources
	}
	return ""
}

func (t *trial) caveatOfFew() caveat.Caveat {
	c := t.cases[0]
	if t.few == caveat.FewSources {
		return caveat.Caveat{Code: t.few, Value: math.Round(c.Total.Value)}
	}
	return caveat.Caveat{Code: t.few, Value: t.sums(c).own().least()}
}

// clusterCaveats say that the same sources, drawn from more, would not decide; and what the
// networks say, each counted once.
func (t *trial) clusterCaveats(a *Answer) (caveats []caveat.Caveat) {
	c := t.cases[0]
	if t.q.Unit != plausible.Sources || a.Outcome == Undecided {
		return nil
	}
	if !t.p.drawn() && t.few == "" {
		drawn := t.p.basis(c).atNetworks(c)
		oneByOne := drawn
		oneByOne.clustered = false
		switch {
		case t.outcome(t.count(c, oneByOne)) != a.Outcome:
			caveats = append(caveats, caveat.Caveat{Code: caveat.FewSources, Value: math.Round(c.Total.Value)})
		case t.outcome(t.count(c, drawn)) != a.Outcome:
			caveats = append(caveats, caveat.Caveat{Code: caveat.ClusteredSources, Value: a.EffectiveSources})
		}
	}
	if share, ok := t.shareOfNetworks(); ok && t.q.Kind != Plurality && c.Newcomers == nil {
		byNetworks := finding{share: stat.Share{Value: share, Low: share, High: share}}
		if o, _ := byNetworks.decide(t.q); o != a.Outcome {
			caveats = append(caveats, caveat.Caveat{Code: caveat.NetworksDiffer, Value: share})
		}
	}
	return caveats
}

// outcome is that of a finding, with what is in no count anywhere.
func (t *trial) outcome(f finding) Outcome {
	f = t.cases[0].withoutNewcomers(t.q, t.p.alpha(), f)
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
	if t.held == 0 {
		t.held = holding(t.sourcesIn(t.networks(), snapshot.Anywhere))
	}
	a.Networks, a.NetworksClaimed = t.held, holding(t.claimed())
	a.EffectiveSources = t.sums(c).own().least()
}

// claimed is how many of the claimed sources each of the networks holds.
func (t *trial) claimed() []int32 {
	if t.claimedIn == nil {
		t.claimedIn = t.sourcesIn(t.networks(), t.q.Has)
	}
	return t.claimedIn
}

// holding is the number of clusters that hold any sources.
func holding(sources []int32) (clusters uint64) {
	for _, n := range sources {
		clusters += uint64(min(n, 1))
	}
	return clusters
}

// sourcesIn is how many of the public sources in some origins each cluster holds, by its
// number.
func (t *trial) sourcesIn(clusters snapshot.Clusters, in func(geo.Origin) bool) []int32 {
	var counts [geo.MaxOrigins]int32 // as 1, or not, so that adding takes no branch
	for i := range counts {
		o := geo.Origin(i)
		counts[o] = int32(snapshot.Indicator(o != geo.Reserved && in(o)))
	}
	c, n := t.cases[0], make([]int32, len(clusters))
	for i, cluster := range clusters {
		n[cluster] += counts[c.OriginOf(i)]
	}
	return n
}
