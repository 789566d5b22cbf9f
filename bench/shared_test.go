package bench

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/bench/internal/load"
)

// writeBatches adds a stream to a Shared from a number of goroutines.
func writeBatches(s *attribution.Shared, addrs []netip.Addr, writers int) {
	var wait sync.WaitGroup
	for w := range writers {
		part := addrs[len(addrs)*w/writers : len(addrs)*(w+1)/writers]
		wait.Go(func() {
			for len(part) > 0 {
				n := min(batch, len(part))
				s.AddBatch(part[:n])
				part = part[n:]
			}
		})
	}
	wait.Wait()
}

// BenchmarkShared times what company costs a writer. x-alone is its time an event
// over that of one writer alone, in turns: 0.5 is perfect for two writers, 1 for
// one beside whom somebody reports once a second.
func BenchmarkShared(b *testing.B) {
	addrs := streamOf(load.Workload{Family: "v4", Sources: "uniform"})
	newFull := func() *attribution.Shared {
		s := attribution.NewShared(load.Table(), attribution.Options{})
		writeBatches(s, addrs, 2)
		return s
	}
	against := func(b *testing.B, company func(*attribution.Shared, []netip.Addr)) {
		alone, shared := newFull(), newFull()
		var one, many load.Stopwatch
		i, counted := 0, 0
		for b.Loop() {
			far := (i + turns/2) % turns
			one.Time(turn, func() { writeBatches(alone, addrs[i*turn:][:turn], 1) })
			many.Time(turn, func() { company(shared, addrs[far*turn:][:turn]) })
			i = (i + 1) % turns
			counted += turn
		}
		if got := shared.Report().Events; got != uint64(events+counted) {
			b.Fatalf("%d events were counted, want %d", got, events+counted)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(many.PerEvent(), "ns/event")
		b.ReportMetric(many.PerEvent()/one.PerEvent(), "x-alone")
	}
	b.Run("company=writer", func(b *testing.B) {
		against(b, func(s *attribution.Shared, addrs []netip.Addr) { writeBatches(s, addrs, 2) })
	})
	b.Run("company=reporter", func(b *testing.B) {
		var reports sync.WaitGroup
		var last time.Time
		against(b, func(s *attribution.Shared, addrs []netip.Addr) {
			if time.Since(last) > time.Second {
				reports.Wait()
				last = time.Now()
				reports.Go(func() { s.Report() })
			}
			writeBatches(s, addrs, 1)
		})
		reports.Wait()
	})
}
