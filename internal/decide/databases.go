package decide

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// There is no truth among databases. That they agree does not make them right: they copy
// from the same registries. Where they differ, at least one is wrong.

// Opinion is what attribution.Opinion says.
type Opinion struct {
	Outcome                     Outcome
	Share, Disagreement         stat.Share
	StandardError, DesignEffect float64
}

// spread is how much the errors of a share may add up when they come by networks.
type spread struct {
	standardError float64 // of the share
	designEffect  float64 // variance against that of independent errors; 0 without any
}

// spreads are those of the difference between the first database and another: of the
// claimed share, and of its lead over a rival by each of the two. Of the kinds of networks
// that counts by which the difference is largest.
func (m *Matter) spreads(q Question, other int) (ofShare, ofLead spread) {
	ofShare = m.widest(q, other, geo.Unlocated, geo.Unlocated)
	if q.Kind == Plurality {
		ofLead = m.widest(q, other, m.cases[0].firstRival(q), m.cases[other].firstRival(q))
	}
	return ofShare, ofLead
}

// firstRival is the country with most sources but those that a question is about.
func (c *Case) firstRival(q Question) geo.Origin {
	if rivals := c.rivals(q); len(rivals) > 0 {
		return rivals[0]
	}
	return geo.Unlocated
}

func (m *Matter) widest(q Question, other int, mine, its geo.Origin) spread {
	list, of := m.placements()
	by := make([]float64, len(list)) // of one source that is placed so
	for no, p := range list {
		by[no] = q.score(p.origins[0], mine) - q.score(p.origins[other], its)
	}
	first, moved := m.cases[0], m.movedBy(other)
	_, whole := first.open(q.Unit)
	changes := make([]change, len(moved))
	for j, i := range moved {
		changes[j] = change{i, first.weight(int(i), q.Unit) * by[of[i]]}
	}
	sums := make([]float64, len(of))
	widest := spreadOf(m.networks(), changes, whole, sums)
	for _, clusters := range []snapshot.Clusters{m.holders(), m.bySystem()} {
		if clusters == nil {
			continue
		}
		if s := spreadOf(clusters, changes, whole, sums); s.standardError > widest.standardError {
			widest = s
		}
	}
	return widest
}

// movedBy are the items that the first case and another one place in different countries.
func (m *Matter) movedBy(other int) []int32 {
	if m.moved[other] != nil {
		return m.moved[other]
	}
	list, of := m.placements()
	differs, n := make([]int32, len(list)), 0.0 // as 1, or not, so that collecting takes no branch
	for no, p := range list {
		if a, b := p.origins[0], p.origins[other]; a != b && a.IsCountry() && b.IsCountry() {
			differs[no] = 1
			n += p.sources
		}
	}
	moved, at := make([]int32, int(n)+1), int32(0) // the last one is no item
	for i, no := range of {
		moved[at] = int32(i)
		at += differs[no]
	}
	m.moved[other] = moved[:at]
	return m.moved[other]
}

func (m *Matter) bySystem() snapshot.Clusters {
	if m.systems == nil {
		m.systems = m.state.Systems()
	}
	return m.systems
}

// weight is what item i counts in a unit.
func (c *Case) weight(i int, u plausible.Unit) float64 {
	if u == plausible.Sources {
		return 1 // without reading the item
	}
	return u.Of(1, c.Items[i].Events, c.Items[i].Bytes)
}

// score is what a source of an origin adds to the claimed share, less what it adds to that
// of a rival.
func (q Question) score(o, rival geo.Origin) float64 {
	switch {
	case q.Has(o):
		return 1
	case o == rival:
		return -1
	}
	return 0
}

// change is by how much a source changes a sum.
type change struct {
	item int32
	by   float64
}

