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

// products are sums over the clusters of a case: of the number of sources, and of products
// of two numbers. All that is asked of clusters follows from them.
type products struct {
	all, claimed, unlocated float64
	aa, cc, uu, ac, au, cu  float64
	rivals                  [geo.MaxOrigins]rivalProducts
}

type rivalProducts struct{ n, rr, ar, cr, ur float64 }

// sums are the products of a case for the question of a trial.
func (t *trial) sums(c *Case) *products {
	p := t.summed[c]
	if p == nil {
		p = t.products(c, t.q)
		t.summed[c] = p
	}
	return p
}

// products makes the sums for a question, in one pass over the cells.
func (m *Matter) products(c *Case, q Question) *products {
	var counts [geo.MaxOrigins]float64 // as 1 among the claimed, or not, so that adding takes no branch
	for o := range counts {
		counts[o] = float64(snapshot.Indicator(q.Has(geo.Origin(o))))
	}
	p := new(products)
	cells := m.cellsOf(c)
	for len(cells) > 0 {
		n := 1
		for n < len(cells) && cells[n].cluster == cells[0].cluster {
			n++
		}
		p.add(cells[:n], &counts)
		cells = cells[n:]
	}
	return p
}

// add takes the cells of one cluster. A claimed origin is a rival, too, that nobody asks for.
func (p *products) add(cluster []cell, counts *[geo.MaxOrigins]float64) {
	var a, c, u float64
	for _, cell := range cluster {
		a += cell.n
		c += cell.n * counts[cell.origin]
		if snapshot.IsUnlocated(cell.origin) {
			u += cell.n * (1 - counts[cell.origin])
		}
	}
	p.all, p.claimed, p.unlocated = p.all+a, p.claimed+c, p.unlocated+u
	p.aa, p.cc, p.uu = p.aa+a*a, p.cc+c*c, p.uu+u*u
	p.ac, p.au, p.cu = p.ac+a*c, p.au+a*u, p.cu+c*u
	for _, cell := range cluster {
		r, n := &p.rivals[cell.origin], cell.n
		r.n, r.rr = r.n+n, r.rr+n*n
		r.ar, r.cr, r.ur = r.ar+a*n, r.cr+c*n, r.ur+u*n
	}
}

// cell is the number of public sources of one origin in one cluster.
type cell struct {
	cluster int32
	origin  geo.Origin
	n       float64
}

// cellsOf counts the public sources of a case by cluster and origin, cluster by cluster.
func (m *Matter) cellsOf(c *Case) []cell {
	if c.cells != nil {
		return c.cells
	}
	clusters := m.holders()
	ends := make([]int32, len(clusters)+1) // where the sources of each cluster end, after those of the ones before
	for _, cluster := range clusters {
		ends[cluster+1]++
	}
	for i := range clusters {
		ends[i+1] += ends[i]
	}
	origins := make([]geo.Origin, len(clusters)) // of the sources, cluster by cluster
	for i, cluster := range clusters {
		origins[ends[cluster]] = c.OriginOf(i)
		ends[cluster]++
	}
	c.cells = make([]cell, 0, len(clusters))
	var last [geo.MaxOrigins]int // the number of cells after the last one of an origin
	begin := int32(0)
	for cluster, end := range ends[:len(clusters)] {
		before := len(c.cells)
		for _, o := range origins[begin:end] {
			if o == geo.Reserved {
				continue
			}
			if last[o] <= before {
				c.cells = append(c.cells, cell{int32(cluster), o, 0})
				last[o] = len(c.cells)
			}
			c.cells[last[o]-1].n++
		}
		begin = end
	}
	return c.cells
}

func (m *Matter) holders() snapshot.Clusters {
	if m.holdings == nil {
		m.holdings = m.state.Holdings()
	}
	return m.holdings
}

// own weighs the claimed sources among all.
func (p *products) own() effective { return effectiveOf(p.all, p.claimed, p.aa, p.cc, p.ac) }

// orUnlocated weighs the claimed and the unlocated sources among all.
func (p *products) orUnlocated() effective {
	return effectiveOf(p.all, p.claimed+p.unlocated, p.aa, p.cc+2*p.cu+p.uu, p.ac+p.au)
}

