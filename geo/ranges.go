package geo

import (
	"iter"
	"net/netip"
)

// endOfPrefix is the last address of a prefix.
func endOfPrefix(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	last, _ := netip.AddrFromSlice(b)
	return last
}

// prefixesOf yields the fewest prefixes that make up a range of addresses of one family.
func prefixesOf(first, last netip.Addr) iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		for at := first; ; {
			// The largest block that begins here and does not reach beyond the end.
			bits := at.BitLen()
			for bits > 0 {
				larger := netip.PrefixFrom(at, bits-1)
				if larger.Masked().Addr() != at || last.Less(endOfPrefix(larger)) {
					break
				}
				bits--
			}
			p := netip.PrefixFrom(at, bits)
			if !yield(p) {
				return
			}
			end := endOfPrefix(p)
			if end == last {
				return
			}
			at = end.Next()
		}
	}
}

// publicIn yields the public address space in a prefix, piece by piece.
func publicIn(p netip.Prefix) iter.Seq[netip.Prefix] {
	f := ipv6
	if p.Addr().Is4() {
		f = ipv4
	}
	return func(yield func(netip.Prefix) bool) {
		for _, piece := range f.public {
			if !piece.Overlaps(p) {
				continue
			}
			held := piece
			if p.Bits() > piece.Bits() {
				held = p
			}
			if !yield(held) {
				return
			}
		}
	}
}
