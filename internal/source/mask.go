package source

import (
	"encoding/binary"
	"net/netip"
)

// Mask cuts IPv6 sources to a prefix. Make it with [MaskOf].
type Mask struct{ hi, lo uint64 }

// MaskOf is the mask of IPv6 prefixes of that many bits, 1 to 128.
func MaskOf(bits int) Mask {
	hi, lo := ^uint64(0), ^uint64(0)
	if bits < 64 {
		hi <<= 64 - bits
	}
	return Mask{hi, lo << min(128-bits, 64)}
}

// Of returns the source that a valid address belongs to. Zones are dropped, and
// IPv4-mapped addresses are IPv4.
//
// As16 alone would do, but its result is copied 16 bytes at once right after it was
// written 8 at a time, and until that has reached memory the processor starts nothing
// new. As4 and AppendBinary have no such copy.
func (m Mask) Of(addr netip.Addr) Source {
	if addr.Is4() {
		b := addr.As4()
		return IPv4(binary.BigEndian.Uint32(b[:]))
	}
	var buf [32]byte // with room for a zone
	b, _ := addr.AppendBinary(buf[:0])
	return m.Cut(Source{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:16])})
}

// Cut returns the source that another one, perhaps longer, belongs to.
func (m Mask) Cut(s Source) Source {
	if s.IsIPv4() {
		return s
	}
	return Source{s.Hi & m.hi, s.Lo & m.lo}
}
