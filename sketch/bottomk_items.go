package sketch

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"slices"
)

// Items walks the items of the sample in no particular order. It does not sort and
// does not allocate.
func (s *BottomK) Items() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		limit := s.kthRank()
		for no := range uint32(s.n) {
			if s.slot(no+1).rank <= limit && !yield(s.at(no+1)) {
				return
			}
		}
	}
}

// Kept walks everything that s holds, in no particular order. That is every item
// that ever came, until the first is dropped, which happens after 1.5 k items.
func (s *BottomK) Kept() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for no := range uint32(s.n) {
			if !yield(s.at(no + 1)) {
				return
			}
		}
	}
}

// All walks the items of the sample in the order of their ranks.
func (s *BottomK) All() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for _, it := range s.AppendItems(nil) {
			if !yield(it) {
				return
			}
		}
	}
}

// Scale multiplies the events and bytes of all items, up to what 64 bits hold.
func (s *BottomK) Scale(by uint64) {
	times := func(n uint64) uint64 {
		if hi, lo := bits.Mul64(n, by); hi == 0 {
			return lo
		}
		return math.MaxUint64
	}
	for slots := range s.chunks() {
		for i := range slots {
			slots[i].events, slots[i].bytes = times(slots[i].events), times(slots[i].bytes)
		}
	}
}

// at returns the item of a number.
func (s *BottomK) at(no uint32) (it Item) {
	s.put(&it, no)
	return it
}

// put writes the item of a number field by field. A copy of an Item would be read 16
// bytes at a time right after it was written 8 at a time, and wait for that.
func (s *BottomK) put(it *Item, no uint32) {
	sl := s.slot(no)
	it.Hash, it.Events, it.Bytes = HashOf(sl.rank), sl.events, sl.bytes
	it.Part, it.Flags, it.Common = sl.part, sl.flags, sl.common
	it.Hi, it.Lo = 0, 0
	if s.items != nil {
		halves := s.item(no)
		it.Hi, it.Lo = halves[0], halves[1]
	}
}

// AppendItems appends the items of the sample to dst, in ascending order of their
// ranks. Its time is linear in k, since ranks are uniform. Ranks that somebody has
// chosen cost no more than a comparison sort.
func (s *BottomK) AppendItems(dst []Item) []Item {
	// A bucket for each item, by the top bits of the rank: few share one.
	shift := max(0, bits.Len64(s.limit)-bits.Len(uint(s.n)))
	ends := make([]uint32, s.limit>>shift+1)
	for slots := range s.chunks() {
		for i := range slots {
			ends[slots[i].rank>>shift]++
		}
	}
	last, kept, largest := s.firstPlaces(ends)

	// Their numbers are sorted first, and the items copied in order: a load that misses the
	// cache overlaps others, a store does not.
	order, no := make([]uint32, kept), uint32(0)
	for slots := range s.chunks() {
		for i := range slots {
			no++
			if bucket := slots[i].rank >> shift; bucket <= last {
				order[ends[bucket]] = no
				ends[bucket]++
			}
		}
	}
	if largest > maxInserted {
		s.sortBuckets(order, ends[:last+1])
	}
	from := len(dst)
	dst = slices.Grow(dst, kept)
	sorted := dst[from : from+kept]
	largestRank := uint64(0)
	for i, no := range order {
		s.put(&sorted[i], no)
		if rank := Rank(sorted[i].Hash); rank < largestRank {
			insert(sorted[:i+1])
		} else {
			largestRank = rank
		}
	}
	return dst[:from+s.Len()]
}

// firstPlaces turns the numbers of items per bucket into the place of the first of
// each. It returns the last bucket that has items of the sample, how many items there
// are up to its end, and the most items that a bucket has.
func (s *BottomK) firstPlaces(buckets []uint32) (last uint64, kept int, largest uint32) {
	sum := uint32(0)
	for i, n := range buckets {
		if int(sum) < s.Len() {
			last, kept = uint64(i), int(sum+n)
		}
		buckets[i] = sum
		sum += n
		largest = max(largest, n)
	}
	return last, kept, largest
}

// maxInserted is the most items of a bucket that insertion sort may get. Of uniform
// ranks, hardly any bucket has half as many.
const maxInserted = 16

// sortBuckets sorts the numbers in the large buckets by their ranks, given where each ends.
func (s *BottomK) sortBuckets(numbers, ends []uint32) {
	begin := uint32(0)
	for _, end := range ends {
		if end-begin > maxInserted {
			slices.SortFunc(numbers[begin:end], func(a, b uint32) int { return cmp.Compare(s.slot(a).rank, s.slot(b).rank) })
		}
		begin = end
	}
}

// insert brings the last item to its place among those before, which are in the order of
// their ranks.
func insert(items []Item) {
	i := len(items) - 1
	rank := Rank(items[i].Hash)
	it := items[i]
	for ; i > 0 && rank < Rank(items[i-1].Hash); i-- {
		items[i] = items[i-1]
	}
	items[i] = it
}
