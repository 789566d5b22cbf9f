package frame

import (
	"net/netip"
	"testing"
)

type sample struct {
	name string
	link Link
	data []byte
	want Packet
}

const tcp4, tcp6 = size4 + 28, size6 + 28 // the lengths of ip4 and ip6 with tcp

// plain are packets without tunnels.
func plain() []sample {
	four, six := ip4(protoTCP, tcp()), ip6(protoTCP, tcp())
	fragment := func(p Packet, id uint32, first bool) Packet {
		p.FragmentID, p.FirstFragment, p.LaterFragment = id, first, !first
		return p
	}
	like := func(p Packet, source netip.Addr) Packet {
		p.Source = source
		return p
	}
	like4, like6, tag6 := like(want4(tcp4), likeType4), like(want6(tcp6), likeType6), like(want6(tcp6), likeTag6)
	jumbo := ip4Of(from4, to4, protoTCP, 0, nil, cat(tcp(), zeros(0x800-tcp4)))
	jumbo[4], jumbo[10] = jumbo[4]+0x33, jumbo[10]-0x33 // the identification is like an IPv4 header
	labels := u32(0x00010040, 0x000201ff)
	bad := cat(four)
	bad[10] ^= 1 // the checksum
	return []sample{
		{"IPv4", LinkEthernet, ether(typeIPv4, four), want4(tcp4)},
		{"IPv6", LinkEthernet, ether(typeIPv6, six), want6(tcp6)},
		{"padded", LinkEthernet, ether(typeIPv4, cat(ip4(protoTCP, nil), zeros(26))), bare4(protoTCP, size4)},
		{"options", LinkRaw, ip4Of(from4, to4, protoTCP, 0, zeros(40), tcp()), want4(tcp4 + 40)},
		{"UDP", LinkRaw, ip4(protoUDP, udp(1234, zeros(9))), bare4(0, size4+17).udp(1234)},
		{"ICMP", LinkRaw, ip4(1, zeros(8)), bare4(1, size4+8)},
		{"no length in IPv4", LinkRaw, func() []byte { b := cat(four); b[2], b[3] = 0, 0; return b }(), want4(tcp4)},
		{"no length in IPv6", LinkRaw, func() []byte { b := cat(six); b[4], b[5] = 0, 0; return b }(), want6(tcp6)},
		{"nothing in IPv6", LinkEthernet, ether(typeIPv6, cat(ip6(protoNone, nil), zeros(6))), bare6(protoNone, size6)},
		{"mapped", LinkRaw, ip6Of(from6, mapped, protoTCP, tcp()), func() Packet {
			p := want6(tcp6)
			p.Target = mapped
			return p
		}()},

		{"VLAN", LinkEthernet, ether(typeVLAN, cat(u16(7, typeIPv4), four)), want4(tcp4)},
		{"QinQ", LinkEthernet, ether(typeProvider, cat(u16(7, typeVLAN, 8, typeIPv6), six)), want6(tcp6)},
		{"old QinQ", LinkEthernet, ether(typeOld1, cat(u16(7, typeOld2, 8, typeOld3, 9, typeIPv4), four)), want4(tcp4)},
		{"802.1BR", LinkEthernet, ether(typeBridge, cat(zeros(6), u16(typeIPv4), four)), want4(tcp4)},
		{"802.1ah", LinkEthernet, ether(typeBackbone, cat(zeros(4), ether(typeIPv4, four))), want4(tcp4)},
		{"NSH", LinkEthernet, ether(typeNSH, cat([]byte{0, 6, 1, 2}, zeros(20), six)), want6(tcp6)},
		{"SNAP", LinkEthernet, ether(8+tcp4, cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, u16(typeIPv4), four)), want4(tcp4)},
		{"802.2", LinkEthernet, ether(3+tcp4, cat([]byte{6, 6, 3}, four)), want4(tcp4)},
		{"PPPoE", LinkEthernet, ether(typePPPoE, cat([]byte{0x11, 0}, u16(1, 2+tcp4, 0x21), four)), want4(tcp4)},
		{"PPPoE, short", LinkPPPoE, cat([]byte{0x11, 0}, u16(1, 1+tcp6), []byte{0x57}, six), want6(tcp6)},

		{"MPLS", LinkEthernet, ether(typeMPLS, cat(labels, four)), want4(tcp4)},
		{"MPLS, checksum", LinkEthernet, ether(typeMPLS, cat(labels, bad)), want4(tcp4)},
		{"MPLS, IPv6", LinkMPLS, cat(labels, six), want6(tcp6)},
		{"MPLS, null", LinkMPLS, cat(u32(0x140), four), want4(tcp4)},
		{"MPLS, null of IPv6", LinkPPP, cat([]byte{0xff, 3}, u16(0x281), u32(0x2140), six), want6(tcp6)},
		{"pseudowire", LinkMPLS, cat(labels, ether(typeIPv4, four)), want4(tcp4)},
		{"pseudowire, control word", LinkMPLS, cat(labels, u32(0x17), ether(typeVLAN, cat(u16(1, typeIPv6), six))),
			want6(tcp6)},
		{"pseudowire, control word, SNAP", LinkMPLS, cat(labels, u32(0),
			ether(8+tcp4, cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, u16(typeIPv4), four))), want4(tcp4)},
		{"MPLS, source like a type", LinkMPLS, cat(labels, ip4Of(likeType4, to4, protoTCP, 0, nil, tcp())), like4},
		{"MPLS, IPv6, source like a type", LinkMPLS, cat(labels, ip6Of(likeType6, to6, protoTCP, tcp())), like6},
		{"MPLS, IPv6, source like a tag", LinkMPLS, cat(labels, ip6Of(likeTag6, to6, protoTCP, tcp())), tag6},
		{"pseudowire to 4", LinkMPLS, cat(labels, []byte{0x45}, macs[1:], u16(typeIPv4), four), want4(tcp4)},
		{"pseudowire to 6", LinkMPLS, cat(labels, []byte{0x60, 0, 0, 0, 9}, macs[5:], u16(typeIPv4), four), want4(tcp4)},
		{"pseudowire to 6, tag", LinkMPLS, cat(labels, []byte{0x60, 0, 0, 0, 9}, macs[5:], u16(typeProvider, 1, typeVLAN,
			1, typeIPv6), six), want6(tcp6)},
		{"pseudowire, length like a type", LinkMPLS, cat(labels, ether(typeIPv4, jumbo)), want4(0x800)},
		{"pseudowire to 1", LinkMPLS, cat(labels, []byte{0x10}, macs[1:], u16(typeIPv4), four), want4(tcp4)},

		{"first fragment", LinkRaw, ip4Of(from4, to4, protoTCP, moreFragments, nil, tcp()),
			fragment(want4(tcp4), 0x1234, true)},
		{"later fragment", LinkRaw, ip4Of(from4, to4, protoTCP, 3, nil, tcp()),
			fragment(bare4(protoTCP, tcp4), 0x1234, false)},
		{"first fragment of IPv6", LinkRaw, ip6(protoFragment, fragment6(protoTCP, 0, true, tcp())),
			fragment(want6(tcp6+8), 0xabcdef01, true)},
		{"later fragment of IPv6", LinkRaw, ip6(protoFragment, fragment6(protoTCP, 9, false, tcp())),
			fragment(bare6(protoTCP, tcp6+8), 0xabcdef01, false)},
		{"only fragment of IPv6", LinkRaw, ip6(protoFragment, fragment6(protoTCP, 0, false, tcp())), want6(tcp6 + 8)},
		{"extension headers", LinkRaw, ip6(0, extension(protoRouting, 2, extension(protoOptions, 1, extension(protoTCP, 0,
			tcp())))), want6(tcp6 + 48)},
		{"AH", LinkRaw, ip6(protoOptions, extension(protoAH, 0, cat([]byte{protoTCP, 4}, zeros(22), tcp()))),
			want6(tcp6 + 32)},
		{"AH in IPv4", LinkRaw, ip4(protoAH, cat([]byte{protoTCP, 4}, zeros(22), tcp())), want4(tcp4 + 24)},
		{"ESP", LinkRaw, ip6(0, extension(protoESP, 0, zeros(30))), bare6(protoESP, size6+38)},
		{"SCTP", LinkRaw, ip4(protoSCTP, udp(9, nil)), func() Packet {
			p := bare4(0, size4+8).udp(9)
			p.Protocol = protoSCTP
			return p
		}()},
		{"GRE", LinkRaw, ip4(protoGRE, cat(u16(0, typeIPv4), four)), bare4(protoGRE, size4+4+tcp4)},
	}
}

