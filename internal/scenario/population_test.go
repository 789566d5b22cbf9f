package scenario

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/oracle"
)

func TestDraw(t *testing.T) {
	table, routed := testTables()
	locator := oracle.NewLocator(table.Ranges())
	announced := oracle.NewLocator(routed.Ranges())
	for _, withRouted := range []bool{false, true} {
		pop := NewPopulation(table, nil)
		if withRouted {
			pop = NewPopulation(table, routed)
		}
		s := pop.Sampler(1)
		seen := map[netip.Addr]bool{}
		for _, code := range []string{"RU", "NC", "WF", "unlocated", "reserved"} {
			o := origin(t, code)
			for _, how := range []Layout{Clustered4, Scattered4, Sparse4, Clustered6, Scattered6} {
				if o == geo.Reserved && how.family() == ipv6 {
					continue
				}
				addrs, err := s.Draw(o, 60, how)
				if err != nil {
					t.Fatal(err)
				}
				if len(addrs) != 60 {
					t.Fatalf("Draw(%v) gave %d addresses", o, len(addrs))
				}
				for _, a := range addrs {
					key := oracle.Key(a, 64)
					if seen[key] {
						t.Errorf("%v drawn twice", key)
					}
					seen[key] = true
					if a.Is4() != (how.family() == ipv4) {
						t.Errorf("layout %d gave %v", how, a)
					}
					if got := locator.Locate(key); got != o {
						t.Errorf("%v drawn for %v, is %v", key, o, got)
					}
					if withRouted && o.IsCountry() && !announced.Locate(key).IsCountry() {
						t.Errorf("%v drawn for %v is not routed", key, o)
					}
				}
			}
		}
	}
}

// A table that gives all of IPv4 to one country shows what is left out.
func TestDrawLeavesOut(t *testing.T) {
	us := origin(t, "US")
	pop := NewPopulation(compile([]testNetwork{
		{netip.MustParsePrefix("1.0.0.0/8"), "US"},
		{netip.MustParsePrefix("6.0.0.0/7"), "US"},
		{netip.MustParsePrefix("8.0.0.0/7"), "US"},
		{netip.MustParsePrefix("11.0.0.0/8"), "US"},
		{netip.MustParsePrefix("214.0.0.0/7"), "US"},
	}), nil)
	if got := pop.pools[ipv4][us].total; got != 3<<24 {
		t.Errorf("US has %d addresses, want those of 1/8, 8/8 and 9/8", got)
	}
	if got := pop.pools[ipv4][geo.Reserved].total; got != 1<<24+1<<22+1<<20+1<<16 {
		t.Errorf("%d private addresses", got)
	}
	// All but US, special-purpose space and the silent blocks, of which
	// 10/8 and 127/8 are the first kind.
	s := pop.Sampler(1)
	addrs, err := s.Draw(geo.Unlocated, 2000, Scattered4)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if o := a.As4()[0]; slices.Contains([]byte{0, 1, 6, 7, 8, 9, 10, 11, 30, 55, 127, 214, 215}, o) || o >= 224 {
			t.Errorf("%v drawn as public and without a country", a)
		}
	}
}

func TestWithinAndWithout(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		// Disjoint, ascending, some adjacent, in a world of 64 keys.
		var list []keyRange
		for at := rng.Uint64N(8); at < 64; at += rng.Uint64N(6) {
			last := at + rng.Uint64N(6)
			list = append(list, keyRange{at, last})
			at = last + 1
		}
		r := keyRange{first: rng.Uint64N(64)}
		r.last = r.first + rng.Uint64N(64-r.first)
		in, out := within(nil, r, list), without(nil, r, list)
		for key := range uint64(80) {
			holds := func(x keyRange) bool { return x.first <= key && key <= x.last }
			listed := slices.ContainsFunc(list, holds)
			if got, want := slices.ContainsFunc(in, holds), holds(r) && listed; got != want {
				t.Fatalf("within(%v, %v) = %v at %d", r, list, in, key)
			}
			if got, want := slices.ContainsFunc(out, holds), holds(r) && !listed; got != want {
				t.Fatalf("without(%v, %v) = %v at %d", r, list, out, key)
			}
		}
	}
}

