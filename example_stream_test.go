package whence_test

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo/dbip"
)

// batches stands for a stream: forty minutes of everyday mail, and in it a minute in
// which one mailbox is flooded.
func batches(yield func([]monitor.Event) bool) {
	begin := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	for tick := range 240 { // of ten seconds
		var batch []monitor.Event
		add := func(mailbox int, from netip.Addr) {
			batch = append(batch, monitor.Event{
				Time:   begin.Add(time.Duration(tick) * 10 * time.Second),
				Target: monitor.TargetName(fmt.Sprintf("mailbox-%d@lagoon.example", mailbox)),
				Flow:   attribution.Flow{Source: from, Handshake: true}, // mail comes by completed connections
			})
		}
		for i := range 20 {
			add((tick+i)%50, netip.AddrFrom4([4]byte{193, 0, byte(i), byte(tick % 7)}))
		}
		if tick >= 120 && tick < 126 {
			for i := range 1200 {
				in := source(i % 60).As4() // 20 hosts in each of 60 networks
				add(7, netip.AddrFrom4([4]byte{in[0], in[1], in[2], byte(1 + i/60)}))
			}
		}
		if !yield(batch) {
			return
		}
	}
}

// A monitor watches a stream while it runs. It reports a burst as soon as it is found, whom
// it hits, and where its new sources are.
func Example_stream() {
	table := must(dbip.Table())
	p := text.NewPrinter(language.English)

	m := must(monitor.New(table, monitor.Options{
		Claims: []attribution.Claim{attribution.Majority("RU")},
		Notify: func(b monitor.Burst) { // at once, as it grows, and when it has ended
			if b.Final {
				check(p.Burst(os.Stdout, b))
			}
		},
	}))
	for events := range batches { // each event has a time, a target and a source
		m.Observe(events...)
	}
	// Output:
	// Burst 2 of all traffic
	//   Of 1,200 new sources, without the everyday ones among them, 66.7 % (66.6–66.8 %) are geolocated to Russia (RU) and 33.3 % (33.2–33.4 %) to the Netherlands (NL) by "DB-IP Lite" of 2026-06-01.
	//   From 2026-11-22 07:20:00 to 2026-11-22 07:21:00 UTC (resolution 10 seconds).
	//   7,320 events from 1,320 sources. At most 1,220 events in 10 seconds, where about 20 were expected.
	//   It is the largest in 26 minutes of history: 61.0 times the largest before.
	//   It hits 1 target:
	//     "mailbox-7@lagoon.example": 7,200 events, at most 1,200 in 10 seconds
	//   - The history is short: 26 minutes.
	//
	// New IP addresses by the country that they are geolocated to by "DB-IP Lite" of 2026-06-01
	// New means not seen from 2026-11-22 07:00:00 to 2026-11-22 07:19:40 UTC. That baseline has 140 sources.
	// 1,200 new sources of 1,320
	// At most 1 of them would have come anyway. The shares are those of the others, and each interval holds the share of all new sources, too.
	//
	// origin          new   share of the others  share of baseline                   times the baseline
	// RU Russia       800  66.7 % (66.6–66.8 %)              0.0 %  not in the baseline (at least 24.5)
	// NL Netherlands  400  33.3 % (33.2–33.4 %)            100.0 %                        0.3 (0.3–0.4)
	//
	// The new sources were counted one by one. Each interval has 95 % confidence. The database may be wrong.
	// Credit: "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0"
	//
	// supported: RU > 50% of sources
	//   Among the 1,200 new sources, the share is 66.7 % (66.6–66.8 %): supported.
	//   800 of the 1,320 distinct sources (60.6 %) are IP addresses geolocated to Russia (RU) by "DB-IP Lite" of 2026-06-01.
	//   Those of the claim lie in 40 of 80 networks (/24 or /48).
	//   The sources are clustered. As a sample of more sources, they weigh as 39 independent ones, which would not decide the claim.
	//   Of the networks (/24 or /48), each counted once, 50.0 % are geolocated to Russia (RU). That would decide otherwise.
	//   The verdict holds as long as fewer than 10.6 % of all sources are placed in the wrong country.
	//   - The database was built 173 days before the traffic. Networks change their country.
}