// Every kind of packet is read as what it is, with or without tunnels.
func TestPlain(t *testing.T) {
	for _, inner := range []bool{false, true} {
		for _, s := range plain() {
			if inner && s.name == "GRE" {
				continue
			}
			var p Packet
			if err := Parse(&p, s.link, s.data, inner); err != nil || p != s.want {
				t.Errorf("%s: %v\n got %+v\nwant %+v", s.name, err, p, s.want)
			}
		}
	}
}

// A packet that was cut never says anything else than the whole one. It has the addresses as soon
// as they are there, and says that it was cut until it has the rest.
func TestEveryCut(t *testing.T) {
	for _, s := range append(plain(), links()...) {
		known, whole := false, false
		for n := range len(s.data) + 1 {
			var p Packet
			err := Parse(&p, s.link, s.data[:n:n], false)
			if err != nil {
				if known || p != (Packet{}) {
					t.Errorf("%s: %v of %d bytes, and less was enough: %+v", s.name, err, n, p)
				}
				continue
			}
			known = true
			if p.Source != s.want.Source || p.Target != s.want.Target || p.TTL != s.want.TTL {
				t.Errorf("%s: %d bytes of it are %+v", s.name, n, p)
			}
			if whole && p.Cut || !p.Cut && (p.SourcePort != s.want.SourcePort || p.TCPFlags != s.want.TCPFlags) {
				t.Errorf("%s: %d bytes of it are %+v", s.name, n, p)
			}
			whole = !p.Cut
		}
		if !known || !whole {
			t.Errorf("%s: found %v, whole %v", s.name, known, whole)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	var all []sample
	for _, list := range [][]sample{plain(), links(), tunnels()} {
		all = append(all, list...)
	}
	var p Packet
	if n := testing.AllocsPerRun(100, func() {
		for i := range all {
			_ = Parse(&p, all[i].link, all[i].data, true)
		}
		for i := range malformed {
			_ = Parse(&p, malformed[i].link, malformed[i].data, true)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
