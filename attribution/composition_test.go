package attribution

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
)

// Sources are forged, and only one packet in ten was looked at: each of the two
// leaves more room than either alone. A pool of forged addresses of which every one
// was seen often must not vouch for the real sources, of which few were.
func TestForgedAmongSampledPackets(t *testing.T) {
	w := realWorld(t)
	o := small
	o.SamplingRate, o.SampleSize = 10, 1<<14
	ru, us := netip.MustParseAddr("95.24.0.0"), netip.MustParseAddr("73.0.0.0")
	if w.table.Lookup(ru).String() != "RU" || w.table.Lookup(us).String() != "US" {
		t.Fatal("the database has moved the networks of this test")
	}
	add := func(tally *Tally, base netip.Addr, n int, seen func(i int) uint64) {
		b := base.As4()
		for i := range n {
			tally.AddN(netip.AddrFrom4([4]byte{b[0], b[1], byte(i >> 8), byte(i)}), seen(i), 0)
		}
	}
	often := func(int) uint64 { return 20 }
	seldom := func(i int) uint64 { return []uint64{1, 1, 1, 1, 1, 1, 2, 1, 3, 1}[i%10] }
	sometimes := func(i int) uint64 { return []uint64{1, 1, 1, 2, 2, 2, 5, 7, 9, 9}[i%10] }
	flood := func(russians, americans int, russian, american func(int) uint64) *Report {
		tally := NewTally(w.table, o)
		for _, a := range forge(rand.New(rand.NewPCG(81, 82)), 4600, nil) {
			tally.AddN(a, 20, 0)
		}
		add(tally, ru, russians, russian)
		add(tally, us, americans, american)
		r := tally.Report()
		if f := r.Spoofing; f == nil || f.Finding != SpoofingFound || r.mostlySpoofed() {
			t.Fatalf("%+v", f)
		}
		return r
	}
	// 4,300 Russians are all that there are; of the other real sources 1,000 were seen,
	// and 3,200 or more were not.
	if v := flood(4300, 1000, often, seldom).Check(Majority("RU")); v.Decision == Supported {
		t.Error(v)
	}
	// 1,900 Americans are all that there are, beside many forged ones; of the Russians 1,500
	// were seen, and 220 or more, perhaps twice as many, were not.
	if v := flood(1500, 1900, sometimes, often).Check(Plurality("US")); v.Decision == Supported {
		t.Error(v)
	}
}

// The fraction that a database may place wrongly is one of all sources, forged ones
// included, though all of its errors may fall on the others.
func TestToleratedErrorAmongForged(t *testing.T) {
	w := realWorld(t)
	tally := NewTally(w.table, small)
	for _, a := range forge(rand.New(rand.NewPCG(83, 84)), 400, nil) {
		tally.Add(a)
	}
	for i := range 600 {
		tally.Add(netip.AddrFrom4([4]byte{95, 24, byte(i >> 7), byte(i << 1)}))
	}
	r := tally.Report()
	for _, c := range []Claim{Majority("RU"), Plurality("RU"), MoreThan(90, "US")} {
		v := r.Check(c)
		if v.Uncorrected == nil || v.Margin == 0 {
			t.Fatalf("%v", v)
		}
		margin := v.Margin
		if c.kind == plurality {
			margin /= 2
		}
		if most := margin * (1 - r.forgedOfAll().High); v.GeolocationErrorTolerated > most {
			t.Errorf("%v of all sources are said to be tolerated, want %v: %v", v.GeolocationErrorTolerated, most, v)
		}
	}
}

// A country of which nobody was seen may be in the population all the same, also
// by two estimates that have nothing of it.
func TestNoneSeenOfAPopulation(t *testing.T) {
	r := tallyOf(small, map[string]int{"RU": 30_000, "US": 30_000}).Report()
	for _, combined := range []bool{false, true} {
		terms := Terms{Population: true, Combined: combined}
		for text, want := range map[string]Decision{"KP < 0.1%": Undecided, "KP < 1%": Supported, "RU,US > 99.9%": Undecided, "RU,US > 99%": Supported} {
			if v := terms.Check(r, parse(t, text)); v.Decision != want {
				t.Errorf("%s on %+v: %v, want %v", text, terms, v, want)
			}
		}
	}
}

// An undecided claim says why, also of a population that was counted in part.
func TestUndecidedOfAPopulation(t *testing.T) {
	for _, tally := range []*Tally{tallyOf(small, map[string]int{"RU": 52, "US": 48}), tallyOf(small, map[string]int{"RU": 5050, "US": 4950})} {
		v := (Terms{Population: true}).Check(tally.Report(), Majority("RU"))
		if v.Decision != Undecided || !has(v, SamplingError) || strings.Contains(v.String(), "only counting every source") {
			t.Error(v)
		}
	}
}

