package attribution_test

import (
	"encoding/binary"
	"fmt"
	"log"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/axiomhq/hyperloglog"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/sketch"
)

// sources are n addresses of a country, each in a network of its own.
func sources(code string, n int) []netip.Addr {
	o, err := geo.ParseOrigin(code)
	if err != nil {
		log.Fatal(err)
	}
	return everywhereOnce()[o][:n]
}

// everywhereOnce is an address of each IPv4 network that the embedded database has.
var everywhereOnce = sync.OnceValue(func() map[geo.Origin][]netip.Addr {
	addrs := map[geo.Origin][]netip.Addr{}
	for r := range exampleTable().Ranges() {
		if r.First.Is4() {
			addrs[r.Origin] = append(addrs[r.Origin], r.First.Next())
		}
	}
	return addrs
})

// exampleTable is the embedded database.
func exampleTable() *geo.Table {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	return table
}

// exampleKey is a secret that several processes share; a real one is random and in a file, see
// sketch.KeyFromFile.
func exampleKey() sketch.Key {
	key, err := sketch.KeyFrom([]byte("an example of a secret"))
	if err != nil {
		log.Fatal(err)
	}
	return key
}

// Count sources, take a snapshot, ask it a question.
func ExampleTally() {
	tally, err := attribution.NewTally(exampleTable(), attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, addr := range sources("RU", 300) {
		tally.Add(addr)
	}
	for _, addr := range sources("US", 100) {
		tally.Add(addr)
	}
	report, err := tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("RU"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Sources.Value, report.Verdicts[0].Outcome)
	// Output: 400 supported
}

// Flow records say more than addresses: how much, and whether the address can be forged.
func ExampleTally_AddFlows() {
	tally, err := attribution.NewTally(exampleTable(), attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	tally.AddFlows([]attribution.Flow{
		{Source: netip.MustParseAddr("77.88.8.1"), Events: 70, Bytes: 9000, Protocol: 6, Handshake: true},
		{Source: netip.MustParseAddr("2a02:6b8::feed:1"), Events: 900, Bytes: 80_000, Protocol: 17, SourcePort: 123},
		{Source: netip.MustParseAddr("193.0.6.139")}, // one event, nothing else is known
	})
	tally.AddLost(attribution.LostUnread, 2)
	report, err := tally.Snapshot().Report(attribution.Policy{})
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range report.Countries {
		fmt.Println(row.Origin, row.Sources, row.Events, row.Bytes)
	}
	fmt.Println(report.Records, "records, and lost", report.Lost[attribution.LostUnread])
	// Output:
	// RU 2 970 89000
	// NL 1 1 0
	// 3 records, and lost 2
}

// Hand over what was counted at the end of each interval, and begin anew.
func ExampleTally_Rotate() {
	tally, err := attribution.NewTally(exampleTable(), attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var hours []attribution.Snapshot
	for _, n := range []int{20, 50} {
		for _, addr := range sources("RU", n) {
			tally.Add(addr)
		}
		hours = append(hours, tally.Rotate(nil)) // or with a newer table
	}
	both, err := attribution.Merge(hours...)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range append(hours, both) {
		report, err := s.Report(attribution.Policy{})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(report.Sources.Value, "sources,", report.Events, "events")
	}
	// Output:
	// 20 sources, 20 events
	// 50 sources, 50 events
	// 50 sources, 70 events
}

// Many goroutines count at once.
func ExampleShardedTally() {
	tally, err := attribution.NewShardedTally(exampleTable(), attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() { tally.AddBatch(sources("RU", 250)) })
	}
	wait.Wait()
	report, err := tally.Snapshot().Report(attribution.Policy{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Sources.Value, "sources,", report.Events, "events")
	// Output: 250 sources, 1000 events
}

// Collectors that share a secret send their snapshots to one place.
func ExampleMerge() {
	table, options := exampleTable(), attribution.Options{Key: exampleKey()}
	var files [][]byte
	for _, collector := range []string{"RU", "US"} {
		tally, err := attribution.NewTally(table, options)
		if err != nil {
			log.Fatal(err)
		}
		tally.AddBatch(sources(collector, 200))
		file, err := tally.Snapshot().MarshalBinary()
		if err != nil {
			log.Fatal(err)
		}
		files = append(files, file)
	}

	var whole attribution.Snapshot
	for _, file := range files {
		var s attribution.Snapshot
		if err := s.UnmarshalBinary(file); err != nil {
			log.Fatal(err)
		}
		var err error
		if whole, err = attribution.Merge(whole, s); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(whole)

	options.Key = sketch.NewKey() // another secret: the same sources would count twice
	other, err := attribution.NewTally(table, options)
	if err != nil {
		log.Fatal(err)
	}
	_, err = attribution.Merge(whole, other.Snapshot())
	fmt.Println(strings.HasPrefix(err.Error(), "attribution: sketches do not fit: key 3cc1e96068218027 and "))
	// Output:
	// attribution.Snapshot(sources=400 key=3cc1e96068218027)
	// true
}

// Sketches of github.com/axiomhq/hyperloglog that a program has anyhow, one per country, give
// shares and verdicts, too. They are merged with what a tally counts.
func ExampleFromSketches() {
	table, key := exampleTable(), exampleKey()
	stored := map[geo.Origin]*hyperloglog.Sketch{}
	for _, code := range []string{"RU", "US"} {
		for _, addr := range sources(code, 900) {
			o := table.Lookup(addr)
			if stored[o] == nil {
				stored[o] = hyperloglog.New()
			}
			b := addr.As16()
			stored[o].InsertHash(key.Hash(binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])))
		}
	}
	yesterday, err := attribution.FromSketches(table, key.ID(), maps.All(stored))
	if err != nil {
		log.Fatal(err)
	}

	tally, err := attribution.NewTally(table, attribution.Options{Key: key})
	if err != nil {
		log.Fatal(err)
	}
	tally.AddBatch(sources("RU", 4000))
	if err := tally.Merge(yesterday); err != nil {
		log.Fatal(err)
	}
	claim := attribution.Majority("RU")
	report, err := tally.Snapshot().Report(attribution.Policy{}, claim, claim.Of(attribution.Events))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Basis)
	fmt.Println(report.Verdicts[0].Claim, report.Verdicts[0].Outcome)
	fmt.Println(report.Verdicts[1].Claim, report.Verdicts[1].Outcome, report.Verdicts[1].Reason)
	// Output:
	// sketches
	// RU > 50% of sources supported
	// RU > 50% of events inadmissible VOLUME_UNKNOWN
}

// The sketches of a tally, one per country, go on in any program that knows axiomhq's.
func ExampleTally_Sketches() {
	tally, err := attribution.NewTally(exampleTable(), attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, code := range []string{"RU", "US"} {
		tally.AddBatch(sources(code, 5))
	}
	for o, sk := range tally.Sketches() {
		fmt.Println(o, sk.Estimate())
	}
	// Output:
	// RU 5
	// US 5
}

// While a tally is exact it holds every source, so that the busiest can be named.
func ExampleSnapshot_Sample() {
	tally, err := attribution.NewTally(exampleTable(), attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	tally.AddFlow(attribution.Flow{Source: netip.MustParseAddr("77.88.8.1"), Events: 70})
	tally.AddFlow(attribution.Flow{Source: netip.MustParseAddr("2a02:6b8::feed:1"), Events: 900})
	for source := range tally.Snapshot().Sample() {
		if source.Events > 100 {
			fmt.Println(source.Prefix, source.Origin, source.Events)
		}
	}
	// Output: 2a02:6b8::/64 RU 900
}

// A second database and a published list become part of the snapshot. This database says where
// networks are registered, which for many of them is not where the addresses are.
func ExampleSnapshot_Enrich() {
	second, err := routed.Table()
	if err != nil {
		log.Fatal(err)
	}
	list, err := geo.ReadPrefixSet("vpn.txt", strings.NewReader("77.88.0.0/18 # rented\n"))
	if err != nil {
		log.Fatal(err)
	}
	tally, err := attribution.NewTally(exampleTable(), attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	tally.Add(netip.MustParseAddr("77.88.8.1"))
	tally.Add(netip.MustParseAddr("193.0.6.139"))
	s, err := tally.Snapshot().Enrich(attribution.Enrichment{
		Databases: []*geo.Table{second}, Lists: []*geo.PrefixSet{list},
	})
	if err != nil {
		log.Fatal(err)
	}
	byAddress := func(a, b attribution.Source) int { return a.Prefix.Addr().Compare(b.Prefix.Addr()) }
	for _, source := range slices.SortedFunc(s.Sample(), byAddress) {
		fmt.Println(source.Prefix, source.Origin, source.Others, source.Lists)
	}
	// Output:
	// 77.88.8.1/32 RU [RS] [vpn.txt]
	// 193.0.6.139/32 NL [NL] []
}
