package attribution_test

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/oracle"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Every kind of address is counted where the documentation says, by every way in.
func TestWhereAddressesAreCounted(t *testing.T) {
	for _, c := range []struct {
		name, addr string
		where      string // a country, "unlocated", "reserved" or "lost"
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
		{"invalid", "", "lost"},
	} {
		addr, _ := netip.ParseAddr(c.addr)
		for way, add := range map[string]func(*attribution.Tally){
			"Add":      func(t *attribution.Tally) { t.Add(addr) },
			"AddBatch": func(t *attribution.Tally) { t.AddBatch([]netip.Addr{addr}) },
			"AddFlow":  func(t *attribution.Tally) { t.AddFlow(attribution.Flow{Source: addr}) },
			"AddFlows": func(t *attribution.Tally) { t.AddFlows([]attribution.Flow{{Source: addr}}) },
		} {
			tally := emptyTally(least)
			add(tally)
			r := reportOn(tally.Snapshot())
			where := "nowhere"
			switch {
			case r.Lost[attribution.LostUnread] == 1 && r.Records == 0:
				where = "lost"
			case r.Reserved.Sources == 1 && r.Reserved.Events == 1:
				where = "reserved"
			case r.Unlocated.Sources == 1 && r.Unlocated.Events == 1:
				where = "unlocated"
			case len(r.Countries) == 1 && r.Countries[0].Events == 1:
				where = r.Countries[0].Origin.String()
			}
			if where != c.where {
				t.Errorf("%s of %s (%s): %s, want %s", way, c.name, c.addr, where, c.where)
			}
			if inside := c.where != "reserved" && c.where != "lost"; (r.Sources.Value == 1) != inside {
				t.Errorf("%s of %s: %d sources in the total", way, c.name, r.Sources.Value)
			}
		}
	}
}

// One IPv6 source is a prefix.
func TestIPv6SourcesArePrefixes(t *testing.T) {
	addrs := []netip.Addr{
		netip.MustParseAddr("2a02:1:2:3::1"), netip.MustParseAddr("2a02:1:2:3:ffff::1"),
		netip.MustParseAddr("2a02:1:2:4::1"), netip.MustParseAddr("2a02:1:3::"), netip.MustParseAddr("5.1.1.1"),
	}
	for bits, want := range map[int]uint64{128: 5, 65: 5, 64: 4, 0: 4, 48: 3, 32: 2} {
		o := least
		o.IPv6PrefixLen = bits
		if got := reportOn(tallyOf(o, addrs).Snapshot()).Sources.Value; got != want {
			t.Errorf("/%d: %d sources, want %d", bits, got, want)
		}
	}
}

// A tally counts what plain sets count: exactly while it is exact, and then sources within
// the error of the sketches, events and bytes exactly.
func TestTallyAgainstPlainSets(t *testing.T) {
	for _, c := range []struct{ events, perCountry int }{
		{0, 1}, {1, 1}, {3000, 40}, {5000, 110}, {20_000, 300}, {100_000, 20_000},
	} {
		addrs := everywhere(uint64(c.events), c.events, c.perCountry)
		plain, volume := oracle.New(world.Table().Lookup, 64), oracle.New(world.Table().Lookup, 64)
		var flows []attribution.Flow
		for i, addr := range addrs {
			plain.Add(addr, 1, 0)
			volume.Add(addr, uint64(1+i%4), uint64(i))
			flows = append(flows, attribution.Flow{Source: addr, Events: uint64(1 + i%4), Bytes: uint64(i)})
		}
		compare(t, reportOn(tallyOf(least, addrs).Snapshot()), plain)
		tally := emptyTally(least)
		tally.AddFlows(flows)
		compare(t, reportOn(tally.Snapshot()), volume)
	}
}

// compare allows sources 4.5 standard errors beyond the exact state.
func compare(t *testing.T, r attribution.Report, want *oracle.Tally) {
	t.Helper()
	near := func(what any, got, want uint64) {
		t.Helper()
		if r.Sources.Exact && got != want {
			t.Errorf("%v: %d sources, want exactly %d", what, got, want)
		}
		relErr := 1.04 / math.Sqrt(1<<12)
		if math.Abs(float64(got)-float64(want)) > 4.5*relErr*float64(want)+1 {
			t.Errorf("%v: %d sources, want about %d", what, got, want)
		}
	}
	var sources, events, octets uint64
	rows := 0
	for o := range want.Sources {
		row := r.Reserved
		switch o {
		case geo.Reserved:
		case geo.Unlocated:
			row = r.Unlocated
		default:
			row = rowOf(r, o.String())
			rows++
		}
		n, sum := uint64(want.Distinct(o)), want.Volume(o)
		near(o, row.Sources, n)
		if row.Events != sum.Events || row.Bytes != sum.Bytes {
			t.Errorf("%v: %d events and %d bytes, want %d and %d", o, row.Events, row.Bytes, sum.Events, sum.Bytes)
		}
		if o != geo.Reserved {
			sources, events, octets = sources+n, events+sum.Events, octets+sum.Bytes
		}
	}
	near("all", r.Sources.Value, sources)
	if r.Events != events || r.Bytes != octets || len(r.Countries) != rows {
		t.Errorf("%d events, %d bytes, %d rows; want %d, %d, %d", r.Events, r.Bytes, len(r.Countries), events, octets, rows)
	}
	if lost := r.Lost[attribution.LostUnread]; lost != want.Skipped {
		t.Errorf("%d records lost, want %d", lost, want.Skipped)
	}
}

