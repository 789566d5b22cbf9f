// Package network says who holds the sources of some countries: which /24 and /48
// networks, which autonomous systems, and which published lists. A country whose sources
// are a few rented machines is another finding than one whose sources are everywhere.
//
// Databases place whole networks, and botnets and rented machines gather by whole networks.
// A /24 is the longest IPv4 prefix that is commonly announced, and a /48 is what one place
// commonly gets (RFC 6177). Autonomous systems and lists are those that
// [attribution.Snapshot.Enrich] looked up.
//
// While the counts are exact, everything here is counted. Beyond, it comes from a uniform
// sample, with intervals of Clopper and Pearson (1934) that allow for a sample drawn
// without replacement. Names never depend on the order in which sources came.
package network

import (
	"fmt"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Breakdown says who holds the sources that a claim is about. It is plain data and the
// caller's own; decoding its JSON gives an equal value. [NewBreakdown] makes one.
//
// Intervals are for 95 % confidence, each on its own.
type Breakdown struct {
	Claim   attribution.Claim `json:"claim"`   // only its countries or networks matter
	Claimed attribution.Count `json:"claimed"` // sources in these

	IPv4  []Group `json:"ipv4"`  // /24 networks
	IPv6  []Group `json:"ipv6"`  // /48 networks, or sources that are shorter prefixes
	ASNs  []Group `json:"asns"`  // autonomous systems; empty if none were looked up
	Lists []Group `json:"lists"` // all lists that were looked up, by name
}

// Group is what one network, system or list holds.
type Group struct {
	Name    string            `json:"name"`    // such as "192.0.2.0/24" or "AS64500 Example"
	Sources uint64            `json:"sources"` // of any country; an estimate unless Claimed is exact
	Share   attribution.Share `json:"share"`   // of all sources
	Claimed attribution.Share `json:"claimed"` // of the sources in the claimed countries

	// Events are those of its sources, and EventShare is their part of the events of all
	// sources. Beyond the exact state both are of the sources in the sample. They are 0 where
	// the number of events of a record is not known.
	Events     uint64  `json:"events,omitzero"`
	EventShare float64 `json:"event_share,omitzero"`
}

// NewBreakdown returns who holds the sources in the countries of a claim, of whatever unit
// it is. It names the top groups of each kind but lists: those with most of the claimed
// sources, and of equals those with most sources. A top of 0 or less stands for 10.
//
// The first database of the snapshot says what is in those countries. Of a claim about
// systems or lists, the claimed sources are those in them. Reserved sources are in no group.
//
// The error wraps [attribution.ErrInvalidClaim], also if the sources were not looked up in
// what the claim names, or [attribution.ErrNoAddresses] if the addresses were dropped or
// never known.
func NewBreakdown(s attribution.Snapshot, c attribution.Claim, top int) (Breakdown, error) {
	if err := c.Validate(); err != nil {
		return Breakdown{}, err
	}
	state := snapshot.Unwrap(s)
	if !state.HasAddresses() {
		return Breakdown{}, fmt.Errorf("network: %w", attribution.ErrNoAddresses)
	}
	if top <= 0 {
		top = 10
	}
	v, in := state.View(), c.Contains
	if systems, lists := slices.Collect(c.Systems()), slices.Collect(c.Lists()); len(systems)+len(lists) > 0 {
		if _, missing := state.NotLookedUp(systems, lists); missing {
			return Breakdown{}, fmt.Errorf("network: %w: the sources were not looked up in what %v names",
				attribution.ErrInvalidClaim, c)
		}
		v, in = v.InNetworks(systems, lists, c.IsOutside()), func(o geo.Origin) bool { return o == snapshot.Within }
	}
	value, low, high := v.CountOf(in)
	b := Breakdown{
		Claim:   c,
		Claimed: attribution.Count{Value: value, Low: low, High: high, Exact: v.Exact()},
		Lists:   []Group{},
	}
	p := parts{v, v.Group(snapshot.Anywhere).Sampled, v.Group(in).Sampled}
	sites, systems := v.Held(v.Sites(), in), v.Held(v.Systems(), in)
	b.IPv4 = p.groups(v.Most(top, sites, v.IsIPv4), v.SiteName)
	b.IPv6 = p.groups(v.Most(top, sites, func(item int) bool { return !v.IsIPv4(item) }), v.SiteName)
	b.ASNs = p.groups(v.Most(top, systems, v.InSystem), v.SystemName)
	for _, list := range v.Lists {
		b.Lists = append(b.Lists, p.group(list.Name, v.HeldOn(list, in)))
	}
	return b, nil
}

// parts puts what is held into shares.
type parts struct {
	*snapshot.View
	all, claimed float64 // sources in the sample
}

func (p parts) groups(held []snapshot.Held, name func(item int) string) []Group {
	groups := []Group{} // an empty list in JSON, not null
	for _, h := range held {
		groups = append(groups, p.group(name(h.First), h))
	}
	return groups
}

func (p parts) group(name string, h snapshot.Held) Group {
	if p.Limits.NoEvents {
		h.Events = 0
	}
	return Group{
		Name:       name,
		Sources:    stat.Round(h.Sources * p.Sampling.N / max(p.Sampling.K, 1)),
		Share:      attribution.Share(p.ShareWithin(h.Sources, p.all)),
		Claimed:    attribution.Share(p.ShareWithin(h.Claimed, p.claimed)),
		Events:     h.Events,
		EventShare: float64(h.Events) / float64(max(p.SampledEvents, 1)),
	}
}
