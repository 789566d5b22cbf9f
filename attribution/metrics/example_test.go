package metrics_test

import (
	"fmt"
	"log"
	"net/http/httptest"
	"net/netip"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/metrics"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo/dbip"
)

func ExampleNew() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	counter, err := attribution.NewShardedTally(table, attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	collector, err := metrics.New(counter.Snapshot, metrics.Options{
		Claims: []attribution.Claim{attribution.Majority("RU").Of(attribution.Events)},
	})
	if err != nil {
		log.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector)

	counter.Add(netip.MustParseAddr("77.88.8.8")) // from any goroutine
	page := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(page.Body.String()) {
		if strings.HasPrefix(line, `whence_events{country="RU"}`) || strings.HasPrefix(line, "whence_verdict_limit") {
			fmt.Print(line)
		}
	}
	// Output:
	// whence_events{country="RU"} 1
	// whence_verdict_limit_ratio{claim="RU > 50% of events"} 0.5
}

func ExampleNewMonitor() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	claims := []attribution.Claim{attribution.Majority("RU")}
	m, err := monitor.New(table, monitor.Options{Claims: claims})
	if err != nil {
		log.Fatal(err)
	}
	collector, err := metrics.NewMonitor(m, metrics.Options{
		Claims:  claims,                                             // of all traffic and of each burst
		Targets: []monitor.Target{{}, monitor.TargetName("/login")}, // all traffic, and the page that must not fall
	})
	if err != nil {
		log.Fatal(err)
	}
	prometheus.NewRegistry().MustRegister(collector)
	fmt.Println(m.Stats().Bursts)
	// Output:
	// 0
}
