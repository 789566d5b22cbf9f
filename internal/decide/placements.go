package decide

import (
	"iter"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
)

// placement is where the databases locate a source, in the order of the cases. Few are
// different, so that questions are asked of them and not of every source.
type placement struct {
	origins []geo.Origin
	sources float64 // that are placed so
}

// placements are the different ones, and which of them each item has.
func (m *Matter) placements() (list []placement, of []int32) {
	if m.placed != nil {
		return m.placed, m.placing
	}
	first := m.cases[0]
	of = make([]int32, len(first.Items))
	for i := range of {
		of[i] = int32(first.OriginOf(i))
	}
	for _, c := range m.cases[1:] {
		n := snapshot.NewNumbering(len(of))
		for i := range of {
			of[i] = n.Of(uint64(of[i])<<8 | uint64(c.OriginOf(i)))
		}
	}
	var origins []geo.Origin // of all placements
	for i, no := range of {
		if int(no) == len(list) { // it comes for the first time
			for _, c := range m.cases {
				origins = append(origins, c.OriginOf(i))
			}
			list = append(list, placement{origins[len(origins)-len(m.cases):], 0})
		}
		list[no].sources++
	}
	m.placed, m.placing = list, of
	return list, of
}

// weighed yields placements with how much of a unit they have: each one once for sources,
// else that of every item, since large counts add up to the same in the same order only.
func (m *Matter) weighed(u plausible.Unit) iter.Seq2[[]geo.Origin, float64] {
	list, of := m.placements()
	return func(yield func([]geo.Origin, float64) bool) {
		if u == plausible.Sources {
			for _, p := range list {
				if !yield(p.origins, p.sources) {
					return
				}
			}
			return
		}
		for i, no := range of {
			if !yield(list[no].origins, m.cases[0].weight(i, u)) {
				return
			}
		}
	}
}
