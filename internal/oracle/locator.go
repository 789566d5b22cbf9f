package oracle

import (
	"iter"
	"net/netip"

	"github.com/whence-go/whence/geo"
)

// special lists the blocks that no public unicast source can have. It is
// written out here a second time, from the registries and not from package geo,
// so that a slip in one list shows.
var special = []string{
	// IANA IPv4 special-purpose address registry, multicast, class E.
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",

	// All of IPv6 that does not begin with the bits 001.
	"::/3", "4000::/3", "6000::/3", "8000::/3", "a000::/3", "c000::/3", "e000::/3",

	// IANA IPv6 special-purpose address registry inside 2000::/3.
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
}

// A Locator finds the origin of an address by looking at every range it has.
// It is immutable and safe for concurrent use; it comes from [NewLocator].
type Locator struct {
	reserved []netip.Prefix
	ranges   []geo.Range
}

// NewLocator returns a Locator over ranges, as [geo.Table.Ranges] yields them.
// Where ranges are nested the innermost counts, so that networks, made ranges
// by [Network], give the longest match. Ranges may come in any order; of equal
// ones the last counts.
func NewLocator(ranges iter.Seq[geo.Range]) *Locator {
	l := &Locator{}
	for _, s := range special {
		l.reserved = append(l.reserved, netip.MustParsePrefix(s))
	}
	for r := range ranges {
		l.ranges = append(l.ranges, r)
	}
	return l
}

// Locate returns the origin of addr. An IPv4-mapped IPv6 address is that IPv4
// address, a zone says nothing, and the zero Addr is Unlocated.
func (l *Locator) Locate(addr netip.Addr) geo.Origin {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return geo.Unlocated
	}
	for _, p := range l.reserved {
		if p.Contains(addr) {
			return geo.Reserved
		}
	}
	var best geo.Range // its First is invalid until one is found
	for _, r := range l.ranges {
		if contains(r, addr) && (!best.First.IsValid() || contains(best, r.First) && contains(best, r.Last)) {
			best = r
		}
	}
	return best.Origin
}

// Network returns the addresses of p as a range.
func Network(p netip.Prefix, o geo.Origin) geo.Range {
	last := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < 8*len(last); i++ {
		last[i/8] |= 0x80 >> (i % 8)
	}
	end, _ := netip.AddrFromSlice(last)
	return geo.Range{First: p.Masked().Addr(), Last: end, Origin: o}
}

func contains(r geo.Range, addr netip.Addr) bool {
	return r.First.BitLen() == addr.BitLen() && r.First.Compare(addr) <= 0 && addr.Compare(r.Last) <= 0
}
