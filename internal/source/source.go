// Package source has what counts as one source: an IPv4 address, or an IPv6 prefix.
package source

import (
	"cmp"
	"encoding/binary"
	"net/netip"

	"github.com/whence-go/whence/geo"
)

// Source is a 16-byte address as two halves, IPv4 in the form ::ffff:a.b.c.d. It is
// comparable.
type Source struct{ Hi, Lo uint64 }

const mapped = 0xffff // of ::ffff:0:0/96

// IPv4 is the source with that address.
func IPv4(ip uint32) Source { return Source{0, IPv4Base | uint64(ip)} }

// IPv4Base is the lower half of the IPv4 address 0.
const IPv4Base = mapped << 32

// IsIPv4 reports whether the source is an IPv4 address. It is one comparison, since nobody
// can predict which the next one is.
func (s Source) IsIPv4() bool { return s.Hi|(s.Lo>>32^mapped) == 0 }

// Prefix returns what the source stands for; bits is the length of an IPv6 prefix.
func (s Source) Prefix(bits int) netip.Prefix {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], s.Hi)
	binary.BigEndian.PutUint64(b[8:], s.Lo)
	if addr := netip.AddrFrom16(b).Unmap(); addr.Is4() {
		return netip.PrefixFrom(addr, 32)
	}
	return netip.PrefixFrom(netip.AddrFrom16(b), bits)
}

// OriginIn looks the source up as a whole: an IPv6 prefix has one origin, that of its
// first address, so that the parts of a count never overlap.
func (s Source) OriginIn(t *geo.Table) geo.Origin {
	if s.IsIPv4() {
		return t.Lookup4(uint32(s.Lo))
	}
	return t.Lookup6(s.Hi, s.Lo)
}

// Compare orders by address.
func (s Source) Compare(other Source) int {
	return cmp.Or(cmp.Compare(s.Hi, other.Hi), cmp.Compare(s.Lo, other.Lo))
}

// Site is the /24 or /48 that the source lies in, as a key that is never 0. A /24 is the
// longest IPv4 prefix that is commonly announced, a /48 is what one place commonly gets
// (RFC 6177).
func (s Source) Site() uint64 {
	if s.IsIPv4() {
		return 1<<63 | s.Lo>>8
	}
	return s.Hi>>16 | 1<<62
}

// Holding is the /16 or /32 that the source lies in, what one holder commonly has, as a
// key that is never 0 and never a Site.
func (s Source) Holding() uint64 {
	if s.IsIPv4() {
		return 1<<61 | s.Lo>>16
	}
	return s.Hi>>32 | 1<<60
}

// SitePrefix is the prefix of the Site; bits is the length of an IPv6 source.
func (s Source) SitePrefix(bits int) netip.Prefix {
	if s.IsIPv4() {
		bits = 24
	} else {
		bits = min(48, bits)
	}
	p := s.Prefix(128)
	return netip.PrefixFrom(p.Addr(), bits).Masked()
}
