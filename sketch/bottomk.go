package sketch

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
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
// Memory is bounded: at most 6.3 MB at the default size (4.2 MB if items are
// dropped), 0.4 MB at [SmallSampleSize], and a few kilobytes while few items came.
//
// The zero BottomK can only be decoded or copied into; use [NewBottomK]. It must not be
// copied after first use. Many goroutines may read it while none writes.
type BottomK struct {
	slots     []slot      // open addressing, linear probing, a power of two
	items     [][2]uint64 // the item in the slot of the same index; nil: dropped
	shift     uint8       // 64 - log2(len(slots))
	limit     uint64      // ranks above it are not kept
	n, k      int
	overflown bool // more than k distinct items have come
	id        KeyID
	touched   uint64 // keeps the compiler from leaving out what Touch reads
}

type slot struct {
	rank          uint64 // 0: empty
	events, bytes uint64
	part, flags   uint8
	common        uint16 // in what would else be padding
}

const firstSlots = 16 // of an empty sample

// NewBottomK returns an empty sample of k items, whose hashes the key with the
// given id makes. With dropItems it keeps everything but the items themselves. k is
// from [MinSampleSize] to [MaxSampleSize]; another one is an error that wraps
// [ErrOutOfRange].
func NewBottomK(id KeyID, k int, dropItems bool) (*BottomK, error) {
	if err := inRange("sample size", k, MinSampleSize, MaxSampleSize); err != nil {
		return nil, err
	}
	s := &BottomK{id: id, k: k}
	s.empty(firstSlots, dropItems)
	return s, nil
}

// empty forgets everything and makes a table of that many slots.
func (s *BottomK) empty(slots int, dropItems bool) {
	s.allocate(slots, dropItems)
	s.limit, s.n, s.overflown = math.MaxUint64, 0, false
}

// allocate makes an empty table of that many slots, a power of two.
func (s *BottomK) allocate(slots int, dropItems bool) {
	s.slots, s.items = make([]slot, slots), nil
	s.shift = uint8(64 - bits.TrailingZeros(uint(slots)))
	if !dropItems {
		s.items = make([][2]uint64, slots)
	}
}

// Reset forgets everything. It keeps the memory where an eighth of it was in use, for as
// many items to come, and releases it else.
func (s *BottomK) Reset() {
	if 8*s.n < len(s.slots) {
		s.empty(firstSlots, s.items == nil)
		return
	}
	clear(s.slots)
	clear(s.items)
	s.limit, s.n, s.overflown = math.MaxUint64, 0, false
}

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
func (s *BottomK) Size() int { return 32*cap(s.slots) + 16*cap(s.items) }

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

// spread is the random multiplier of a universal hash (Dietzfelbinger et al. 1997)
// that places ranks in the table, so that nobody can make an encoding whose items
// collide.
var spread = rand.Uint64() | 1

func (s *BottomK) home(rank uint64) int { return int((rank * spread) >> (s.shift & 63)) }

// find returns the slot of rank, or the empty one where it belongs.
func (s *BottomK) find(rank uint64) int {
	mask := len(s.slots) - 1
	i := s.home(rank) & mask
	for s.slots[i].rank != rank && s.slots[i].rank != 0 {
		i = (i + 1) & mask
	}
	return i
}

// Touch reads the places of hashes, all at once, so that counting them next waits
// for memory once. It pays where a program counts in many samples by turns. It has
// no visible effect, but it writes: do not call it concurrently with readers.
func (s *BottomK) Touch(hashes []uint64) {
	mask := len(s.slots) - 1
	read := uint64(0)
	for _, hash := range hashes {
		read += s.slots[s.home(Rank(hash))&mask].rank
	}
	s.touched = read
}

// Count adds events and bytes to the item of the given hash, if it is in the
// sample, and returns its part.
func (s *BottomK) Count(hash, events, bytes uint64) (part uint8, found bool) {
	sl := &s.slots[s.find(Rank(hash))]
	if sl.rank == 0 {
		return 0, false
	}
	sl.events = addSaturated(sl.events, events)
	sl.bytes = addSaturated(sl.bytes, bytes)
	return sl.part, true
}

