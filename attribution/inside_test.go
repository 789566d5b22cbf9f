package attribution

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
)

func listOf(t *testing.T, name, text string) List {
	t.Helper()
	p, err := geo.ReadPrefixSet(name, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return List{name, p}
}

func inside(t *testing.T, r *Report, c Claim, o InsideOptions) Inside {
	t.Helper()
	in, err := r.Inside(c, o)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Counted by hand: of 100 sources 60 are RU, 20 of them in one /24, 10 in one /48.
func TestInside(t *testing.T) {
	tally := NewTally(testTable(), small)
	add := func(n byte, events uint64, addr func(byte) netip.Addr) {
		for i := range n {
			tally.AddN(addr(i), events, 0)
		}
	}
	in4 := func(a, b, c byte) func(byte) netip.Addr {
		return func(i byte) netip.Addr { return netip.AddrFrom4([4]byte{a, b, c, i + 1}) }
	}
	add(20, 1, in4(5, 0, 0))
	add(15, 2, in4(5, 1, 0))
	add(15, 1, in4(5, 1, 1))
	add(10, 1, func(i byte) netip.Addr { return netip.AddrFrom16([16]byte{0x2a, 2, 5: 1, 7: i}) })
	add(30, 3, in4(3, 0, 0))
	add(8, 1, in4(3, 0, 1))
	add(2, 1, in4(11, 0, 0))
	add(9, 2, in4(10, 0, 0)) // reserved
	r := tally.Report()
	in := inside(t, r, Majority("RU"), InsideOptions{
		Networks: makeASNs(map[string]uint32{"5.0.0.0/16": 64500, "5.1.0.0/16": 64501, "3.0.0.0/8": 64502, "2a02::/32": 64500}),
		Lists:    []List{listOf(t, "vpn", "5.1.1.0/28\n3.0.0.1"), listOf(t, "tor", "192.0.9.9")},
		Top:      3,
	})
	if in.Claimed != 60 || !in.Exact {
		t.Errorf("%+v", in)
	}
	share := func(x, n float64) Share { return exactShare(x, n) }
	for _, tt := range []struct {
		name      string
		got, want []Holding
	}{
		{"IPv4", in.IPv4, []Holding{
			{"5.0.0.0/24", 20, share(20, 100), share(20, 60), 20, 20. / 175},
			{"5.1.0.0/24", 15, share(15, 100), share(15, 60), 30, 30. / 175},
			{"5.1.1.0/24", 15, share(15, 100), share(15, 60), 15, 15. / 175},
		}},
		{"IPv6", in.IPv6, []Holding{{"2a02:0:1::/48", 10, share(10, 100), share(10, 60), 10, 10. / 175}}},
		{"networks", in.Networks, []Holding{
			{"AS64501 Net 64501", 30, share(30, 100), share(30, 60), 45, 45. / 175},
			{"AS64500 Net 64500", 30, share(30, 100), share(30, 60), 30, 30. / 175},
			{"AS64502 Net 64502", 38, share(38, 100), share(0, 60), 98, 98. / 175},
		}},
		{"lists", in.Lists, []Holding{
			{"vpn", 16, share(16, 100), share(15, 60), 18, 18. / 175},
			{"tor", 0, share(0, 100), share(0, 60), 0, 0},
		}},
	} {
		if !slices.Equal(tt.got, tt.want) {
			t.Errorf("%s: got\n%+v, want\n%+v", tt.name, tt.got, tt.want)
		}
	}
	if got, want := codes(in.Caveats), []Code{PrefixConcentrated, PrefixConcentrated, ListedSources}; !slices.Equal(got, want) {
		t.Errorf("caveats %v, want %v", got, want)
	}
	text := in.String()
	for _, want := range []string{"Who holds the sources geolocated to RU by Test-Country, built 2026-06-01\n60 of 100 distinct sources", "IPv4 /24\n  5.0.0.0/24", "IPv6 /48\n  2a02:0:1::/48", "networks by Test-ASN, built 2026-06-01\n  AS64501 Net 64501", "lists\n  vpn", "33.3 %"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if v := r.Check(Majority("RU")); !slices.Contains(codes(v.Caveats), PrefixConcentrated) {
		t.Errorf("a verdict that does not say so: %v", v)
	}

	plain := inside(t, r, Majority("RU"), InsideOptions{})
	if len(plain.IPv4) != 5+1 || plain.Networks == nil || len(plain.Networks) != 0 || plain.Lists == nil {
		t.Errorf("%+v", plain)
	}
	if nobody := inside(t, r, Majority("NC"), InsideOptions{}); nobody.Claimed != 0 || nobody.IPv4[0].Name != "3.0.0.0/24" || len(nobody.Caveats) != 0 {
		t.Errorf("nobody is there: %+v", nobody)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(asJSON(t, in)), &object); err != nil || object["claim"] != "RU > 50% of sources" || len(object) != 8 {
		t.Errorf("%v, %v", err, object)
	}
}

func TestInsideErrors(t *testing.T) {
	if _, err := tallyOf(small, map[string]int{"RU": 3}).Report().Inside(Majority("RUS"), InsideOptions{}); !errors.Is(err, ErrClaim) {
		t.Errorf("no such claim: %v", err)
	}
	o := small
	o.DropAddresses = true
	if _, err := tallyOf(o, map[string]int{"RU": 300}).Report().Inside(Majority("RU"), InsideOptions{}); !errors.Is(err, ErrNoAddresses) {
		t.Errorf("without addresses: %v", err)
	}
	if v := tallyOf(o, map[string]int{"RU": 300}).Report().Check(Majority("RU")); slices.Contains(codes(v.Caveats), PrefixConcentrated) {
		t.Errorf("without addresses: %v", v)
	}
	if in := inside(t, NewTally(testTable(), small).Report(), Majority("RU"), InsideOptions{Networks: new(geo.ASNTable)}); in.Claimed != 0 || in.String() == "" {
		t.Errorf("nothing counted: %v", in)
	}
}

// Shorter prefixes than a /48 are named as they are.
func TestInsideShortIPv6(t *testing.T) {
	o := small
	o.IPv6Prefix = 40
	tally := NewTally(testTable(), o)
	tally.Add(ip6(1 << 24))
	in := inside(t, tally.Report(), Majority("RU"), InsideOptions{})
	if len(in.IPv6) != 1 || in.IPv6[0].Name != "2a02:0:100::/40" || !strings.Contains(in.String(), "IPv6 /40") {
		t.Errorf("%v", in)
	}
}

// Of a sample, the intervals cover what all sources would have given.
func TestInsideCoverage(t *testing.T) {
	networks := makeASNs(map[string]uint32{"5.0.0.0/18": 1, "3.0.0.0/18": 1})
	list := listOf(t, "list", "5.0.0.0/19")
	addrs := population(40_000, .5) // 20,000 RU, 16,384 and 8,192 of them in the two
	american := 0
	for _, a := range addrs {
		american += int(truth(a.As4()[0] == 3))
	}
	var wantShare float64
	for _, a := range addrs {
		if as, ok := networks.Lookup(a); ok && as.Number == 1 {
			wantShare++
		}
	}
	wantShare /= 40_000
	trials := 100
	if testing.Short() {
		trials = 30
	}
	var claimed, all, listed float64
	covers := func(s Share, want float64) float64 { return truth(s.Low <= want && want <= s.High) }
	for trial := range trials {
		o := small
		o.Key = testKey(byte(trial))
		tally := NewTally(testTable(), o)
		tally.AddBatch(addrs)
		in := inside(t, tally.Report(), Majority("RU"), InsideOptions{Networks: networks, Lists: []List{list}})
		n := in.Networks[0]
		claimed += covers(n.Claimed, 16384./20000)
		all += covers(n.Share, wantShare)
		listed += covers(in.Lists[0].Claimed, 8192./20000)
		if got := []Code{NetworkConcentrated, ListedSources}; !slices.Equal(codes(in.Caveats), got) {
			t.Fatalf("caveats %v", in.Caveats)
		}
	}
	n := float64(trials)
	t.Logf("%v trials: %.0f %%, %.0f %%, %.0f %%", n, 100*claimed/n, 100*all/n, 100*listed/n)
	if least := n*.95 - 3*math.Sqrt(n*.95*.05); claimed < least || all < least || listed < least {
		t.Errorf("cover %v, %v, %v of %v, want at least %v", claimed, all, listed, n, least)
	}
}

func TestHeavySources(t *testing.T) {
	lognormal := func(rng *rand.Rand) uint64 { return 1 + uint64(math.Exp(1.5*rng.NormFloat64()+1)) }
	for _, tt := range []struct {
		name    string
		events  func(i int, rng *rand.Rand) uint64
		want    uint64 // heavy sources that a caveat tells of; 0: no caveat
		usual   float64
		sources int
	}{
		{"all once", func(int, *rand.Rand) uint64 { return 1 }, 0, 0, 1000},
		{"all a thousand times", func(int, *rand.Rand) uint64 { return 1000 }, 0, 0, 1000},
		{"lognormal", func(_ int, rng *rand.Rand) uint64 { return lognormal(rng) }, 0, 0, 1000},
		{"two behind a translation", func(i int, rng *rand.Rand) uint64 {
			if i < 2 {
				return 20_000
			}
			return lognormal(rng)
		}, 2, 3, 1000},
		{"once, and three far beyond", func(i int, _ *rand.Rand) uint64 {
			if i < 3 {
				return 300
			}
			return 1
		}, 3, 1, 1000},
		{"far beyond, but little of all", func(i int, _ *rand.Rand) uint64 {
			if i < 1 {
				return 90
			}
			return 1
		}, 0, 0, 1000},
		{"too few to tell", func(i int, _ *rand.Rand) uint64 {
			if i < 3 {
				return 300
			}
			return 1
		}, 0, 0, 29},
		{"one makes most, which is said already", func(i int, _ *rand.Rand) uint64 {
			if i < 1 {
				return 5000
			}
			return 1
		}, 0, 0, 1000},
		{"as many as there can be", func(i int, _ *rand.Rand) uint64 {
			if i < 2 {
				return math.MaxUint64 / 4
			}
			return 1
		}, 2, 1, 1000},
	} {
		rng := rand.New(rand.NewPCG(1, 1))
		tally := NewTally(testTable(), small)
		for i := range tt.sources {
			tally.AddN(ip("RU", i), tt.events(i, rng), 0)
		}
		r := tally.Report()
		var found *Caveat
		for _, c := range r.Check(Majority("RU")).Caveats {
			if c.Code == HeavySources {
				found = &c
			}
		}
		h := r.heavySources()
		if (found != nil) != (tt.want > 0) || found != nil && (h.sources != tt.want || math.Abs(h.usual-tt.usual) > 1 || !strings.Contains(found.Text, fmt.Sprintf("%d sources with more than", tt.want))) {
			t.Errorf("%s: %+v, %v", tt.name, h, found)
		}
	}
}

// The sample is told apart by sites as plain maps tell it.
func TestConcentratedSite(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 200 {
		tally := NewTally(testTable(), small)
		count := map[netip.Prefix]int{}
		seen := map[netip.Addr]bool{}
		crowd := rng.IntN(60)
		for i := range 300 {
			a := ip("RU", rng.IntN(1<<20))
			switch {
			case i < crowd:
				a = ip("RU", rng.IntN(256))
			case i%5 == 0:
				a = ip6(rng.IntN(1 << 20))
			}
			if !seen[a] {
				seen[a] = true
				bits := 24
				if a.Is6() {
					bits = 48
				}
				count[netip.PrefixFrom(a, bits).Masked()]++
			}
			tally.Add(a)
		}
		most := 0
		for _, n := range count {
			most = max(most, n)
		}
		c, ok := tally.Report().concentratedSite(Majority("RU"))
		if want := float64(most) / float64(len(seen)); ok != (want > concentrated) || ok && c.Value != want {
			t.Fatalf("%v %v, want %v", ok, c, want)
		}
	}
}
