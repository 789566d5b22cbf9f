package packets

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/whence-go/whence/internal/frame"
)

// part is a fragment of a datagram from port 53 to port 4000, the first one at offset 0.
type part struct {
	from   netip.Addr
	id     uint32
	offset uint16
	more   bool
	after  time.Duration
}

func (p part) packet() packet {
	payload := append(big.u16(53, 4000, 3000, 0), make([]byte, 24)...)
	if p.offset > 0 {
		payload = payload[8:]
	}
	if p.from.Is4() {
		h := &layers.IPv4{Version: 4, TTL: 57, Id: uint16(p.id), FragOffset: p.offset, Protocol: layers.IPProtocolUDP,
			SrcIP: p.from.AsSlice(), DstIP: server.AsSlice()}
		if p.more {
			h.Flags = layers.IPv4MoreFragments
		}
		return at(serialize(ethernet(layers.EthernetTypeIPv4), h, gopacket.Payload(payload)), p.after)
	}
	field := p.offset << 3
	if p.more {
		field |= 1
	}
	kind, header := ip(p.from, server6, layers.IPProtocolIPv6Fragment)
	return at(serialize(ethernet(kind), header, gopacket.Payload(big.u16(17<<8, field)), gopacket.Payload(big.u32(p.id)),
		gopacket.Payload(payload)), p.after)
}

// Later fragments have the ports of the first one, for a while.
func TestFragments(t *testing.T) {
	first, later := part{client, 5, 0, true, 0}, part{client, 5, 4, false, 0}
	after := func(d time.Duration) part { return part{client, 5, 4, false, d} }
	for name, c := range map[string]struct {
		parts []part
		ports string
		lost  uint64
	}{
		"in order": {[]part{first, {client, 5, 2, true, 0}, later}, "[53 53 53]", 0},
		"reversed": {[]part{later, first}, "[0 53]", 1},
		"IPv6": {[]part{{client6, 1 << 30, 0, true, 0}, {client6, 1 << 30, 4, false, 0}, {client6, 1<<30 + 1, 4, false, 0}},
			"[53 53 0]", 1},
		"other source":         {[]part{first, {other, 5, 4, false, 0}}, "[53 0]", 1},
		"other identification": {[]part{first, {client, 6, 4, false, 0}}, "[53 0]", 1},
		"in time":              {[]part{first, after(fragmentsLast)}, "[53 53]", 0},
		"too late":             {[]part{first, after(fragmentsLast + time.Second)}, "[53 0]", 1},
		"clock set back":       {[]part{first, after(-fragmentsLast - time.Second)}, "[53 0]", 1},
	} {
		var list []packet
		for _, p := range c.parts {
			list = append(list, p.packet())
		}
		events, r := mustRead(t, plainPcap(list...), Options{})
		var ports []uint16
		for _, e := range events {
			ports = append(ports, e.SourcePort)
			if e.Protocol != 17 || (e.TargetPort == 4000) != (e.SourcePort == 53) {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if fmt.Sprint(ports) != c.ports {
			t.Errorf("%s: ports %v, want %s", name, ports, c.ports)
		}
		if r.ledger.orphans != c.lost || (len(r.Account().Notes) == 1) != (c.lost == 1) {
			t.Errorf("%s: %+v, want %d", name, r.Account().Notes, c.lost)
		}
	}
}

// A flood of first fragments is forgotten, the oldest first.
func TestFragmentsInAFlood(t *testing.T) {
	list := []packet{part{client, 5, 0, true, 0}.packet()}
	for i := range maxFragmented {
		list = append(list, part{netip.AddrFrom4([4]byte{77, 1, byte(i >> 8), byte(i)}), 5, 0, true, 0}.packet())
	}
	oldest := netip.AddrFrom4([4]byte{77, 1, 0, 0})
	list = append(list, part{client, 5, 4, false, 0}.packet(), part{oldest, 5, 4, false, 0}.packet())
	events, r := mustRead(t, plainPcap(list...), Options{})
	if n := len(events); events[n-2].SourcePort != 0 || events[n-1].SourcePort != 53 {
		t.Errorf("%+v, %+v", events[n-2], events[n-1])
	}
	if n := len(r.fragments.first.values); n != maxFragmented {
		t.Errorf("%d are remembered", n)
	}
}

// IPv4 counts the identifications of each protocol apart. In IPv6, a later fragment may know only
// that of an extension header.
func TestFragmentsOfProtocols(t *testing.T) {
	f := fragments{recent[datagram, opening]{limit: 9}}
	for _, addr := range []netip.Addr{client, client6} {
		first := frame.Packet{Source: addr, Target: addr, FragmentID: 5, Protocol: 17, SourcePort: 53, FirstFragment: true}
		f.complete(&first, noon)
		later := frame.Packet{Source: addr, Target: addr, FragmentID: 5, Protocol: 60, LaterFragment: true}
		if found := f.complete(&later, noon); found != addr.Is6() || found != (later.Protocol == 17) {
			t.Errorf("%v: found %v, %+v", addr, found, later)
		}
	}
}
