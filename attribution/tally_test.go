package attribution

import (
	"bytes"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/oracle"
	"github.com/whence-go/whence/sketch"
)

// Every kind of address lands where the documentation says.
func TestWhereAddressesLand(t *testing.T) {
	for _, c := range []struct {
		name, addr string
		code       string // a country, "unlocated", "reserved" or "skipped"
	}{
		{"IPv4", "5.1.2.3", "RU"},
		{"IPv4-mapped", "::ffff:5.1.2.3", "RU"},
		{"IPv4-mapped with zone", "::ffff:5.1.2.3%eth0", "RU"},
		{"IPv6", "2a02:1::1", "RU"},
		{"IPv6 with zone", "2a02:1::1%eth0", "RU"},
		{"public, no country", "11.1.2.3", "unlocated"},
		{"public IPv6, no country", "2c0f::1", "unlocated"},
		{"private", "10.1.2.3", "reserved"},
		{"mapped private", "::ffff:192.168.1.1", "reserved"},
		{"loopback", "::1", "reserved"},
		{"link-local with zone", "fe80::1%eth0", "reserved"},
		{"unspecified", "0.0.0.0", "reserved"},
		{"multicast", "224.0.0.1", "reserved"},
		{"invalid", "", "skipped"},
	} {
		addr, _ := netip.ParseAddr(c.addr)
		for _, batch := range []bool{false, true} {
			tally := NewTally(testTable(), small)
			if batch {
				tally.AddBatch([]netip.Addr{addr})
			} else {
				tally.Add(addr)
			}
			r := tally.Report()
			got := "nowhere"
			switch {
			case r.Skipped == 1:
				got = "skipped"
			case r.Reserved == (Apart{1, 1}):
				got = "reserved"
			case r.Unlocated == (Apart{1, 1}):
				got = "unlocated"
			case len(r.Origins) == 1:
				got = r.Origins[0].Origin.String()
			}
			if got != c.code {
				t.Errorf("%s (%s): %s, want %s", c.name, c.addr, got, c.code)
			}
			if inside := c.code != "reserved" && c.code != "skipped"; (r.Sources.Distinct == 1) != inside {
				t.Errorf("%s: %d sources in the total", c.name, r.Sources.Distinct)
			}
		}
	}
}

func TestIPv6Prefix(t *testing.T) {
	addrs := []netip.Addr{
		netip.MustParseAddr("2a02:1:2:3::1"), netip.MustParseAddr("2a02:1:2:3:ffff::1"),
		netip.MustParseAddr("2a02:1:2:4::1"), netip.MustParseAddr("2a02:1:3::"), netip.MustParseAddr("5.1.1.1"),
	}
	for bits, want := range map[int]uint64{128: 5, 65: 5, 64: 4, 48: 3, 32: 2} {
		o := small
		o.IPv6Prefix = bits
		tally := NewTally(testTable(), o)
		tally.AddBatch(addrs)
		if got := tally.Report().Sources.Distinct; got != want {
			t.Errorf("/%d: %d sources, want %d", bits, got, want)
		}
	}
}

// traffic is a seeded mix of everything, from at most the given number of
// addresses per country.
func traffic(seed uint64, events, perCountry int) []netip.Addr {
	rng := rand.New(rand.NewPCG(seed, 1))
	codes := []string{"RU", "RU", "RU", "US", "CN", "FR", "BY", "NC", "", "reserved"}
	addrs := make([]netip.Addr, events)
	for i := range addrs {
		switch n := rng.IntN(perCountry); rng.IntN(20) {
		case 0:
			addrs[i] = ip6(n)
		case 1:
			addrs[i] = netip.AddrFrom16(ip("US", n).As16())
		case 2:
			if n == 0 {
				continue // an invalid address
			}
			fallthrough
		default:
			addrs[i] = ip(codes[rng.IntN(len(codes))], n)
		}
	}
	return addrs
}

