package attribution

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
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
		if math.Abs(f.Value-c.value) > 5e-5 || math.Abs(f.Low-c.low) > 5e-5 || math.Abs(f.High-c.high) > 5e-5 && f.High < 1 {
			t.Errorf("%v of 4,096: %.4f [%.4f, %.4f], want %v", c.x, f.Value, f.Low, f.High, c)
		}
	}
}

func TestSorted24(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 1000} {
		list := make([]uint32, n)
		sum := uint64(0)
		for i := range list {
			list[i] = rng.Uint32() >> 8 >> rng.IntN(24)
			sum += uint64(list[i])
		}
		list = sorted24(list)
		for i, v := range list {
			sum -= uint64(v)
			if i > 0 && v < list[i-1] {
				t.Fatalf("%d numbers: %d after %d", n, v, list[i-1])
			}
		}
		if sum != 0 || len(list) != n {
			t.Errorf("%d numbers: others came out", n)
		}
	}
}

func TestWitnesses(t *testing.T) {
	var sample []seen
	add := func(addr string, known facts) {
		s := maskOf(64).sourceOf(netip.MustParseAddr(addr))
		sample = append(sample, seen{source: s, origin: s.originIn(realWorld(t).table), known: known})
	}
	for _, a := range []string{
		"5.1.1.1", "5.1.1.2", "5.1.1.3", "5.1.2.1", // 3 pairs in a /24, 6 in a /16
		"11.0.0.1", "11.0.0.2", "26.1.1.1", // 2 dark networks in 2 blocks, 1 pair in both
		"8.8.8.8",
		"10.0.0.1", "192.168.1.1", // reserved, but they leak
		"0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255", // bogons
		"2a00:1450:4001::1", "fe80::1",
	} {
		add(a, 0)
	}
	add("5.1.1.4", handshake)
	add("127.0.0.2", handshake)
	add("5.9.9.9", reflector)
	w := witnessesOf(sample)
	w.mix = [geo.MaxOrigins]float64{}
	if want := (witnesses{tested: 9, public: 11, pairs24: 4, pairs16: 7, gathered: 5, dark: 2, blocks: 2, bogons: 4}); w != want {
		t.Errorf("got %+v, want %+v", w, want)
	}
}

// filter is what may be between a forger and the target.
type filter struct {
	name  string
	allow func(netip.Addr) bool
}

// filters let through everything, all but reserved addresses, only those that are
// announced, and only part even of those, so that 3.5 % of what comes is dark.
func filters(t testing.TB) []filter {
	w := realWorld(t)
	isRouted := func(a netip.Addr) bool { return w.routed.Lookup(a).IsCountry() }
	return []filter{
		{"none", nil},
		{"no bogons", func(a netip.Addr) bool { return w.table.Lookup(a) != geo.Reserved }},
		{"routed", isRouted},
		{"part of the routed", func(a netip.Addr) bool {
			b := a.As4()
			return isRouted(a) && !(isDark[b[0]] && b[1]&1 == 1)
		}},
	}
}

// What claims come to on floods of forged addresses, from addresses to words.
func TestSpoofedFloods(t *testing.T) {
	runs := 3
	if *long {
		runs = 200
	}
	sizes := []struct {
		sources int
		options Options
	}{{4_500, Options{}}, {20_000, Options{SampleSize: 4096, Precision: 12}}}
	for _, filter := range filters(t) {
		for _, size := range sizes {
			missed := 0
			for run := range runs {
				size.options.Key = testKey(byte(run))
				r := played(t, size.options, scenario.SpoofedFlood{Seed: uint64(run), Sources: size.sources, Allow: filter.allow}).Report()
				for _, c := range []Claim{Majority("US"), Plurality("US"), Majority("RU").Of(OfEvents), MoreThan(10, "CN").Of(OfBytes)} {
					if v := r.Check(c); v.Decision != Inadmissible || v.Caveats[0].Code != Spoofed {
						missed++
						t.Logf("filter %s, run %d: %v", filter.name, run, v)
						break
					}
				}
				if s := r.String(); !strings.HasPrefix(s, "Noise of forged addresses, not origins: ") {
					t.Errorf("filter %s: the table is titled %.60q", filter.name, s)
				}
			}
			if missed*100 > runs {
				t.Errorf("filter %s, %d sources: %d of %d floods passed", filter.name, size.sources, missed, runs)
			}
		}
	}
}