// Counts that have reached the largest number are no longer counts.
func TestSaturatedCountsDecideNothing(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 2, "US": 1})
	tally.AddN(ip("RU", 1), math.MaxUint64, math.MaxUint64/2)
	tally.AddN(ip("US", 0), math.MaxUint64/2, math.MaxUint64/2)
	r := tally.Report()
	for text, want := range map[string]Decision{
		"RU > 99% of events": Inadmissible, "US < 1% of events": Inadmissible, "RU > 60%": Supported, "RU > 40% of bytes": Supported,
	} {
		if v := r.Check(parse(t, text)); v.Decision != want {
			t.Errorf("%s: %v, want %v", text, v, want)
		}
	}
}

// What is printed beside a limit stays on its side of it.
func TestNothingIsPrintedAcrossTheLimit(t *testing.T) {
	o := small
	o.SampleSize = 1 << 14
	tally := tallyOf(o, map[string]int{"RU": 4996, "US": 5004, "": 1})
	for i := range 3000 {
		tally.AddN(ip6(i), 0, 0)
	}
	for i := range 3004 {
		b := ip6(i).As16()
		b[0], b[1] = 0x26, 0
		tally.AddN(netip.AddrFrom16(b), 0, 0)
	}
	text := tally.Report().Check(MoreThan(49.98, "RU")).String()
	if strings.Contains(text, "50.0 %") || !strings.Contains(text, "Of those that have a country it is 49.96 %") || !strings.Contains(text, "IPv4 sources alone it is 49.96 %") {
		t.Error(text)
	}
}

// A claim above -0 % is one above 0 %, and evidence of it can be read again.
func TestNoNegativeZero(t *testing.T) {
	c := MoreThan(math.Copysign(0, -1), "RU")
	if got, want := c.String(), "RU > 0% of sources"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b, err := json.Marshal(c)
	var again Claim
	if err != nil || json.Unmarshal(b, &again) != nil {
		t.Errorf("%s, %v", b, err)
	}
}

// What is said of sources that are not where traffic came from says so first.
func TestWarningsInEveryTable(t *testing.T) {
	w := realWorld(t)
	tally := NewTally(w.table, Options{Key: testKey(1)})
	for _, a := range forge(rand.New(rand.NewPCG(85, 86)), 5000, nil) {
		tally.Add(a)
	}
	r := tally.Report()
	const warning = "Noise of forged addresses, not origins: "
	in, err := r.Inside(Majority("US"), InsideOptions{})
	if err != nil {
		t.Fatal(err)
	}
	e := excess(t, tally, NewTally(w.table, Options{Key: testKey(1)}))
	for _, text := range []string{r.String(), in.String(), e.String(), compareWith(t, r, Opinions{Tables: []*geo.Table{testTable()}}).String()} {
		if !strings.HasPrefix(text, warning) {
			t.Errorf("no warning: %.200s", text)
		}
	}
}

// Events of which one stands for a thousand packets, and events of which each is
// one, are not added up, whatever merged them.
func TestMixedSamplingRates(t *testing.T) {
	coarse := small
	coarse.SamplingRate = 1000
	a, b := tallyOf(coarse, map[string]int{"RU": 1000}), tallyOf(small, map[string]int{"US": 1000})
	collector := NewTally(testTable(), small)
	merged := func(into *Tally, tallies ...*Tally) *Tally {
		for _, tally := range tallies {
			if err := into.Merge(tally); err != nil {
				t.Fatal(err)
			}
		}
		return into
	}
	counting := merged(NewTally(testTable(), small), a)
	for i := range 1000 {
		counting.Add(ip("US", i))
	}
	want := encoded(t, merged(a.Clone(), b))
	for name, tally := range map[string]*Tally{
		"coarse, fine": merged(a.Clone(), b), "fine, coarse": merged(b.Clone(), a), "collected": merged(collector, b, a),
		"zero": merged(new(Tally), decoded(b), a), "counting on": counting, "decoded": decoded(merged(a.Clone(), b)),
	} {
		if !bytes.Equal(encoded(t, tally), want) {
			t.Errorf("%s: other bytes", name)
		}
		r := tally.Report()
		if r.SamplingRate != 1000 || r.FinestSamplingRate != 1 {
			t.Errorf("%s: 1 in %d to 1 in %d", name, r.FinestSamplingRate, r.SamplingRate)
		}
		for _, unit := range []Unit{OfEvents, OfBytes} {
			if v := r.Check(MoreThan(40, "US").Of(unit)); v.Decision != Inadmissible {
				t.Errorf("%s: %v", name, v)
			}
		}
	}
	for name, tally := range map[string]*Tally{"collected": merged(NewTally(testTable(), small), a, a), "decoded": decoded(a)} {
		if r := tally.Report(); r.FinestSamplingRate != 0 || r.Check(MoreThan(40, "RU").Of(OfEvents)).Decision != Supported {
			t.Errorf("%s: one rate, and 1 in %d to 1 in %d", name, r.FinestSamplingRate, r.SamplingRate)
		}
	}
}
