package sketch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/whence-go/whence/internal/wire"
)

const testSize = MinSampleSize

// plain is the sample written as a map: keep everything, sort, take the first k.
type plain map[uint64]Item

// inCommon is what two values have in common that are both known.
func inCommon(a, b uint16) uint16 {
	known := []uint16{}
	for _, v := range []uint16{a, b} {
		if v != 0 && !slices.Contains(known, v) {
			known = append(known, v)
		}
	}
	if len(known) > 1 {
		return Various
	}
	return append(known, 0)[0]
}

func (p plain) add(it Item) {
	if old, ok := p[it.Hash]; ok {
		it.Events, it.Bytes = it.Events+old.Events, it.Bytes+old.Bytes
		it.Part, it.Flags, it.Common = max(it.Part, old.Part), it.Flags|old.Flags, inCommon(it.Common, old.Common)
	}
	p[it.Hash] = it
}

func (p plain) smallest(k int) []Item {
	var all []Item
	for _, it := range p {
		all = append(all, it)
	}
	slices.SortFunc(all, func(a, b Item) int {
		if Rank(a.Hash) < Rank(b.Hash) {
			return -1
		}
		return 1
	})
	return all[:min(k, len(all))]
}

func stream(seed uint64, events, distinct int) []Item {
	rng := rand.New(rand.NewPCG(seed, 21))
	key := testKey(3)
	items := make([]Item, events)
	for i := range items {
		lo := rng.Uint64N(uint64(distinct))
		events, bytes := 1+rng.Uint64N(3), rng.Uint64N(1500)
		items[i] = Item{key.Hash(0, lo), 0, lo, events, bytes, uint8(lo % 250), uint8(rng.Uint32N(4)), 0}
		if rng.Uint32N(3) == 0 {
			items[i].Common = uint16(lo%7) + uint16(rng.Uint32N(9)/8)
		}
	}
	return items
}

func TestBottomKAgainstMap(t *testing.T) {
	const full = testSize * 3 / 2 // then items are dropped
	for _, distinct := range []int{1, 100, testSize - 1, testSize, testSize + 1, full, full + 1, 5000, 100_000} {
		s, p := must(NewBottomK(testKey(3).ID(), testSize, false)), plain{}
		for _, it := range stream(uint64(distinct), 4*distinct, distinct) {
			s.Add(it)
			p.add(it)
		}
		want := p.smallest(testSize)
		if got := slices.Collect(s.All()); !slices.Equal(got, want) {
			t.Fatalf("%d distinct: sample of %d differs from the map's %d smallest", distinct, len(got), len(want))
		}
		unordered := plain{}
		for it := range s.Items() {
			unordered.add(it)
		}
		if !slices.Equal(unordered.smallest(testSize), want) {
			t.Errorf("%d distinct: Items and All walk different items", distinct)
		}
		if s.Exact() != (len(p) <= testSize) || s.Len() != len(want) {
			t.Errorf("%d distinct: exact %v, length %d", len(p), s.Exact(), s.Len())
		}
		count := s.Distinct()
		if s.Exact() && (count.Value != float64(len(p)) || !count.Exact()) {
			t.Errorf("%d distinct: counted %v", len(p), count)
		}
		if low, high := count.Interval(4.5); float64(len(p)) < low || float64(len(p)) > high {
			t.Errorf("%d distinct: counted %v, beyond 4.5 standard errors", len(p), count)
		}
		for _, it := range want {
			part, found := s.Count(it.Hash, 0, 0)
			if !found || part != it.Part {
				t.Fatalf("%d distinct: item %v not found by hash", distinct, it)
			}
		}
	}
}

// The estimate of the sample has the error that it states.
func TestBottomKDistinctError(t *testing.T) {
	const n, trials = 20_000, 400
	var sq, stated float64
	rng := rand.New(rand.NewPCG(5, 6))
	for range trials {
		s := must(NewBottomK(0, testSize, true))
		for range n {
			s.Add(Item{Hash: rng.Uint64()})
		}
		c := s.Distinct()
		sq += (c.Value/n - 1) * (c.Value/n - 1)
		stated += c.RelErr
	}
	rmse := math.Sqrt(sq / trials)
	t.Logf("RMSE %.3f %%, stated %.3f %%", 100*rmse, 100*stated/trials)
	if ratio := rmse / (stated / trials); math.Abs(ratio-1) > 4/math.Sqrt(2*trials) {
		t.Errorf("RMSE is %.3f times what is stated", ratio)
	}
}

// However a stream is split and in whatever order the parts are merged, the
// bytes are the same.
func TestBottomKMergeIsCanonical(t *testing.T) {
	for _, distinct := range []int{300, testSize, 1300, 2000, 50_000} {
		items := stream(1, 3*distinct, distinct)
		id := testKey(3).ID()
		whole := must(NewBottomK(id, testSize, false))
		for _, it := range items {
			whole.Add(it)
		}
		want := encoded(whole)
		for seed := range uint64(6) {
			rng := rand.New(rand.NewPCG(seed, 8))
			parts := make([]*BottomK, 1+rng.IntN(7))
			for i := range parts {
				parts[i] = must(NewBottomK(id, testSize, false))
			}
			for _, it := range items {
				parts[rng.IntN(len(parts))].Add(it)
			}
			if seed%2 == 1 { // through the wire
				for i := range parts {
					var s BottomK
					if err := s.UnmarshalBinary(encoded(parts[i])); err != nil {
						t.Fatal(err)
					}
					parts[i] = &s
				}
			}
			for len(parts) > 1 { // merge a random pair
				rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
				last := parts[len(parts)-1]
				before := encoded(last)
				if err := parts[0].Merge(last); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(encoded(last), before) {
					t.Fatal("merging wrote its argument")
				}
				parts = parts[:len(parts)-1]
			}
			if !bytes.Equal(encoded(parts[0]), want) {
				t.Fatalf("%d distinct, seed %d: merged parts differ from the whole", distinct, seed)
			}
		}
	}
}