// A flood that is forged in part leaves claims open to what the rest was.
func TestPartlySpoofedFlood(t *testing.T) {
	ru, err := geo.ParseOrigin("RU")
	if err != nil {
		t.Fatal(err)
	}
	flood := scenario.SpoofedFlood{Seed: 5, Sources: 20_000, Real: .8, Origin: ru, Share: .7}
	r := played(t, Options{Key: testKey(1)}, flood).Report()
	v := r.Check(Majority("RU"))
	if u := v.Uncorrected; v.Decision != Supported || u == nil || u.Value > .6 || v.Share.Low > .7 || v.Share.High < .7 || !has(v, SpoofingPresent) {
		t.Errorf("%v\nuncorrected %v", v, u)
	}
	if text := v.String(); !strings.Contains(text, "of those not forged among 19,") || !strings.Contains(text, "With the forged ones it is") {
		t.Error(text)
	}
	if text := r.String(); !strings.Contains(text, "Some sources are forged, 15 to 20 % of them") || !strings.HasPrefix(text, "IP addresses") {
		t.Error(text)
	}
	if v := r.Check(Plurality("RU")); v.Decision != Supported || v.Uncorrected == nil {
		t.Error(v)
	}
	if v := r.Check(Plurality("US")); v.Decision != Refuted {
		t.Error(v)
	}
	if v := r.Check(Majority("RU").Of(OfEvents)); v.Decision == Inadmissible || v.Uncorrected != nil || !has(v, SpoofingPresent) {
		t.Error(v)
	}
	// With half of the sources forged, a narrow majority among the others is open.
	flood.Real, flood.Share = .5, .52
	r = played(t, Options{Key: testKey(1)}, flood).Report()
	if v := r.Check(Majority("RU")); v.Decision != Undecided || !has(v, SpoofingMatters) || v.Share.Low > .52 || v.Share.High < .52 {
		t.Error(v)
	}
}

// A forger who avoids even the dark networks is suspected by how evenly the rest
// lies, and no more.
func TestSuspectedFlood(t *testing.T) {
	w := realWorld(t)
	allow := func(a netip.Addr) bool {
		return w.routed.Lookup(a).IsCountry() && !isDark[a.As4()[0]]
	}
	r := played(t, Options{Key: testKey(1)}, scenario.SpoofedFlood{Seed: 9, Sources: 5000, Allow: allow}).Report()
	if v := r.Check(Majority("US")); r.Spoofing.Finding != SpoofingHinted || r.Spoofing.Forged != (Share{0, 0, 1}) || v.Decision != Refuted || v.Uncorrected != nil || !has(v, SpoofingSuspected) {
		t.Errorf("%+v\n%v", r.Spoofing, v)
	}
	if s := r.String(); !strings.HasPrefix(s, "IP addresses by") {
		t.Error(s)
	}
}

// The machine form has these keys.
func TestSpoofingJSON(t *testing.T) {
	b, err := json.Marshal(Spoofing{
		Finding: SpoofingFound, Tested: 1, Forged: Share{.2, .1, .3}, Pairs24: 2, Pairs24IfForged: .5,
		Pairs16: 3, Pairs16IfForged: 1.5, Dark: 4, Bogons: 5, MixDistance: .25, MixNoise: .125,
	})
	want := `{"finding":"present","tested":1,"forged":{"value":0.2,"low":0.1,"high":0.3},"pairs_24":2,"pairs_24_if_forged":0.5,` +
		`"pairs_16":3,"pairs_16_if_forged":1.5,"dark":4,"bogons":5,"mix_distance":0.25,"mix_noise":0.125}`
	if err != nil || string(b) != want {
		t.Errorf("got %s, %v\nwant %s", b, err, want)
	}
	if b, err := json.Marshal(Spoofing{}); err != nil || strings.Contains(string(b), "mix") {
		t.Errorf("no address space known: %s, %v", b, err)
	}
}

// A tally that came over the wire knows no address space: a flood is found all the
// same, and the forged of a part may then be anywhere.
func TestSpoofingWithoutTable(t *testing.T) {
	ru, err := geo.ParseOrigin("RU")
	if err != nil {
		t.Fatal(err)
	}
	report := func(real float64) *Report {
		var decoded Tally
		tally := played(t, Options{Key: testKey(1)}, scenario.SpoofedFlood{Seed: 6, Sources: 6000, Real: real, Origin: ru, Share: 1})
		if err := decoded.UnmarshalBinary(encoded(t, tally)); err != nil {
			t.Fatal(err)
		}
		return decoded.Report()
	}
	r := report(0)
	if v := r.Check(Majority("US")); v.Decision != Inadmissible || !has(v, Spoofed) || r.Spoofing.MixDistance != 0 || strings.Contains(v.String(), "countries are those") {
		t.Error(v)
	}
	r = report(.8)
	v := r.Check(MoreThan(90, "RU"))
	if f := r.Spoofing.Forged; v.Decision != Undecided || v.Share.Low > (v.Uncorrected.Low-f.Low)/(1-f.Low) || v.Share.High < .99 {
		t.Errorf("%v with %+v", v, r.Spoofing)
	}
}

