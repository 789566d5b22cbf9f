package frame

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// BenchmarkParse measures packets that lie one behind the other, as in a capture: of a hundred,
// 70 are TCP, most of the others UDP, one in ten is IPv6. One operation is one packet.
func BenchmarkParse(b *testing.B) {
	const n = 1 << 10
	for _, c := range []struct {
		name string
		link Link
		wrap func(kind uint16, data []byte) []byte
	}{
		{"link=ethernet", LinkEthernet, ether},
		{"link=vlan", LinkEthernet, func(kind uint16, data []byte) []byte {
			return ether(typeVLAN, cat(u16(5, kind), data))
		}},
		{"link=mpls", LinkEthernet, func(_ uint16, data []byte) []byte {
			return ether(typeMPLS, cat(u32(0x100040, 0x2001ff), data))
		}},
		{"link=sll", LinkSLL, func(kind uint16, data []byte) []byte {
			return cat(u16(0, 1, 6), zeros(8), u16(kind), data)
		}},
	} {
		packets, want := traffic(n, c.wrap)
		var p Packet
		for i, data := range packets {
			if err := Parse(&p, c.link, data, false); err != nil || p != want[i] {
				b.Fatalf("%v: %+v, want %+v", err, p, want[i])
			}
		}
		b.Run(c.name, func(b *testing.B) {
			sum := uint64(0)
			for i := range b.N {
				if err := Parse(&p, c.link, packets[i%n], false); err != nil {
					b.Fatal(err)
				}
				sum += uint64(p.SourcePort)
			}
			sink += sum
		})
	}
}

var sink uint64

// traffic is packets of random sources to a few targets in one piece of memory, and what they are.
func traffic(n int, wrap func(kind uint16, data []byte) []byte) (packets [][]byte, want []Packet) {
	r := rand.New(rand.NewPCG(7, 8))
	var all []byte
	var ends []int
	for range n {
		port, size := uint16(1024+r.IntN(60000)), []int{0, 0, 12, 300, 1400}[r.IntN(5)]
		p := Packet{SourcePort: port, TargetPort: 443, HasPorts: true, TTL: 57}
		var data []byte
		if p.Protocol = protoUDP; r.IntN(100) < 70 {
			p.Protocol, p.TCPFlags, p.HasFlags = protoTCP, ackAndPush, true
			p.Sequence, p.Acknowledgment = r.Uint32(), r.Uint32()
			data = cat(u16(port, 443), u32(p.Sequence, p.Acknowledgment), []byte{0x50, ackAndPush}, zeros(6+size))
		} else {
			data = cat(u16(port, 443, uint16(8+size), 0), zeros(size))
		}
		kind := uint16(typeIPv4)
		if r.IntN(10) == 0 {
			kind = typeIPv6
			from := from6.As16()
			binary.BigEndian.PutUint64(from[8:], r.Uint64())
			p.Source, p.Target = netip.AddrFrom16(from), to6
			data = ip6Of(p.Source, p.Target, p.Protocol, data)
		} else {
			p.Source = netip.AddrFrom4([4]byte(u32(r.Uint32N(0xdf000000) + 0x1000000)))
			p.Target = netip.AddrFrom4([4]byte{198, 51, 100, byte(r.IntN(8))})
			data = ip4Of(p.Source, p.Target, p.Protocol, 0x4000, nil, data)
		}
		p.Length = uint32(len(data))
		all = append(all, wrap(kind, data)...)
		ends, want = append(ends, len(all)), append(want, p)
	}
	begin := 0
	for _, end := range ends {
		packets = append(packets, all[begin:end:end])
		begin = end
	}
	return packets, want
}
