package sketch

import (
	"fmt"
	"iter"
	"math"
)

// Minus tells which items came to s and never to other, as far as both samples
// tell: of those items of s whose rank other would have kept, of which there are
// n, it returns the ones that other lacks. They are a uniform sample without
// replacement of the items that only s has seen, all of them if both samples are
// exact, and their part of n estimates the part of all items of s that other has
// not seen. Sizes may differ. It writes neither.
//
// The error, for another key, wraps [ErrMismatch].
func (s *Sample) Minus(other *Sample) (only iter.Seq[Item], n int, err error) {
	if s.id != other.id {
		return nil, 0, fmt.Errorf("sketch: %w: key %v and key %v", ErrMismatch, s.id, other.id)
	}
	limit := min(s.threshold(), other.threshold())
	for i := range s.slots {
		if r := s.slots[i].rank; r != 0 && r <= limit {
			n++
		}
	}
	return func(yield func(Item) bool) {
		for i := range s.slots {
			r := s.slots[i].rank
			if r != 0 && r <= limit && other.slots[other.find(r)].rank == 0 && !yield(s.item(i)) {
				return
			}
		}
	}, n, nil
}

// threshold is the rank up to which every item that came is in the sample, and
// above which none is.
func (s *Sample) threshold() uint64 {
	if s.Exact() {
		return math.MaxUint64
	}
	return s.kthRank()
}
