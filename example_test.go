package whence_test

import (
	"fmt"
	"log"
	"maps"
	"net/netip"
	"os"
	"path/filepath"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/sketch"
)

// must and check are the usual error checks.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// key is the secret that several processes share.
var key = must(sketch.KeyFrom([]byte("32 random bytes, from your vault")))

// source is the i-th of 60 addresses, 40 of which lie in Russian networks and 20 in Dutch
// ones, each in a network of its own.
func source(i int) netip.Addr {
	for _, run := range [][3]byte{
		{5, 136, 8}, {5, 164, 4}, {95, 24, 8}, {95, 52, 4}, {176, 208, 8}, {178, 64, 8}, {145, 140, 20},
	} {
		if i < int(run[2]) {
			return netip.AddrFrom4([4]byte{run[0], run[1] + byte(i), 7, 1})
		}
		i -= int(run[2])
	}
	panic("no such source")
}

// sources stands for the addresses that a service sees: those of 60 networks, and one of its
// own.
func sources(yield func(netip.Addr) bool) {
	for i := range 60 {
		if !yield(source(i)) {
			return
		}
	}
	yield(netip.MustParseAddr("192.168.1.7"))
}

// The whole of the main path: addresses in, report and verdict out.
func Example() {
	table := must(dbip.Table()) // or geo.Open("GeoLite2-Country.mmdb")
	tally := must(attribution.NewTally(table, attribution.Options{Key: key}))
	for addr := range sources {
		tally.Add(addr)
	}
	report := must(tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("RU")))
	check(text.NewPrinter(language.English).Report(os.Stdout, report))
	// Output:
	// IP addresses by the country that they are geolocated to by "DB-IP Lite" of 2026-06-01
	// 60 distinct sources, 60 events
	//
	// origin          sources  share of sources  events  share of events
	// RU Russia            40            66.7 %      40           66.7 %
	// NL Netherlands       20            33.3 %      20           33.3 %
	//
	// All sources were counted one by one. The database may be wrong.
	// Credit: "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0"
	//
	// supported: RU > 50% of sources
	//   40 of the 60 distinct sources (66.7 %) are IP addresses geolocated to Russia (RU) by "DB-IP Lite" of 2026-06-01.
	//   Those of the claim lie in 40 of 60 networks (/24 or /48).
	//   The verdict holds as long as fewer than 16.6 % of all sources are placed in the wrong country.
	//   - Too few of the sources completed a handshake. From addresses alone, forging within a country cannot be excluded.
	//   - 1 source with reserved addresses (1 event) is left out. Its packets were not routed over the Internet: they are local, or forged.
	//   - Reflection could not be tested on many sources: their protocol, port and flags are not known.
	//   - 100.0 % of the sources could not be tested for forging.
}

// Sketches of github.com/axiomhq/hyperloglog that a service already has go in, and those of a
// tally come out.
func Example_sketches() {
	table := must(dbip.Table())
	yesterday := must(attribution.NewTally(table, attribution.Options{Key: key}))
	yesterday.Add(netip.MustParseAddr("8.8.8.8"))
	tally := must(attribution.NewTally(table, attribution.Options{Key: key}))
	tally.Add(netip.MustParseAddr("77.88.8.1"))

	stored := maps.Collect(yesterday.Sketches()) // sketches out, one per country

	known := must(attribution.FromSketches(table, key.ID(), maps.All(stored)))
	check(tally.Merge(known)) // and sketches in
	report := must(tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("US")))
	fmt.Println(report.Sources.Value, report.Basis, report.Verdicts[0].Outcome)
	// Output:
	// 2 sketches undecided
}

// A second database takes part in the verdict; there is still one.
func Example_secondDatabase() {
	table, second := must(dbip.Table()), must(routed.Table())
	tally := must(attribution.NewTally(table, attribution.Options{Key: key}))
	for addr := range sources {
		tally.Add(addr)
	}

	snap := must(tally.Snapshot().Enrich(attribution.Enrichment{Databases: []*geo.Table{second}}))
	policy, claim := attribution.Policy{Confidence: 0.99}, attribution.Majority("RU")
	v := must(snap.Report(policy, claim)).Verdicts[0]
	fmt.Println(v.Outcome, "by", len(v.Opinions), "databases")
	for i, o := range v.Opinions { // what each database alone says
		fmt.Println(i, o.Outcome, o.Share.Value)
	}

	file := must(must(evidence.New(snap, policy, claim)).MarshalBinary()) // proves all of it
	fmt.Println(must(evidence.Verify(file)).OK())
	// Output:
	// supported by 2 databases
	// 0 supported 0.6666666666666666
	// 1 supported 0.6666666666666666
	// true
}

// Collectors that share a secret write snapshots; one place merges them, without a table and
// without the secret.
func Example_fleet() {
	dir := must(os.MkdirTemp("", "whence"))
	defer os.RemoveAll(dir)
	for _, name := range []string{"a", "b"} {
		tally := must(attribution.NewTally(must(dbip.Table()), attribution.Options{Key: key}))
		for addr := range sources {
			tally.Add(addr)
		}
		check(os.WriteFile(filepath.Join(dir, name), must(tally.Snapshot().MarshalBinary()), 0o600))
	}

	var all []attribution.Snapshot
	for _, path := range must(filepath.Glob(filepath.Join(dir, "*"))) {
		var s attribution.Snapshot
		check(s.UnmarshalBinary(must(os.ReadFile(path))))
		all = append(all, s)
	}
	whole := must(attribution.Merge(all...)) // another key, prefix or precision is refused by name
	report := must(whole.Report(attribution.Policy{}, attribution.Majority("RU")))
	fmt.Println(report.Sources.Value, "sources,", report.Events, "events")
	// Output: 60 sources, 120 events
}