// located weighs the claimed sources among those with a country.
func (p *products) located() effective {
	return effectiveOf(p.all-p.unlocated, p.claimed, p.aa-2*p.au+p.uu, p.cc, p.ac-p.cu)
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

// withoutUnlocated are the sums as if unlocated sources belonged to no pair.
func (p *products) withoutUnlocated() *products {
	l := *p
	l.unlocated, l.uu, l.au, l.cu = 0, 0, 0, 0
	for i := range l.rivals {
		l.rivals[i].ur = 0
	}
	return &l
}

// lead is that over a rival, to whom and to the claimed the unlocated belong in turn. A lead
// is borne out if the pair alone bears it out.
func (p *products) lead(b basis, rival geo.Origin, rivals int) stat.Share {
	r := &p.rivals[rival]
	claimed := part{p.claimed, p.cc, p.ac}
	other := part{r.n, r.rr, r.ar}
	unlocated := part{p.unlocated, p.uu, p.au}
	low := p.least(b, claimed, other.with(unlocated, r.ur), r.cr+p.cu, b.alpha/2)
	high := p.least(b, other, claimed.with(unlocated, p.cu), r.cr+r.ur, b.alpha/2/float64(rivals))
	return stat.Share{Value: (p.claimed - r.n) / p.all, Low: low, High: -high}
}

// part is a set of sources by its sums over the clusters: the number, its square, and its
// product with all.
type part struct{ n, nn, an float64 }

// with is the union with a part that has no source of s; product is that of the two.
func (s part) with(other part, product float64) part {
	return part{s.n + other.n, s.nn + 2*product + other.nn, s.an + other.an}
}

// beside is the pair of two parts, and weighs the first one in it.
func (s part) beside(other part, product float64) (pair part, e effective) {
	pair = s.with(other, product)
	return pair, effectiveOf(pair.n, s.n, pair.nn, s.nn, s.nn+product)
}

// least is the least lead of one part over another, as a share of all; product is that of
// the two.
func (p *products) least(b basis, x, y part, product, level float64) float64 {
	pair, e := x.beside(y, product)
	d := (x.n - y.n) / p.all
	if b.alpha >= 1 {
		return d
	}
	if n := e.least(); pair.n == 0 || stat.BinomialTail(n, 0.5, e.share*n) > level {
		return min(d, -tiny)
	}
	// The standard error is the larger of that of Kish's number of sources and the
	// linearized one, of a sum with +1 for x, -1 for y and 0 for all others.
	kish := (pair.n/p.all - d*d) * p.aa / (p.all * p.all)
	sum := x.nn - 2*product + y.nn
	linear := (sum - 2*d*(x.an-y.an) + d*d*p.aa) / (p.all * p.all)
	return max(d-b.z()*math.Sqrt(max(kish, linear, 0)), tiny)
}

const (
	fewSources   = 30 // below, one source more or less changes every share
	fewEffective = 10 // below, the sources are those of a handful of owners
)

// fewSources tells why a count of all sources says too little for a claim about them: they
// are few, or lie in few networks. The interval of as many independent sources then decides.
func (t *trial) fewSources() caveat.Code {
	c := t.cases[0]
	if t.q.Unit != plausible.Sources || c.Unsampled {
		return ""
	}
	if c.Total.Value < fewSources {
		return caveat.FewSources
	}
	if c.HasAddresses() && c.Rate <= 1 && t.sums(c).own().kish < fewEffective {
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
	p := t.p.basis(c)
	if t.q.Unit != plausible.Sources || c.Unsampled || c.Rate > 1 || a.Outcome == Undecided {
		return nil
	}
	if !p.population && t.few == "" {
		read := p.atNetworks(c)
		read.clustered = false
		atAll := t.outcome(c.findSampled(t.q, read))
		atNetworks := atAll
		if c.HasAddresses() {
			read.clustered = true
			atNetworks = t.outcome(t.findClustered(c, read))
		}
		switch {
		case atAll != a.Outcome:
			caveats = append(caveats, caveat.Caveat{Code: caveat.FewSources, Value: math.Round(c.Total.Value)})
		case atNetworks != a.Outcome:
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
	held := func(in func(geo.Origin) bool) (networks uint64) {
		for _, n := range t.sourcesIn(t.networks(), in) {
			networks += uint64(min(n, 1))
		}
		return networks
	}
	a.Networks, a.NetworksClaimed = held(snapshot.Anywhere), held(t.q.Has)
	a.EffectiveSources = t.sums(c).own().least()
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
