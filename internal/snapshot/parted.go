package snapshot

import "github.com/whence-go/whence/geo"

// Parted is v with other parts instead of countries, such as those within a network and
// those outside: what is asked of countries can then be asked of them. Beyond the exact
// state it knows the items alone, as the view of a further database does. An item is in an
// origin that stands for its part, or Unlocated if that is not known; a reserved one stays
// so. No part has a known size of address space.
func (v *View) Parted(part func(item int) geo.Origin) *View {
	u := &View{State: v.State, Sampling: v.Sampling, Volume: v.Volume, parts: make([]geo.Origin, len(v.Items))}
	for i := range u.parts {
		u.parts[i] = part(i)
	}
	u.readFrom(v)
	return u
}

// IsParted reports whether the origins of v stand for something else.
func (v *View) IsParted() bool { return v.parts != nil }

// readFrom counts the items of u, a view of the same state as v that knows them alone.
func (u *View) readFrom(v *View) {
	u.readItems()
	if !u.Exact() {
		u.Basis, u.Volume = Sample, false
		u.scale(u.Sampling.N / max(u.Sampling.K, 1))
		u.Counted[geo.Reserved] = v.Counted[geo.Reserved]
	}
	u.Total, u.Events, u.Bytes = v.Total, v.Events, v.Bytes
}

// ListNamed is the list with a name.
func (s *State) ListNamed(name string) (l List, ok bool) {
	for _, l := range s.Lists {
		if l.Name == name {
			return l, true
		}
	}
	return l, false
}
