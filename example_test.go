package whence_test

import (
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/sketch"
)

// sources stands for the addresses that a service sees: 60 from two networks, and
// one of its own.
func sources(yield func(netip.Addr) bool) {
	for i := range byte(60) {
		network := [4]byte{77, 88, 8, i}
		if i >= 40 {
			network = [4]byte{193, 0, 6, i}
		}
		if !yield(netip.AddrFrom4(network)) {
			return
		}
	}
	yield(netip.MustParseAddr("192.168.1.7"))
}

// The whole of the main path: addresses in, report and verdict out.
func Example() {
	table, err := dbip.Table() // or geo.Open("GeoLite2-Country.mmdb")
	if err != nil {
		log.Fatal(err)
	}
	tally := attribution.NewTally(table, attribution.Options{})
	for addr := range sources {
		tally.Add(addr)
	}
	report := tally.Report()
	fmt.Print(report)
	fmt.Println(report.Check(attribution.Majority("RU")))
	// Output:
	// IP addresses by the country that they are geolocated to by DB-IP Lite, built 2026-06-01
	// 60 distinct sources, 60 events
	//
	// origin          sources  share of sources  events  share of events
	// RU Russia            40            66.7 %      40           66.7 %
	// NL Netherlands       20            33.3 %      20           33.3 %
	//
	// All sources were counted one by one. The database may be wrong.
	// Left out: 1 reserved source with 1 event.
	// IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0
	// supported: RU > 50% of sources
	//   66.67 % of 60 distinct sources are IP addresses geolocated to RU by DB-IP Lite, built 2026-06-01.
	//   It stands unless more than 16.6 % of all sources (25.0 % of those placed there) are placed in the wrong country.
	//   - 100.0 % of the sources that the claim is about are in 77.88.8.0/24: one owner may have them all
	//   - 1 source with reserved addresses left out; such packets did not come over the Internet, or were forged
}

// A service with many goroutines adds to one Shared, and closes a window by
// taking what was counted.
func Example_service() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	shared := attribution.NewShared(table, attribution.Options{})
	shared.Add(netip.MustParseAddr("77.88.8.1")) // from any handler
	shared.Add(netip.MustParseAddr("77.88.8.2"))

	minute := shared.Take(nil) // once a minute
	fmt.Println(minute.Report().Sources.Distinct, shared.Report().Sources.Distinct)
	// Output: 2 0
}

// Collectors send what they counted; one place merges it. The key must be the
// same secret on all of them.
func Example_collectors() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	secret := []byte("32 random bytes, from your vault")
	key, err := sketch.KeyFrom(secret)
	if err != nil {
		log.Fatal(err)
	}
	collect := func(addrs ...string) []byte {
		tally := attribution.NewTally(table, attribution.Options{Key: key})
		for _, a := range addrs {
			tally.Add(netip.MustParseAddr(a))
		}
		snapshot, err := tally.MarshalBinary()
		if err != nil {
			log.Fatal(err)
		}
		return snapshot
	}

	var all attribution.Tally
	for _, snapshot := range [][]byte{collect("77.88.8.1", "77.88.8.2"), collect("77.88.8.2", "193.0.6.1")} {
		var t attribution.Tally
		if err := t.UnmarshalBinary(snapshot); err != nil {
			log.Fatal(err)
		}
		if err := all.Merge(&t); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(all.Report().Sources.Distinct, "distinct sources,", all.Report().Events, "events")
	// Output: 3 distinct sources, 4 events
}

// batches stands for a stream: forty minutes of everyday mail, and in it a minute in
// which one mailbox is flooded.
func batches(yield func([]monitor.Event) bool) {
	begin := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	for tick := range 240 { // of ten seconds
		var batch []monitor.Event
		add := func(mailbox int, source ...byte) {
			batch = append(batch, monitor.Event{
				Time:   begin.Add(time.Duration(tick) * 10 * time.Second),
				Target: monitor.TargetName(fmt.Sprintf("mailbox-%d@lagoon.example", mailbox)),
				Flow:   attribution.Flow{Source: netip.AddrFrom4([4]byte(source))},
			})
		}
		for i := range 20 {
			add((tick+i)%50, 193, 0, byte(i), byte(tick%7))
		}
		if tick >= 120 && tick < 126 {
			for i := range 1200 {
				add(7, 77, 88, byte(i%50), byte(i))
			}
		}
		if !yield(batch) {
			return
		}
	}
}

// A stream is watched while it runs: bursts are told as they are found, whom they
// hit and where what is new came from.
func Example_stream() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	m, err := monitor.New(table, monitor.Options{
		Claims: []attribution.Claim{attribution.Majority("RU")},
		Notify: func(b monitor.Burst) { // at once, as it grows, and when it has ended
			if b.Final {
				fmt.Println(b)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	for events := range batches { // each event has a time, a target and a source
		m.Observe(events...)
	}
	// Output:
	// burst 1 of all traffic: from 2026-11-22 07:20:00 to 07:21:00 UTC (to 10s), 7,320 events from 1,320 sources, at most 1,220 events in 10s where about 20 were expected; the largest in 25 minutes; 61.0 times the largest before
	// supported: RU > 50% of sources
	//   82.73 % of 1,320 distinct sources are IP addresses geolocated to RU by DB-IP Lite, built 2026-06-01.
	//   Of the 1,200 that are new it is supported.
	// - compared with 25 minutes of history only
	//
	// burst 2 of mailbox-7@lagoon.example: from 2026-11-22 07:20:00 to 07:21:00 UTC (to 10s), 7,200 events from 1,200 sources, at most 1,200 events in 10s where about 0.3 were expected; the largest in 25 minutes; 1200 times the largest before
	// supported: RU > 50% of sources
	//   91.00 % of 1,200 distinct sources are IP addresses geolocated to RU by DB-IP Lite, built 2026-06-01.
	//   Of the 1,200 that are new it is supported.
	// - compared with 25 minutes of history only
}
