package world

import (
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
)

// DarkBlocks are the /8 that are announced, that every database locates, and that have no
// users.
var DarkBlocks = []byte{6, 7, 11, 21, 22, 26, 28, 29, 30, 33, 55, 214, 215}

// IsDark reports whether an IPv4 address lies in one of the DarkBlocks.
func IsDark(a netip.Addr) bool { return slices.Contains(DarkBlocks, a.As4()[0]) }

// Forge returns n IPv4 addresses drawn at random from those that allow lets through; nil
// lets everything through.
func Forge(rng *rand.Rand, n int, allow func(netip.Addr) bool) []netip.Addr {
	addrs := make([]netip.Addr, 0, n)
	for len(addrs) < n {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], rng.Uint32())
		if a := netip.AddrFrom4(b); allow == nil || allow(a) {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// Filter is what may lie between a forger and the target.
type Filter struct {
	Name  string
	Allow func(netip.Addr) bool // nil: everything
}

// Filters let through everything, all but reserved addresses, only those that are
// announced, and only part even of those, so that 3.5 % of what comes is dark.
func (w Whole) Filters() []Filter {
	return []Filter{
		{"none", nil},
		{"no bogons", func(a netip.Addr) bool { return w.Table.Lookup(a) != geo.Reserved }},
		{"routed", w.IsRouted},
		{"part of the routed", func(a netip.Addr) bool { return w.IsRouted(a) && !(IsDark(a) && a.As4()[1]&1 == 1) }},
	}
}

// IsRouted reports whether an address is announced.
func (w Whole) IsRouted(a netip.Addr) bool { return w.Routed.Lookup(a).IsCountry() }

// Honest is a kind of real population.
type Honest struct {
	Name string
	Draw func(s *scenario.Sampler, n int) ([]netip.Addr, error)
}

// Populations are real populations of many kinds.
func (w Whole) Populations() []Honest {
	return []Honest{
		{"subscribers", Mix(scenario.Clustered4, map[string]float64{"RU": 52})},
		{"subscribers, one a /24", Mix(scenario.Sparse4, map[string]float64{"RU": 52})},
		{"anywhere, one a /24", Mix(scenario.Sparse4, nil)},
		{"as address space, one a /24", w.bySpace()},
		{"servers", Mix(scenario.Scattered4, nil)},
		{
			"crowd of islanders",
			Mix(scenario.Clustered4, map[string]float64{"NC": 58, "FR": 20, "AU": 6, "NZ": 4}),
		},
	}
}

// Mix draws the countries of a mix, in percent, and the rest from anywhere.
func Mix(how scenario.Layout, mix map[string]float64) func(*scenario.Sampler, int) ([]netip.Addr, error) {
	return func(s *scenario.Sampler, n int) (all []netip.Addr, err error) {
		for _, code := range slices.Sorted(maps.Keys(mix)) {
			some, err := s.Draw(Origin(code), int(math.Round(float64(n)*mix[code]/100)), how)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		rest, err := s.DrawAny(n-len(all), how)
		return append(all, rest...), err
	}
}

// bySpace draws from every country in proportion to its address space, as forged addresses
// are: the real population that is hardest to tell from them.
func (w Whole) bySpace() func(*scenario.Sampler, int) ([]netip.Addr, error) {
	mix := map[string]float64{}
	for o, share := range w.Table.Space().Routed {
		if share > .004 && geo.Origin(o).IsCountry() {
			mix[geo.Origin(o).String()] = 100 * share
		}
	}
	return Mix(scenario.Sparse4, mix)
}

// Misconfigure replaces a few sources by what misconfiguration makes of them: dark ones and
// bogons, in the given shares, spread as evenly as the worst would be.
func Misconfigure(rng *rand.Rand, addrs []netip.Addr, dark, bogons float64) {
	for i := range addrs {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], rng.Uint32())
		switch u := rng.Float64(); {
		case u < dark:
			b[0] = DarkBlocks[rng.IntN(len(DarkBlocks))]
		case u < dark+bogons:
			b[0] = []byte{0, 127, 224, 255}[rng.IntN(4)]
		default:
			continue
		}
		addrs[i] = netip.AddrFrom4(b)
	}
}
