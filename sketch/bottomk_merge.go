package sketch

// Merge adds everything that other has seen, and never writes other. If their k
// differs, the result has the smaller one. In whatever order samples are merged,
// the result is the sample of all their items at the smallest k. If other drops its
// items, s drops them too. Another key is a [MismatchError], and s is then unchanged.
func (s *BottomK) Merge(other *BottomK) error {
	if err := sameKey(s.id, other.id); err != nil {
		return err
	}
	if other.items == nil {
		s.DropItems()
	}
	s.Shrink(other.k)
	s.overflown = s.overflown || other.overflown
	s.lower(other.limit)
	for i := range other.slots {
		if other.slots[i].rank != 0 {
			s.Add(other.item(i))
		}
	}
	return nil
}

// Overflow tells s that more than k items came elsewhere, of which those above a rank are
// not known. It is for a caller that adds the items of another sample one by one.
func (s *BottomK) Overflow(rank uint64) {
	s.overflown = true
	s.lower(rank)
}

// Shrink makes s the sample of the same items at a smaller k, and releases memory.
// A k that is not smaller changes nothing. A k below [MinSampleSize] stands for
// MinSampleSize.
func (s *BottomK) Shrink(k int) {
	k = max(k, MinSampleSize)
	if k >= s.k {
		return
	}
	s.k = k
	s.overflown = s.overflown || s.n > k
	if s.n > k+k/2 {
		s.lower(s.kthRank())
	}
	if slots := slotsFor(s.n); slots < len(s.slots) {
		s.rehash(slots)
	}
}

// CopyFrom makes s a deep copy of other, reusing the memory that s has.
func (s *BottomK) CopyFrom(other *BottomK) {
	slots, items := s.slots[:0], s.items[:0]
	*s = *other
	s.slots = append(slots, other.slots...)
	if other.items != nil {
		s.items = append(items, other.items...)
	}
}

// Clone returns a deep copy.
func (s *BottomK) Clone() *BottomK {
	c := new(BottomK)
	c.CopyFrom(s)
	return c
}