// compare holds a report against exact sets: equal while exact, else within 4.5
// standard errors.
func compare(t *testing.T, r *Report, want *oracle.Tally) {
	t.Helper()
	near := func(what string, got, want uint64) {
		t.Helper()
		if r.Sources.Exact && got != want {
			t.Errorf("%s: %d, want exactly %d", what, got, want)
		}
		if relErr := 1.04 / math.Sqrt(1<<12); math.Abs(float64(got)-float64(want)) > 4.5*relErr*float64(want)+1 {
			t.Errorf("%s: %d, want about %d", what, got, want)
		}
	}
	var sources, events, octets uint64
	rows := 0
	for o := range want.Sources {
		n, sum := uint64(want.Distinct(o)), want.Volume(o)
		switch o {
		case geo.Reserved:
			near("reserved sources", r.Reserved.Sources, n)
			if r.Reserved.Events != sum.Events {
				t.Errorf("reserved events: %d, want %d", r.Reserved.Events, sum.Events)
			}
			continue
		case geo.Unlocated:
			near("unlocated sources", r.Unlocated.Sources, n)
			if r.Unlocated.Events != sum.Events {
				t.Errorf("unlocated events: %d, want %d", r.Unlocated.Events, sum.Events)
			}
		default:
			rows++
			i := slices.IndexFunc(r.Origins, func(row Row) bool { return row.Origin == o })
			if i < 0 {
				t.Errorf("no row for %v", o)
				continue
			}
			row := r.Origins[i]
			near(o.String()+" sources", row.Sources, n)
			if row.Events != sum.Events || row.Bytes != sum.Bytes {
				t.Errorf("%v: %d events and %d bytes, want %d and %d", o, row.Events, row.Bytes, sum.Events, sum.Bytes)
			}
		}
		sources, events, octets = sources+n, events+sum.Events, octets+sum.Bytes
	}
	near("all sources", r.Sources.Distinct, sources)
	if r.Events != events || r.Bytes != octets || r.Skipped != want.Skipped || len(r.Origins) != rows {
		t.Errorf("%d events, %d bytes, %d skipped, %d rows; want %d, %d, %d, %d",
			r.Events, r.Bytes, r.Skipped, len(r.Origins), events, octets, want.Skipped, rows)
	}
}

func TestTallyAgainstOracle(t *testing.T) {
	for _, c := range []struct{ events, perCountry int }{{0, 1}, {1, 1}, {3000, 40}, {5000, 110}, {20_000, 300}, {200_000, 30_000}} {
		addrs := traffic(uint64(c.events), c.events, c.perCountry)
		want := oracle.New(testTable().Lookup, 64)
		single, batch := NewTally(testTable(), small), NewTally(testTable(), small)
		flows, flowsWant := NewTally(testTable(), small), oracle.New(testTable().Lookup, 64)
		for i, addr := range addrs {
			want.Add(addr, 1, 0)
			single.Add(addr)
			flows.AddN(addr, uint64(i%4), uint64(i))
			flowsWant.Add(addr, uint64(i%4), uint64(i))
		}
		batch.AddBatch(addrs)
		compare(t, single.Report(), want)
		compare(t, flows.Report(), flowsWant)
		if !bytes.Equal(encoded(t, single), encoded(t, batch)) {
			t.Errorf("%d events: one at a time and in a batch differ", c.events)
		}
	}
}

// What the sample keeps is exact for each source.
func TestSampleCountsAreExact(t *testing.T) {
	addrs := traffic(3, 100_000, 10_000)
	tally := NewTally(testTable(), small)
	tally.AddBatch(addrs)
	want := map[source]uint64{}
	for _, addr := range addrs {
		if addr.IsValid() {
			want[tally.mask.sourceOf(addr)]++
		}
	}
	for it := range tally.sample.All() {
		if s := (source{it.Hi, it.Lo}); it.Events != want[s] || geo.Origin(it.Part) != testTable().Lookup(s.prefix(64).Addr()) {
			t.Fatalf("%v: %d events, origin %v, want %d events", s.prefix(64).Addr(), it.Events, geo.Origin(it.Part), want[s])
		}
	}
}

