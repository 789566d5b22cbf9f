package metrics

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
)

// dense are flows of n sources, spread over all countries.
func dense(n int) (flows []attribution.Flow) {
	countries := slices.Collect(geo.Countries())
	for i := range n {
		o := countries[i%len(countries)]
		flows = append(flows, attribution.Flow{Source: ip(o, i/len(countries)), Events: 1, Bytes: 100, Handshake: true})
	}
	return flows
}

// The cost of a scrape with every country in its own series and three claims: of counts that are
// exact, and of those that fill every register. docs/METRICS.md has numbers of this.
func BenchmarkScrape(b *testing.B) {
	all := claims(b, "RU > 50% of sources", "FR > 50% of events", "plurality RU of sources")
	for _, n := range []int{10_000, 5_000_000} {
		tally, err := attribution.NewShardedTally(everywhere(), attribution.Options{})
		must(b, tally, err)
		tally.AddFlows(dense(n))
		for _, top := range []int{20, 250} {
			b.Run(fmt.Sprintf("of=tally/sources=%d/top=%d", n, top), func(b *testing.B) {
				c, err := New(tally.Snapshot, Options{Claims: all, Top: top})
				scrapes(b, must(b, c, err))
			})
		}
	}
	for _, window := range []time.Duration{5 * time.Minute, time.Hour} {
		b.Run(fmt.Sprintf("of=monitor/window=%v", window), func(b *testing.B) {
			m, err := monitor.New(everywhere(), monitor.Options{Claims: all})
			must(b, m, err)
			flows := dense(20_000)
			events := make([]monitor.Event, len(flows))
			for at := time.Duration(0); at < time.Hour; at += 10 * time.Second {
				for i, f := range flows {
					events[i] = monitor.Event{Time: begin.Add(at + time.Duration(i)*500*time.Microsecond), Target: hit, Flow: f}
				}
				m.Observe(events...)
			}
			c, err := NewMonitor(m, Options{Claims: all, Top: 250, Window: window})
			scrapes(b, must(b, c, err))
		})
	}
}

func scrapes(b *testing.B, c prometheus.Collector) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	series := 0
	for b.Loop() {
		families, err := registry.Gather()
		must(b, families, err)
		series = len(samplesOf(families))
	}
	b.ReportMetric(float64(series), "series")
}
