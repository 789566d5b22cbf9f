package sketch

import "slices"

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
	for no := range other.n {
		s.Add(other.at(uint32(no) + 1))
	}
	return nil
}

// Overflow tells s that more than k items came elsewhere, of which those above a rank are
// not known. It is for a caller that adds the items of another sample one by one: s must have
// got k items up to that rank before it is encoded or asked for its number.
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
	if s.n > s.most() {
		s.cut()
	}
	s.trim(s.most())
}

// CopyFrom makes s a deep copy of other, reusing the memory that s has.
func (s *BottomK) CopyFrom(other *BottomK) {
	index, slots, items, made := s.index, s.slots, s.items, s.made
	*s = *other
	s.made = made + 1
	s.index = append(index[:0], other.index...)
	s.slots = copyChunks(slots, other.slots)
	s.items = copyChunks(items, other.items)
}

// copyChunks makes dst a deep copy of src, and nil if that is nil.
func copyChunks[T any](dst, src [][]T) [][]T {
	if src == nil {
		return nil
	}
	dst = slices.Grow(dst[:0], len(src))
	for i, chunk := range src {
		dst = dst[:i+1]
		dst[i] = append(dst[i][:0], chunk...)
	}
	return dst
}

// Clone returns a deep copy.
func (s *BottomK) Clone() *BottomK {
	c := new(BottomK)
	c.CopyFrom(s)
	return c
}
