package attribution

import (
	"encoding/binary"
	"net/netip"

	"github.com/whence-go/whence/geo"
)

// source is what counts as one: an IPv4 address, or an IPv6 prefix. It is a
// 16-byte address as two halves, IPv4 in the form ::ffff:a.b.c.d.
type source struct{ hi, lo uint64 }

// mask cuts IPv6 sources to a prefix.
type mask source

func maskOf(bits int) mask {
	hi, lo := ^uint64(0), ^uint64(0)
	if bits < 64 {
		hi <<= 64 - bits
	}
	return mask{hi, lo << min(128-bits, 64)}
}

const mapped = 0xffff // of ::ffff:0:0/96

// sourceOf returns the source that a valid address belongs to.
//
// As16 alone would do, but its result is copied 16 bytes at once right after it
// was written 8 at a time, and until that has reached memory the processor starts
// nothing new. As4 and AppendBinary have no such copy.
func (m mask) sourceOf(addr netip.Addr) source {
	if addr.Is4() {
		b := addr.As4()
		return source{0, mapped<<32 | uint64(binary.BigEndian.Uint32(b[:]))}
	}
	var buf [32]byte // with room for a zone, which is dropped
	b, _ := addr.AppendBinary(buf[:0])
	s := source{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:16])}
	if s.isIPv4() {
		return s
	}
	return source{s.hi & m.hi, s.lo & m.lo}
}

func (s source) isIPv4() bool { return s.hi == 0 && s.lo>>32 == mapped }

// prefix returns what the source stands for; ipv6Bits is the length of an IPv6
// prefix.
func (s source) prefix(ipv6Bits int) netip.Prefix {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], s.hi)
	binary.BigEndian.PutUint64(b[8:], s.lo)
	if addr := netip.AddrFrom16(b).Unmap(); addr.Is4() {
		return netip.PrefixFrom(addr, 32)
	}
	return netip.PrefixFrom(netip.AddrFrom16(b), ipv6Bits)
}

// originIn looks the source up as a whole: an IPv6 prefix has one origin, that of
// its first address, so that the parts of a tally never overlap.
func (s source) originIn(t *geo.Table) geo.Origin {
	if s.isIPv4() {
		return t.Lookup4(uint32(s.lo))
	}
	return t.Lookup6(s.hi, s.lo)
}
