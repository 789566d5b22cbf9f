package sketch

import (
	"math"
	"math/rand/v2"
	"testing"
)

// exactHeavy is what a HeavyHitters estimates, written as maps.
type exactHeavy struct {
	weights map[uint64]Weight
	seen    map[[2]uint64]bool
	total   Weight
}

func newExactHeavy() *exactHeavy {
	return &exactHeavy{map[uint64]Weight{}, map[[2]uint64]bool{}, Weight{}}
}

func (x *exactHeavy) add(s *traffic) {
	for i, target := range s.targets {
		w := Weight{Events: s.events[i]}
		if pair := [2]uint64{target, s.sources[i]}; !x.seen[pair] {
			x.seen[pair] = true
			w.Sources = 1
		}
		sum := x.weights[target]
		sum.add(w)
		x.weights[target] = sum
		x.total.add(w)
	}
}

func (x *exactHeavy) age() {
	clear(x.seen)
	x.total.halve()
	for target, w := range x.weights {
		if w.halve(); w == (Weight{}) {
			delete(x.weights, target)
		} else {
			x.weights[target] = w
		}
	}
}

// heavyStreams are the streams that a HeavyHitters of m slots is held against exact
// counts with; each gives the traffic of a period.
var heavyStreams = []struct {
	name   string
	period func(rng *rand.Rand, key Key, m, period uint64) *traffic
}{
	{"zipf 1.01", func(rng *rand.Rand, key Key, m, period uint64) *traffic {
		return zipf(rng.Uint64(), 100_000, 1.01, 100_000, 1000)
	}},
	{"zipf 1.5", func(rng *rand.Rand, key Key, m, period uint64) *traffic {
		return zipf(rng.Uint64(), 100_000, 1.5, 100_000, 20)
	}},
	{"uniform", func(rng *rand.Rand, key Key, m, period uint64) *traffic {
		s := new(traffic)
		for range 150_000 {
			s.add(key.Hash(1, rng.Uint64N(1_000_000)), key.Hash(0, rng.Uint64N(1000)), 1)
		}
		return s
	}},
	// As many targets as make the lightest as heavy as can be, each a little
	// heavier than the one before.
	{"rivals", func(rng *rand.Rand, key Key, m, period uint64) *traffic {
		s := new(traffic)
		for rival := range 3 * m {
			for i := range 300 + rival + period {
				s.add(key.Hash(1, rival*period), key.Hash(0, i*(rival&1)), 1)
			}
		}
		return s
	}},
	// Targets of many events first, then of many sources, then of both: what a
	// source is worth in events changes under way.
	{"turns", func(rng *rand.Rand, key Key, m, period uint64) *traffic {
		s := new(traffic)
		for target := range m {
			s.add(key.Hash(1, target), 1, 1000+rng.Uint64N(1000))
		}
		for i := range 400 * m {
			s.add(key.Hash(1, m+i%(2*m)), key.Hash(0, rng.Uint64()), 1)
		}
		for i := range 100 * m {
			s.add(key.Hash(1, 3*m+i%m), key.Hash(0, i%100*(i%2)), 1+rng.Uint64N(20))
		}
		return s
	}},
	{"one-time targets", func(rng *rand.Rand, key Key, m, period uint64) *traffic {
		s := new(traffic)
		for i := range uint64(100_000) {
			s.add(rng.Uint64(), rng.Uint64(), 1)
			s.add(key.Hash(1, i%(10*m)), key.Hash(0, i%3), i%50/49*20)
		}
		return s
	}},
}