// The sources that a tally holds can be walked, with their exact counts.
func TestSampled(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 2, "": 1})
	tally.AddN(ip6(7), 5, 600)
	tally.Add(ip("RU", 1))
	got := map[netip.Prefix]Sampled{}
	for s := range tally.Sampled() {
		got[s.Prefix] = s
	}
	ru := tally.origin("RU")
	for prefix, want := range map[string]Sampled{
		"5.0.0.0/32":      {Origin: ru, Events: 1},
		"5.0.0.1/32":      {Origin: ru, Events: 2},
		"11.0.0.0/32":     {Origin: geo.Unlocated, Events: 1},
		"2a02:0:0:7::/64": {Origin: ru, Events: 5, Bytes: 600},
	} {
		want.Prefix = netip.MustParsePrefix(prefix)
		if got[want.Prefix] != want {
			t.Errorf("%s: %+v, want %+v", prefix, got[want.Prefix], want)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d sources, want 4", len(got))
	}
	o := small
	o.DropAddresses = true
	for s := range tallyOf(o, map[string]int{"RU": 1}).Sampled() {
		if s.Prefix.IsValid() || s.Events != 1 {
			t.Errorf("without addresses: %+v", s)
		}
	}
	for range new(Tally).Sampled() {
		t.Error("a zero Tally has a source")
	}
}

func TestResetPinsTheTable(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 5000})
	tally.Window(built, built.Add(time.Hour))
	tally.Add(netip.Addr{})
	tally.Reset(otherTable())
	if !bytes.Equal(encoded(t, tally), encoded(t, NewTally(otherTable(), small))) {
		t.Error("not empty after Reset")
	}
	tally.Add(ip("RU", 1))
	tally.Reset(nil)
	tally.Add(ip("RU", 1))
	if r := tally.Report(); r.Origins[0].Origin.String() != "US" {
		t.Errorf("counted as %v, want the table of the last Reset", r.Origins[0].Origin)
	}
}

func TestWindow(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 1})
	day := func(n int) time.Time { return built.AddDate(0, 0, n) }
	tally.Window(day(2), day(3))
	tally.Window(time.Time{}, day(9)) // no begin
	tally.Window(day(9), day(8))      // ends before it begins
	tally.Window(day(3), day(4))
	if r := tally.Report(); !r.From.Equal(day(2)) || !r.To.Equal(day(4)) {
		t.Errorf("span %v to %v", r.From, r.To)
	}
	far := time.Date(30000, 1, 1, 0, 0, 0, 0, time.UTC)
	tally.Window(day(1), far)
	if r := tally.Report(); !r.From.Equal(day(1)) || r.To.Year() != 2262 {
		t.Errorf("far future: span %v to %v", r.From, r.To)
	}
}

func TestCountsSaturate(t *testing.T) {
	for _, n := range []int{1, 5000} {
		tally := tallyOf(small, map[string]int{"RU": n})
		for range 2 {
			tally.AddN(ip("RU", 0), math.MaxUint64-3, math.MaxUint64)
		}
		tally.AddN(ip("RU", 0), 3, 0)
		tally.Add(ip("RU", 0))
		tally.AddBatch([]netip.Addr{ip("RU", 0), ip("RU", 1)})
		if err := tally.Merge(tally.Clone()); err != nil {
			t.Fatal(err)
		}
		if r := tally.Report(); r.Events != math.MaxUint64 || r.Origins[0].Bytes != math.MaxUint64 {
			t.Errorf("%d sources: %d events, %d bytes", n, r.Events, r.Bytes)
		}
	}
}

