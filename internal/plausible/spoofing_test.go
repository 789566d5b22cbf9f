package plausible

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
)

// The fraction that is forged, from hard bogons among 4,096 sources.
func TestImpossible(t *testing.T) {
	for _, c := range []struct{ x, value, low, high float64 }{
		{5, .0092, .0030, .0214},
		{54, .0993, .0747, .1293},
		{272, .5000, .4440, .5607},
		{544, 1.0000, .9228, math.Inf(1)},
	} {
		f := impossible(c.x, 4096, bogonSpace, 0, .05)
		off := math.Max(math.Abs(f.Value-c.value), math.Abs(f.Low-c.low))
		if off > 5e-5 || math.Abs(f.High-c.high) > 5e-5 && f.High < 1 {
			t.Errorf("%v of 4,096: %.4f [%.4f, %.4f], want %v", c.x, f.Value, f.Low, f.High, c)
		}
	}
}

// flood is n sources of which a part is forged behind a filter, and the rest Russian
// subscribers.
func flood(t *testing.T, seed uint64, n int, part float64, allow func(netip.Addr) bool) []netip.Addr {
	t.Helper()
	w := world.Real(t)
	rng := rand.New(rand.NewPCG(seed, 12))
	forged := world.Forge(rng, int(part*float64(n)), allow)
	real := world.Honest{Draw: world.Mix(scenario.Clustered4, map[string]float64{"RU": 100})}
	return append(forged, drawn(t, real, w.Population.Sampler(seed), n-len(forged))...)
}

// What is forged is graded by how much of the whole it is, whatever is between the forger
// and the target.
func TestLevels(t *testing.T) {
	w := world.Real(t)
	for _, filter := range w.Filters() {
		for _, c := range []struct {
			part   float64
			want   []Level
			mostly bool
		}{
			{0, []Level{None}, false},
			{.3, []Level{Partial}, false},
			{1, []Level{Uniform}, true},
		} {
			f := examined(w.Table, flood(t, 3, 5000, c.part, filter.Allow))
			s := f.Spoofing
			if s == nil || !slices.Contains(c.want, s.Level) || f.MostlyForged() != c.mostly {
				t.Errorf("%v forged behind %q: %+v, want %v", c.part, filter.Name, s, c.want)
				continue
			}
			if f.SomeForged() != (s.Level >= Partial) || f.part() != 1 {
				t.Errorf("%v forged behind %q: %v of the sources were tested, some forged: %v",
					c.part, filter.Name, f.part(), f.SomeForged())
			}
			if behind := c.part > 0 && filter.Allow != nil; behind && s.Bogons > 0 {
				t.Errorf("%q let %d bogons through", filter.Name, s.Bogons)
			}
		}
	}
	// Four of five are surely more than half, and the sources that gather are surely real.
	f := examined(w.Table, flood(t, 4, 5000, .8, nil))
	if s := f.Spoofing; s.Level != Dominant || s.Forged.Low < .5 || s.Forged.High > .9 || !f.MostlyForged() {
		t.Errorf("four of five forged: %+v", s)
	}
}

// A forger who avoids even the dark networks is suspected by how evenly the rest lies, and
// no more.
func TestSuspected(t *testing.T) {
	w := world.Real(t)
	careful := func(a netip.Addr) bool { return w.IsRouted(a) && !world.IsDark(a) }
	f := examined(w.Table, flood(t, 9, 5000, 1, careful))
	s := f.Spoofing
	if s.Level != Suspected || s.Forged.Low != 0 || s.Forged.Value != 0 || s.Forged.High != 1 || f.SomeForged() {
		t.Errorf("%+v", s)
	}
}

// Users in a few dark blocks are no sign of forging from the whole space. They may be left
// out, and nothing is said of the others.
func TestUsersOfDarkSpace(t *testing.T) {
	var addrs []netip.Addr
	for i := range 1000 {
		addrs = append(addrs, world.IP("RU", i))
		for _, block := range world.DarkBlocks[2:4] {
			addrs = append(addrs, netip.AddrFrom4([4]byte{block, byte(i / 100), byte(i / 10 % 10), byte(i)}))
		}
	}
	f := examined(world.Real(t).Table, addrs)
	s := f.Spoofing
	if s.Level != Local || s.Dark < 100 || s.DarkSources != 2000 || s.Forged.Value != 2./3 || f.MostlyForged() {
		t.Errorf("%+v", s)
	}
	us, others := only(world.Origin("US")), only(world.Origin("RU"))
	if f.MostForged(.05, us) != 2./3 || f.MostForged(.05, others) != 0 || f.Correction(.05) != nil {
		t.Errorf("of the Americans %v, of the Russians %v may be forged", f.MostForged(.05, us), f.MostForged(.05, others))
	}
}

// What cannot be tested is not accused.
func TestNotTested(t *testing.T) {
	w := world.Real(t)
	forged := flood(t, 7, 2000, 1, nil)
	proven := func(records []record) []record {
		for i := range records {
			records[i].Facts = snapshot.Handshake
		}
		return records
	}
	dropped := options()
	dropped.DropAddresses = true
	var six, zeroed []netip.Addr
	for i, a := range forged {
		six = append(six, world.IP6(i))
		zeroed = append(zeroed, netip.PrefixFrom(a, 24).Masked().Addr())
	}
	for name, v := range map[string]*snapshot.View{
		"proven by a handshake": viewOf(w.Table, options(), proven(one(forged))),
		"without addresses":     viewOf(w.Table, dropped, one(forged)),
		"too few":               viewOf(w.Table, options(), one(forged[:leastTested-1])),
		"IPv6":                  viewOf(w.Table, options(), one(six)),
		"last octets zeroed":    viewOf(w.Table, options(), one(zeroed)),
		"nothing":               viewOf(w.Table, options(), nil),
	} {
		f := Examine(v)
		if f.Spoofing != nil || f.Tested() != 0 || f.MostlyForged() || f.SomeForged() {
			t.Errorf("%s: %+v", name, f.Spoofing)
		}
	}
	if f := examined(w.Table, forged); f.Spoofing == nil || f.Tested() != 1 {
		t.Errorf("the same flood untouched: %+v", f.Spoofing)
	}
}

// The forged are no more than what was tested: if most sources are proven, most are not
// forged, however evenly the others lie.
func TestMostlyProven(t *testing.T) {
	w := world.Real(t)
	records := one(world.Forge(rand.New(rand.NewPCG(8, 8)), 2000, w.Filters()[1].Allow))
	for i := range 5000 {
		records = append(records, record{world.IP("RU", i), with(snapshot.Handshake)})
	}
	f := Examine(viewOf(w.Table, options(), records))
	s := f.Spoofing
	if s == nil || s.Level != Uniform || f.MostlyForged() || !f.SomeForged() {
		t.Fatalf("%+v", s)
	}
	if most := 2. / 7; f.ForgedOfAll().High > most+1e-12 || f.Tested() != most {
		t.Errorf("%v of all may be forged, of %v tested", f.ForgedOfAll(), f.Tested())
	}
	if least := f.Genuine(.05); least < 5./7-1e-12 {
		t.Errorf("only %v are surely not forged", least)
	}
}
