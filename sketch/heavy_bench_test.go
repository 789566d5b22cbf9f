package sketch

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func BenchmarkHeavy(b *testing.B) {
	const n = 1 << 20
	for _, targets := range []uint64{100, 100_000, 10_000_000} {
		key := testKey(1)
		rng := rand.New(rand.NewPCG(1, 2))
		ts, ss, es := make([]uint64, n), make([]uint64, n), make([]uint64, n)
		for i := range ts {
			ts[i], ss[i], es[i] = key.Hash(1, rng.Uint64N(targets)), key.Hash(0, rng.Uint64N(1<<20)), 1
		}
		places := make([]Place, 4096)
		b.Run(fmt.Sprintf("targets=%d/form=batch", targets), func(b *testing.B) {
			h := NewHeavy(0, DefaultHeavySize)
			run := func() {
				for i := 0; i < n; i += 4096 {
					h.AddBatch(places, ts[i:i+4096], ss[i:i+4096], es[i:i+4096])
				}
			}
			run()
			h.Age()
			run()
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
			b.ReportMetric(float64(h.evictions), "evictions")
		})
		b.Run(fmt.Sprintf("targets=%d/form=single", targets), func(b *testing.B) {
			h := NewHeavy(0, DefaultHeavySize)
			run := func() {
				for i := range ts {
					h.Add(ts[i], ss[i], es[i])
				}
			}
			run()
			h.Age()
			run()
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
		})
		b.Run(fmt.Sprintf("targets=%d/form=floor", targets), func(b *testing.B) {
			h := NewHeavy(0, DefaultHeavySize)
			var x uint64
			mask := len(h.pairs.words) - 1
			for b.Loop() {
				for i, t := range ts {
					w := &h.pairs.words[int(ss[i])&mask]
					*w |= t
					for _, at := range h.cells.at(t) {
						h.cells.cells[at].events++
					}
				}
			}
			_ = x
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
		})
	}
}