func TestBottomKMergeOfAnother(t *testing.T) {
	s := must(NewBottomK(1, testSize, false))
	err := s.Merge(must(NewBottomK(2, testSize, false)))
	var mismatch *MismatchError
	if !errors.As(err, &mismatch) || *mismatch != (MismatchError{"key", "0000000000000001", "0000000000000002"}) {
		t.Errorf("got %v", err)
	}
	s.Add(Item{Hash: 1, Lo: 7})
	if err := s.Merge(must(NewBottomK(1, testSize, true))); err != nil || s.KeepsItems() {
		t.Errorf("merging a sample without items: %v, keeps items: %v", err, s.KeepsItems())
	}
}

func TestNewBottomKRefuses(t *testing.T) {
	for _, k := range []int{-1, 0, MinSampleSize - 1, MaxSampleSize + 1} {
		if s, err := NewBottomK(0, k, false); !errors.Is(err, ErrOutOfRange) || s != nil {
			t.Errorf("k = %d: %v", k, err)
		}
	}
}

func TestBottomKCountsSaturate(t *testing.T) {
	s := must(NewBottomK(1, testSize, false))
	it := Item{Hash: 1, Events: math.MaxUint64 - 1, Bytes: math.MaxUint64}
	s.Add(it)
	s.Add(it)
	s.Count(it.Hash, 5, 5)
	for got := range s.All() {
		if got.Events != math.MaxUint64 || got.Bytes != math.MaxUint64 {
			t.Errorf("got %d events, %d bytes", got.Events, got.Bytes)
		}
	}
}

func TestBottomKReset(t *testing.T) {
	s := must(NewBottomK(1, testSize, true))
	for _, h := range randomHashes(10_000) {
		s.Add(Item{Hash: h})
	}
	s.Reset()
	if !bytes.Equal(encoded(s), encoded(must(NewBottomK(1, testSize, true)))) {
		t.Error("not empty after Reset")
	}
}

func TestBottomKIsUsableAfterHashZero(t *testing.T) {
	s := must(NewBottomK(1, testSize, false))
	s.Add(Item{Hash: 0, Lo: 3, Events: 1})
	s.Add(Item{Hash: math.MaxUint64, Lo: 4, Events: 1})
	if s.Len() != 2 {
		t.Errorf("%d items, want 2", s.Len())
	}
}

// A peer that chooses the ranks must not make decoding slow: the table would take
// a quadratic number of steps if ranks that differ in few bits collided.
func TestBottomKOfHostileRanks(t *testing.T) {
	for step := range 49 {
		b := encoded(must(NewBottomK(1, DefaultSampleSize, true)))[:21]
		n := DefaultSampleSize - 1
		binary.BigEndian.PutUint32(b[17:], uint32(n))
		for range n {
			b = binary.AppendUvarint(b, 1<<step)
			b = append(b, 1, 0, 0)
		}
		var s BottomK
		if err := s.UnmarshalBinary(wire.Seal(b, 0)); err != nil {
			t.Fatal(err)
		}
		far := 0 // the sum of all distances from home
		for i, cell := range s.index {
			if cell != 0 {
				far += (i - s.home(s.slot(cell&numberMask).rank)) & (len(s.index) - 1)
			}
		}
		if far > 1024*n { // all in one run would be 16,000 and more
			t.Errorf("ranks 2^%d apart lie %d cells from home on average", step, far/n)
		}
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	hashes := randomHashes(1 << 18)
	d := must(NewHyperLogLog(0, DefaultPrecision))
	s := must(NewBottomK(0, testSize, false))
	for _, h := range hashes {
		s.Add(Item{Hash: h})
	}
	key := testKey(1)
	heavy, places, ones := must(NewHeavyHitters(0, MinSlots)), make([]Place, 1024), slices.Repeat([]uint64{1}, 1024)
	i := 0
	for name, f := range map[string]func(){
		"Key.Hash":              func() { d.Insert(key.Hash(1, 2)) },
		"HyperLogLog.Insert":    func() { i++; d.Insert(hashes[i&0xffff]) },
		"BottomK.Wants":         func() { i++; s.Wants(hashes[i&0xffff]) },
		"BottomK.Add":           func() { i++; s.Add(Item{Hash: hashes[i&0x3ffff], Events: 1}) },
		"BottomK.Count":         func() { i++; s.Count(hashes[i&0x3ffff], 1, 1) },
		"HyperLogLog.Merge":     func() { d.Merge(d) },
		"HeavyHitters.Add":      func() { i++; heavy.Add(hashes[i&0x3ffff], hashes[i&0xffff], 1) },
		"HeavyHitters.AddBatch": func() { i++; heavy.AddBatch(places, hashes[i&0xffff:][:1024], hashes[:1024], ones) },
		"HeavyHitters.Age":      func() { heavy.Age() },
		"Estimate":              func() { d.Estimate() },
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func ExampleBottomK() {
	key := NewKey()
	s, err := NewBottomK(key.ID(), MinSampleSize, false)
	if err != nil {
		panic(err)
	}
	for i := range uint64(300) {
		item := i % 3
		s.Add(Item{Hash: key.Hash(0, item), Lo: item, Events: 1})
	}
	fmt.Println(s.Distinct().Value, s.Exact())
	for it := range s.Items() {
		if it.Lo == 2 {
			fmt.Println(it.Events)
		}
	}
	// Output:
	// 3 true
	// 100
}
