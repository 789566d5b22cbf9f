package sketch

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/whence-go/whence/internal/wire"
)

const (
	heavyMagic = "whh2"

	minCellBytes = 2 // events and sources: at least a byte each
)

// AppendBinary appends the canonical encoding to b. It never fails. The encoding
// has the whole state: what is decoded from it counts on as h would.
//
//	0   4  "whh2"
//	4   8  key id, big endian
//	12  4  number of slots, big endian
//	16     total, the total by which shares are compared, what of that was not
//	       counted in slots (events and sources each); evictions; slots in use
//	       and all of them: hash, big endian, least, and what most exceeds it by
//	       (events and sources each); all cells, row by row: events, sources;
//	       the number of pairs that the filter holds and, unless it holds none,
//	       its words, big endian
//	    4  CRC-32C of all bytes before it, big endian
//
// Numbers are unsigned varints unless a width is given; widths are in bytes.
func (h *HeavyHitters) AppendBinary(b []byte) ([]byte, error) {
	from := len(b)
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
	return wire.Seal(b, from), nil
}

func (w Weight) append(b []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, w.Events), w.Sources)
}

// MarshalBinary returns what AppendBinary appends.
func (h *HeavyHitters) MarshalBinary() ([]byte, error) { return h.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote. The encoding must be the whole
// of data. Every error wraps [ErrInvalidEncoding], names the byte, and leaves h
// unchanged; another version is a [VersionError]. Memory stays within 16 times
// len(data).
func (h *HeavyHitters) UnmarshalBinary(data []byte) error {
	r, err := open(heavyMagic, data)
	if err != nil {
		return err
	}
	id, at := KeyID(r.Uint64()), r.At()
	slots := r.Uint32()
	switch {
	case slots < MinSlots || slots > MaxSlots:
		r.FailAt(at, "%d slots, want %d to %d", slots, MinSlots, MaxSlots)
	case r.Len() < minCellBytes*rows<<(bits.Len32(slots-1)+logCellsPerSlot):
		r.FailAt(at, "%d slots in %d bytes", slots, r.Len())
	}
	if r.Err() != nil {
		return r.Err()
	}
	d, err := NewHeavyHitters(id, int(slots))
	if err != nil {
		return err // cannot be: the number was checked
	}
	d.readTotals(r)
	d.tracked.read(r)
	d.cells.read(r)
	d.pairs.read(r)
	if err := r.Done(); err != nil {
		return err
	}
	d.compare()
	*h = *d
	return nil
}

// readWeight reads two numbers.
func readWeight(r *wire.Reader) Weight {
	events := r.Uvarint()
	return Weight{events, r.Uvarint()}
}

func (h *HeavyHitters) readTotals(r *wire.Reader) {
	at := r.At()
	h.total, h.balance, h.loose, h.evictions = readWeight(r), readWeight(r), readWeight(r), r.Uvarint()
	if h.total.exceededBy(h.balance) || h.balance.exceededBy(h.loose) || h.unbalanced(h.total) {
		r.FailAt(at, "totals that do not fit each other")
	}
}

func (t *tracked) read(r *wire.Reader) {
	at := r.At()
	n := r.Uvarint()
	if n > uint64(t.size) {
		r.FailAt(at, "%d slots in use of %d", n, t.size)
	}
	for i := uint64(0); i < n && r.Err() == nil; i++ {
		at := r.At()
		hash, least, more := r.Uint64(), readWeight(r), readWeight(r)
		most := least
		most.add(more)
		saturated := most.Events-least.Events != more.Events || most.Sources-least.Sources != more.Sources
		if saturated || t.find(hash) != Untracked {
			r.FailAt(at, "slot out of range or with the target of another")
		}
		t.slots = append(t.slots, weights{most, least})
		t.hashes = append(t.hashes, hash)
		t.enter(int32(i))
	}
}

func (c *cells) read(r *wire.Reader) {
	for i := range c.cells {
		at := r.At()
		w := readWeight(r)
		if max(w.Events, w.Sources) > math.MaxUint32 {
			r.FailAt(at, "cell out of range")
		}
		if r.Err() != nil {
			return
		}
		c.cells[i] = cell{uint32(w.Events), uint32(w.Sources)}
		if w != (Weight{}) {
			c.used[i>>logPage] = inUse
		}
	}
}

func (p *pairs) read(r *wire.Reader) {
	at := r.At()
	held := r.Uvarint()
	if held == 0 || r.Err() != nil {
		return
	}
	set := 0
	for i := range p.words {
		p.words[i] = r.Uint64()
		if p.words[i] != 0 {
			p.used[i>>logPage] = inUse
		}
		set += bits.OnesCount64(p.words[i])
	}
	if held >= uint64(p.free) || set == 0 || uint64(set) > held*bitsPerPair {
		r.FailAt(at, "filter of %d pairs in %d bits", held, set)
	}
	p.free -= int(held)
}
