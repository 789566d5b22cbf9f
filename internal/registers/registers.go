// Package registers holds the registers of HyperLogLogs: those of one, and those
// of up to 256 in one piece of memory. They are the registers of
// github.com/axiomhq/hyperloglog, byte for byte, for the same hashes.
//
// The package does not know which key made the hashes. Its owner compares keys.
package registers

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Precisions: a HyperLogLog of precision p has 2^p registers of one byte.
const (
	MinPrecision = 12
	MaxPrecision = 16
)

// Registers are those of a dense HyperLogLog (Flajolet et al. 2007). They lie in
// a slice of its own, because the packet path then updates one in a few
// nanoseconds and because an estimate must not write.
//
// Like a slice, Registers share their memory when they are copied. The zero
// Registers are invalid. Any number of goroutines may read while none writes.
type Registers struct {
	bytes []byte
	shift uint8      // 64 - precision
	kept  *histogram // by their Bank; nil: by nobody
}

// New returns empty registers. It panics if precision is out of range: the owner
// checks what it was given.
func New(precision int) Registers {
	check(precision)
	return Registers{bytes: make([]byte, 1<<precision), shift: uint8(64 - precision)}
}

func check(precision int) {
	if !ValidPrecision(precision) {
		panic("registers: precision out of range") // only a bug of the owner can do it
	}
}

// ValidPrecision reports whether precision is from [MinPrecision] to
// [MaxPrecision].
func ValidPrecision(precision int) bool {
	return precision >= MinPrecision && precision <= MaxPrecision
}

// Precision returns p, where there are 2^p registers.
func (r Registers) Precision() int { return 64 - int(r.shift) }

// Bytes returns the registers, one byte each. They are not a copy.
func (r Registers) Bytes() []byte { return r.bytes }

// Insert adds a hash. It does not allocate.
func (r Registers) Insert(hash uint64) {
	rank := rankOf(hash, 64-r.shift)
	if b := &r.bytes[hash>>(r.shift&63)]; *b < rank {
		*b = rank
	}
}

// Holds reports whether inserting a hash would change nothing. Of a hash that was inserted
// it is true.
func (r Registers) Holds(hash uint64) bool {
	return r.bytes[hash>>(r.shift&63)] >= rankOf(hash, 64-r.shift)
}

// rankOf is the place of the first bit that is set behind the bits that choose the
// register. The low bit that is set here keeps it within 64-p+1 when all others
// are 0.
func rankOf(hash uint64, precision uint8) uint8 {
	return uint8(bits.LeadingZeros64(hash<<(precision&63)|1<<((precision-1)&63))) + 1
}

// Merge adds everything that other has counted, and never writes other. With
// another precision it does nothing and returns false.
func (r Registers) Merge(other Registers) bool {
	if r.shift != other.shift {
		return false
	}
	maxBytes(r.bytes, other.bytes)
	return true
}

// maxBytes sets every dst[i] to the larger of dst[i] and src[i], eight at a
// time. All bytes are below 128 and len(dst) == len(src) is a multiple of 8.
func maxBytes(dst, src []byte) {
	const high = 0x8080808080808080
	for i := 0; i+8 <= len(dst) && i+8 <= len(src); i += 8 {
		a := binary.LittleEndian.Uint64(dst[i:])
		b := binary.LittleEndian.Uint64(src[i:])
		ge := ((a | high) - b) & high // the high bit of each byte where a >= b
		mask := ge - ge>>7 | ge       // all bits of those bytes
		binary.LittleEndian.PutUint64(dst[i:], a&mask|b&^mask)
	}
}

// Reset forgets everything that was counted.
func (r Registers) Reset() { clear(r.bytes) }

// Clone returns a copy with memory of its own.
func (r Registers) Clone() Registers { return Registers{bytes: slices.Clone(r.bytes), shift: r.shift} }
