package attribution

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
)

// InsideOptions say what the sources are looked up in, beside the networks of
// their addresses. The zero value adds nothing.
type InsideOptions struct {
	Networks *geo.ASNTable // autonomous systems; nil: none
	Lists    []List        // hosting companies, VPN services, Tor exits and the like
	Top      int           // how many of each kind are named; 0 stands for 10
}

// List is a published list of addresses under the name that results call it.
type List struct {
	Name     string
	Prefixes *geo.PrefixSet
}

// Inside says who holds the sources of some countries: which /24 and /48, which
// autonomous systems, which of the lists, and what they hold of all sources. A
// country whose sources are a few rented machines is another finding than one
// whose sources are everywhere.
//
// While the report is exact it counts all sources; beyond, it speaks of a sample,
// and intervals are for 95 % confidence, each on its own. Print it with fmt for
// people; its JSON form is stable, keys are only ever added.
type Inside struct {
	Claim    Claim     `json:"claim"`   // whose countries are meant
	Claimed  uint64    `json:"claimed"` // sources in them, estimated unless Exact
	Exact    bool      `json:"exact"`
	IPv4     []Holding `json:"ipv4"` // the /24s with most of them first
	IPv6     []Holding `json:"ipv6"` // the /48s
	Networks []Holding `json:"networks"`
	Lists    []Holding `json:"lists"` // in the order given
	Caveats  []Caveat  `json:"caveats"`

	text string
}

// Holding is what one network or list holds.
type Holding struct {
	Name    string `json:"name"`
	Sources uint64 `json:"sources"` // of any country, estimated unless exact
	Share   Share  `json:"share"`   // of all sources
	Claimed Share  `json:"claimed"` // of the sources in the claimed countries

	// Events are those of its sources, and EventShare is of the events of all
	// sources: beyond the exact state, of those in the sample.
	Events     uint64  `json:"events"`
	EventShare float64 `json:"event_share"`
}

// String returns a table for people.
func (in Inside) String() string { return in.text }

// Inside looks into the sources in the countries that a claim is about. The error
// wraps [ErrNoAddresses] or [ErrClaim]. It panics if a list has no prefixes.
func (r *Report) Inside(c Claim, o InsideOptions) (Inside, error) {
	if err := c.Err(); err != nil {
		return Inside{}, err
	}
	if err := r.needAddresses(); err != nil {
		return Inside{}, err
	}
	top := cmp.Or(max(o.Top, 0), 10)
	in := Inside{Claim: c, Claimed: count.Round(r.group(c.has).sources), Exact: r.Sources.Exact, Networks: []Holding{}, Lists: []Holding{}}

	each := make(holders, len(r.seen))
	for i, number := range sites(r.seen) {
		each[number].add(&r.seen[i], c)
	}
	name := func(s source) string { return siteName(s, r.ipv6Bits) }
	in.IPv4 = r.holdings(c, each.most(top, source.isIPv4), name)
	in.IPv6 = r.holdings(c, each.most(top, func(s source) bool { return !s.isIPv4() }), name)

	if o.Networks != nil {
		each, numbers := make(holders, len(r.seen)), newNumbering(len(r.seen))
		as := func(s source) (geo.AS, bool) { return o.Networks.Lookup(s.prefix(r.ipv6Bits).Addr()) }
		for i := range r.seen {
			if n, ok := as(r.seen[i].source); ok {
				each[numbers.of(uint64(n.Number))].add(&r.seen[i], c)
			}
		}
		in.Networks = r.holdings(c, each.most(top, func(source) bool { return true }), func(s source) string {
			n, _ := as(s)
			return n.String()
		})
	}
	for _, list := range o.Lists {
		h := held{}
		for i := range r.seen {
			if s := &r.seen[i]; list.Prefixes.Contains(s.prefix(r.ipv6Bits).Addr()) {
				h.add(s, c)
			}
		}
		in.Lists = append(in.Lists, r.holdings(c, []held{h}, func(source) string { return clean(list.Name) })...)
	}
	in.Caveats = r.insideCaveats(in)
	in.text = r.explainInside(in, o)
	return in, nil
}

// held is what one cluster holds of the sample.
type held struct {
	sources, claimed float64
	events           uint64
	least            source // of them, which names the cluster
}

func (h *held) add(s *seen, c Claim) {
	if s.origin == geo.Reserved {
		return
	}
	if h.sources == 0 || s.compare(h.least) < 0 {
		h.least = s.source
	}
	h.sources++
	h.events = addSaturated(h.events, s.events)
	if c.has(s.origin) {
		h.claimed++
	}
}

// compare puts those first that hold most of the claimed sources, then most of
// all. The order is total: nothing depends on how a sample happens to lie.
func (h held) compare(other held) int {
	return cmp.Or(
		-cmp.Compare(h.claimed, other.claimed),
		-cmp.Compare(h.sources, other.sources),
		-cmp.Compare(h.events, other.events),
		h.least.compare(other.least),
	)
}

// compare orders by address.
func (s source) compare(other source) int {
	return cmp.Or(cmp.Compare(s.hi, other.hi), cmp.Compare(s.lo, other.lo))
}

// holders are clusters by their number.
type holders []held

// most returns the n that come first, of those that a function chooses.
func (hs holders) most(n int, choose func(source) bool) holders {
	var list holders
	for i := range hs {
		h := &hs[i]
		if h.sources == 0 || len(list) == n && h.compare(list[n-1]) > 0 || !choose(h.least) {
			continue
		}
		at, _ := slices.BinarySearchFunc(list, *h, held.compare)
		list = slices.Insert(list, at, *h)
		list = list[:min(n, len(list))]
	}
	return list
}

// holdings puts what is held into shares.
func (r *Report) holdings(c Claim, list holders, name func(source) string) []Holding {
	all, claimed := r.group(anywhere).sampled, r.group(c.has).sampled
	holdings := []Holding{} // an empty list in JSON, not null
	for _, h := range list {
		holdings = append(holdings, Holding{
			Name:       name(h.least),
			Sources:    count.Round(h.sources * r.sampling.n / max(r.sampling.k, 1)),
			Share:      r.shareOfSample(h.sources, all),
			Claimed:    r.shareOfSample(h.claimed, claimed),
			Events:     h.events,
			EventShare: float64(h.events) / float64(max(r.sampled, 1)),
		})
	}
	return holdings
}