// What cannot be tested is not accused, and says nothing.
func TestSpoofingNotTested(t *testing.T) {
	flood := scenario.SpoofedFlood{Seed: 7, Sources: 5000}
	for name, r := range map[string]*Report{
		"handshake":         played(t, Options{Key: testKey(1), Handshake: true}, flood).Report(),
		"dropped addresses": played(t, Options{Key: testKey(1), DropAddresses: true}, flood).Report(),
		"few":               played(t, Options{Key: testKey(1)}, scenario.SpoofedFlood{Seed: 7, Sources: 99}).Report(),
		"nothing":           NewTally(testTable(), small).Report(),
	} {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if r.Spoofing != nil || strings.Contains(string(b), "spoofing") {
			t.Errorf("%s: tested, %+v", name, r.Spoofing)
		}
		if v := r.Check(Majority("US")); v.Decision == Inadmissible && name != "nothing" {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// The forged are no more than what was tested: with most sources proven, a claim
// is corrected for the others.
func TestMostlyProven(t *testing.T) {
	w := realWorld(t)
	rng := rand.New(rand.NewPCG(8, 8))
	tally := NewTally(w.table, Options{Key: testKey(1)})
	for i := range 5000 {
		tally.AddFlow(Flow{Source: ip("RU", i), Events: 1, Handshake: true})
	}
	for range 2000 {
		var b [4]byte
		for b[0] = 10; w.table.Lookup(netip.AddrFrom4(b)) == geo.Reserved; {
			b = [4]byte{byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())}
		}
		tally.Add(netip.AddrFrom4(b))
	}
	r := tally.Report()
	us, err := geo.ParseOrigin("US")
	if err != nil {
		t.Fatal(err)
	}
	v := r.Check(MoreThan(11, "US"))
	if r.Spoofing == nil || r.Spoofing.Finding != SpoofingUniform || v.Decision == Inadmissible || v.Uncorrected == nil {
		t.Fatalf("%+v, %v", r.Spoofing, v)
	}
	if v.Decision == Supported || v.Share.Low > .01 || v.Uncorrected.Value < .1 {
		t.Errorf("%v: %v from US before, %v after", v, r.counted[us].sampled, v.Share)
	}
}

// One network of users in dark space makes nobody a forger.
func TestUsersOfDarkSpace(t *testing.T) {
	tally := NewTally(realWorld(t).table, Options{Key: testKey(1)})
	for i := range 1000 {
		tally.Add(netip.AddrFrom4([4]byte{11, byte(i / 100), byte(i / 10 % 10), byte(i)}))
		tally.Add(netip.AddrFrom4([4]byte{22, byte(i / 100), byte(i / 10 % 10), byte(i)}))
		tally.Add(ip("RU", i))
	}
	if r := tally.Report(); r.Spoofing.Finding != NotSpoofed || r.Spoofing.Dark < 100 || r.Spoofing.Forged.Low > 0 {
		t.Errorf("%+v", r.Spoofing)
	}
}

func TestSpaceBound(t *testing.T) {
	var space geo.Space
	space.IPv4[5], space.IPv4[6] = .3, .05
	only := func(want geo.Origin) func(geo.Origin) bool { return func(o geo.Origin) bool { return o == want } }
	near := func(got, want Share) bool {
		return math.Abs(got.Value-want.Value)+math.Abs(got.Low-want.Low)+math.Abs(got.High-want.High) < 1e-3
	}
	for _, c := range []struct {
		routed float64
		origin geo.Origin
		want   Share
	}{
		{0, 5, Share{.3, (.3 - .16) / .84, .3 / .84}},
		{0, 6, Share{.05, 0, .05 / .84}},
		{.4, 5, Share{.3, .3, .4}},
		{.2, 5, Share{.3, .2, .3}},
	} {
		space.Routed = [geo.MaxOrigins]float64{5: c.routed}
		if got := spaceBound(&space, only(c.origin)); !near(got, c.want) {
			t.Errorf("%d with %v routed: %v, want %v", c.origin, c.routed, got, c.want)
		}
	}
	if got := spaceBound(nil, only(5)); got != (Share{0, 0, 1}) {
		t.Errorf("nothing known: %v", got)
	}
}

// Taking the forged away leaves what was there without them, and more doubt about
// them leaves a wider interval.
func TestCorrectionShare(t *testing.T) {
	q := Share{.3, .3, .3}
	for _, real := range []float64{0, .1, .52, 1} {
		for _, forged := range []float64{0, .1, .5, .9} {
			all := forged*q.Value + (1-forged)*real
			c := correction{forged: Share{forged, forged, forged}}
			got := c.share(Share{all, all, all}, q)
			if math.Abs(got.Value-real)+math.Abs(got.Low-real)+math.Abs(got.High-real) > 1e-9 {
				t.Errorf("%v of the real with %v forged: %v", real, forged, got)
			}
			c.forged = Share{forged, forged * .8, min(forged*1.05, 1)}
			if wide := c.share(Share{all, all, all}, q); wide.Low > real || wide.High < real {
				t.Errorf("%v of the real with about %v forged: %v", real, forged, wide)
			}
		}
	}
	all := correction{forged: Share{1, .8, 1}}
	if got := all.share(Share{.4, .3, .5}, q); got.Low != -1 || got.High != 1 {
		t.Errorf("with perhaps all forged: %v", got)
	}
}
