// Package wire has what all encodings of this module share: one reader of bytes,
// and one checksum.
//
// # Checksum
//
// An encoding begins with a magic of four bytes, of which the last is the version
// of the layout, and ends with a checksum: the CRC-32C (Castagnoli, RFC 3720) of
// every byte before it, the magic included, in four bytes, big endian. It finds
// damage, not forgery. [Seal] writes it and [Open] checks it.
package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Reader takes values off an encoding and keeps the first error. After an error
// every method returns zero values, so that a decoder checks [Reader.Err] once,
// before it acts on what it has read.
//
// Every error names the byte and reads "sketch: invalid encoding: no number at
// byte 21", if "sketch" is the prefix and "invalid encoding" the sentinel.
//
// A Reader is for one goroutine. The zero Reader reads nothing.
type Reader struct {
	prefix   string
	sentinel error
	data     []byte // up to what is not to be read
	at       int
	err      error
}

// NewReader returns a Reader of data. Errors begin with prefix, which names the
// package that decodes, and wrap sentinel.
func NewReader(prefix string, sentinel error, data []byte) *Reader {
	return &Reader{prefix: prefix, sentinel: sentinel, data: data}
}

// Fail records an error at the present position, unless there was one before.
func (r *Reader) Fail(format string, args ...any) { r.FailAt(r.at, format, args...) }

// FailAt records an error at byte at, unless there was one before.
func (r *Reader) FailAt(at int, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w: %w at byte %d", r.prefix, r.sentinel, fmt.Errorf(format, args...), at)
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

// At returns the number of bytes before the next one, from the begin of the data.
func (r *Reader) At() int { return r.at }

// Len returns the number of bytes that are left.
func (r *Reader) Len() int { return len(r.data) - r.at }

// Bytes returns the next n bytes, which share the memory of the data. It returns
// nil after an error.
func (r *Reader) Bytes(n uint64) []byte {
	if n > uint64(len(r.data)-r.at) {
		r.Fail("%d bytes announced, %d left", n, r.Len())
	}
	if r.err != nil {
		return nil
	}
	b := r.data[r.at:][:n:n]
	r.at += int(n)
	return b
}

// Takes takes some bytes off, if they come next.
func (r *Reader) Takes(next []byte) bool {
	if r.err != nil || !bytes.HasPrefix(r.data[r.at:], next) {
		return false
	}
	r.at += len(next)
	return true
}

// Since returns the bytes that were taken off from one on.
func (r *Reader) Since(at int) []byte { return r.data[at:r.at:r.at] }

// Rest returns all bytes that are left.
func (r *Reader) Rest() []byte { return r.Bytes(uint64(r.Len())) }

// Byte returns the next byte.
func (r *Reader) Byte() byte {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// Uint32 returns a number of four bytes, big endian.
func (r *Reader) Uint32() uint32 {
	if b := r.Bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// Uint64 returns a number of eight bytes, big endian.
func (r *Reader) Uint64() uint64 {
	if b := r.Bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Uvarint returns an unsigned varint. It accepts only the shortest form, so that a
// number has one encoding.
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

// Text returns a text of at most most bytes, as [AppendText] writes it.
func (r *Reader) Text(most int) string {
	at := r.at
	n := r.Uvarint()
	if n > uint64(most) {
		r.FailAt(at, "a text of %d bytes, at most %d", n, most)
	}
	return string(r.Bytes(n))
}

// AppendText appends a text to b: its length as a varint, then its bytes.
func AppendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
