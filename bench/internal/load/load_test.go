package load

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
)

func testRand() *rand.Rand { return rand.New(rand.NewPCG(5, 6)) }

func TestStreams(t *testing.T) {
	const n = 1 << 14
	for _, family := range []struct {
		name string
		v6   int // of n
	}{{"v4", 0}, {"v6", n}, {"mixed", n / 4}} {
		for _, sources := range []struct {
			name     string
			min, max int // distinct of n
		}{{"uniform", n * 9 / 10, n}, {"zipf", n / 10, n * 9 / 10}, {"recurring", n / 2, n * 9 / 10}, {"one", 1, 1}} {
			w := Workload{family.name, sources.name}
			addrs := w.Stream(n)
			v4, v6 := Split(addrs)
			if len(v4)+len(v6) != n {
				t.Fatalf("%v: %d and %d addresses, want %d", w, len(v4), len(v6), n)
			}
			if sources.name == "uniform" && len(v6) != family.v6 {
				t.Errorf("%v: %d IPv6 addresses, want %d", w, len(v6), family.v6)
			}
			exact := Exact(addrs)
			if distinct, _ := exact.Total(); distinct < sources.min || distinct > sources.max {
				t.Errorf("%v: %d distinct sources, want %d to %d", w, distinct, sources.min, sources.max)
			}
			for o := range exact.Sources {
				if !o.IsCountry() {
					t.Errorf("%v: addresses that are %v", w, o)
				}
			}
		}
	}
}

// Every floor touches the same registers, and counts every event.
func TestFloor(t *testing.T) {
	addrs := Workload{"mixed", "zipf"}.Draw(testRand(), 20_000)
	packed, _ := Split(addrs)
	v4 := slices.DeleteFunc(slices.Clone(addrs), netip.Addr.Is6)
	for _, list := range [][]netip.Addr{addrs, v4} {
		want := Exact(list)
		fused, staged, integers := new(Floor), &Floor{Staged: true}, []*Floor{{}, {Staged: true}}
		fused.Add(list)
		staged.Add(list)
		for _, f := range integers {
			f.AddIPv4(packed)
			if len(list) == len(packed) && f.registers != fused.registers {
				t.Errorf("staged %v: integers touch other registers", f.Staged)
			}
		}
		if staged.registers != fused.registers || staged.Events != fused.Events {
			t.Error("the staged floor touches other registers than the fused one")
		}
		for o, n := range fused.Events {
			if got := want.Volume(geo.Origin(o)).Events; got != n {
				t.Errorf("%v: %d events, want %d", geo.Origin(o), n, got)
			}
		}
	}
}

func TestNaive(t *testing.T) {
	if testing.Short() {
		t.Skip("writes an MMDB of half a million networks")
	}
	addrs := Workload{"mixed", "zipf"}.Draw(testRand(), 20_000)
	n, want := NewNaive(), Exact(addrs)
	for _, a := range addrs {
		n.Add(a)
	}
	if len(n.Countries) != len(want.Sources) {
		t.Errorf("%d countries, want %d", len(n.Countries), len(want.Sources))
	}
	for o := range want.Sources {
		c, distinct := n.Countries[o.String()], float64(want.Distinct(o))
		if c == nil || c.Events != want.Volume(o).Events {
			t.Fatalf("%v: %+v, want %d events", o, c, want.Volume(o).Events)
		}
		se := 1.04 / math.Sqrt(1<<14)
		if got := float64(c.Sources.Estimate()); math.Abs(got-distinct) > 5*se*distinct+1 {
			t.Errorf("%v: %v distinct sources, want about %v", o, got, distinct)
		}
	}
}
