package attribution_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A snapshot stays what it is, whatever the tally and other snapshots do next.
func TestSnapshotsNeverChange(t *testing.T) {
	for _, n := range sizes {
		tally := tallied(least, map[string]int{"RU": n})
		s := tally.Snapshot()
		enriched := must(s.Enrich(everything(t)))
		want, report := encoded(s), jsonOf(reportOn(s, "RU > 10%"))
		wantEnriched := encoded(enriched)

		tally.AddBatch(everywhere(1, 6000, 2000))
		tally.AddFlow(attribution.Flow{Source: world.IP("RU", 0), Events: 1000, Handshake: true})
		if err := tally.Merge(s); err != nil {
			t.Fatal(err)
		}
		must(attribution.Merge(s, tally.Snapshot()))
		must(enriched.Enrich(attribution.Enrichment{Databases: []*geo.Table{world.Table()}}))
		for source := range enriched.Sample() {
			clear(source.Others)
			clear(source.Lists)
		}
		enriched.WithoutAddresses()
		for _, sk := range s.Sketches() {
			sk.InsertHash(1) // a copy
		}
		tally.Rotate(world.Other())
		tally.Add(world.IP("US", 1))

		if !bytes.Equal(encoded(s), want) || jsonOf(reportOn(s, "RU > 10%")) != report {
			t.Errorf("%d sources: the snapshot changed", n)
		}
		if !bytes.Equal(encoded(enriched), wantEnriched) {
			t.Errorf("%d sources: the enriched snapshot changed", n)
		}
	}
}

// A report is the caller's own: writing it changes neither the snapshot nor other reports.
func TestReportsAreTheCallers(t *testing.T) {
	s := must(tallied(least, map[string]int{"RU": 60, "US": 20}).Snapshot().Enrich(everything(t)))
	want := jsonOf(reportOn(s, "RU > 10%"))
	r := reportOn(s, "RU > 10%")
	r.LocatedBy[0].Name, r.Countries[0].Sources, r.Verdicts[0].Outcome = "", 0, attribution.Refuted
	r.Databases[0].Countries[0].Sources = 0
	clear(r.Verdicts[0].Caveats)
	clear(r.Verdicts[0].Opinions)
	clear(s.Databases())
	if got := jsonOf(reportOn(s, "RU > 10%")); got != want {
		t.Errorf("another report:\n%s\nwant\n%s", got, want)
	}
}

// The zero Snapshot counted nothing. Every method works on it.
func TestZeroSnapshot(t *testing.T) {
	zeros := map[string]attribution.Snapshot{
		"zero": {}, "merged": must(attribution.Merge()), "decoded": decoded(encoded(attribution.Snapshot{})),
		"merged twice":  must(attribution.Merge(attribution.Snapshot{}, attribution.Snapshot{})),
		"enriched":      must(attribution.Snapshot{}.Enrich(everything(t))),
		"dropped":       attribution.Snapshot{}.WithoutAddresses(),
		"from sketches": must(attribution.FromSketches(world.Table(), 7, attribution.Snapshot{}.Sketches())),
	}
	full := tallied(least, map[string]int{"RU": 5})
	for name, zero := range zeros {
		mustEqual(t, name, zero, attribution.Snapshot{})
		r := reportOn(zero, "RU > 50%", "plurality RU of events")
		if r.Sources != (attribution.Count{Exact: true}) || r.Events != 0 || r.SamplingRate != 1 ||
			len(r.Countries)+len(r.LocatedBy) != 0 {
			t.Errorf("%s: %v", name, r)
		}
		for _, v := range r.Verdicts {
			if v.Outcome != attribution.Inadmissible || v.Reason != caveat.NothingCounted {
				t.Errorf("%s: %v, want inadmissible NOTHING_COUNTED", name, v)
			}
		}
		for s := range zero.Sample() {
			t.Errorf("%s: a source %+v", name, s)
		}
		for o := range zero.Sketches() {
			t.Errorf("%s: a sketch of %v", name, o)
		}
		if zero.KeyID() != 0 || len(zero.Databases()) != 0 {
			t.Errorf("%s: key %v, databases %v", name, zero.KeyID(), zero.Databases())
		}
		mustEqual(t, name+", then a full one", must(attribution.Merge(zero, full.Snapshot())), full.Snapshot())
		mustEqual(t, name+", behind a full one", must(attribution.Merge(full.Snapshot(), zero)), full.Snapshot())
		before := full.Snapshot()
		if err := full.Merge(zero); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		mustEqual(t, name+", in a tally", full.Snapshot(), before)
	}
	_, err := attribution.Snapshot{}.Report(attribution.Policy{Confidence: 2})
	if !errors.Is(err, attribution.ErrInvalidPolicy) {
		t.Errorf("an invalid policy: %v", err)
	}
}

