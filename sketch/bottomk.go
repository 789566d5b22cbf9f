package sketch

import (
	"math"
	"math/bits"
)

// Values that the k of a BottomK may have.
const (
	MinSampleSize     = 1024
	SmallSampleSize   = 4096 // for one of many samples
	DefaultSampleSize = 65536
	MaxSampleSize     = 1 << 20
)

// Item is one distinct item of a BottomK.
type Item struct {
	Hash   uint64 // keyed hash of the item
	Hi, Lo uint64 // the item itself; 0 in a BottomK that drops items
	Events uint64 // exact, since the item first came
	Bytes  uint64 // exact, since the item first came
	Part   uint8  // which part of the whole the item belongs to, such as a country
	Flags  uint8  // facts that one event establishes; the caller names them
	Common uint16 // the value that its events have in common; 0: none is known; Various: they differ
}

// Various is the Common of an item whose events have several values.
const Various = math.MaxUint16

// Common returns what two values of [Item.Common] have in common. The order and grouping
// of calls change nothing.
func Common(a, b uint16) uint16 {
	switch {
	case a == b || b == 0:
		return a
	case a == 0:
		return b
	}
	return Various
}

// BottomK keeps the k distinct items of the smallest ranks. The rank of an item is
// its hash, rotated by half its length (bottom-k: Cohen and Kaplan, "Summarizing
// Data using Bottom-k Sketches", 2007). A BottomK is therefore a uniform sample of
// all distinct items, without replacement, however often each of them came. It
// holds all of them as long as there are at most k. The rotation makes the choice
// practically independent of the registers that the same hash sets in a
// [HyperLogLog].
//
// Counts are exact: the largest rank that is kept only falls, so an item of the
// sample was never dropped before. Two items of one hash count as one. At the
// default size the odds of that are 2^-33 while the sample is exact, and one in
// 500,000 at 10^9 items.
//
// Memory is bounded: at most 5.8 MB at the default size (4.2 MB if items are
// dropped), 0.4 MB at [SmallSampleSize], and a few kilobytes while few items came.
//
// The zero BottomK can only be decoded or copied into; use [NewBottomK]. It must not be
// copied after first use. Many goroutines may read it while none writes.
type BottomK struct {
	table
	limits
	k         int
	overflown bool // more than k distinct items have come
	id        KeyID
}

// NewBottomK returns an empty sample of k items, whose hashes the key with the
// given id makes. With dropItems it keeps everything but the items themselves. k is
// from [MinSampleSize] to [MaxSampleSize]; another one is an error that wraps
// [ErrOutOfRange].
func NewBottomK(id KeyID, k int, dropItems bool) (*BottomK, error) {
	if err := inRange("sample size", k, MinSampleSize, MaxSampleSize); err != nil {
		return nil, err
	}
	s := &BottomK{id: id, k: k}
	s.empty(dropItems)
	return s, nil
}

// empty forgets everything, and has the memory of an empty sample.
func (s *BottomK) empty(dropItems bool) {
	made := s.made
	s.table = newTable(dropItems)
	s.made += made
	s.limits, s.overflown = noLimits, false
}

// Reset forgets everything. It keeps the memory where an eighth of it was in use, for as
// many items to come, and releases it else.
func (s *BottomK) Reset() {
	if 8*s.n < s.room && s.room > firstSlots {
		s.empty(s.items == nil)
		return
	}
	clear(s.index)
	s.made++
	s.limits, s.n, s.overflown = noLimits, 0, false
}

// Grow makes room for n items in all, if the sample keeps as many, so that the memory is
// taken at once. Use it where the number to come is known. It changes no result.
func (s *BottomK) Grow(n int) { s.reserve(min(n, s.most()), s.most()) }

// most is the number of items from which on some are dropped.
func (s *BottomK) most() int { return s.k + s.k/2 }

// K returns k, the most items that the sample has.
func (s *BottomK) K() int { return s.k }

// KeyID returns the id of the key that made the hashes.
func (s *BottomK) KeyID() KeyID { return s.id }

// KeepsItems reports whether the items themselves are kept.
func (s *BottomK) KeepsItems() bool { return s.items != nil }

// DropItems forgets the items themselves, and keeps no later ones. Everything
// else stays.
func (s *BottomK) DropItems() { s.items = nil }

