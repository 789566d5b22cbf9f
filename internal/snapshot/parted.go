package snapshot

import (
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// Parted is v with other parts instead of countries, such as those within a network and
// those outside: what is asked of countries can then be asked of them. An item is in an
// origin that stands for its part, or Unlocated if that is not known; a reserved one stays
// so. No part has a known size of address space. Beyond the exact state it knows the items
// alone, as the view of a further database does. Events and bytes are then estimates: those
// of all, shared out as in the sample, see PartsOf.
func (v *View) Parted(part func(item int) geo.Origin) *View {
	u := &View{State: v.State, Sampling: v.Sampling, Volume: v.Volume, parted: true}
	parts := make([]geo.Origin, len(v.Items))
	for i := range parts {
		parts[i] = part(i)
	}
	u.readFrom(v, parts)
	if v.Volume && !u.Exact() && u.Rate <= 1 {
		u.Volume = true
		u.shareOut()
	}
	return u
}

// shareOut estimates what each part made.
func (u *View) shareOut() {
	var events, bytes [geo.MaxOrigins]float64
	var allEvents, allBytes float64
	for i := range u.Items {
		if o := u.OriginOf(i); o != geo.Reserved {
			it := &u.Items[i]
			events[o], bytes[o] = events[o]+float64(it.Events), bytes[o]+float64(it.Bytes)
			allEvents, allBytes = allEvents+float64(it.Events), allBytes+float64(it.Bytes)
		}
	}
	for o := range u.Counted {
		if geo.Origin(o) != geo.Reserved {
			u.Counted[o].Events = stat.Round(float64(u.Events) * events[o] / max(allEvents, 1))
			u.Counted[o].Bytes = stat.Round(float64(u.Bytes) * bytes[o] / max(allBytes, 1))
		}
	}
}

// EstimatesVolume reports whether events and bytes of the parts are estimates.
func (v *View) EstimatesVolume() bool { return v.IsParted() && v.Volume && !v.Exact() }

// IsParted reports whether the origins of v stand for something else.
func (v *View) IsParted() bool { return v.parted }

// readFrom counts the items of u by their origins, a view of the same state as v that knows
// them alone.
func (u *View) readFrom(v *View, origins []geo.Origin) {
	u.readItems(origins)
	if !u.Exact() {
		u.Basis, u.Volume = Sample, false
		u.scale(u.Sampling.N / max(u.Sampling.K, 1))
		u.Counted[geo.Reserved] = v.Counted[geo.Reserved]
	}
	u.Total, u.Events, u.Bytes = v.Total, v.Events, v.Bytes
}

// Within and Outside are the origins that stand for the parts of a question about networks.
var Within, Outside = func() (a, b geo.Origin) {
	countries := slices.Collect(geo.Countries())
	return countries[0], countries[1]
}()

// NotLookedUp tells whether the items were not looked up in what is asked of. It names the
// list, if that is one.
func (s *State) NotLookedUp(systems []uint32, lists []string) (list string, missing bool) {
	if len(systems) > 0 && s.ASNs == nil {
		return "", true
	}
	for _, name := range lists {
		if _, ok := s.listNamed(name); !ok {
			return name, true
		}
	}
	return "", false
}

func (s *State) listNamed(name string) (l List, ok bool) {
	for _, l := range s.Lists {
		if l.Name == name {
			return l, true
		}
	}
	return l, false
}

// InNetworks is v with the items within some systems or on some lists, or all others if
// the question is about what is outside. An item without a system may be in any. What is
// asked of was looked up.
func (v *View) InNetworks(systems []uint32, names []string, outside bool) *View {
	part := func(in bool) geo.Origin {
		if in != outside {
			return Within
		}
		return Outside
	}
	if len(systems) > 0 {
		return v.Parted(func(i int) geo.Origin {
			if !v.InSystem(i) {
				return geo.Unlocated
			}
			return part(slices.Contains(systems, v.ASNs.Numbers[i]))
		})
	}
	var lists []List
	for _, name := range names {
		l, _ := v.listNamed(name)
		lists = append(lists, l)
	}
	return v.Parted(func(i int) geo.Origin {
		return part(slices.ContainsFunc(lists, func(l List) bool { return l.On[i] }))
	})
}
