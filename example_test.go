package whence_test

import (
	"fmt"
	"log"
	"maps"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/axiomhq/hyperloglog"
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

// sources stands for the addresses that a service sees: 60 in Russia and in the
// Netherlands, each in a network of its own, and one of its own network.
func sources(yield func(netip.Addr) bool) {
	for i := range byte(60) {
		addr := [4]byte{77, 37, 128 + i, 9}
		if i >= 40 {
			addr = [4]byte{145, 20 + i, 7, 1}
		}
		if !yield(netip.AddrFrom4(addr)) {
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
}

// Sketches of github.com/axiomhq/hyperloglog that a service already has go in, and those of a
// tally come out.
func Example_sketches() {
	table := must(dbip.Table())
	yesterday := must(attribution.NewTally(table, attribution.Options{Key: key}))
	yesterday.Add(netip.MustParseAddr("8.8.8.8"))
	tally := must(attribution.NewTally(table, attribution.Options{Key: key}))
	tally.Add(netip.MustParseAddr("77.88.8.1"))

	var stored map[geo.Origin]*hyperloglog.Sketch
	stored = maps.Collect(yesterday.Sketches()) // sketches out, one per country

	known := must(attribution.FromSketches(table, key.ID(), maps.All(stored)))
	check(tally.Merge(known)) // and sketches in
	report := must(tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("US")))
	fmt.Println(report.Sources.Value, report.Basis, report.Verdicts[0].Outcome)
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
	fmt.Println(v.Outcome, v.Reason)
	for i, o := range v.Opinions { // what each database alone says
		fmt.Println(i, o.Outcome, o.Share.Value)
	}

	file := must(must(evidence.New(snap, policy, claim)).MarshalBinary()) // proves all of it
	fmt.Println(must(evidence.Verify(file)).OK())
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
