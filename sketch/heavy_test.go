package sketch

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// traffic is a stream in the form that AddBatch takes.
type traffic struct{ targets, sources, events []uint64 }

func (s *traffic) add(target, source, events uint64) {
	s.targets, s.sources, s.events = append(s.targets, target), append(s.sources, source), append(s.events, events)
}

// shuffle gives the stream a random order.
func (s *traffic) shuffle(rng *rand.Rand) {
	rng.Shuffle(len(s.targets), func(i, j int) {
		s.targets[i], s.targets[j] = s.targets[j], s.targets[i]
		s.sources[i], s.sources[j] = s.sources[j], s.sources[i]
		s.events[i], s.events[j] = s.events[j], s.events[i]
	})
}

// feed adds the stream to h in batches of the given length.
func (s *traffic) feed(h *Heavy, batch int) []Place {
	places := make([]Place, len(s.targets))
	for i := 0; i < len(places); i += batch {
		end := min(i+batch, len(places))
		h.AddBatch(places[i:end], s.targets[i:end], s.sources[i:end], s.events[i:end])
	}
	return places
}

// zipf returns a stream of n events to targets whose popularity falls with their
// rank, each from one of some sources.
func zipf(seed uint64, n int, exponent float64, targets, sources uint64) *traffic {
	rng := rand.New(rand.NewPCG(seed, 5))
	rank := rand.NewZipf(rng, exponent, 1, targets-1)
	key, s := testKey(seed), new(traffic)
	for range n {
		s.add(key.Hash(1, rank.Uint64()), key.Hash(0, rng.Uint64N(sources)), 1+rng.Uint64N(2))
	}
	return s
}

// A batch gives what its events give one at a time, however it is cut.
func TestHeavyBatchIsAdd(t *testing.T) {
	for _, size := range []int{MinHeavySize, 100} {
		for seed := range uint64(3) {
			rng := rand.New(rand.NewPCG(seed, 9))
			one, batch := NewHeavy(0, size), NewHeavy(0, size)
			for period := range uint64(4) {
				s := zipf(10*seed+period, 30_000, 1.01, 20_000, 500)
				got := s.feed(batch, 1+rng.IntN(1000))
				for i := range s.targets {
					if want := one.Add(s.targets[i], s.sources[i], s.events[i]); got[i] != want {
						t.Fatalf("%d slots, seed %d: event %d of period %d in %+v, alone %+v", size, seed, i, period, got[i], want)
					}
				}
				one.Age()
				batch.Age()
				if !slices.Equal(slices.Collect(one.All()), slices.Collect(batch.All())) || one.Total() != batch.Total() || one.Evictions() != batch.Evictions() {
					t.Fatalf("%d slots, seed %d: states differ after period %d", size, seed, period)
				}
			}
			if one.Evictions() == 0 {
				t.Error("no slot changed hands: the test shows nothing")
			}
		}
	}
}

// A victim among a flood of targets that come once each is tracked by the end of
// the period, whether it is hit by many events of one source, or by one each of
// many sources, and is still in its slot at the end of the next.
func TestHeavyUnderChurn(t *testing.T) {
	const flood, hits = 1_000_000, 1000
	seeds := uint64(10)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		key, rng := testKey(seed), rand.New(rand.NewPCG(seed, 7))
		noisy, attacked := key.Hash(1, 1<<40), key.Hash(1, 1<<40+1)
		h := NewHeavy(key.ID(), DefaultHeavySize)
		var slots [2]int
		for period := range uint64(3) {
			s := new(traffic)
			for i := range uint64(flood) {
				s.add(key.Hash(1, period*flood+i), key.Hash(0, rng.Uint64()), 1)
			}
			if period > 0 {
				for i := range uint64(hits) {
					s.add(noisy, key.Hash(0, 7), 1)
					s.add(attacked, key.Hash(0, period*flood+i), 1)
				}
			}
			s.shuffle(rng)
			s.feed(h, 4096)
			before := slots
			slots = [2]int{h.Lookup(noisy), h.Lookup(attacked)}
			if period > 0 && (slots[0] == Untracked || slots[1] == Untracked) {
				t.Fatalf("seed %d, period %d: the victims have slots %d and %d", seed, period, slots[0], slots[1])
			}
			if period > 1 && slots != before {
				t.Errorf("seed %d: the victims lost their slots", seed)
			}
			h.Age()
		}
		t.Logf("seed %d: %d evictions", seed, h.Evictions())
	}
}

func ExampleHeavy() {
	key := NewKey()
	h := NewHeavy(key.ID(), DefaultHeavySize)
	mailbox, scanner := key.Hash(1, 7), key.Hash(0, 9)
	for i := range uint64(100_000) {
		h.Add(key.Hash(1, 1000+i), scanner, 1) // a target of one packet
		if i%100 == 0 {
			h.Add(mailbox, key.Hash(0, i), 1)
		}
	}
	for item := range h.All() {
		if item.Least.Sources > 900 {
			fmt.Println(item.Hash == mailbox, item.Slot == h.Lookup(mailbox))
		}
	}
	// Output: true true
}