// spreadOf takes what changes a sum, and the whole that the sum is a share of. Errors are
// independent between clusters and fall either way, so that the squares of the clusters'
// sums estimate the variance (Liang and Zeger 1986), whatever goes on inside a cluster. The
// memory for these is given, one for each item; it is all 0, and is so again afterwards.
func spreadOf(clusters snapshot.Clusters, changes []change, whole float64, sums []float64) spread {
	apart, n := 0.0, int32(0)
	for _, c := range changes {
		cluster := clusters[c.item]
		sums[cluster] += c.by
		apart += c.by * c.by
		n = max(n, cluster+1)
	}
	together := 0.0
	for i, s := range sums[:n] {
		together += s * s
		sums[i] = 0
	}
	if apart == 0 || whole == 0 {
		return spread{}
	}
	return spread{math.Sqrt(together) / whole, together / apart}
}

// differing is the share of the sources that differ between the first case and another one,
// as a function has it, of those that have a country in both and that it counts.
func (m *Matter) differing(other int, look func(a, b geo.Origin) (of, differs bool)) stat.Share {
	var n, x float64
	for origins, w := range m.weighed(plausible.Sources) {
		a, b := origins[0], origins[other]
		if !a.IsCountry() || !b.IsCountry() {
			continue
		}
		if of, differs := look(a, b); of {
			n += w
			if differs {
				x += w
			}
		}
	}
	return m.cases[0].ShareWithin(x, n)
}

// Disagreement is the share of the sources that the first case and another one place in
// different countries.
func (m *Matter) Disagreement(other int) stat.Share {
	return m.differing(other, func(a, b geo.Origin) (of, differs bool) { return true, a != b })
}

// describeOpinions states what each database alone says.
func (t *trial) describeOpinions(a *Answer) {
	if len(t.cases) == 1 {
		return
	}
	for i, f := range t.findings {
		o := Opinion{Share: f.share}
		o.Outcome, _ = f.decide(t.q)
		if i > 0 {
			o.Disagreement = t.differing(i, func(a, b geo.Origin) (of, differs bool) {
				x, y := t.q.Has(a), t.q.Has(b)
				return x || y, x != y
			})
			o.StandardError, o.DesignEffect = t.spreads[i].standardError, t.spreads[i].designEffect
		}
		a.Opinions = append(a.Opinions, o)
	}
	bounds := t.bounds()
	// What the first database does not locate may all be claimed by another.
	bounds.Value = min(max(a.Share.Value, bounds.Low), bounds.High)
	a.Bounds = &bounds
}

// bounds are the shares that all databases and that any database places in the claimed
// countries. What none of them locates may be anywhere.
func (t *trial) bounds() stat.Share {
	first, b := t.cases[0], t.p.basis(t.cases[0])
	var every, some, whole float64
	for origins, w := range t.weighed(t.q.Unit) {
		if origins[0] == geo.Reserved {
			continue
		}
		in, out := false, false
		for _, o := range origins {
			if o.IsCountry() {
				in, out = in || t.q.Has(o), out || !t.q.Has(o)
			}
		}
		whole += w
		if in && !out {
			every += w
		}
		if in || !out {
			some += w
		}
	}
	raw := stat.Share{Low: every / max(whole, 1), High: some / max(whole, 1)}
	drawn := func(n, alpha float64) (s stat.Share) {
		s.Low, _ = stat.ClopperPearson(raw.Low, n, alpha)
		_, s.High = stat.ClopperPearson(raw.High, n, alpha)
		return s
	}
	bounds := raw
	if !b.counted() && t.q.Unit == plausible.Sources {
		bounds = drawn(b.sampling.NEff, b.alpha)
	}
	if t.corrected {
		bounds = first.withoutAny(t.q, b, finding{share: bounds}).share
		if fix := first.Correction(b.alpha); fix != nil {
			model := fix.Share(drawn(fix.Sampling.NEff, fix.Alpha), first.SpaceBound(t.q.Has))
			bounds = bounds.With(model.Positive())
		}
	}
	return bounds
}
