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
				add(7, 77, 37+byte(i%3), byte(i%50), byte(i))
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
}
