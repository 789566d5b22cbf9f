package sketch

import "math/bits"

// WantBatch appends the index of each hash that the sample wants to wanted, and returns that.
// There are at most 256 hashes. It has no branch, since which ones are wanted cannot be
// predicted.
func (s *BottomK) WantBatch(hashes []uint64, wanted []uint8) []uint8 {
	var places [256]uint8
	hashes = hashes[:min(len(hashes), len(places))]
	n, limit := uint64(0), s.limit
	for i, hash := range hashes {
		places[n&0xff] = uint8(i)
		_, above := bits.Sub64(limit, Rank(hash), 0)
		n += 1 - above
	}
	return append(wanted, places[:n]...)
}

// Touch reads what counting hashes next reads, all at once, so that it waits for memory
// once. It pays where a program counts in many samples by turns. It has no visible effect,
// but it writes: do not call it concurrently with readers.
func (s *BottomK) Touch(hashes []uint64) {
	var cells [256]uint32
	for len(hashes) > 0 {
		n := min(len(hashes), len(cells))
		s.touch(hashes[:n], &cells)
		hashes = hashes[n:]
	}
}

func (s *BottomK) touch(hashes []uint64, cells *[256]uint32) {
	index := s.index
	mask := len(index) - 1
	hashes = hashes[:min(len(hashes), len(cells))]
	for i, hash := range hashes {
		cells[i] = index[s.home(Rank(hash))&mask]
	}
	read := uint64(0)
	for i, hash := range hashes {
		rank, cell := Rank(hash), cells[i]
		want := tag(rank)
		for at := s.home(rank); cell != 0 && cell^want > numberMask; cell = index[at&mask] {
			at++
		}
		read += s.slot(cell & numberMask).rank
	}
	s.touched = read
}

// CountBatch counts one event of the item of each hash and adds flags to it. There are at
// most 256 hashes. It appends the index of each whose item is not in the sample to absent,
// and returns that. It waits for the memory of many items at once.
func (s *BottomK) CountBatch(hashes []uint64, flags uint8, absent []uint8) []uint8 {
	var cells [256]uint32
	index := s.index
	mask := len(index) - 1
	hashes = hashes[:min(len(hashes), len(cells))]
	for i, hash := range hashes {
		cells[i] = index[s.home(Rank(hash))&mask]
	}
	for i, hash := range hashes {
		rank := Rank(hash)
		sl, cell := (*slot)(nil), cells[i]
		if cell == 0 {
			absent = append(absent, uint8(i))
			continue
		}
		if cell^tag(rank) <= numberMask {
			sl = s.slot(cell & numberMask)
		}
		if sl == nil || sl.rank != rank {
			no := s.find(rank)
			if no == 0 {
				absent = append(absent, uint8(i))
				continue
			}
			sl = s.slot(no)
		}
		sl.events = addSaturated(sl.events, 1)
		sl.flags |= flags
	}
	return absent
}
