package snapshot

import (
	"cmp"
	"maps"
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// Part is what a system, a list, or several together have of the public sources.
type Part struct {
	Sources float64 // estimated beyond the exact state
	Share   stat.Share
	Events  uint64      // 0 beyond the exact state, where they are not known
	Of      *stat.Share // in all events; nil: not known
}

// System is the part of an autonomous system.
type System struct {
	geo.AS
	Part
}

// Systems are the parts of all autonomous systems.
type Systems struct {
	Named  []System // those with most sources, and those that were asked for
	Others Part     // of all further ones
	More   int      // how many these are
	None   Part     // of the sources without a system
}

// part puts into shares what was counted of the sample.
func (v *View) part(c, all *capped, alpha float64) Part {
	p := Part{Sources: c.sources * v.Sampling.N / max(v.Sampling.K, 1)}
	switch {
	case v.Exact():
		p.Share = stat.ExactShare(c.sources, all.sources)
	case v.Sampling.K > 0:
		p.Share = v.Sampling.Share(c.sources, alpha)
	}
	if v.Knows(OfEvents) {
		share := v.volumeShare(OfEvents, c, all, alpha)
		p.Of = &share
		if v.Exact() {
			p.Events = uint64(c.volume)
		}
	}
	return p
}

func (v *View) wholeSample() capped { return v.ofItems(OfEvents, func(int) bool { return true }) }

// InSystems are the parts of the autonomous systems: the first of them, most sources first,
// and those that were asked for. It is nil without an ASN database.
func (v *View) InSystems(first int, asked []uint32, alpha float64) *Systems {
	if v.ASNs == nil {
		return nil
	}
	sums := map[uint32]*capped{}
	for i := range v.Items {
		if v.OriginOf(i) == geo.Reserved {
			continue
		}
		sum := sums[v.ASNs.Numbers[i]]
		if sum == nil {
			sum = new(capped)
			sums[v.ASNs.Numbers[i]] = sum
		}
		sum.add(v.Items[i].Events)
	}
	all, none, others := v.wholeSample(), capped{}, capped{}
	if sum := sums[0]; sum != nil {
		none = *sum
		delete(sums, 0)
	}
	numbers := slices.Collect(maps.Keys(sums))
	slices.SortFunc(numbers, func(a, b uint32) int {
		return cmp.Or(-cmp.Compare(sums[a].sources, sums[b].sources),
			-cmp.Compare(sums[a].volume, sums[b].volume), cmp.Compare(a, b))
	})
	s := &Systems{None: v.part(&none, &all, alpha)}
	for i, number := range numbers {
		if i >= first && !slices.Contains(asked, number) {
			others.with(sums[number])
			s.More++
			continue
		}
		as := geo.AS{Number: number, Name: v.ASNs.Names[number]}
		s.Named = append(s.Named, System{as, v.part(sums[number], &all, alpha)})
	}
	s.Others = v.part(&others, &all, alpha)
	return s
}

// OnLists are the parts of the lists, in their order: a source counts on each that it is on.
// The last one is that of the sources on none.
func (v *View) OnLists(alpha float64) []Part {
	all := v.wholeSample()
	part := func(in func(item int) bool) Part {
		c := v.ofItems(OfEvents, in)
		return v.part(&c, &all, alpha)
	}
	var parts []Part
	for _, l := range v.Lists {
		parts = append(parts, part(func(i int) bool { return l.On[i] }))
	}
	return append(parts, part(func(i int) bool {
		return !slices.ContainsFunc(v.Lists, func(l List) bool { return l.On[i] })
	}))
}
