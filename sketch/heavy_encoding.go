package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

const (
	heavyMagic  = "whv1"
	heavyHeader = len(heavyMagic) + 8 + 4

	minCellBytes = 2 // events, sources: a byte each at least
)

// AppendBinary appends the canonical encoding to b; it never fails. It holds the
// whole state: what is decoded goes on as h would.
//
//	0   4  "whv1"
//	4   8  key id, big endian
//	12  4  number of slots, big endian
//	16     total, the total by which shares are compared, what of that was not
//	       counted in slots (events and sources each); evictions; slots in use
//	       and all of them: hash, big endian, least, and what most exceeds it by
//	       (events and sources each); all cells, row by row: events, sources;
//	       the number of pairs that the filter holds and, unless it holds none,
//	       its words, big endian
//
// Numbers are unsigned varints where nothing else is said.
func (h *Heavy) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, heavyMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(h.id))
	b = binary.BigEndian.AppendUint32(b, uint32(h.tracked.size))
	b = h.total.append(b)
	b = h.balance.append(b)
	b = h.loose.append(b)
	b = binary.AppendUvarint(b, h.evictions)
	b = binary.AppendUvarint(b, uint64(len(h.tracked.slots)))
	for i, w := range h.tracked.slots {
		b = binary.BigEndian.AppendUint64(b, h.tracked.hashes[i])
		b = w.least.append(b)
		b = Weight{w.most.Events - w.least.Events, w.most.Sources - w.least.Sources}.append(b)
	}
	for _, c := range h.cells.cells {
		b = Weight{uint64(c.events), uint64(c.sources)}.append(b)
	}
	held := h.pairs.held()
	b = binary.AppendUvarint(b, uint64(held))
	if held > 0 {
		for _, word := range h.pairs.words {
			b = binary.BigEndian.AppendUint64(b, word)
		}
	}
	return b, nil
}

func (w Weight) append(b []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, w.Events), w.Sources)
}

// MarshalBinary returns what AppendBinary appends.
func (h *Heavy) MarshalBinary() ([]byte, error) { return h.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote; the encoding must be the
// whole of data. Every error wraps [ErrInvalid], names the byte, and leaves h
// unchanged. Memory stays within 16 times len(data).
func (h *Heavy) UnmarshalBinary(data []byte) error {
	if len(data) < heavyHeader || string(data[:4]) != heavyMagic {
		return fmt.Errorf("sketch: %w: %d bytes do not begin a heavy", ErrInvalid, len(data))
	}
	size := binary.BigEndian.Uint32(data[12:])
	switch {
	case size < MinHeavySize || size > MaxHeavySize:
		return fmt.Errorf("sketch: %w: heavy of %d slots at byte 12, want %d to %d", ErrInvalid, size, MinHeavySize, MaxHeavySize)
	case len(data) < minCellBytes*rows<<(bits.Len32(size-1)+logCellsPerSlot):
		return fmt.Errorf("sketch: %w: heavy of %d slots at byte 12, in %d bytes", ErrInvalid, size, len(data))
	}
	d := NewHeavy(KeyID(binary.BigEndian.Uint64(data[4:])), int(size))
	r := reader{data: data, at: heavyHeader}
	for _, part := range []func(*reader){d.readTotals, d.tracked.read, d.cells.read, d.pairs.read} {
		if part(&r); r.err != nil {
			return r.err
		}
	}
	if r.at != len(data) {
		return fmt.Errorf("sketch: %w: %d bytes follow the heavy", ErrInvalid, len(data)-r.at)
	}
	d.compare()
	*h = *d
	return nil
}

// weight reads two numbers.
func (r *reader) weight() Weight {
	events := r.uvarint()
	return Weight{events, r.uvarint()}
}

func (h *Heavy) readTotals(r *reader) {
	at := r.at
	h.total, h.balance, h.loose, h.evictions = r.weight(), r.weight(), r.weight(), r.uvarint()
	if h.total.exceededBy(h.balance) || h.balance.exceededBy(h.loose) || h.unbalanced(h.total) {
		r.fail("totals at byte %d do not fit each other", at)
	}
}

func (t *tracked) read(r *reader) {
	at := r.at
	n := r.uvarint()
	if n > uint64(t.size) {
		r.fail("%d slots in use at byte %d, of %d", n, at, t.size)
	}
	for i := uint64(0); i < n && r.err == nil; i++ {
		at := r.at
		hash, least, more := r.uint64(), r.weight(), r.weight()
		most := least
		most.add(more)
		if most.Events-least.Events != more.Events || most.Sources-least.Sources != more.Sources || t.find(hash) != Untracked {
			r.fail("slot at byte %d is out of range or has the target of another", at)
		}
		t.slots = append(t.slots, weights{most, least})
		t.hashes = append(t.hashes, hash)
		t.enter(int32(i))
	}
}

func (c *cells) read(r *reader) {
	for i := range c.cells {
		at := r.at
		w := r.weight()
		if max(w.Events, w.Sources) > math.MaxUint32 {
			r.fail("cell at byte %d is out of range", at)
		}
		if r.err != nil {
			return
		}
		c.cells[i] = cell{uint32(w.Events), uint32(w.Sources)}
	}
}

func (p *pairs) read(r *reader) {
	at := r.at
	held := r.uvarint()
	if held == 0 || r.err != nil {
		return
	}
	set := 0
	for i := range p.words {
		p.words[i] = r.uint64()
		set += bits.OnesCount64(p.words[i])
	}
	if held >= uint64(p.free) || set == 0 || uint64(set) > held*bitsPerPair {
		r.fail("filter at byte %d holds %d pairs in %d bits", at, held, set)
	}
	p.free -= int(held)
}
