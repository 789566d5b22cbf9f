package bench

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

// drawTargets returns a function that draws one of n targets: from all alike, or by
// Zipf's law.
func drawTargets(kind string, n int) func() monitor.Target {
	rng := rand.New(rand.NewPCG(11, 12))
	next := func() uint64 { return rng.Uint64N(uint64(n)) }
	if kind == "zipf" {
		next = rand.NewZipf(rng, 1.1, 10, uint64(n-1)).Uint64
	}
	return func() monitor.Target { return monitor.TargetAddr(load.Addr4(uint32(10<<24 + next()))) }
}

var monitorBegin = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// streamer feeds a monitor a stream that never ends, of events that come again with
// other times.
type streamer struct {
	m      *monitor.Monitor
	events []monitor.Event
	now    time.Time
	step   time.Duration // between two events

	target func() monitor.Target // draws each event's anew; nil: they come again too
}

func newStreamer(addrs []netip.Addr, target func() monitor.Target, rate int) *streamer {
	m := must(monitor.New(load.Table(), monitor.Options{}))
	s := &streamer{m: m, now: monitorBegin, step: time.Second / time.Duration(rate)}
	for _, a := range addrs {
		s.events = append(s.events, monitor.Event{Target: target(), Flow: attribution.Flow{Source: a, Events: 1}})
	}
	return s
}

// date gives the events from i on the times that come next.
func (s *streamer) date(i, n int) []monitor.Event {
	part := s.events[i : i+n]
	for k := range part {
		part[k].Time = s.now
		s.now = s.now.Add(s.step)
		if s.target != nil {
			part[k].Target = s.target()
		}
	}
	return part
}

func observe(m *monitor.Monitor, events []monitor.Event) {
	for len(events) > 0 {
		n := min(batch, len(events))
		m.Observe(events[:n]...)
		events = events[n:]
	}
}

// BenchmarkMonitor times Observe, intervals that close and targets included,
// in turns with Tally.AddBatch on the same sources. x-tally is the ratio to a tally
// of default options, x-same to one with those of the monitor, x-single to a monitor that
// has no groups of targets.
func BenchmarkMonitor(b *testing.B) {
	const part, parts = 1 << 17, 4
	for _, targets := range []int{100, 100_000} {
		for _, kind := range []string{"uniform", "zipf"} {
			b.Run(fmt.Sprintf("targets=%d/spread=%s", targets, kind), func(b *testing.B) {
				addrs := load.Workload{Family: "v4", Sources: "recurring"}.Stream(parts * part)
				s := newStreamer(addrs, drawTargets(kind, targets), 1_000_000)
				small := attribution.Options{SampleSize: sketch.SmallSampleSize, Precision: sketch.MinPrecision}
				tally := must(attribution.NewTally(load.Table(), attribution.Options{}))
				same := must(attribution.NewTally(load.Table(), small))
				single := must(monitor.New(load.Table(), monitor.Options{Groups: -1}))
				for range 2 {
					events := s.date(0, len(s.events))
					observe(s.m, events)
					observe(single, events)
				}
				tally.AddBatch(addrs)
				same.AddBatch(addrs)
				if got := s.m.Stats(); got.Records != 2*parts*part || got.Late != 0 {
					b.Fatalf("%+v", got)
				}
				var ours, ungrouped, theirs, alike load.Stopwatch
				i := 0
				for b.Loop() {
					events := s.date(i*part, part)
					ours.Time(part, func() { observe(s.m, events) })
					ungrouped.Time(part, func() { observe(single, events) })
					far := (i + parts/2) % parts
					add := func(t *attribution.Tally) {
						for rest := addrs[far*part:][:part]; len(rest) > 0; rest = rest[batch:] {
							t.AddBatch(rest[:batch])
						}
					}
					theirs.Time(part, func() { add(tally) })
					alike.Time(part, func() { add(same) })
					i = (i + 1) % parts
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(ours.PerEvent(), "ns/event")
				b.ReportMetric(ours.PerEvent()/theirs.PerEvent(), "x-tally")
				b.ReportMetric(ours.PerEvent()/alike.PerEvent(), "x-same")
				b.ReportMetric(ours.PerEvent()/ungrouped.PerEvent(), "x-single")
			})
		}
	}
}

// The memory of a monitor depends neither on how long it has run, nor on how many
// targets there are, once there are more than it tracks.
func TestMonitorMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("observes millions of events")
	}
	sizes := []int{10_000, 1_000_000}
	if testenv.Long() {
		sizes = append(sizes, 10_000_000, 100_000_000)
	}
	addrs := load.Workload{Family: "mixed", Sources: "recurring"}.Stream(1 << 18)
	for _, targets := range []int{100, 100_000, 1_000_000} {
		t.Run(fmt.Sprintf("targets=%d", targets), func(t *testing.T) {
			// An event a millisecond: the hour of retention is full after 3.6 million.
			before := heap()
			s := newStreamer(addrs, drawTargets("uniform", targets), 1000)
			s.target = drawTargets("uniform", targets)
			own := heap() - before
			total := 0
			for _, size := range sizes {
				for total < size {
					n := min(size-total, len(s.events))
					if n < len(s.events) {
						n = min(n, 10_000)
					}
					observe(s.m, s.date(0, n))
					total += n
				}
				got := float64(heap()-before-own) / 1e6
				t.Logf("%d events: %.1f MB", total, got)
				if got > 150 {
					t.Errorf("%d events: %.1f MB", total, got)
				}
			}
			runtime.KeepAlive(s)
		})
	}
}
