package sketch

import (
	"math"
	"math/bits"
	"slices"
)

// limits say which ranks a BottomK wants. They fall with every new item, so that hardly more
// than k are wanted. Items that no longer are stay until there are too many, and then all go
// at once: finding and dropping them costs as much as some ten thousand new items.
type limits struct {
	limit uint64 // ranks above it are not wanted
	held  uint64 // nor are ranks above it held

	// The wanted items by the top bits of their ranks, once a quarter more than k have come.
	wanted int // their number; 0: they are not counted
	levels [32]uint32
	below  uint8 // how many bits of a rank are below its level
}

var noLimits = limits{limit: math.MaxUint64, held: math.MaxUint64}

// slack is how many more than k items come before the limit falls. Until then everything that
// came is held, and a caller who adds [BatchSize] items at a time can see that k was exceeded.
func (s *BottomK) slack() int { return s.k / 4 }

const _ = uint(MinSampleSize/4 - BatchSize) // is not negative

// overflow lowers the limit after a new item, beyond k, has come, and drops items if there
// are too many.
func (s *BottomK) overflow(rank uint64) {
	s.overflown = true
	switch {
	case s.wanted > 0:
		s.levels[rank>>(s.below&63)]++
		s.wanted++
	case s.n <= s.k+s.slack():
		return
	default:
		s.countLevels()
	}
	s.fall()
	switch {
	case s.n <= s.most():
	case s.wanted > s.k+s.slack(): // most ranks are the same but for bits below levels: somebody chose them
		s.cut()
	default:
		s.drop()
	}
}

// fall lowers the limit by whole levels as long as k wanted items are left.
func (s *BottomK) fall() {
	for s.wanted > 0 {
		top := s.limit >> (s.below & 63)
		if s.wanted-int(s.levels[top]) < s.k {
			return
		}
		s.wanted -= int(s.levels[top])
		s.limit = top<<(s.below&63) - 1
		if top <= uint64(len(s.levels)/2) && s.below > 0 {
			s.countLevels() // they are too coarse
		}
	}
}

// countLevels counts the wanted items.
func (s *BottomK) countLevels() {
	s.below = uint8(max(0, bits.Len64(s.limit)-bits.Len(uint(len(s.levels)-1))))
	s.levels, s.wanted = [32]uint32{}, 0
	for slots := range s.chunks() {
		for i := range slots {
			if rank := slots[i].rank; rank <= s.limit {
				s.levels[rank>>(s.below&63)]++
				s.wanted++
			}
		}
	}
}

// cut drops all but the k smallest items.
func (s *BottomK) cut() {
	s.limit, s.wanted = s.kthRank(), 0
	s.drop()
}

// lower drops every item whose rank is above limit.
func (s *BottomK) lower(limit uint64) {
	if limit < s.limit { // else nothing that is wanted is above it
		s.limit, s.wanted = limit, 0
		s.drop()
	}
}

// drop drops the items that are not wanted.
func (s *BottomK) drop() {
	s.table.drop(s.limit)
	s.held = s.limit
}

// kthRank returns the k-th smallest rank, or the limit if there are fewer items.
func (s *BottomK) kthRank() uint64 {
	if s.n < s.k {
		return s.limit
	}
	// A histogram over the top bits leaves one narrow bucket to sort. Ranks
	// above it need not be looked at, those below need only be counted.
	var histogram [4096]uint32
	shift := max(0, bits.Len64(s.held)-12) & 63
	for slots := range s.chunks() {
		for i := range slots {
			histogram[slots[i].rank>>shift&4095]++
		}
	}
	bucket, below := uint64(0), 0
	for below+int(histogram[bucket]) < s.k {
		below += int(histogram[bucket])
		bucket++
	}
	var stack [256]uint64 // enough for honest hashes
	in := stack[:0]
	for slots := range s.chunks() {
		for i := range slots {
			if r := slots[i].rank; r>>shift == bucket {
				in = append(in, r)
			}
		}
	}
	slices.Sort(in)
	return in[s.k-below-1]
}
