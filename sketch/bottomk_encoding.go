package sketch

import (
	"encoding/binary"
	"math"

	"github.com/whence-go/whence/internal/wire"
)

const (
	bottomKMagic = "whs2"

	flagOverflown = 1 << 0
	flagItems     = 1 << 1

	minItemBytes = 4 // rank, events, bytes, and part with flags: at least a byte each
)

// AppendBinary appends the canonical encoding to b. It never fails.
//
//	0   4  "whs2"
//	4   8  key id, big endian
//	12  1  bit 0: more than k distinct items came; bit 1: items are kept
//	13  4  k, big endian
//	17  4  number of items, big endian
//	21     items in the order of their ranks: rank less the rank before, hi and lo
//	       (if items are kept), events, bytes, part + 256 * flags + 65,536 * common;
//	       each an unsigned varint
//	    4  CRC-32C of all bytes before it, big endian
func (s *BottomK) AppendBinary(b []byte) ([]byte, error) {
	from := len(b)
	var flags byte
	if s.overflown {
		flags |= flagOverflown
	}
	if s.items != nil {
		flags |= flagItems
	}
	b = append(b, bottomKMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.id))
	b = append(b, flags)
	b = binary.BigEndian.AppendUint32(b, uint32(s.k))
	b = binary.BigEndian.AppendUint32(b, uint32(s.Len()))
	last := uint64(0)
	for _, it := range s.AppendItems(nil) {
		rank := Rank(it.Hash)
		b = binary.AppendUvarint(b, rank-last)
		last = rank
		if s.items != nil {
			b = binary.AppendUvarint(b, it.Hi)
			b = binary.AppendUvarint(b, it.Lo)
		}
		b = binary.AppendUvarint(b, it.Events)
		b = binary.AppendUvarint(b, it.Bytes)
		b = binary.AppendUvarint(b, uint64(it.Common)<<16|uint64(it.Flags)<<8|uint64(it.Part))
	}
	return wire.Seal(b, from), nil
}

// MarshalBinary returns what AppendBinary appends.
func (s *BottomK) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote. The encoding must be the whole
// of data. Every error wraps [ErrInvalidEncoding], names the byte, and leaves s
// unchanged; another version is a [VersionError]. Memory stays within 32 times
// len(data).
func (s *BottomK) UnmarshalBinary(data []byte) error {
	r, err := open(bottomKMagic, data)
	if err != nil {
		return err
	}
	d := &BottomK{id: KeyID(r.Uint64())}
	n := d.readHeader(r)
	rank := uint64(0)
	for i := 0; i < n && r.Err() == nil; i++ {
		rank = d.readItem(r, rank)
	}
	if err := r.Done(); err != nil {
		return err
	}
	if d.overflown {
		d.limit, d.held = rank, rank
	}
	d.made += s.made
	*s = *d
	return nil
}

// readHeader makes d a table for the items that follow, and returns how many do.
func (s *BottomK) readHeader(r *wire.Reader) (n int) {
	at := r.At()
	flags, k, items := r.Byte(), r.Uint32(), r.Uint32()
	overflown := flags&flagOverflown != 0
	switch {
	case flags&^(flagOverflown|flagItems) != 0:
		r.FailAt(at, "flags %#x", flags)
	case k < MinSampleSize || k > MaxSampleSize:
		r.FailAt(at+1, "sample size %d, want %d to %d", k, MinSampleSize, MaxSampleSize)
	case items > k || overflown && items != k || int(items) > r.Len()/minItemBytes:
		r.FailAt(at+5, "%d items in a sample of %d and %d bytes", items, k, r.Len())
	}
	if r.Err() != nil {
		return 0
	}
	s.k = int(k)
	s.empty(flags&flagItems == 0)
	s.Grow(int(items))
	s.overflown = overflown
	return int(items)
}

// readItem adds the item that follows the one of rank last, and returns its rank.
func (s *BottomK) readItem(r *wire.Reader, last uint64) uint64 {
	at := r.At()
	rank := last + r.Uvarint()
	it := Item{Hash: HashOf(rank)}
	if s.items != nil {
		it.Hi, it.Lo = r.Uvarint(), r.Uvarint()
	}
	it.Events, it.Bytes = r.Uvarint(), r.Uvarint()
	facts := r.Uvarint()
	if rank <= last || facts > math.MaxUint32 {
		r.FailAt(at, "item out of order or out of range")
	}
	if r.Err() != nil {
		return last
	}
	it.Part, it.Flags, it.Common = uint8(facts), uint8(facts>>8), uint16(facts>>16)
	s.Add(it)
	return rank
}