// While a tally is exact its sample is every source, with exact counts.
func TestSampleOfAnExactTally(t *testing.T) {
	tally := tallied(least, map[string]int{"RU": 2, "": 1, "reserved": 1})
	tally.AddFlow(attribution.Flow{Source: world.IP6(7), Events: 5, Bytes: 600, Handshake: true})
	tally.Add(world.IP("RU", 1))
	got := map[netip.Prefix]string{}
	for s := range decoded(encoded(tally.Snapshot())).Sample() {
		got[s.Prefix] = fmt.Sprintf("%v %d %d %v", s.Origin, s.Events, s.Bytes, s.Handshake)
	}
	want := map[netip.Prefix]string{
		netip.MustParsePrefix("5.0.0.0/32"):      "RU 1 0 false",
		netip.MustParsePrefix("5.0.0.1/32"):      "RU 2 0 false",
		netip.MustParsePrefix("9.0.0.0/32"):      "unlocated 1 0 false",
		netip.MustParsePrefix("10.0.0.0/32"):     "reserved 1 0 false",
		netip.MustParsePrefix("2a02:0:0:7::/64"): "RU 5 600 true",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sample %v\nwant   %v", got, want)
	}
	o := least
	o.DropAddresses = true
	dropping := tallied(o, map[string]int{"RU": 1}).Snapshot()
	for _, s := range []attribution.Snapshot{dropping, tally.Snapshot().WithoutAddresses()} {
		for source := range s.Sample() {
			if source.Prefix.IsValid() || source.Events == 0 {
				t.Errorf("without addresses: %+v", source)
			}
		}
	}
}

// Beyond the exact state the sample has its size, and counts of its sources are exact.
func TestCountsOfTheSampleAreExact(t *testing.T) {
	addrs := everywhere(3, 100_000, 10_000)
	want := map[netip.Prefix]uint64{}
	prefix := func(a netip.Addr) netip.Prefix {
		a = a.Unmap()
		return must(a.Prefix(map[bool]int{true: 32, false: 64}[a.Is4()]))
	}
	for _, addr := range addrs {
		if addr.IsValid() {
			want[prefix(addr)]++
		}
	}
	n := 0
	for s := range tallyOf(least, addrs).Snapshot().Sample() {
		n++
		if s.Events != want[s.Prefix] || s.Origin != world.Table().Lookup(s.Prefix.Addr()) {
			t.Fatalf("%+v, want %d events", s, want[s.Prefix])
		}
	}
	if n != least.SampleSize {
		t.Errorf("%d sources in the sample, want %d", n, least.SampleSize)
	}
}

// A loop over a snapshot may end early.
func TestIteratorsStop(t *testing.T) {
	s := tallied(least, map[string]int{"RU": 20, "US": 20}).Snapshot()
	for range s.Sample() {
		break
	}
	for range s.Sketches() {
		break
	}
	if n := len(slices.Collect(s.Sample())); n != 40 {
		t.Errorf("%d sources, want 40", n)
	}
}

// Snapshots and tallies print in one short line, by value and by pointer, with every verb.
func TestPrintedInOneLine(t *testing.T) {
	id := least.Key.ID()
	tally := tallied(least, map[string]int{"RU": 1200, "reserved": 34})
	small := tallied(least, map[string]int{"RU": 7}).Snapshot()
	sharded := shardedTally(t, least, 3)
	for _, c := range []struct {
		want   string
		values []any
	}{
		{fmt.Sprintf("attribution.Snapshot(sources=7 key=%v)", id), []any{small, &small}},
		{"attribution.Snapshot(sources=0 key=0000000000000000)", []any{attribution.Snapshot{}, new(attribution.Snapshot)}},
		{fmt.Sprintf("attribution.Tally(sources=%.0f key=%v)", tally.Distinct().Value, id), []any{tally}},
		{"attribution.Tally(invalid)", []any{new(attribution.Tally), (*attribution.Tally)(nil)}},
		{fmt.Sprintf("attribution.ShardedTally(shards=3 key=%v)", id), []any{sharded}},
		{"attribution.ShardedTally(invalid)", []any{new(attribution.ShardedTally)}},
	} {
		for _, v := range c.values {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
				if got := fmt.Sprintf(verb, v); got != c.want {
					t.Errorf("%s of %T is %q, want %q", verb, v, got, c.want)
				}
			}
		}
	}
	if got := fmt.Sprint([]any{small, struct{ S attribution.Snapshot }{small}}); strings.Count(got, "sources=7") != 2 {
		t.Errorf("in a list and a struct: %s", got)
	}
}
