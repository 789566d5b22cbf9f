package wire

import (
	"encoding/binary"
	"math"
)

// Int returns an unsigned varint from 0 to most. A larger one is an error.
func (r *Reader) Int(most int64) int64 {
	v := r.Uvarint()
	if v > uint64(most) {
		r.Fail("a number of %d, at most %d", v, most)
		return 0
	}
	return int64(v)
}

// Float returns a number of eight bytes, IEEE 754 and big endian, from low to high.
// One out of this range, or no number at all, is an error.
func (r *Reader) Float(low, high float64) float64 {
	v := math.Float64frombits(r.Uint64())
	if r.err == nil && !(v >= low && v <= high) {
		r.Fail("a number of %v, want %v to %v", v, low, high)
		return 0
	}
	return v
}

// Bool returns a truth, which is one byte. A byte other than 0 and 1 is an error.
func (r *Reader) Bool() bool {
	b := r.Byte()
	if b > 1 {
		r.Fail("%d where 0 or 1 is wanted", b)
	}
	return b == 1
}

// AppendInts appends integers as [Reader.Int] reads them. They must not be negative.
func AppendInts(b []byte, values ...int64) []byte {
	for _, v := range values {
		b = binary.AppendUvarint(b, uint64(v))
	}
	return b
}

// AppendFloats appends floats as [Reader.Float] reads them.
func AppendFloats(b []byte, values ...float64) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// AppendBools appends truths as [Reader.Bool] reads them.
func AppendBools(b []byte, values ...bool) []byte {
	for _, v := range values {
		if v {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	return b
}
