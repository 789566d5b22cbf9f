package oracle

import (
	"net/netip"

	"github.com/whence-go/whence/geo"
)

// A Volume is what one source sent.
type Volume struct {
	Events, Bytes uint64
}

// A Tally counts what [New] says by remembering every source. Its fields are
// there to be read and ranged over. It is not safe for concurrent use.
type Tally struct {
	// Sources holds each distinct source, by its key, under its origin.
	Sources map[geo.Origin]map[netip.Addr]Volume

	// Skipped counts the calls of Add with an invalid address.
	Skipped uint64

	locate   func(netip.Addr) geo.Origin
	ipv6Bits int
}

// New returns an empty Tally that places sources with locate and counts IPv6
// sources per network of ipv6Bits bits, from 1 to 128.
func New(locate func(netip.Addr) geo.Origin, ipv6Bits int) *Tally {
	return &Tally{
		Sources:  make(map[geo.Origin]map[netip.Addr]Volume),
		locate:   locate,
		ipv6Bits: ipv6Bits,
	}
}

// Key returns what a source is counted as: an IPv4 address itself, also where
// it came as an IPv4-mapped IPv6 address, and of an IPv6 address the first
// address of its network of ipv6Bits bits. Zones are dropped. The key of the
// zero Addr is the zero Addr.
func Key(addr netip.Addr, ipv6Bits int) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if !addr.Is6() {
		return addr
	}
	p, err := addr.Prefix(ipv6Bits)
	if err != nil {
		panic("oracle: " + err.Error())
	}
	return p.Addr()
}

// Add counts events and bytes from addr. The key is located, not the address:
// otherwise one source could have two origins.
func (t *Tally) Add(addr netip.Addr, events, bytes uint64) {
	key := Key(addr, t.ipv6Bits)
	if !key.IsValid() {
		t.Skipped++
		return
	}
	origin := t.locate(key)
	if t.Sources[origin] == nil {
		t.Sources[origin] = make(map[netip.Addr]Volume)
	}
	v := t.Sources[origin][key]
	t.Sources[origin][key] = Volume{v.Events + events, v.Bytes + bytes}
}

// Distinct returns the number of distinct sources of origin.
func (t *Tally) Distinct(origin geo.Origin) int { return len(t.Sources[origin]) }

// Volume returns what all sources of origin sent together.
func (t *Tally) Volume(origin geo.Origin) Volume {
	var sum Volume
	for _, v := range t.Sources[origin] {
		sum.Events += v.Events
		sum.Bytes += v.Bytes
	}
	return sum
}

// Total returns the number of distinct sources and what they sent, over all
// origins, Reserved and Unlocated among them.
func (t *Tally) Total() (distinct int, sum Volume) {
	for origin := range t.Sources {
		v := t.Volume(origin)
		distinct += t.Distinct(origin)
		sum.Events += v.Events
		sum.Bytes += v.Bytes
	}
	return distinct, sum
}
