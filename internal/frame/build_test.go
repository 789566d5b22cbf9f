package frame

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// Addresses of the tests. Those of tunnels are outside.
var (
	from4, to4     = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.2")
	from6, to6     = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8:1::2")
	likeType4      = netip.MustParseAddr("8.0.69.7") // behind a label, an Ethernet type and what follows it
	likeType6      = netip.MustParseAddr("2001:db8:800:4500::1")
	likeTag6       = netip.MustParseAddr("2001:db8:8100:1:800:4500::")
	mapped         = netip.MustParseAddr("::ffff:192.0.2.9")
	near4, far4    = netip.MustParseAddr("203.0.113.3"), netip.MustParseAddr("203.0.113.4")
	near6, far6    = netip.MustParseAddr("2001:db8:2::3"), netip.MustParseAddr("2001:db8:2::4")
	macs           = []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	ackAndPush     = byte(0x18)
	httpsFrom      = uint16(40000)
	sequence, acks = uint32(0x01020304), uint32(0x05060708)
)

func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

func u16(v ...uint16) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, x)
	}
	return b
}

func u32(v ...uint32) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

func zeros(n int) []byte { return make([]byte, n) }

// tcp is a segment of 8 bytes of data from port 40000 to port 443.
func tcp() []byte {
	return cat(u16(httpsFrom, 443), u32(sequence, acks), []byte{0x50, ackAndPush}, u16(1024, 0, 0), []byte("GET / HT"))
}

// udp is a datagram from port 53.
func udp(to uint16, data []byte) []byte { return cat(u16(53, to, uint16(8+len(data)), 0), data) }

// ip4 is an IPv4 packet with a TTL of 57.
func ip4(protocol byte, data []byte) []byte { return ip4Of(from4, to4, protocol, 0, nil, data) }

func ip4Of(from, to netip.Addr, protocol byte, fragment uint16, options, data []byte) []byte {
	b := cat([]byte{0x45 + byte(len(options)/4), 0}, u16(uint16(size4+len(options)+len(data)), 0x1234, fragment),
		[]byte{57, protocol, 0, 0}, from.AsSlice(), to.AsSlice(), options)
	sum := uint32(0)
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum+sum>>16))
	return cat(b, data)
}

// ip6 is an IPv6 packet with a hop limit of 57.
func ip6(next byte, data []byte) []byte { return ip6Of(from6, to6, next, data) }

func ip6Of(from, to netip.Addr, next byte, data []byte) []byte {
	return cat(u32(0x60000000), u16(uint16(len(data))), []byte{next, 57}, from.AsSlice(), to.AsSlice(), data)
}

// extension is a header of IPv6 of 8 bytes and more words.
func extension(next byte, more int, data []byte) []byte {
	return cat([]byte{next, byte(more)}, zeros(6+8*more), data)
}

func fragment6(next byte, offset uint16, more bool, data []byte) []byte {
	field := offset << 3
	if more {
		field |= 1
	}
	return cat([]byte{next, 0}, u16(field), u32(0xabcdef01), data)
}

// ether is an Ethernet frame.
func ether(kind uint16, data []byte) []byte { return cat(macs, u16(kind), data) }

// tunneled are the packets that the tests put into tunnels.
func tunneled() (four, six []byte) {
	return ip4Of(near4, far4, protoTCP, 0, nil, tcp()), ip6Of(near6, far6, protoTCP, tcp())
}

// What the packets above are.
func want4(length int) Packet {
	return Packet{Source: from4, Target: to4, Protocol: protoTCP, TTL: 57, Length: uint32(length), SourcePort: httpsFrom,
		TargetPort: 443, Sequence: sequence, Acknowledgment: acks, TCPFlags: ackAndPush, HasPorts: true, HasFlags: true}
}

func want6(length int) Packet {
	p := want4(length)
	p.Source, p.Target = from6, to6
	return p
}

func bare4(protocol byte, length int) Packet {
	return Packet{Source: from4, Target: to4, Protocol: protocol, TTL: 57, Length: uint32(length)}
}

func bare6(protocol byte, length int) Packet {
	return Packet{Source: from6, Target: to6, Protocol: protocol, TTL: 57, Length: uint32(length)}
}

// in is the packet of a tunnel.
func (p Packet) in() Packet {
	if p.Source.Is4() {
		p.Source, p.Target = near4, far4
	} else {
		p.Source, p.Target = near6, far6
	}
	return p
}

func (p Packet) udp(target uint16) Packet {
	p.Protocol, p.SourcePort, p.TargetPort, p.HasPorts = protoUDP, 53, target, true
	p.Sequence, p.Acknowledgment, p.TCPFlags, p.HasFlags = 0, 0, 0, false
	return p
}
