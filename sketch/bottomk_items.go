package sketch

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"runtime"
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

// Kept walks everything that s holds, in no particular order, without the items themselves:
// Hi and Lo are 0. That is every item that ever came, until a quarter more than k did.
func (s *BottomK) Kept() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for slots := range s.chunks() {
			for i := range slots {
				sl := &slots[i]
				if !yield(Item{HashOf(sl.rank), 0, 0, sl.events, sl.bytes, sl.part, sl.flags, sl.common}) {
					return
				}
			}
		}
	}
}

// Parts returns how many of the items that Kept walks are of each part.
func (s *BottomK) Parts() (items [256]int) {
	for slots := range s.chunks() {
		for i := range slots {
			items[slots[i].part]++
		}
	}
	return items
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
	s.read(&it, no)
	return it
}

// read writes the item of a number field by field. A copy of an Item would be read 16
// bytes at a time right after it was written 8 at a time, and wait for that.
func (s *BottomK) read(it *Item, no uint32) {
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
	unused := bits.LeadingZeros64(s.held) & 63 // bits that no rank has
	shift := (64 - bits.Len(uint(s.n)|1)) & 63
	ends := make([]uint32, s.held<<unused>>shift+1)
	for slots := range s.chunks() {
		for i := range slots {
			ends[slots[i].rank<<unused>>shift]++
		}
	}
	last, kept, largest := s.firstPlaces(ends)

	// What is sorted is small: the top bits of each rank, and below them the number. Which
	// items are too many cannot be predicted; these all come to lie behind the others.
	order, no := make([]uint64, kept+1), uint64(0)
	for slots := range s.chunks() {
		for i := range slots {
			no++
			rank := slots[i].rank << unused
			end := &ends[rank>>shift]
			order[min(int(*end), kept)] = rank&^numberMask | no
			*end++
		}
	}
	order = order[:kept]
	if largest > maxInserted {
		s.sortBuckets(order, ends[:last+1])
	}
	for i := 1; i < len(order); i++ {
		if order[i]>>numberBits <= order[i-1]>>numberBits {
			s.insert(order[:i+1])
		}
	}

	// The items are copied in order: a load that misses the cache overlaps others, a store does not.
	s.readAhead()
	from := len(dst)
	dst = slices.Grow(dst, s.Len())[:from+s.Len()]
	for i, key := range order[:s.Len()] {
		s.read(&dst[from+i], uint32(key&numberMask))
	}
	return dst
}

// readAhead brings into the caches what is then read in the order of ranks: one item after
// the other comes much faster.
func (s *BottomK) readAhead() {
	const inLine = 4
	read := uint64(0)
	for _, items := range s.items {
		for i := 0; i < len(items); i += inLine {
			read |= items[i][0]
		}
	}
	runtime.KeepAlive(read) // lest the compiler leaves it out
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

// sortBuckets sorts the large buckets by rank, given where each ends.
func (s *BottomK) sortBuckets(order []uint64, ends []uint32) {
	begin := uint32(0)
	for _, end := range ends {
		if end-begin > maxInserted {
			slices.SortFunc(order[begin:end], s.compare)
		}
		begin = end
	}
}

// insert brings the last number to its place among those before, which are in order.
func (s *BottomK) insert(order []uint64) {
	i := len(order) - 1
	key := order[i]
	for ; i > 0 && s.compare(key, order[i-1]) < 0; i-- {
		order[i] = order[i-1]
	}
	order[i] = key
}

// compare orders numbers by the ranks of their items, whose top bits stand above them.
func (s *BottomK) compare(a, b uint64) int {
	if x, y := a>>numberBits, b>>numberBits; x != y {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(s.slot(uint32(a&numberMask)).rank, s.slot(uint32(b&numberMask)).rank)
}
