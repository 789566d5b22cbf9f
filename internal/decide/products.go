package decide

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

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
		for n < len(cells) && !cells[n].first {
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
		n := float64(cell.n)
		a += n
		c += n * counts[cell.origin]
		if snapshot.IsUnlocated(cell.origin) {
			u += n * (1 - counts[cell.origin])
		}
	}
	p.all, p.claimed, p.unlocated = p.all+a, p.claimed+c, p.unlocated+u
	p.aa, p.cc, p.uu = p.aa+a*a, p.cc+c*c, p.uu+u*u
	p.ac, p.au, p.cu = p.ac+a*c, p.au+a*u, p.cu+c*u
	for _, cell := range cluster {
		r, n := &p.rivals[cell.origin], float64(cell.n)
		r.n, r.rr = r.n+n, r.rr+n*n
		r.ar, r.cr, r.ur = r.ar+a*n, r.cr+c*n, r.ur+u*n
	}
}

// cell is the number of public sources of one origin in one cluster.
type cell struct {
	n      int32
	origin geo.Origin
	first  bool // of its cluster
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
	var counts [geo.MaxOrigins]int32
	var present [geo.MaxOrigins]geo.Origin // in the order in which they come
	begin := int32(0)
	for _, end := range ends[:len(clusters)] {
		n := 0
		for _, o := range origins[begin:end] { // who cannot be predicted, so that this takes no branch
			present[n&0xff] = o
			n += snapshot.Indicator(counts[o] == 0)
			counts[o]++
		}
		first := true
		for _, o := range present[:n] {
			if o != geo.Reserved {
				c.cells = append(c.cells, cell{counts[o], o, first})
				first = false
			}
			counts[o] = 0
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
	// The standard error is the larger of that of Kish's number of sources and the
	// linearized one, of a sum with +1 for x, -1 for y and 0 for all others.
	kish := (pair.n/p.all - d*d) * p.aa / (p.all * p.all)
	sum := x.nn - 2*product + y.nn
	linear := (sum - 2*d*(x.an-y.an) + d*d*p.aa) / (p.all * p.all)
	n := e.least()
	won := pair.n > 0 && stat.BinomialTail(n, 0.5, e.share*n) <= level
	return borneOut(d-b.z()*math.Sqrt(max(kish, linear, 0)), won)
}
