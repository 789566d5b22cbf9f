package sketch

import (
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
// Another key is a [MismatchError].
func (s *BottomK) Minus(other *BottomK) (only iter.Seq[Item], n int, err error) {
	if err := sameKey(s.id, other.id); err != nil {
		return nil, 0, err
	}
	limit := min(s.Threshold(), other.Threshold())
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

// Threshold returns the rank up to which every item that came is in the sample.
// Items of greater ranks are not in it. It is [math.MaxUint64] while s is exact.
func (s *BottomK) Threshold() uint64 {
	if s.Exact() {
		return math.MaxUint64
	}
	return s.kthRank()
}