// Mark adds flags and a common value to the item of the given hash, if it is in the
// sample.
func (s *BottomK) Mark(hash uint64, flags uint8, common uint16) {
	if sl := &s.slots[s.find(Rank(hash))]; sl.rank != 0 {
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
	i := s.find(rank)
	sl := &s.slots[i]
	if sl.rank == rank {
		sl.events = addSaturated(sl.events, it.Events)
		sl.bytes = addSaturated(sl.bytes, it.Bytes)
		sl.part = max(sl.part, it.Part)
		sl.flags |= it.Flags
		sl.common = Common(sl.common, it.Common)
		return
	}
	*sl = slot{rank, it.Events, it.Bytes, it.Part, it.Flags, it.Common}
	if s.items != nil {
		s.items[i] = [2]uint64{it.Hi, it.Lo}
	}
	s.n++
	s.overflown = s.overflown || s.n > s.k
	switch {
	case s.n > s.k+s.k/2:
		s.lower(s.kthRank())
	case s.n > len(s.slots)/4*3:
		s.rehash(s.grown())
	}
}

func addSaturated(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	return sum | -carry
}

// largeTable is a number of slots from which on a table grows by more at once. Each step takes
// memory that was never touched, and that is what growing costs.
const largeTable = 1 << 13

// grown returns how many slots come after these.
func (s *BottomK) grown() int {
	if len(s.slots) < largeTable {
		return 2 * len(s.slots)
	}
	return min(4*len(s.slots), slotsFor(s.k+s.k/2))
}

// slotsFor returns the number of slots that n items need.
func slotsFor(n int) int {
	slots := firstSlots
	for n > slots/4*3 {
		slots *= 2
	}
	return slots
}

// rehash moves everything into a table of that many slots, a power of two.
func (s *BottomK) rehash(slots int) {
	old := *s
	s.allocate(slots, old.items == nil)
	for j, sl := range old.slots {
		if sl.rank == 0 {
			continue
		}
		i := s.find(sl.rank)
		s.slots[i] = sl
		if s.items != nil {
			s.items[i] = old.items[j]
		}
	}
}

// kthRank returns the k-th smallest rank, or the limit if there are fewer items.
func (s *BottomK) kthRank() uint64 {
	if s.n < s.k {
		return s.limit
	}
	// A histogram over the top bits leaves one narrow bucket to sort. Ranks
	// above it need not be looked at, those below need only be counted.
	var histogram [4096]uint32
	shift := max(0, bits.Len64(s.limit)-12)
	for i := range s.slots {
		if r := s.slots[i].rank; r != 0 {
			histogram[r>>shift]++
		}
	}
	bucket, below := uint64(0), 0
	for below+int(histogram[bucket]) < s.k {
		below += int(histogram[bucket])
		bucket++
	}
	var stack [256]uint64 // enough for honest hashes
	in := stack[:0]
	for i := range s.slots {
		if r := s.slots[i].rank; r != 0 && r>>shift == bucket {
			in = append(in, r)
		}
	}
	slices.Sort(in)
	return in[s.k-below-1]
}

// lower drops every item whose rank is above limit.
func (s *BottomK) lower(limit uint64) {
	s.limit = min(s.limit, limit)
	for i := 0; i < len(s.slots); i++ {
		for s.slots[i].rank > s.limit {
			s.remove(i) // may move another item here
		}
	}
}

// remove empties slot i and moves later items of the same run back, so that
// probing still finds them.
func (s *BottomK) remove(i int) {
	mask := len(s.slots) - 1
	s.n--
	for j := (i + 1) & mask; s.slots[j].rank != 0; j = (j + 1) & mask {
		home := s.home(s.slots[j].rank) & mask
		if (j-home)&mask < (j-i)&mask {
			continue // it lies at or behind its home, which is after i
		}
		s.slots[i] = s.slots[j]
		if s.items != nil {
			s.items[i] = s.items[j]
		}
		i = j
	}
	s.slots[i] = slot{}
	if s.items != nil {
		s.items[i] = [2]uint64{}
	}
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
