package ingest

import "net/netip"

// directions finds out whether a table has both directions of flows: then servers that answer
// are among its sources. It looks at the first records, whose targets are addresses.
type directions struct {
	seen    [256]uint64 // pairs of addresses
	forward [256]bool   // which one was the source
	both    bool
}

// add looks at a record. The target may be anything.
func (d *directions) add(source netip.Addr, target []byte) {
	dest, ok := bareAddr(target)
	if !ok || d.both {
		return
	}
	a, b := mixAddr(source), mixAddr(dest.Unmap())
	if a == b {
		return
	}
	pair, forward := a^b|1, a < b
	i := pair >> 8 % uint64(len(d.seen))
	d.both = d.seen[i] == pair && d.forward[i] != forward
	d.seen[i], d.forward[i] = pair, forward
}

// mixAddr is a hash of an address.
func mixAddr(a netip.Addr) uint64 {
	b := a.As16()
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	return h ^ h>>33
}
