package sketch

import "iter"

// Minus returns the items that s has seen and other has not, as far as the two
// samples can tell. It writes neither, and their k may differ.
//
// It compares the n items of s whose rank is so small that other would have kept
// them too, and returns those of them that other does not have. These are a uniform
// sample without replacement of the items that only s has seen. If both samples are
// exact, they are all of these items. Their part of n estimates the part of all
// items of s that other has not seen.
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