// Held against exact counts: no weight is underestimated, nothing is counted that
// did not come, no target with more than 3/m of all is without a slot.
func TestHeavyHittersAgainstExact(t *testing.T) {
	sizes := []uint64{64, 200}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, m := range sizes {
		for _, stream := range heavyStreams {
			rng, key := rand.New(rand.NewPCG(m, 3)), testKey(m)
			h, x := must(NewHeavyHitters(key.ID(), int(m))), newExactHeavy()
			largest, over, targets := 0.0, 0.0, 0
			for period := range uint64(4) {
				h.Age()
				x.age()
				s := stream.period(rng, key, m, period)
				s.feed(h, 1000)
				x.add(s)
				refilled := uint64(len(x.seen)/(int(m)*1024)) + 1 // how often a pair may count
				if got := h.Total(); got.Events != x.total.Events || got.Sources > refilled*x.total.Sources {
					t.Fatalf("%d slots, %s: total %+v, exactly %+v", m, stream.name, got, x.total)
				}
				targets = max(targets, len(x.weights))
				for it := range h.All() {
					want := x.weights[it.Hash]
					// Even of the last pairs, no more than 3 % go uncounted.
					missed := 0.03*float64(want.Sources) + 4*math.Sqrt(0.03*float64(want.Sources)) + 1
					if it.Most.Events < want.Events || float64(it.Most.Sources) < float64(want.Sources)-missed {
						t.Errorf("%d slots, %s: at most %+v, exactly %+v", m, stream.name, it.Most, want)
					}
					// Halves round down.
					if it.Least.Events > want.Events || it.Least.Sources > refilled*(want.Sources+1) {
						t.Errorf("%d slots, %s: at least %+v, exactly %+v", m, stream.name, it.Least, want)
					}
					over = max(over, float64(it.Most.Events-want.Events))
				}
				for target, w := range x.weights {
					if h.Lookup(target) == Untracked {
						events := float64(w.Events) / float64(x.total.Events)
						sources := float64(w.Sources) / float64(x.total.Sources)
						largest = max(largest, max(events, sources)*float64(m))
					}
				}
			}
			over /= float64(x.total.Events) / float64(len(h.cells.cells)/rows)
			t.Logf("%3d slots, %-16s: largest share without a slot %.2f/m, %.1f average cells too much, %d evictions",
				m, stream.name, largest, over, h.Evictions())
			if largest > 3 {
				t.Errorf("%d slots, %s: a target with %.2f/m of all has no slot", m, stream.name, largest)
			}
			// One target of all exceeds t cells with probability 1/1000.
			if limit := math.Sqrt(1000 * float64(targets)); over > limit {
				t.Errorf("%d slots, %s: %.1f average cells too much, limit %.1f", m, stream.name, over, limit)
			}
		}
	}
}

// The error of an estimate exceeds t average cells with probability 1/t^2 at most.
func TestCellsError(t *testing.T) {
	const log, probes = 4, 100_000
	for _, exponent := range []float64{1.01, 1.3} {
		key, c := testKey(8), newCells(log)
		exact, total := map[uint64]uint64{}, uint64(0)
		s := zipf(8, 300_000, exponent, 100_000, 100)
		for i, target := range s.targets {
			c.add([]looseEvent{{at: c.at(target), events: uint32(s.events[i])}}, Weight{})
			exact[target] += s.events[i]
			total += s.events[i]
		}
		estimate := func(target uint64) uint64 {
			at := c.at(target)
			return uint64(min(c.cells[at[0]].events, c.cells[at[1]].events))
		}
		for target, n := range exact {
			if estimate(target) < n {
				t.Fatalf("%d events estimated as %d", n, estimate(target))
			}
		}
		for _, times := range []float64{1, 1.5, 2, 3, 5} {
			beyond := 0
			for i := range uint64(probes) {
				if float64(estimate(key.Hash(2, i))) > times*float64(total)/float64(len(c.cells)/rows) {
					beyond++
				}
			}
			p := math.Pow(times, -2)
			t.Logf("exponent %v: %.4f %% of the estimates exceed %v average cells, bound %.4f %%",
				exponent, 100*float64(beyond)/probes, times, 100*p)
			if float64(beyond) > probes*p+4*math.Sqrt(probes*p) {
				t.Errorf("exponent %v: %d of %d estimates exceed %v average cells", exponent, beyond, probes, times)
			}
		}
	}
}

// Until it begins anew, the filter takes a new pair for an old one in 1 % of cases,
// and an old one never for new.
func TestPairs(t *testing.T) {
	p, rng := newPairs(4), rand.New(rand.NewPCG(1, 1))
	capacity := pairsPerWord * len(p.words)
	var held [][2]uint64
	is := func(target, source uint64) uint8 {
		var fresh [1]uint8
		p.add(fresh[:], []uint64{target}, []uint64{source})
		return fresh[0]
	}
	missed := 0
	for p.held() < capacity-1 {
		pair := [2]uint64{rng.Uint64N(100) << 32, rng.Uint64()}
		missed += int(1 - is(pair[0], pair[1]))
		held = append(held, pair)
	}
	for _, pair := range held {
		if is(pair[0], pair[1]) != 0 {
			t.Fatal("a pair counts twice")
		}
	}
	t.Logf("%.2f %% of %d pairs missed", 100*float64(missed)/float64(len(held)), len(held))
	if n := float64(len(held)); float64(missed) > 0.01*n+4*math.Sqrt(0.01*n) {
		t.Errorf("%d of %v pairs missed", missed, n)
	}
	for p.held() > 0 {
		is(rng.Uint64(), rng.Uint64())
	}
	if is(held[0][0], held[0][1]) != 1 || is(held[0][1], held[0][0]) != 1 {
		t.Error("a pair is not new to an empty filter, or is taken for its reverse")
	}
}
