package baseline_test

import (
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/geo/dbip"
)

// A site has users in the Netherlands. They are there during the attack as well, and half of
// all sources.
func Example() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	tally, err := attribution.NewTally(table, attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for i := range byte(90) {
		tally.Add(netip.AddrFrom4([4]byte{193, 0, 6, i})) // NL
	}
	tally.ExtendSpan(time.Date(2024, 5, 7, 0, 0, 0, 0, time.UTC), time.Date(2024, 5, 21, 0, 0, 0, 0, time.UTC))
	usual := tally.Rotate(nil)
	for i := range byte(60) {
		tally.Add(netip.AddrFrom4([4]byte{193, 0, 6, i}))
		tally.Add(netip.AddrFrom4([4]byte{77, 88, i, 8})) // RU
	}
	burst := tally.Snapshot()

	claim := attribution.Majority("RU").Of(attribution.Events)
	report, err := burst.Report(attribution.Policy{}, claim)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("all:", report.Verdicts[0].Outcome)

	n, err := baseline.Compare(burst, usual, attribution.Policy{}, claim)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("new:", n.Report.Verdicts[0].Outcome, n.Report.Sources.Value, "of", n.Burst.Value)
	fmt.Println("by", n.Method, "since", n.BaselineFrom.Format(time.DateOnly))
	// Output:
	// all: refuted
	// new: supported 60 of 120
	// by counting since 2024-05-07
}

// The new sources are a snapshot: they can be reported on, encoded and enriched.
func ExampleSubtract() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	tally, err := attribution.NewTally(table, attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	tally.Add(netip.MustParseAddr("193.0.6.139"))
	usual := tally.Rotate(nil)
	tally.Add(netip.MustParseAddr("193.0.6.139"))
	tally.Add(netip.MustParseAddr("2a02:6b8::1"))

	fresh, err := baseline.Subtract(tally.Snapshot(), usual)
	if err != nil {
		log.Fatal(err)
	}
	for source := range fresh.Sample() {
		fmt.Println(source.Prefix, source.Origin)
	}
	// Output: 2a02:6b8::/64 RU
}
