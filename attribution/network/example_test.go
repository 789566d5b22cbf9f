package network_test

import (
	"fmt"
	"log"
	"net/netip"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

// The sources of a country may be everywhere in it, or in one place.
func ExampleNewBreakdown() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	tally, err := attribution.NewTally(table, attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for i := range byte(40) {
		tally.Add(netip.AddrFrom4([4]byte{77, 88, i % 4, i + 1}))
	}
	list, err := geo.ReadPrefixSet("vpn.txt", strings.NewReader("77.88.0.0/23 # rented\n"))
	if err != nil {
		log.Fatal(err)
	}
	snapshot, err := tally.Snapshot().Enrich(attribution.Enrichment{Lists: []*geo.PrefixSet{list}})
	if err != nil {
		log.Fatal(err)
	}
	b, err := network.NewBreakdown(snapshot, attribution.Majority("RU"), 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(b.Claimed.Value, "sources in RU")
	for _, g := range append(b.IPv4, b.Lists...) {
		fmt.Printf("%.0f %% %s\n", 100*g.Claimed.Value, g.Name)
	}
	// Output:
	// 40 sources in RU
	// 25 % 77.88.0.0/24
	// 25 % 77.88.1.0/24
	// 50 % vpn.txt
}