// Exact reports whether at most k distinct items have come. The sample then holds
// all of them.
func (s *BottomK) Exact() bool { return !s.overflown }

// Size returns about how many bytes s holds.
func (s *BottomK) Size() int {
	if s.overflown {
		return max(s.size(), s.sizeOf(s.most(), s.most()))
	}
	return s.size()
}

// Len returns the number of items in the sample, at most k.
func (s *BottomK) Len() int { return min(s.n, s.k) }

// Wants reports whether Add would keep an item of this hash. It takes less than a
// nanosecond, so that a caller can skip the rest.
func (s *BottomK) Wants(hash uint64) bool { return Rank(hash) <= s.limit }

// Rank returns the rank of a hash: the hash rotated by half its length, but 1
// instead of 0. A sample keeps the items of the smallest ranks.
func Rank(hash uint64) uint64 { return max(bits.RotateLeft64(hash, 32), 1) }

// HashOf returns the hash that has a rank. It is the inverse of [Rank], except that
// hash 0 comes back as 2^32, which has the same rank.
func HashOf(rank uint64) uint64 { return bits.RotateLeft64(rank, 32) }

// Count adds events and bytes to the item of the given hash, if it is in the
// sample, and returns its part.
func (s *BottomK) Count(hash, events, bytes uint64) (part uint8, found bool) {
	no := s.find(Rank(hash))
	if no == 0 {
		return 0, false
	}
	sl := s.slot(no)
	sl.events = addSaturated(sl.events, events)
	sl.bytes = addSaturated(sl.bytes, bytes)
	return sl.part, true
}

// Mark adds flags and a common value to the item of the given hash, if it is in the
// sample.
func (s *BottomK) Mark(hash uint64, flags uint8, common uint16) {
	if no := s.find(Rank(hash)); no != 0 {
		sl := s.slot(no)
		sl.flags |= flags
		sl.common = Common(sl.common, common)
	}
}

// Add counts events and bytes of an item, and keeps the item with its part and
// flags if its rank is small enough. If the item is in the sample already, the
// larger part stays, the flags unite, and so do the common values, see [Common]. The
// result does not depend on the order. Counts saturate at the largest uint64.
func (s *BottomK) Add(it Item) {
	if !s.Wants(it.Hash) {
		return
	}
	rank := Rank(it.Hash)
	no, place := s.search(rank)
	if no == 0 {
		s.put(&it, place)
		return
	}
	sl := s.slot(no)
	sl.events = addSaturated(sl.events, it.Events)
	sl.bytes = addSaturated(sl.bytes, it.Bytes)
	sl.part = max(sl.part, it.Part)
	sl.flags |= it.Flags
	sl.common = Common(sl.common, it.Common)
}

// put takes in an item that the sample wants and does not have, and notes it in a cell.
func (s *BottomK) put(it *Item, place int) {
	rank := Rank(it.Hash)
	no, sl := s.take(rank, place)
	sl.events, sl.bytes, sl.part, sl.flags, sl.common = it.Events, it.Bytes, it.Part, it.Flags, it.Common
	if s.items != nil {
		*s.item(no) = [2]uint64{it.Hi, it.Lo}
	}
	if int(no) > len(s.index)/2 && int(no) <= s.most() {
		s.reindex(nextCells(len(s.index), s.most()))
	}
	if int(no) > s.k {
		s.overflow(rank)
	}
}

func addSaturated(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	return sum | -carry
}

// Distinct returns how many distinct items have come. The number is exact while the
// sample is. Beyond, it is the unbiased estimate (k-1)/r, where r is the k-th
// smallest rank as a fraction of all ranks. Its relative standard error is
// sqrt((1-k/n)/(k-2)).
func (s *BottomK) Distinct() Estimate {
	if s.Exact() {
		return Estimate{Value: float64(s.n)}
	}
	return BottomKEstimate(s.k, s.kthRank())
}

// BottomKEstimate is the estimate of a sample of k items that is not exact, of which rank
// is the largest.
func BottomKEstimate(k int, rank uint64) Estimate {
	n := float64(k)
	value := max(n+1, (n-1)/math.Ldexp(float64(rank), -64))
	return Estimate{value, math.Sqrt((1 - n/value) / (n - 2))}
}
