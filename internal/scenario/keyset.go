package scenario

import (
	"math/bits"
	"math/rand/v2"
)

// keySet is a set of keys other than 0, at 11 to 21 bytes a key. A map would
// take three times as long to fill, and filling it is most of the work of
// drawing a million sources. The zero value is an empty set.
type keySet struct {
	slots []uint64 // open addressing, linear probing, a power of two; 0 is free
	count int
}

// add puts key into the set and reports whether it was not there before.
func (s *keySet) add(key uint64) bool {
	if s.count >= len(s.slots)*3/4 {
		s.grow()
	}
	i, found := s.find(key)
	if found {
		return false
	}
	s.slots[i] = key
	s.count++
	return true
}

func (s *keySet) has(key uint64) bool {
	if len(s.slots) == 0 {
		return false
	}
	_, found := s.find(key)
	return found
}

// find returns the slot that holds key, or the free one where it belongs.
func (s *keySet) find(key uint64) (int, bool) {
	mask := len(s.slots) - 1
	i := int(key * 0x9e3779b97f4a7c15 >> (64 - bits.Len(uint(mask))))
	for ; s.slots[i] != 0; i = (i + 1) & mask {
		if s.slots[i] == key {
			return i, true
		}
	}
	return i, false
}

func (s *keySet) grow() {
	old := s.slots
	s.slots = make([]uint64, max(1024, 2*len(old)))
	for _, key := range old {
		if key != 0 {
			i, _ := s.find(key)
			s.slots[i] = key
		}
	}
}

// permutation is a bijection of the numbers below 2^32: a Feistel network, from
// whose first n values the distinct addresses of a flood are had without
// remembering any.
type permutation [6]uint32

func newPermutation(rng *rand.Rand) (p permutation) {
	for i := range p {
		p[i] = rng.Uint32()
	}
	return p
}

func (p *permutation) at(i uint32) uint32 {
	l, r := i>>16, i&0xffff
	for _, key := range p {
		x := (r + key) * 0x7feb352d
		x = (x ^ x>>15) * 0x846ca68b
		l, r = r, l^x>>16
	}
	return l<<16 | r
}
