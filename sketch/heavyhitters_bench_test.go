package sketch

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The floor is a loop over the same memory that does nothing but change one word
// of the filter and the cells of one target for each event.
func BenchmarkHeavyHitters(b *testing.B) {
	const n, batch = 1 << 20, 4096
	for _, targets := range []uint64{100, 100_000, 10_000_000} {
		key, rng, s := testKey(1), rand.New(rand.NewPCG(1, 2)), new(traffic)
		for range n {
			s.add(key.Hash(1, rng.Uint64N(targets)), key.Hash(0, rng.Uint64N(1<<20)), 1)
		}
		places := make([]Place, batch)
		addBatch := func(h *HeavyHitters) {
			for i := 0; i < n; i += batch {
				h.AddBatch(places, s.targets[i:i+batch], s.sources[i:i+batch], s.events[i:i+batch])
			}
		}
		add := func(h *HeavyHitters) {
			for i, target := range s.targets {
				places[i&(batch-1)] = h.Add(target, s.sources[i], s.events[i])
			}
		}
		for _, form := range []struct {
			name string
			run  func(*HeavyHitters)
		}{
			{"batch", addBatch},
			{"single", add},
			{"floor", func(h *HeavyHitters) {
				words, cells := h.pairs.words, h.cells.cells
				for i, target := range s.targets {
					words[s.sources[i]&uint64(len(words)-1)] |= target
					for _, at := range h.cells.at(target) {
						cells[at].events++
					}
				}
			}},
		} {
			b.Run(fmt.Sprintf("targets=%d/form=%s", targets, form.name), func(b *testing.B) {
				h := must(NewHeavyHitters(key.ID(), DefaultSlots))
				addBatch(h)
				if h.Total().Events != n || h.Len() != min(DefaultSlots, int(targets)) {
					b.Fatalf("counted %+v in %d slots", h.Total(), h.Len())
				}
				for b.Loop() {
					form.run(h)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
			})
		}
	}
}

func BenchmarkHeavyHittersAge(b *testing.B) {
	h := must(NewHeavyHitters(0, DefaultSlots))
	zipf(1, 1<<20, 1.01, 1<<20, 1<<20).feed(h, 4096)
	for b.Loop() {
		h.Age()
	}
}
