// Package wire reads and writes the values that a checkpoint is made of.
//
// Integers are unsigned varints in their shortest form. Floats are their IEEE 754
// bits in eight bytes, big endian. Truths are one byte, 0 or 1. So a value has one
// encoding only, and equal states have equal bytes.
package wire

import (
	"encoding/binary"
	"fmt"
)

// Reader takes values off an encoding and keeps the first error. After an error
// every method returns zero values. A decoder therefore checks [Reader.Err] once,
// before it acts on what it has read.
//
// An error names the byte: "monitor: invalid encoding: no number at byte 21", if
// "monitor" is the prefix and "invalid encoding" the sentinel. A Reader is for one
// goroutine.
type Reader struct {
	prefix   string
	sentinel error
	data     []byte
	at       int
	err      error
}

// NewReader returns a Reader of data. Its errors begin with prefix and wrap
// sentinel.
func NewReader(prefix string, sentinel error, data []byte) *Reader {
	return &Reader{prefix: prefix, sentinel: sentinel, data: data}
}

// Fail records an error at the present position, unless there was one before.
func (r *Reader) Fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w: %w at byte %d", r.prefix, r.sentinel, fmt.Errorf(format, args...), r.at)
	}
}

// Err returns the first error, or nil.
func (r *Reader) Err() error { return r.err }

// Done returns the first error. Bytes that were not read are one.
func (r *Reader) Done() error {
	if n := r.Len(); n > 0 {
		r.Fail("%d bytes too many", n)
	}
	return r.err
}

// At returns the number of bytes that were read.
func (r *Reader) At() int { return r.at }

// Len returns the number of bytes that are left.
func (r *Reader) Len() int { return len(r.data) - r.at }

// Bytes returns the next n bytes, which share the memory of the data. It returns
// nil after an error.
func (r *Reader) Bytes(n uint64) []byte {
	if n > uint64(r.Len()) {
		r.Fail("%d bytes announced, %d left", n, r.Len())
	}
	if r.err != nil {
		return nil
	}
	b := r.data[r.at:][:n:n]
	r.at += int(n)
	return b
}

// Uvarint returns an unsigned varint. It accepts only the shortest form.
func (r *Reader) Uvarint() uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.data[r.at:])
	if n <= 0 || n > 1 && r.data[r.at+n-1] == 0 {
		r.Fail("no number")
		return 0
	}
	r.at += n
	return v
}
