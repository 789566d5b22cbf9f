package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
)

const (
	sampleMagic  = "whs1"
	sampleHeader = len(sampleMagic) + 8 + 1 + 4 + 4

	flagOverflown = 1 << 0
	flagItems     = 1 << 1

	minItemBytes = 4 // rank, events, bytes, part and flags: a byte each at least
)

// AppendBinary appends the canonical encoding to b; it never fails.
//
//	0   4  "whs1"
//	4   8  key id, big endian
//	12  1  bit 0: more than k distinct items came; bit 1: items are kept
//	13  4  k, big endian
//	17  4  number of items, big endian
//	21     items in the order of their ranks: rank less the rank before, hi and lo
//	       (if items are kept), events, bytes, part + 256 * flags; each an unsigned
//	       varint
func (s *Sample) AppendBinary(b []byte) ([]byte, error) {
	var flags byte
	if s.overflown {
		flags |= flagOverflown
	}
	if s.items != nil {
		flags |= flagItems
	}
	b = append(b, sampleMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.id))
	b = append(b, flags)
	b = binary.BigEndian.AppendUint32(b, uint32(s.k))
	b = binary.BigEndian.AppendUint32(b, uint32(s.Len()))
	last := uint64(0)
	for _, i := range s.sorted() {
		sl := &s.slots[i]
		b = binary.AppendUvarint(b, sl.rank-last)
		last = sl.rank
		if s.items != nil {
			b = binary.AppendUvarint(b, s.items[i][0])
			b = binary.AppendUvarint(b, s.items[i][1])
		}
		b = binary.AppendUvarint(b, sl.events)
		b = binary.AppendUvarint(b, sl.bytes)
		b = binary.AppendUvarint(b, uint64(sl.flags)<<8|uint64(sl.part))
	}
	return b, nil
}

// MarshalBinary returns what AppendBinary appends.
func (s *Sample) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote; the encoding must be the
// whole of data. Every error wraps [ErrInvalid], names the byte, and leaves s
// unchanged. Memory stays within 32 times len(data).
func (s *Sample) UnmarshalBinary(data []byte) error {
	if len(data) < sampleHeader || string(data[:4]) != sampleMagic {
		return fmt.Errorf("sketch: %w: %d bytes do not begin a sample", ErrInvalid, len(data))
	}
	flags := data[12]
	k := binary.BigEndian.Uint32(data[13:])
	n := binary.BigEndian.Uint32(data[17:])
	overflown := flags&flagOverflown != 0
	switch {
	case flags&^(flagOverflown|flagItems) != 0:
		return fmt.Errorf("sketch: %w: flags %#x at byte 12", ErrInvalid, flags)
	case k < MinSampleSize || k > MaxSampleSize:
		return fmt.Errorf("sketch: %w: sample of %d at byte 13, want %d to %d", ErrInvalid, k, MinSampleSize, MaxSampleSize)
	case n > k || overflown && n != k || int(n) > (len(data)-sampleHeader)/minItemBytes:
		return fmt.Errorf("sketch: %w: %d items at byte 17, in a sample of %d and %d bytes", ErrInvalid, n, k, len(data))
	}
	d := NewSample(KeyID(binary.BigEndian.Uint64(data[4:])), int(k), flags&flagItems == 0)
	slots := minSlots
	for int(n) > slots/4*3 {
		slots *= 2
	}
	d.empty(slots, flags&flagItems == 0)
	r := reader{data: data, at: sampleHeader}
	rank := uint64(0)
	for range n {
		at := r.at
		delta := r.uvarint()
		var it Item
		if d.items != nil {
			it.Hi, it.Lo = r.uvarint(), r.uvarint()
		}
		it.Events, it.Bytes = r.uvarint(), r.uvarint()
		facts := r.uvarint()
		if r.err != nil {
			return r.err
		}
		if delta == 0 || rank+delta < rank || facts > math.MaxUint16 {
			return fmt.Errorf("sketch: %w: item at byte %d is out of order or out of range", ErrInvalid, at)
		}
		rank += delta
		it.Hash, it.Part, it.Flags = rank<<32|rank>>32, uint8(facts), uint8(facts>>8)
		d.Add(it)
	}
	if r.at != len(data) {
		return fmt.Errorf("sketch: %w: %d bytes follow the sample", ErrInvalid, len(data)-r.at)
	}
	if overflown {
		d.overflown, d.limit = true, rank
	}
	*s = *d
	return nil
}

// reader takes numbers off a slice and remembers the first thing wrong.
type reader struct {
	data []byte
	at   int
	err  error
}

// fail notes what is wrong, unless something was before.
func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("sketch: %w: "+format, append([]any{ErrInvalid}, args...)...)
	}
}

// uint64 reads eight bytes, big endian.
func (r *reader) uint64() uint64 {
	if r.err != nil || len(r.data)-r.at < 8 {
		r.fail("no eight bytes at byte %d", r.at)
		return 0
	}
	r.at += 8
	return binary.BigEndian.Uint64(r.data[r.at-8:])
}

// uvarint accepts only the shortest form of a number.
func (r *reader) uvarint() uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.data[r.at:])
	if n <= 0 || n > 1 && r.data[r.at+n-1] == 0 {
		r.fail("no number at byte %d", r.at)
		return 0
	}
	r.at += n
	return v
}
