package sketch

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Sizes that a Sample may have.
const (
	MinSampleSize     = 1024
	SmallSampleSize   = 4096 // for one of many
	DefaultSampleSize = 65536
	MaxSampleSize     = 1 << 20
)

// Item is one distinct item of a Sample.
type Item struct {
	Hash   uint64 // keyed hash of the item
	Hi, Lo uint64 // the item itself; 0 in a Sample that drops items
	Events uint64 // exact, since the item first came
	Bytes  uint64 // exact, since the item first came
	Part   uint8  // which part of the whole the item belongs to, as in a [Bank]
	Flags  uint8  // facts that one event suffices to establish; the caller's to name
}

// Sample keeps the k distinct items with the smallest ranks, a rank being the
// hash rotated by half its length (bottom-k: Cohen and Kaplan, "Summarizing Data
// using Bottom-k Sketches", 2007). It is therefore a uniform sample without
// replacement of all distinct items, however often each came, and holds all of
// them while there are at most k. The rotation makes the choice practically
// independent of the registers that the same hash sets in a [Distinct].
//
// Counts are exact: the largest rank that is kept only ever falls, so an item of
// the sample was never dropped before. Two items of one hash count as one: at the
// default size the odds are 2^-33 while it is exact, one in 500,000 at 10^9 items.
//
// Memory is bounded: at most 6.3 MB at the default size (4.2 MB with items
// dropped), 0.4 MB at [SmallSampleSize], and a few kilobytes while few items came. The zero Sample is invalid; use
// [NewSample]. It must not be copied after first use and is not safe for
// concurrent use while it is written.
type Sample struct {
	slots     []slot      // open addressing, linear probing, a power of two
	items     [][2]uint64 // the item in the slot of the same index; nil: dropped
	shift     uint8       // 64 - log2(len(slots))
	limit     uint64      // ranks above it are not kept
	n, k      int
	overflown bool // more than k distinct items have come
	id        KeyID
	touched   uint64
}

type slot struct {
	rank          uint64 // 0: empty
	events, bytes uint64
	part, flags   uint8
}

const minSlots = 16

// NewSample returns an empty sample of k items whose hashes are made by the key
// with the given id. A Sample with items dropped keeps hashes, counts,
// parts and flags only. It panics if k is not within [MinSampleSize] and
// [MaxSampleSize].
func NewSample(id KeyID, k int, dropItems bool) *Sample {
	if k < MinSampleSize || k > MaxSampleSize {
		panic(fmt.Sprintf("sketch: sample of %d, want %d to %d", k, MinSampleSize, MaxSampleSize))
	}
	s := &Sample{id: id, k: k}
	s.empty(minSlots, dropItems)
	return s
}

// empty makes s an empty table with that many slots, a power of two.
func (s *Sample) empty(slots int, dropItems bool) {
	s.slots, s.items = make([]slot, slots), nil
	s.shift = uint8(64 - bits.TrailingZeros(uint(slots)))
	if !dropItems {
		s.items = make([][2]uint64, slots)
	}
	s.limit, s.n, s.overflown = math.MaxUint64, 0, false
}

// Reset forgets everything and gives the memory back.
func (s *Sample) Reset() { s.empty(minSlots, s.items == nil) }

// Size returns k.
func (s *Sample) Size() int { return s.k }

// KeyID returns the id of the key that made the hashes.
func (s *Sample) KeyID() KeyID { return s.id }

// KeepsItems reports whether the items themselves are kept.
func (s *Sample) KeepsItems() bool { return s.items != nil }

// DropItems forgets the items themselves, and those to come; hashes, counts,
// parts and flags stay.
func (s *Sample) DropItems() { s.items = nil }

// Exact reports whether at most k distinct items have come, so that the sample
// holds every one of them.
func (s *Sample) Exact() bool { return !s.overflown }

// Len returns the number of items in the sample, at most k.
func (s *Sample) Len() int { return min(s.n, s.k) }

// Wants reports whether Add would keep an item of this hash. It costs less than
// a nanosecond, so that a caller can skip the rest.
func (s *Sample) Wants(hash uint64) bool { return rankOf(hash) <= s.limit }

// rankOf never returns 0, which marks an empty slot.
func rankOf(hash uint64) uint64 { return max(bits.RotateLeft64(hash, 32), 1) }

// spread is the random multiplier of a universal hash (Dietzfelbinger et al. 1997)
// that places ranks in the table, so that nobody can make an encoding whose items
// collide.
var spread = rand.Uint64() | 1

func (s *Sample) home(rank uint64) int { return int((rank * spread) >> (s.shift & 63)) }

// find returns the slot of rank, or the empty one where it belongs.
func (s *Sample) find(rank uint64) int {
	mask := len(s.slots) - 1
	i := s.home(rank) & mask
	for s.slots[i].rank != rank && s.slots[i].rank != 0 {
		i = (i + 1) & mask
	}
	return i
}

// Touch reads the places of hashes, all at once, so that counting them next waits
// for memory once. It pays where many samples are counted in by turns. It changes
// nothing that can be seen, but is no reading: it must not run beside another call.
func (s *Sample) Touch(hashes []uint64) {
	mask := len(s.slots) - 1
	read := uint64(0)
	for _, hash := range hashes {
		read += s.slots[s.home(rankOf(hash))&mask].rank
	}
	s.touched = read // or the compiler would leave the reading out
}

// Count adds events and bytes to the item of the given hash, if it is in the
// sample, and returns its part.
func (s *Sample) Count(hash, events, bytes uint64) (part uint8, found bool) {
	sl := &s.slots[s.find(rankOf(hash))]
	if sl.rank == 0 {
		return 0, false
	}
	sl.events = addSaturated(sl.events, events)
	sl.bytes = addSaturated(sl.bytes, bytes)
	return sl.part, true
}

