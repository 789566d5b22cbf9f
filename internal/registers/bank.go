package registers

import (
	"math/bits"
	"slices"
)

// MaxParts is the number of parts that a Bank can have.
const MaxParts = 256

// Bank is up to 256 Registers of one precision, numbered from 0, in one piece of
// memory: what a partition of a stream is counted with. A part takes memory,
// 2^precision + 256 bytes, when its first hash comes. Inserting is the same as inserting
// into [Registers] per part, and faster where parts alternate. Histograms of all parts are
// kept, so that estimates read no registers: a register that changes is rare.
//
// The zero Bank is invalid; use [NewBank]. It must not be copied after first use
// and is not safe for concurrent use while it is written.
type Bank struct {
	first      [MaxParts]uint32 // first register of the part; absent: there is none
	registers  []byte
	histograms []histogram // of each part, in the order of their registers
	shift      uint8       // 64 - precision
}

const absent = ^uint32(0)

// NewBank returns a Bank without parts. It panics where [New] does.
func NewBank(precision int) *Bank {
	check(precision)
	b := &Bank{shift: uint8(64 - precision)}
	for i := range b.first {
		b.first[i] = absent
	}
	return b
}

// Precision returns p, where a part has 2^p registers.
func (b *Bank) Precision() int { return 64 - int(b.shift) }

// start makes an absent part ready. Behind the registers in use, all memory is 0.
func (b *Bank) start(part uint8) {
	size := 1 << (64 - b.shift)
	if cap(b.registers)-len(b.registers) < size {
		b.Grow(1 + len(b.registers)/size/8) // a copy for each of the last parts would cost more
	}
	b.first[part] = uint32(len(b.registers))
	b.registers = b.registers[:len(b.registers)+size]
	b.histograms = append(b.histograms, histogram{uint32(size)})
}

// Grow makes room for that many parts more, so that they can start without the
// memory of the others being moved.
func (b *Bank) Grow(parts int) {
	old, room := b.registers, len(b.registers)+parts<<(64-b.shift)
	if room > cap(old) {
		b.registers = make([]byte, room)[:len(old)]
		copy(b.registers, old)
		b.histograms = slices.Grow(b.histograms, parts)
	}
}

// Reset forgets everything. It keeps the memory.
func (b *Bank) Reset() {
	clear(b.registers)
	b.registers, b.histograms = b.registers[:0], b.histograms[:0]
	for i := range b.first {
		b.first[i] = absent
	}
}

// Insert adds a hash to a part.
func (b *Bank) Insert(part uint8, hash uint64) {
	if b.first[part] == absent {
		b.start(part)
	}
	rank := rankOf(hash, 64-b.shift)
	at := uint64(b.first[part]) + hash>>(b.shift&63)
	if r := &b.registers[at]; *r < rank {
		b.histograms[at>>((64-b.shift)&63)].move(*r, rank)
		*r = rank
	}
}

// InsertBatch adds hashes[i] to part parts[i] for every i; parts is at least as
// long as hashes. It overlaps the cache misses of many hashes.
func InsertBatch[P ~uint8](b *Bank, parts []P, hashes []uint64) {
	for {
		n := insertPresent(b, parts, hashes)
		if n == len(hashes) {
			return
		}
		b.start(uint8(parts[n]))
		parts, hashes = parts[n:], hashes[n:]
	}
}

// insertPresent inserts up to the first hash of an absent part, and returns how many it did.
func insertPresent[P ~uint8](b *Bank, parts []P, hashes []uint64) int {
	parts = parts[:len(hashes)]
	registers, histograms, p := b.registers, b.histograms, 64-int(b.shift)
	lowest := uint64(1) << p >> 1
	for i, hash := range hashes {
		// Rotated, the bits that choose the register are below those that make the rank, and
		// one shift by a variable, which takes long, serves both.
		rotated := bits.RotateLeft64(hash, p)
		at := uint64(b.first[parts[i]]) + rotated&(2*lowest-1)
		if at >= uint64(len(registers)) {
			return i
		}
		rank := uint8(bits.LeadingZeros64(rotated|lowest)) + 1
		if r := &registers[at]; *r < rank {
			histograms[at>>(p&63)].move(*r, rank)
			*r = rank
		}
	}
	return len(hashes)
}

// histogram returns that of the part with a first register.
func (b *Bank) histogram(first uint32) *histogram { return &b.histograms[first>>((64-b.shift)&63)] }

// Has reports whether anything was inserted into a part.
func (b *Bank) Has(part uint8) bool { return b.first[part] != absent }

// Part returns a part for reading. It shares the memory of the Bank and is valid
// until the next insertion. If nothing was inserted, ok is false.
func (b *Bank) Part(part uint8) (r Registers, ok bool) {
	first := b.first[part]
	if first == absent {
		return Registers{}, false
	}
	return Registers{b.registers[first:][:1<<(64-b.shift)], b.shift, b.histogram(first)}, true
}

// MergePart adds everything that r has counted to a part, and never writes r. With
// another precision it does nothing and returns false.
func (b *Bank) MergePart(part uint8, r Registers) bool {
	if b.shift != r.shift {
		return false
	}
	if b.first[part] == absent {
		b.start(part)
		copy(b.registers[b.first[part]:], r.bytes)
		*b.histogram(b.first[part]) = r.histogram()
		return true
	}
	own, _ := b.Part(part)
	own.Merge(r)
	*own.kept = count(own.bytes)
	return true
}

// Clone returns a deep copy.
func (b *Bank) Clone() *Bank {
	c := *b
	c.registers = make([]byte, len(b.registers))
	copy(c.registers, b.registers)
	c.histograms = slices.Clone(b.histograms)
	return &c
}

// Size returns about how many bytes b holds. It counts the registers in use, not
// those that they have grown into, so that a decoded Bank has the same size.
func (b *Bank) Size() int { return 4*MaxParts + len(b.registers) + 256*len(b.histograms) }
