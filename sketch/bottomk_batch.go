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

// Absent are the events of a batch, at most 256, whose items a sample does not have.
// [BottomK.CountBatch] finds them, and [BottomK.AddBatch] adds their items.
type Absent struct {
	// Items are those of the events in At, in their order. The caller fills them in.
	Items [256]Item

	n  int
	at [256]uint8
	// Where the index of a sample would note them, unless it was made anew since.
	cells [256]uint32
	of    *BottomK // nil: nowhere yet
	made  uint32
}

// At returns the index in the batch of each event. It is valid until the next one is noted.
func (a *Absent) At() []uint8 { return a.at[:a.n] }

// Reset forgets all events.
func (a *Absent) Reset() { a.n, a.of = 0, nil }

// Append notes an event by its index in the batch.
func (a *Absent) Append(i uint8) { a.note(i, 0) }

func (a *Absent) note(i uint8, place int) {
	n := a.n & 0xff
	a.at[n], a.cells[n] = i, uint32(place)
	a.n++
}

// CountBatch counts one event of the item of each hash and adds flags to it. There are at
// most 256 hashes. Those whose items are not in the sample are all that absent has then. It
// waits for the memory of many items at once.
func (s *BottomK) CountBatch(hashes []uint64, flags uint8, absent *Absent) {
	absent.n, absent.of, absent.made = 0, s, s.made
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
			absent.note(uint8(i), s.home(rank)&mask)
			continue
		}
		if cell^tag(rank) <= numberMask {
			sl = s.slot(cell & numberMask)
		}
		if sl == nil || sl.rank != rank {
			no, place := s.search(rank)
			if no == 0 {
				absent.note(uint8(i), place)
				continue
			}
			sl = s.slot(no)
		}
		sl.events = addSaturated(sl.events, 1)
		sl.flags |= flags
	}
}

// AddBatch adds each of the absent items, as [BottomK.Add] does, and resets absent. Where
// CountBatch has found an item to be missing it belongs, so that it is not searched for again:
// how long that takes cannot be predicted.
func (s *BottomK) AddBatch(absent *Absent) {
	for i := range absent.Items[:absent.n] {
		it, place := &absent.Items[i], int(absent.cells[i])
		if absent.of != s || absent.made != s.made || s.index[place] != 0 {
			s.Add(*it)
		} else if s.Wants(it.Hash) {
			s.put(it, place)
		}
	}
	absent.Reset()
}
