package sketch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
)

func byRank(a, b Item) int { return cmp.Compare(Rank(a.Hash), Rank(b.Hash)) }

// comparisonSorted is what AppendItems returns, by the sort of the library.
func comparisonSorted(s *BottomK, dst []Item) []Item {
	limit := s.kthRank()
	order := make([]uint32, 0, s.Len())
	for no := uint32(1); no <= uint32(s.n); no++ {
		if s.slot(no).rank <= limit {
			order = append(order, no)
		}
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(s.slot(a).rank, s.slot(b).rank) })
	for _, no := range order {
		dst = append(dst, s.at(no))
	}
	return dst
}

func TestAppendItems(t *testing.T) {
	for _, came := range []int{0, 1, 2, 100, testSize, testSize + 1, testSize * 3 / 2, 5000, 300_000} {
		for _, drop := range []bool{false, true} {
			s := must(NewBottomK(1, testSize, drop))
			for i, h := range randomHashes(came) {
				s.Add(Item{Hash: h, Hi: 7, Lo: uint64(i), Events: uint64(i), Bytes: 5, Part: 3, Flags: uint8(i)})
			}
			before := []Item{{Hash: 1}, {Hash: 2}}
			got := s.AppendItems(before)
			if !slices.Equal(got, comparisonSorted(s, before)) || s.Len() != len(got)-2 {
				t.Fatalf("%d came, items dropped: %v: not the items in the order of their ranks", came, drop)
			}
			unsorted := slices.SortedFunc(s.Items(), byRank)
			if !slices.Equal(unsorted, got[2:]) || !slices.Equal(slices.Collect(s.All()), got[2:]) {
				t.Errorf("%d came: Items, All and AppendItems differ", came)
			}
		}
	}
}

// hostileRanks fill few buckets, or one, in an order that is bad for insertion.
func hostileRanks(n int) map[string]func(i int) uint64 {
	return map[string]func(i int) uint64{
		"smallest, falling": func(i int) uint64 { return uint64(n - i) },
		"greatest, falling": func(i int) uint64 { return math.MaxUint64 - uint64(i) },
		"two heaps":         func(i int) uint64 { return uint64(n-i) + uint64(i&1)<<63 },
		"powers of two":     func(i int) uint64 { return 1<<(i%64) + uint64(i/64) },
	}
}

func TestAppendItemsOfHostileRanks(t *testing.T) {
	for _, n := range []int{testSize, testSize + testSize/3, 100_000} {
		for name, rank := range hostileRanks(n) {
			s := must(NewBottomK(1, testSize, true))
			for i := range n {
				s.Add(Item{Hash: HashOf(rank(i)), Events: uint64(i)})
			}
			if got := s.AppendItems(nil); !slices.Equal(got, comparisonSorted(s, nil)) {
				t.Errorf("%s: %d items are not in the order of their ranks", name, len(got))
			}
		}
	}
}

// A bucket that is too large for insertion comes out sorted, so that no choice of
// ranks makes the time quadratic.
func TestSortBuckets(t *testing.T) {
	s := must(NewBottomK(1, 8*testSize, true))
	var order []uint64
	var ends []uint32
	for _, n := range []int{0, 1, maxInserted, maxInserted + 1, 0, 1000, 2, 5000} {
		for range n {
			order = append(order, uint64(len(order))+1)
		}
		ends = append(ends, uint32(len(order)))
	}
	for _, h := range randomHashes(len(order)) {
		s.Add(Item{Hash: h})
	}
	s.sortBuckets(order, ends)
	begin := uint32(0)
	for _, end := range ends {
		bucket := order[begin:end]
		sorted := slices.IsSortedFunc(bucket, func(a, b uint64) int {
			return cmp.Compare(s.slot(uint32(a)).rank, s.slot(uint32(b)).rank)
		})
		if len(bucket) > maxInserted && !sorted {
			t.Errorf("a bucket of %d items is left to insertion sort", len(bucket))
		}
		begin = end
	}
}

func TestRank(t *testing.T) {
	for _, hash := range append(randomHashes(1000), 1, math.MaxUint64, 1<<32, 1<<63) {
		if rank := Rank(hash); HashOf(rank) != hash || Rank(HashOf(rank)) != rank || rank == 0 {
			t.Errorf("hash %#x has rank %#x, which has hash %#x", hash, rank, HashOf(rank))
		}
	}
	if Rank(0) != 1 || HashOf(1) != 1<<32 || Rank(1<<32) != 1 {
		t.Error("hash 0 does not share its rank with hash 2^32")
	}
}

func BenchmarkBottomKAppendItems(b *testing.B) {
	const k = DefaultSampleSize
	for _, n := range []int{k / 2, k, 16 * k} {
		s := must(NewBottomK(1, k, false))
		for i, h := range randomHashes(n) {
			s.Add(Item{Hash: h, Lo: uint64(i), Events: 1})
		}
		for _, impl := range []struct {
			name string
			run  func(dst []Item) []Item
		}{
			{"buckets", s.AppendItems},
			{"comparisons", func(dst []Item) []Item { return comparisonSorted(s, dst) }},
		} {
			b.Run(fmt.Sprintf("k=%d/came=%d/sort=%s", k, n, impl.name), func(b *testing.B) {
				var dst []Item
				for b.Loop() {
					dst = impl.run(dst[:0])
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dst)), "ns/item")
			})
		}
	}
}
