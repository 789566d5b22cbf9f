package sketch

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// sampled returns a sample of items with that k.
func sampled(k int, items []Item) *BottomK {
	s := must(NewBottomK(testKey(3).ID(), k, false))
	for _, it := range items {
		s.Add(it)
	}
	return s
}

// Samples of different k merge to the sample of the union at the smallest k, in
// whatever order and grouping, and whether they came over the wire or not.
func TestMergeOfDifferentK(t *testing.T) {
	sizes := []int{testSize, testSize + 1, testSize * 3 / 2, 2 * testSize, SmallSampleSize}
	for _, distinct := range []int{300, testSize, testSize + 1, 1500, 1600, 2049, 5000, 50_000} {
		items := stream(uint64(distinct), 3*distinct, distinct)
		for seed := range uint64(8) {
			rng := rand.New(rand.NewPCG(seed, 8))
			samples := make([]*BottomK, 2+rng.IntN(5))
			parts := make([][]Item, len(samples))
			for _, it := range items {
				i := rng.IntN(len(parts))
				parts[i] = append(parts[i], it)
			}
			least := sizes[len(sizes)-1]
			for i := range samples {
				k := sizes[rng.IntN(len(sizes))]
				least = min(least, k)
				samples[i] = sampled(k, parts[i])
				if rng.IntN(2) == 0 {
					decoded := new(BottomK)
					if err := decoded.UnmarshalBinary(encoded(samples[i])); err != nil {
						t.Fatal(err)
					}
					samples[i] = decoded
				}
			}
			for len(samples) > 1 {
				rng.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
				last := samples[len(samples)-1]
				before := encoded(last)
				if err := samples[0].Merge(last); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(encoded(last), before) {
					t.Fatal("merging wrote its argument")
				}
				samples = samples[:len(samples)-1]
			}
			got, want := samples[0], sampled(least, items)
			if got.K() != least || !bytes.Equal(encoded(got), encoded(want)) {
				t.Fatalf("%d distinct, seed %d: not the sample of the union at k = %d", distinct, seed, least)
			}
		}
	}
}

func TestShrink(t *testing.T) {
	for _, distinct := range []int{10, 1000, testSize, testSize + 1, 1500, 1600, 4000, 100_000} {
		items := stream(uint64(distinct), 2*distinct, distinct)
		s := sampled(SmallSampleSize, items)
		before := s.Size()
		s.Shrink(testSize)
		if want := sampled(testSize, items); !bytes.Equal(encoded(s), encoded(want)) || s.Size() > want.Size() {
			t.Errorf("%d distinct: not the sample of k = %d, or %d bytes, want %d",
				distinct, testSize, s.Size(), want.Size())
		}
		if distinct > 4000 && s.Size() >= before {
			t.Errorf("%d distinct: %d bytes, and %d before", distinct, s.Size(), before)
		}
		more := stream(9, 20_000, 30_000)
		for _, it := range more {
			s.Add(it)
		}
		if want := sampled(testSize, slices.Concat(items, more)); !bytes.Equal(encoded(s), encoded(want)) {
			t.Errorf("%d distinct: it does not count on as one that had k = %d from the begin", distinct, testSize)
		}
	}
	s := sampled(2*testSize, nil)
	for k, want := range map[int]int{3 * testSize: 2 * testSize, 2 * testSize: 2 * testSize} {
		if s.Shrink(k); s.K() != want {
			t.Errorf("k = %d after Shrink(%d)", s.K(), k)
		}
	}
	if s.Shrink(-1); s.K() != MinSampleSize {
		t.Errorf("k = %d after Shrink(-1)", s.K())
	}
}
