package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/internal/testenv"
)

// BenchmarkSparse is a file of half a year: 451,581 records on 12 targets alike, or on 5,000 by
// Zipf's law, so that next to nothing comes to a target in an interval. A monitor takes time for
// what comes, and little for the time in between: x-30m is the ratio to intervals of half an hour.
func BenchmarkSparse(b *testing.B) {
	const records, days = 451_581, 188
	if testing.Short() {
		b.Skip("takes seconds")
	}
	intervals := []time.Duration{30 * time.Minute, time.Minute, 10 * time.Second}
	if !testenv.Long() {
		intervals = intervals[:1] // the others ask for -long
	}
	for _, targets := range []int{12, 5000} {
		events := sparseEvents(records, targets, days*24*time.Hour)
		half := 0.
		for _, interval := range intervals {
			b.Run(fmt.Sprintf("targets=%d/interval=%v", targets, interval), func(b *testing.B) {
				var ours load.Stopwatch
				for b.Loop() {
					m := must(monitor.New(load.Table(), monitor.Options{Interval: interval}))
					ours.Time(records, func() {
						observe(m, events)
						m.Advance(events[records-1].Time.Add(2 * interval))
					})
					got := m.Stats()
					if got.Records != records || got.Late != 0 || !got.Closed.After(events[records-1].Time) {
						b.Fatalf("%+v", got)
					}
				}
				if interval == intervals[0] {
					half = ours.PerEvent()
				}
				b.ReportMetric(ours.PerEvent(), "ns/event")
				b.ReportMetric(ours.PerEvent()*records/1e9, "s/file")
				b.ReportMetric(ours.PerEvent()/half, "x-30m")
			})
		}
	}
}

// sparseEvents come evenly over a time.
func sparseEvents(n, targets int, span time.Duration) []monitor.Event {
	addrs := load.Workload{Family: "v4", Sources: "recurring"}.Stream(n)
	kind := "uniform"
	if targets > 100 {
		kind = "zipf"
	}
	target := drawTargets(kind, targets)
	events := make([]monitor.Event, n)
	for i := range events {
		at := monitorBegin.Add(time.Duration(float64(span) / float64(n) * float64(i)))
		events[i] = monitor.Event{Time: at, Target: target(), Flow: attribution.Flow{Source: addrs[i], Events: 1}}
	}
	return events
}
