package sketch

import (
	"fmt"
	"math/bits"
)

// BatchSize is how many events a [Batch] has at most.
const BatchSize = 256

// checkBatch panics if there are too many events for a batch: what is beyond would be lost.
func checkBatch(n int) {
	if n > BatchSize {
		panic(fmt.Sprintf("sketch: a batch of %d, at most %d", n, BatchSize))
	}
}

// WantBatch appends the index of each hash that the sample wants to wanted, and returns that. It
// panics if there are more than [BatchSize]. It has no branch, since which ones are wanted cannot
// be predicted.
func (s *BottomK) WantBatch(hashes []uint64, wanted []uint8) []uint8 {
	checkBatch(len(hashes))
	var places [BatchSize]uint8
	hashes = hashes[:min(len(hashes), len(places))]
	n, limit := uint64(0), s.limit
	for i, hash := range hashes {
		places[n&0xff] = uint8(i)
		_, above := bits.Sub64(limit, Rank(hash), 0)
		n += 1 - above
	}
	return append(wanted, places[:n]...)
}

// Batch is up to [BatchSize] events on their way into a sample, in two steps: those whose items it has
// are counted, and what is known of the others is added. What the first step waits for, it waits
// for together, and the second one does not search again: how long that takes cannot be
// predicted. The zero Batch is ready for use.
type Batch struct {
	// Items are filled in by the caller. For CountItems they are those of the events; for
	// AddBatch they are those of the absent ones.
	Items [BatchSize]Item

	n      int
	absent [BatchSize]uint8
	// Where the index of a sample would note the absent ones, while it is the index it was.
	cells [BatchSize]uint32
	of    *BottomK // nil: nowhere
	made  uint32
	found [BatchSize]uint32 // the cells that were read first
}

// Absent returns the index of each event whose item is not in the sample, in ascending order.
func (b *Batch) Absent() []uint8 { return b.absent[:b.n] }

func (b *Batch) note(i, place int) {
	n := b.n & 0xff
	b.absent[n], b.cells[n] = uint8(i), uint32(place)
	b.n++
}

// CountBatch counts one event of the item of each hash, and adds flags to it. It panics if there are
// more than [BatchSize].
func (s *BottomK) CountBatch(b *Batch, hashes []uint64, flags uint8) {
	checkBatch(len(hashes))
	b.n, b.of, b.made = 0, s, s.made
	hashes = hashes[:min(len(hashes), len(b.found))]
	index := s.index
	mask := len(index) - 1
	for i, hash := range hashes {
		b.found[i] = index[s.home(Rank(hash))&mask]
	}
	for i, hash := range hashes {
		rank, cell := Rank(hash), b.found[i]
		if cell == 0 {
			b.note(i, s.home(rank)&mask)
			continue
		}
		sl := s.slot(cell & numberMask)
		if cell^tag(rank) > numberMask || sl.rank != rank {
			if sl = s.resolve(b, i, rank); sl == nil {
				continue
			}
		}
		sl.events = addSaturated(sl.events, 1)
		sl.flags |= flags
	}
}

// CountItems counts the events and bytes of the first n of b.Items, and adds their flags and
// common values. Those that are absent move to the front.
func (s *BottomK) CountItems(b *Batch, n int) {
	b.n, b.of, b.made = 0, s, s.made
	items := b.Items[:n]
	index := s.index
	mask := len(index) - 1
	for i := range items {
		b.found[i] = index[s.home(Rank(items[i].Hash))&mask]
	}
	for i := range items {
		it := &items[i]
		rank, cell := Rank(it.Hash), b.found[i]
		sl := s.slot(cell & numberMask)
		if cell^tag(rank) > numberMask || sl.rank != rank {
			if sl = s.resolve(b, i, rank); sl == nil {
				items[b.n-1] = *it
				continue
			}
		}
		sl.events = addSaturated(sl.events, it.Events)
		sl.bytes = addSaturated(sl.bytes, it.Bytes)
		sl.flags |= it.Flags
		sl.common = Common(sl.common, it.Common)
	}
}

// resolve searches for the item of event number i, whose first cell does not tell. It returns its
// slot, or nil after it has noted that the item is absent.
func (s *BottomK) resolve(b *Batch, i int, rank uint64) *slot {
	no, place := s.search(rank)
	if no == 0 {
		b.note(i, place)
		return nil
	}
	return s.slot(no)
}

// AddBatch adds the item of each absent event, as [BottomK.Add] does, and empties b.
func (s *BottomK) AddBatch(b *Batch) {
	for i := range b.Items[:b.n] {
		it, place := &b.Items[i], int(b.cells[i])
		if b.of != s || b.made != s.made || s.index[place] != 0 {
			s.Add(*it)
		} else if s.Wants(it.Hash) {
			s.put(it, place)
		}
	}
	b.n, b.of = 0, nil
}
