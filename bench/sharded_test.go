package bench

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/bench/internal/load"
)

// writeBatches adds a stream to a ShardedTally from a number of goroutines.
func writeBatches(s *attribution.ShardedTally, addrs []netip.Addr, writers int) {
	inParts(writers, addrs, func(_ int, part []netip.Addr) { inBatches(counter.AddBatch)(s, part) })
}

// BenchmarkSharded times what company costs a writer. x-alone is its time an event
// over that of one writer alone, in turns of half a second or so: 0.5 is perfect
// for two writers, 1 for one beside whom somebody reports once in each turn.
func BenchmarkSharded(b *testing.B) {
	addrs := streamOf(load.Workload{Family: "v4", Sources: "uniform"})
	const rounds = 4 // of the stream in a turn
	against := func(b *testing.B, company func(*attribution.ShardedTally)) {
		alone := must(attribution.NewShardedTally(load.Table(), attribution.Options{}))
		shared := must(attribution.NewShardedTally(load.Table(), attribution.Options{}))
		writeBatches(alone, addrs, 2)
		writeBatches(shared, addrs, 2)
		var one, many load.Stopwatch
		turns := 0
		for b.Loop() {
			one.Time(rounds*events, func() {
				for range rounds {
					writeBatches(alone, addrs, 1)
				}
			})
			many.Time(rounds*events, func() { company(shared) })
			turns++
		}
		if got, want := reportOf(b, shared).Events, uint64((turns*rounds+1)*events); got != want {
			b.Fatalf("%d events were counted, want %d", got, want)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(many.PerEvent(), "ns/event")
		b.ReportMetric(many.PerEvent()/one.PerEvent(), "x-alone")
	}
	b.Run("company=writer", func(b *testing.B) {
		against(b, func(s *attribution.ShardedTally) {
			for range rounds {
				writeBatches(s, addrs, 2)
			}
		})
	})
	b.Run("company=reporter", func(b *testing.B) {
		against(b, func(s *attribution.ShardedTally) {
			var report sync.WaitGroup
			report.Go(func() { must(s.Snapshot().Report(attribution.Policy{})) })
			for range rounds {
				writeBatches(s, addrs, 1)
			}
			report.Wait() // long since done
		})
	})
}