// The span of the traffic only widens, ignores what is no span, and is clamped to the years
// that 64 bits hold.
func TestSpan(t *testing.T) {
	tally := tallied(least, map[string]int{"RU": 1})
	day := func(n int) time.Time { return world.Built.AddDate(0, 0, n) }
	if r := reportOn(tally.Snapshot()); !r.From.IsZero() || !r.To.IsZero() {
		t.Errorf("span %v to %v, want zero times: nothing is known", r.From, r.To)
	}
	tally.ExtendSpan(day(2), day(3).In(time.FixedZone("", 3600)))
	tally.ExtendSpan(time.Time{}, day(9)) // no begin
	tally.ExtendSpan(day(1), time.Time{}) // no end
	tally.ExtendSpan(day(9), day(8))      // ends before it begins
	tally.ExtendSpan(day(3), day(4))
	if r := reportOn(tally.Snapshot()); r.From != day(2) || r.To != day(4) {
		t.Errorf("span %v to %v", r.From, r.To)
	}
	tally.ExtendSpan(day(1), time.Date(30000, 1, 1, 0, 0, 0, 0, time.UTC))
	if r := reportOn(tally.Snapshot()); r.From != day(1) || r.To.Year() != 2262 {
		t.Errorf("far future: span %v to %v", r.From, r.To)
	}
	tally.ExtendSpan(time.Date(3, 1, 1, 0, 0, 0, 0, time.UTC), day(1))
	if r := reportOn(tally.Snapshot()); r.From.Year() != 1677 || r.To.Year() != 2262 {
		t.Errorf("far past: span %v to %v", r.From, r.To)
	}
}

// Counts stop at the largest number, exact or not, merged or not, and no claim is decided
// on what stopped there.
func TestCountsSaturate(t *testing.T) {
	const most = math.MaxUint64
	for _, n := range []int{2, 5000} {
		tally := tallied(least, map[string]int{"RU": n, "US": 1})
		for range 2 {
			tally.AddFlow(attribution.Flow{Source: world.IP("RU", 0), Events: most - 3, Bytes: most})
		}
		tally.AddFlow(attribution.Flow{Source: world.IP("RU", 0), Events: 3})
		tally.Add(world.IP("RU", 0))
		tally.AddBatch([]netip.Addr{world.IP("RU", 0), world.IP("RU", 1)})
		if err := tally.Merge(tally.Snapshot()); err != nil {
			t.Fatal(err)
		}
		tally.AddLost(attribution.LostLate, most)
		tally.AddLost(attribution.LostLate, 1)
		r := reportOn(decoded(encoded(tally.Snapshot())), "RU > 99% of events", "RU > 99% of bytes")
		if r.Events != most || rowOf(r, "RU").Bytes != most || r.Lost[attribution.LostLate] != most {
			t.Errorf("%d sources: %d events, %d bytes, lost %v", n, r.Events, rowOf(r, "RU").Bytes, r.Lost)
		}
		for _, v := range r.Verdicts {
			if v.Outcome != attribution.Inadmissible || v.Reason != "SATURATED" {
				t.Errorf("%d sources: %v, want inadmissible SATURATED", n, v)
			}
		}
	}
}

// The other units are decided where one of them is saturated.
func TestSaturatedUnitAlone(t *testing.T) {
	tally := emptyTally(least)
	for i := range 200 {
		tally.Add(world.IP("RU", i<<15|1+i)) // in networks of their own
		tally.Add(world.IP("US", i%20<<15|1+i%20))
	}
	tally.AddFlow(attribution.Flow{Source: world.IP("RU", 0), Events: math.MaxUint64, Bytes: math.MaxUint64 / 2})
	tally.AddFlow(attribution.Flow{Source: world.IP("US", 0), Events: 1, Bytes: math.MaxUint64 / 4})
	r := reportOn(tally.Snapshot(), "RU > 99% of events", "RU > 60%", "RU > 40% of bytes")
	for i, want := range []attribution.Outcome{attribution.Inadmissible, attribution.Supported, attribution.Supported} {
		if v := r.Verdicts[i]; v.Outcome != want {
			t.Errorf("%v, want %v", v, want)
		}
	}
}