func TestDrawTooMany(t *testing.T) {
	pop := NewPopulation(compile([]testNetwork{{netip.MustParsePrefix("5.8.16.0/24"), "NC"}}), nil)
	nc := origin(t, "NC")
	for _, how := range []Layout{Clustered4, Scattered4} {
		s := pop.Sampler(1)
		if _, err := s.Draw(nc, 100, how); err != nil {
			t.Fatal(err)
		}
		if addrs, err := s.Draw(nc, 29, how); !errors.Is(err, ErrTooFew) || addrs != nil {
			t.Errorf("129 of 256 addresses drawn, error %v", err)
		} else if !strings.Contains(err.Error(), "129 from NC") {
			t.Errorf("the error %q does not say what was asked", err)
		}
		if _, err := s.Draw(nc, 28, how); err != nil {
			t.Errorf("half of the addresses cannot be drawn: %v", err)
		}
	}
	s := NewPopulation(compile([]testNetwork{
		{netip.MustParsePrefix("5.8.16.0/22"), "NC"}, {netip.MustParsePrefix("5.8.33.128/25"), "NC"},
	}), nil).Sampler(1)
	_, err := s.Draw(nc, 3, Sparse4)
	if !errors.Is(err, ErrTooFew) || !strings.Contains(err.Error(), "has 4 IPv4 /24 networks") {
		t.Errorf("three of four /24 networks drawn, error %v", err)
	}
	if addrs, err := s.Draw(nc, 2, Sparse4); err != nil || pairs(addrs, 24) != 0 {
		t.Errorf("two of four /24 networks: %v, %v", addrs, err)
	}

	s = pop.Sampler(1)
	if _, err := s.Draw(nc, 1, Clustered6); !errors.Is(err, ErrTooFew) {
		t.Errorf("error %v for IPv6 of a table without, want %v", err, ErrTooFew)
	}
	if addrs, err := s.Draw(nc, 0, Clustered6); err != nil || len(addrs) != 0 {
		t.Errorf("drawing none gave %v, %v", addrs, err)
	}
}

func TestDrawAny(t *testing.T) {
	table, _ := testTables()
	networks := map[geo.Origin]int{}
	total := 0
	for r := range table.Ranges() {
		if r.First.Is4() {
			networks[r.Origin]++
			total++
		}
	}
	const n = 5000
	addrs, err := testPopulation().Sampler(3).DrawAny(n, Scattered4)
	if err != nil {
		t.Fatal(err)
	}
	got := map[geo.Origin]int{}
	for _, a := range addrs {
		got[table.Lookup(a)]++
	}
	// Silent blocks take a few networks away.
	for o, k := range networks {
		if want := n * k / total; got[o] < want-want/4-2 || got[o] > want+want/4+2 {
			t.Errorf("%d of %d sources from %v, which has %d of %d networks", got[o], n, o, k, total)
		}
	}
	none := &Population{table: table}
	if _, err := none.Sampler(1).DrawAny(1, Scattered6); !errors.Is(err, ErrTooFew) {
		t.Errorf("error %v from no population, want %v", err, ErrTooFew)
	}
}

func TestDrawIsDetermined(t *testing.T) {
	draw := func(seed uint64) []netip.Addr {
		addrs, err := testPopulation().Sampler(seed).DrawAny(500, Clustered6)
		if err != nil {
			t.Fatal(err)
		}
		return addrs
	}
	if !slices.Equal(draw(7), draw(7)) {
		t.Error("equal seeds draw different sources")
	}
	if slices.Equal(draw(7), draw(8)) {
		t.Error("different seeds draw equal sources")
	}
}

// pairs counts the pairs of addresses that share a network of that many bits.
func pairs(addrs []netip.Addr, bits int) int {
	in := map[netip.Prefix]int{}
	n := 0
	for _, a := range addrs {
		p, err := a.Prefix(bits)
		if err != nil {
			panic(err)
		}
		n += in[p]
		in[p]++
	}
	return n
}

// Real populations have 800 to 3,500 times the pairs in one /24 that uniform
// addresses have. Here the whole population is of one country, and its space is
// small, so that more is right; scattered ones have the pairs of their space.
func TestClustering(t *testing.T) {
	s := testPopulation().Sampler(11)
	ru := origin(t, "RU")
	const n = 5000
	drawn := map[Layout][]netip.Addr{}
	for _, how := range []Layout{Clustered4, Clustered6, Scattered4, Scattered6, Sparse4} {
		n, s := n, s
		if how == Sparse4 {
			n, s = 1000, testPopulation().Sampler(12)
		}
		addrs, err := s.Draw(ru, n, how)
		if err != nil {
			t.Fatal(err)
		}
		drawn[how] = addrs
	}
	const half = float64(n) * (n - 1) / 2
	uniform := half / (1 << 24)
	if got := float64(pairs(drawn[Clustered4], 24)); got < 1000*uniform || got > 50_000*uniform {
		t.Errorf("%v pairs of clustered sources share a /24, %.1f expected of uniform ones", got, uniform)
	}
	// What is shared is more than chance within the country's own space.
	space := float64(testPopulation().pools[ipv4][ru].total)
	if got, chance := float64(pairs(drawn[Clustered4], 24)), half*256/space; got < 3*chance {
		t.Errorf("%v pairs of clustered sources share a /24, %.0f expected of unclustered ones", got, chance)
	}
	// Sparse sources share no /24, but still lie in clusters.
	if got := pairs(drawn[Sparse4], 24); got != 0 {
		t.Errorf("%d pairs of sparse sources share a /24", got)
	}
	if got, chance := float64(pairs(drawn[Sparse4], 20)), 1000*999/2*4096/space; got < 1.2*chance {
		t.Errorf("%v pairs of sparse sources share a /20, %.0f expected of unclustered ones", got, chance)
	}
	if got := pairs(drawn[Clustered6], 48); got < 1000 {
		t.Errorf("%d pairs of clustered IPv6 sources share a /48", got)
	}
	if got := pairs(drawn[Clustered6], 64); got != 0 {
		t.Errorf("%d pairs of IPv6 sources share a /64, the unit of counting", got)
	}
}