// Mark adds flags to the item of the given hash, if it is in the sample.
func (s *Sample) Mark(hash uint64, flags uint8) {
	if sl := &s.slots[s.find(rankOf(hash))]; sl.rank != 0 {
		sl.flags |= flags
	}
}

// Add counts events and bytes for an item, keeping it with its part and flags if
// its rank is small enough. When the item is in the sample already, the larger
// part stays and the flags unite, so that the result does not depend on the
// order. Counts saturate at the largest uint64.
func (s *Sample) Add(it Item) {
	if !s.Wants(it.Hash) {
		return
	}
	rank := rankOf(it.Hash)
	i := s.find(rank)
	sl := &s.slots[i]
	if sl.rank == rank {
		sl.events = addSaturated(sl.events, it.Events)
		sl.bytes = addSaturated(sl.bytes, it.Bytes)
		sl.part = max(sl.part, it.Part)
		sl.flags |= it.Flags
		return
	}
	*sl = slot{rank, it.Events, it.Bytes, it.Part, it.Flags}
	if s.items != nil {
		s.items[i] = [2]uint64{it.Hi, it.Lo}
	}
	s.n++
	s.overflown = s.overflown || s.n > s.k
	switch {
	case s.n > s.k+s.k/2:
		s.lower(s.kthRank())
	case s.n > len(s.slots)/4*3:
		s.grow()
	}
}

func addSaturated(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	return sum | -carry
}

func (s *Sample) grow() {
	old := *s
	s.slots = make([]slot, 2*len(old.slots))
	s.shift--
	if old.items != nil {
		s.items = make([][2]uint64, len(s.slots))
	}
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
func (s *Sample) kthRank() uint64 {
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
func (s *Sample) lower(limit uint64) {
	s.limit = min(s.limit, limit)
	for i := 0; i < len(s.slots); i++ {
		for s.slots[i].rank > s.limit {
			s.remove(i) // may move another item here
		}
	}
}

// remove empties slot i and moves later items of the same run back, so that
// probing still finds them.
func (s *Sample) remove(i int) {
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

// Items walks the items of the sample in no particular order. It neither sorts
// nor allocates.
func (s *Sample) Items() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		limit := s.kthRank()
		for i := range s.slots {
			if r := s.slots[i].rank; r != 0 && r <= limit && !yield(s.item(i)) {
				return
			}
		}
	}
}

// Kept walks everything that is held, in no particular order: all items that ever
// came until the first is dropped, which is not before 1.5 k came.
func (s *Sample) Kept() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for i := range s.slots {
			if s.slots[i].rank != 0 && !yield(s.item(i)) {
				return
			}
		}
	}
}

// All walks the items of the sample in the order of their ranks.
func (s *Sample) All() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for _, i := range s.sorted() {
			if !yield(s.item(i)) {
				return
			}
		}
	}
}

// sorted returns the slots of the sample in the order of their ranks.
func (s *Sample) sorted() []int {
	limit := s.kthRank()
	order := make([]int, 0, s.Len())
	for i := range s.slots {
		if r := s.slots[i].rank; r != 0 && r <= limit {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(s.slots[i].rank, s.slots[j].rank) })
	return order
}

func (s *Sample) item(i int) Item {
	sl := s.slots[i]
	it := Item{bits.RotateLeft64(sl.rank, 32), 0, 0, sl.events, sl.bytes, sl.part, sl.flags}
	if s.items != nil {
		it.Hi, it.Lo = s.items[i][0], s.items[i][1]
	}
	return it
}

// Distinct returns how many distinct items have come: exactly while the sample
// is exact, else the unbiased estimate (k-1)/r, r being the k-th smallest rank as
// a fraction of all ranks, with relative standard error sqrt((1-k/n)/(k-2)).
func (s *Sample) Distinct() Count {
	if s.Exact() {
		return Count{Value: float64(s.n)}
	}
	k := float64(s.k)
	value := max(k+1, (k-1)/math.Ldexp(float64(s.kthRank()), -64))
	return Count{value, math.Sqrt((1 - k/value) / (k - 2))}
}

// Merge adds everything that other has seen; it never writes other. The error,
// for a different key or size, wraps [ErrMismatch]; s is then unchanged. If other
// drops its items, s drops them too.
func (s *Sample) Merge(other *Sample) error {
	if err := s.fits(other); err != nil {
		return err
	}
	if other.items == nil {
		s.DropItems()
	}
	s.overflown = s.overflown || other.overflown
	s.lower(other.limit)
	for i := range other.slots {
		if other.slots[i].rank != 0 {
			s.Add(other.item(i))
		}
	}
	return nil
}

func (s *Sample) fits(other *Sample) error {
	switch {
	case s.id != other.id:
		return fmt.Errorf("sketch: %w: key %v and key %v", ErrMismatch, s.id, other.id)
	case s.k != other.k:
		return fmt.Errorf("sketch: %w: sample of %d and sample of %d", ErrMismatch, s.k, other.k)
	}
	return nil
}

// CopyFrom makes s a deep copy of other, reusing the memory that s has.
func (s *Sample) CopyFrom(other *Sample) {
	slots, items := s.slots[:0], s.items[:0]
	*s = *other
	s.slots = append(slots, other.slots...)
	if other.items != nil {
		s.items = append(items, other.items...)
	}
}

// Clone returns a deep copy.
func (s *Sample) Clone() *Sample {
	c := new(Sample)
	c.CopyFrom(s)
	return c
}
