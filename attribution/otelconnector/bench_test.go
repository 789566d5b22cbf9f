package otelconnector

import (
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/internal/testenv/world"
)

// BenchmarkConsume compares records that come through the connector with events that a monitor observes
// at once, in batches of 1,000. What makes the records and the events is not timed.
func BenchmarkConsume(b *testing.B) {
	const size, batches = 1000, 200
	traffic := engines.Traffic{Events: size * batches}
	events := make([]monitor.Event, traffic.Events)
	for i := range events {
		events[i] = traffic.Event(i)
	}
	logs := make([]plog.Logs, batches)
	for i := range logs {
		logs[i] = logsOf(events[i*size : (i+1)*size]...)
	}
	// timed adds the processor time of f, which other programs change less than the time that it takes.
	var cpu time.Duration
	timed := func(b *testing.B, f func()) {
		before := usage(b)
		b.StartTimer()
		f()
		b.StopTimer()
		cpu += usage(b).cpu - before.cpu
	}
	report := func(b *testing.B) {
		n := float64(b.N) * float64(len(events))
		b.ReportMetric(n/b.Elapsed().Seconds(), "events/s")
		b.ReportMetric(float64(cpu.Nanoseconds())/n, "cpu-ns/event")
	}
	b.Run("way=monitor", func(b *testing.B) {
		cpu = 0
		for range b.N {
			b.StopTimer()
			m := world.Must(monitor.New(traffic.Table(), monitor.Options{
				Interval: engines.Window, AllowedLateness: -1, Groups: -1, Tally: traffic.Options(),
			}))
			timed(b, func() {
				for i := range batches {
					m.Observe(events[i*size : (i+1)*size]...)
				}
			})
		}
		report(b)
	})
	b.Run("way=connector", func(b *testing.B) {
		cpu = 0
		for range b.N {
			b.StopTimer()
			p := newPair(b, plainConfig(b))
			must(b, p.start())
			timed(b, func() {
				for _, batch := range logs {
					p.consume(b, batch)
				}
			})
			p.stop(b)
		}
		report(b)
	})
}

// What ten million events cost: the monitor alone, then the connector with the encoding of its records.
// It checks nothing; TestTrafficIsPlain does.
func TestCost(t *testing.T) {
	if !testenv.Long() {
		t.Skip("measures, with -long")
	}
	traffic := engines.Traffic{Events: 10_000_000}
	measure := func(name string, f func()) {
		before, began := usage(t), time.Now()
		f()
		after := usage(t)
		t.Logf("%s: %.1f s of CPU, %.1f s, peak memory of the process %d MB", name,
			(after.cpu - before.cpu).Seconds(), time.Since(began).Seconds(), after.peak>>20)
	}
	measure("making the events", func() {
		for i := range traffic.Events {
			traffic.Event(i)
		}
	})
	measure("a monitor", func() {
		m := world.Must(monitor.New(traffic.Table(), monitor.Options{
			Interval: engines.Window, AllowedLateness: -1, Groups: -1, Tally: traffic.Options(),
			Claims: []attribution.Claim{attribution.Majority("US"), attribution.Majority("RU")},
		}))
		block := make([]monitor.Event, 0, 1000)
		for i := range traffic.Events {
			if block = append(block, traffic.Event(i)); len(block) == cap(block) {
				m.Observe(block...)
				block = block[:0]
			}
		}
	})
	measure("making the records", func() {
		for range batchesOf(traffic, 1000) {
		}
	})
	measure("making the records, and the connector", func() {
		p := started(t, plainConfig(t))
		for logs := range batchesOf(traffic, 1000) {
			p.consume(t, logs)
		}
	})
}

type used struct {
	cpu  time.Duration
	peak int64 // bytes
}

func usage(t testing.TB) used {
	t.Helper()
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return used{time.Duration(u.Utime.Nano() + u.Stime.Nano()), u.Maxrss << 10}
}