func TestMisusePanics(t *testing.T) {
	mustPanic(t, "no table", func() { NewTally(nil, Options{}) })
	for name, o := range map[string]Options{
		"sample":    {SampleSize: 1},
		"precision": {Precision: 20},
		"prefix":    {IPv6Prefix: 129},
		"short":     {IPv6Prefix: 31},
		"negative":  {IPv6Prefix: -1},
	} {
		mustPanic(t, name, func() { NewTally(testTable(), o) })
	}
	var decoded Tally
	if err := decoded.UnmarshalBinary(encoded(t, tallyOf(small, map[string]int{"RU": 1}))); err != nil {
		t.Fatal(err)
	}
	for _, tally := range []*Tally{{}, &decoded} {
		mustPanic(t, "Add without a key", func() { tally.Add(ip("RU", 7)) })
		mustPanic(t, "AddBatch without a key", func() { tally.AddBatch([]netip.Addr{ip("RU", 8)}) })
		mustPanic(t, "Reset without a key", func() { tally.Reset(testTable()) })
	}
}

// One process key serves all tallies that name none.
func TestDefaultOptions(t *testing.T) {
	a, b := NewTally(testTable(), Options{}), NewTally(testTable(), Options{})
	a.Add(ip("RU", 1))
	b.Add(ip("RU", 1))
	if err := a.Merge(b); err != nil || a.Report().Sources.Distinct != 1 {
		t.Errorf("two tallies of one process: %v, %v", err, a.Report().Sources)
	}
	if a.options.SampleSize != sketch.DefaultSampleSize || a.options.Precision != sketch.DefaultPrecision || a.options.IPv6Prefix != 64 {
		t.Errorf("defaults: %+v", a.options)
	}
}

// No event allocates, on any path, from the look-up on.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	if racing {
		t.Skip("pools are emptied at random")
	}
	v4, v6 := make([]netip.Addr, 1024), make([]netip.Addr, 1024)
	for i := range v4 {
		v4[i], v6[i] = ip("RU", i*7), ip6(i*7)
	}
	exact := tallyOf(Options{}, map[string]int{"RU": 10_000})
	exact.AddBatch(v6)
	dense := tallyOf(small, map[string]int{"RU": 10_000})
	dense.AddBatch(v6)
	shared := NewShared(testTable(), small)
	for range 100 {
		shared.AddBatch(v4)
		shared.AddBatch(v6)
	}
	flows := make([]Flow, len(v4))
	for i, a := range v4 {
		flows[i] = Flow{Source: a, Events: 1, Bytes: 100}
	}
	i := 0
	for name, f := range map[string]func(){
		"Add, exact":      func() { i++; exact.Add(v4[i%1024]) },
		"Add, dense":      func() { i++; dense.Add(v4[i%1024]) },
		"Add, IPv6":       func() { i++; dense.Add(v6[i%1024]) },
		"AddN":            func() { i++; dense.AddN(v4[i%1024], 3, 100) },
		"AddBatch, exact": func() { exact.AddBatch(v4) },
		"AddBatch, dense": func() { dense.AddBatch(v4) },
		"AddBatch, IPv6":  func() { dense.AddBatch(v6) },
		"AddFlow":         func() { i++; dense.AddFlow(Flow{Source: v4[i%1024], Bytes: 100}) },
		"AddFlows, exact": func() { exact.AddFlows(flows) },
		"AddFlows, dense": func() { dense.AddFlows(flows) },
		"invalid":         func() { dense.Add(netip.Addr{}) },
		"Window":          func() { dense.Window(built, built) },
		"Shared.Add":      func() { i++; shared.Add(v4[i%1024]) },
		"Shared.AddN":     func() { i++; shared.AddN(v4[i%1024], 3, 100) },
		"Shared.AddBatch": func() { shared.AddBatch(v4) },
		"Lookup":          func() { i++; testTable().Lookup(v4[i%1024]) },
		"Lookup, IPv6":    func() { i++; testTable().Lookup(v6[i%1024]) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
