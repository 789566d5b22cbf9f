package sketch

import (
	"errors"
	"fmt"
	"math"
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
func (s *traffic) feed(h *HeavyHitters, batch int) []Place {
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
func TestHeavyHittersBatchIsAdd(t *testing.T) {
	for _, size := range []int{MinSlots, 100} {
		for seed := range uint64(3) {
			rng := rand.New(rand.NewPCG(seed, 9))
			one, batch := must(NewHeavyHitters(0, size)), must(NewHeavyHitters(0, size))
			for period := range uint64(4) {
				s := zipf(10*seed+period, 30_000, 1.01, 20_000, 500)
				got := s.feed(batch, 1+rng.IntN(1000))
				for i := range s.targets {
					if want := one.Add(s.targets[i], s.sources[i], s.events[i]); got[i] != want {
						t.Fatalf("%d slots, seed %d: event %d of period %d in %+v, alone %+v",
							size, seed, i, period, got[i], want)
					}
				}
				one.Age()
				batch.Age()
				same := slices.Equal(slices.Collect(one.All()), slices.Collect(batch.All()))
				if !same || one.Total() != batch.Total() || one.Evictions() != batch.Evictions() {
					t.Fatalf("%d slots, seed %d: states differ after period %d", size, seed, period)
				}
			}
			if one.Evictions() == 0 {
				t.Error("no slot changed hands: the test shows nothing")
			}
		}
	}
}

// A victim among a flood of targets that come once each has a slot by the end of
// the period, whether it is hit by many events of one source or by one each of
// many sources, and keeps it in the next.
func TestHeavyHittersUnderChurn(t *testing.T) {
	const flood, periods = 1_000_000, 3
	// The fewest that no such flood hides, by the documentation, and one more;
	// and a thousand.
	least := uint64(5 + flood/(32*DefaultSlots))
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		key, rng := testKey(seed), rand.New(rand.NewPCG(seed, 7))
		h, admitted := must(NewHeavyHitters(key.ID(), DefaultSlots)), 0
		slots := map[uint64]int{}
		for period := range uint64(periods) {
			s := new(traffic)
			for i := range uint64(flood) {
				s.add(key.Hash(1, period*flood+i), key.Hash(0, rng.Uint64()), 1)
			}
			victims := map[uint64]bool{}
			for i := range uint64(40) {
				victim, hits, sources := key.Hash(2, i), []uint64{least, 1000}[i&1], []uint64{1, 1000}[i>>1&1]
				victims[victim] = true
				for j := range hits {
					s.add(victim, key.Hash(3, i<<20+period*hits+j%sources), 1)
				}
			}
			s.shuffle(rng)
			for i, p := range s.feed(h, 4096) {
				if p.New && !victims[s.targets[i]] {
					admitted++
				}
			}
			for victim := range victims {
				slot := h.Lookup(victim)
				if slot == Untracked {
					t.Errorf("seed %d, period %d: a victim has no slot", seed, period)
				}
				if before, ok := slots[victim]; ok && before != slot {
					t.Errorf("seed %d, period %d: a victim lost its slot", seed, period)
				}
				slots[victim] = slot
			}
			h.Age()
		}
		t.Logf("seed %d: %d of %d one-time targets got a slot, %d evictions",
			seed, admitted, periods*flood, h.Evictions())
		if admitted > periods*flood/200 {
			t.Errorf("seed %d: %d one-time targets got a slot", seed, admitted)
		}
	}
}

// A million targets that are all alike leave each other's slots alone.
func TestHeavyHittersUniform(t *testing.T) {
	const targets = 1_000_000
	periods := 3
	if testing.Short() {
		periods = 1
	}
	key, rng := testKey(1), rand.New(rand.NewPCG(1, 7))
	h, places := must(NewHeavyHitters(key.ID(), DefaultSlots)), 0
	for range periods {
		s := new(traffic)
		for range targets {
			s.add(key.Hash(1, rng.Uint64N(targets)), key.Hash(0, rng.Uint64N(1000)), 1)
		}
		for _, p := range s.feed(h, 4096) {
			if p.New {
				places++
			}
		}
		h.Age()
	}
	t.Logf("%d of %d events got a slot", places, periods*targets)
	if places > periods*targets/200 {
		t.Errorf("%d of %d events got a slot", places, periods*targets)
	}
}

func TestHeavyHittersSaturates(t *testing.T) {
	h := must(NewHeavyHitters(0, MinSlots))
	for range 3 {
		for i := range uint64(2 * MinSlots) {
			h.Add(i<<40|i, i, math.MaxUint64-i)
		}
	}
	if h.Total().Events != math.MaxUint64 || h.Len() != MinSlots {
		t.Errorf("total %+v, %d slots in use", h.Total(), h.Len())
	}
	for it := range h.All() {
		if it.Most.Events != math.MaxUint64 || it.Least.Events != math.MaxUint64 {
			t.Errorf("%+v", it)
		}
	}
}

func TestNewHeavyHittersRefuses(t *testing.T) {
	for _, slots := range []int{-1, 0, MinSlots - 1, MaxSlots + 1} {
		if h, err := NewHeavyHitters(0, slots); !errors.Is(err, ErrOutOfRange) || h != nil {
			t.Errorf("%d slots: %v", slots, err)
		}
	}
}

func TestHeavyHittersPanics(t *testing.T) {
	h := must(NewHeavyHitters(0, MinSlots))
	two, three := make([]uint64, 2), make([]uint64, 3)
	for name, f := range map[string]func(){
		"places differ":    func() { h.AddBatch(make([]Place, 3), two, two, two) },
		"sources differ":   func() { h.AddBatch(make([]Place, 2), two, three, two) },
		"events differ":    func() { h.AddBatch(make([]Place, 2), two, two, three) },
		"too few of three": func() { h.AddBatch(make([]Place, 3), three, three, two) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
	if h.Total() != (Weight{}) {
		t.Error("counted something before it panicked")
	}
}

func ExampleHeavyHitters() {
	key := NewKey()
	h, err := NewHeavyHitters(key.ID(), DefaultSlots)
	if err != nil {
		panic(err)
	}
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

// Age reaches every cell and every pair, also of what came after the filter was full.
func TestAgeReachesEverything(t *testing.T) {
	h := must(NewHeavyHitters(7, MinSlots))
	rng := rand.New(rand.NewPCG(4, 4))
	for period := range 40 {
		n := rng.IntN(30_000)
		for held := -1; h.pairs.held() > held; n = 9 { // until the filter was full once
			held = h.pairs.held()
			var s traffic
			for range n {
				s.add(rng.Uint64N(1+rng.Uint64N(1<<20)), rng.Uint64(), 1+rng.Uint64N(9))
			}
			h.AddBatch(make([]Place, n), s.targets, s.sources, s.events)
		}
		if period%3 == 0 { // as after a restart
			data := must(h.MarshalBinary())
			h = new(HeavyHitters)
			if err := h.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
		}
		before := slices.Clone(h.cells.cells)
		h.Age()
		for i, c := range h.cells.cells {
			if b := before[i]; c != (cell{b.events / 2, b.sources / 2}) {
				t.Fatalf("period %d: cell %d is %v after %v", period, i, c, b)
			}
		}
		if i := slices.IndexFunc(h.pairs.words, func(w uint64) bool { return w != 0 }); i >= 0 {
			t.Fatalf("period %d: word %d of the filter is not empty", period, i)
		}
	}
}
