package snapshot

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/geo"
)

// Held is what one cluster or list holds of the items that are not reserved.
type Held struct {
	Sources, Claimed float64 // claimed: in the origins that are asked about
	Events           uint64
	First            int // item with the least address, which names the cluster
}

func (h *Held) add(v *View, i int, claimed func(geo.Origin) bool) {
	o := v.OriginOf(i)
	if o == geo.Reserved {
		return
	}
	if h.Sources == 0 || Source(&v.Items[i]).Compare(Source(&v.Items[h.First])) < 0 {
		h.First = i
	}
	h.Sources++
	h.Events = AddSaturated(h.Events, v.Items[i].Events)
	if claimed(o) {
		h.Claimed++
	}
}

// Held is what each cluster holds, by its number. Some may hold nothing.
func (v *View) Held(clusters Clusters, claimed func(geo.Origin) bool) []Held {
	held := make([]Held, len(clusters))
	for i, number := range clusters {
		held[number].add(v, i, claimed)
	}
	return held
}

// HeldOn is what a list holds.
func (v *View) HeldOn(l List, claimed func(geo.Origin) bool) (h Held) {
	for i, on := range l.On {
		if on {
			h.add(v, i, claimed)
		}
	}
	return h
}

// Most are the n that hold most of the claimed sources, and of those most of all, among
// those that hold anything and whose first item is chosen.
func (v *View) Most(n int, held []Held, choose func(item int) bool) (most []Held) {
	for i := range held {
		h := held[i]
		if h.Sources == 0 || len(most) == n && v.compareHeld(h, most[n-1]) > 0 || !choose(h.First) {
			continue
		}
		at, _ := slices.BinarySearchFunc(most, h, v.compareHeld)
		most = slices.Insert(most, at, h)
		most = most[:min(n, len(most))]
	}
	return most
}

// compareHeld is a total order: nothing depends on how a sample happens to lie.
func (v *View) compareHeld(a, b Held) int {
	return cmp.Or(
		-cmp.Compare(a.Claimed, b.Claimed),
		-cmp.Compare(a.Sources, b.Sources),
		-cmp.Compare(a.Events, b.Events),
		Source(&v.Items[a.First]).Compare(Source(&v.Items[b.First])),
	)
}

// IsIPv4 reports whether an item is an IPv4 address.
func (s *State) IsIPv4(item int) bool { return Source(&s.Items[item]).IsIPv4() }

// SiteName is the /24 or /48 that an item lies in.
func (s *State) SiteName(item int) string {
	return Source(&s.Items[item]).SitePrefix(s.IPv6PrefixLen).String()
}

// InSystem reports whether an autonomous system is known for an item.
func (s *State) InSystem(item int) bool { return s.ASNs != nil && s.ASNs.Numbers[item] != 0 }

// SystemName is the number and the name of the autonomous system of an item, such as
// "AS64500 Example".
func (s *State) SystemName(item int) string {
	number := s.ASNs.Numbers[item]
	return geo.AS{Number: number, Name: s.ASNs.Names[number]}.String()
}
