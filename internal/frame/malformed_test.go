package frame

import (
	"bytes"
	"errors"
	"testing"
)

type broken struct {
	name string
	link Link
	data []byte
	want error
}

var malformed = []broken{
	{"nothing", LinkEthernet, nil, ErrTruncated},
	{"nothing, raw", LinkRaw, nil, ErrTruncated},
	{"no type", LinkEthernet, zeros(13), ErrTruncated},
	{"ARP", LinkEthernet, ether(typeARP, zeros(46)), ErrNotIP},
	{"encrypted", LinkEthernet, ether(0x88e5, zeros(46)), ErrNotIP},
	{"spanning tree", LinkEthernet, ether(38, cat([]byte{0x42, 0x42, 3}, zeros(43))), ErrNotIP},
	{"Cisco", LinkEthernet, ether(38, []byte{0xaa, 0xaa, 3, 0, 0, 0xc, 0x20, 0}), ErrNotIP},
	{"SNAP of a length", LinkEthernet, ether(38, []byte{0xaa, 0xaa, 3, 0, 0, 0, 0, 0xaa, 0xaa, 3}), ErrNotIP},
	{"bridged something", LinkATM, []byte{0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 9, 0, 0}, ErrNotIP},
	{"bridged, cut", LinkATM, []byte{0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0}, ErrTruncated},
	{"type 1501", LinkEthernet, ether(1501, zeros(46)), ErrNotIP},
	{"IPv6 in IPv4", LinkEthernet, ether(typeIPv4, ip6(protoTCP, tcp())), ErrMalformed},
	{"IPv4 in IPv6", LinkEthernet, ether(typeIPv6, ip4(protoTCP, tcp())), ErrMalformed},
	{"version 5", LinkRaw, append([]byte{0x55}, zeros(60)...), ErrMalformed},
	{"short header", LinkRaw, append([]byte{0x44}, ip4(protoTCP, tcp())[1:]...), ErrMalformed},
	{"shorter than its header", LinkRaw, cat([]byte{0x45, 0, 0, 19}, ip4(protoTCP, tcp())[4:]), ErrMalformed},
	{"19 bytes", LinkRaw, ip4(protoTCP, tcp())[:19], ErrTruncated},
	{"39 bytes", LinkRaw, ip6(protoTCP, tcp())[:39], ErrTruncated},
	{"tags without end", LinkEthernet, ether(typeVLAN, bytes.Repeat(u16(1, typeVLAN), 40)), ErrMalformed},
	{"labels without end", LinkMPLS, zeros(400), ErrMalformed},
	{"label that is cut", LinkMPLS, zeros(6), ErrTruncated},
	{"nothing behind labels", LinkMPLS, u32(0x10140), ErrTruncated},
	{"channel", LinkMPLS, cat(u32(0x10140), u32(0x10000021), zeros(40)), ErrNotIP},
	{"IPv6 behind the null of IPv4", LinkMPLS, cat(u32(0x140), ip6(protoTCP, tcp())), ErrMalformed},
	{"IPv4 behind the null of IPv6", LinkMPLS, cat(u32(0x2140), ip4(protoTCP, tcp())), ErrMalformed},
	{"ARP to 6", LinkMPLS, cat(u32(0x10140), []byte{0x60}, macs[1:], u16(typeARP, 1, typeIPv4), zeros(24)), ErrNotIP},
	{"either", LinkMPLS, cat(u32(0x10140), []byte{0x60, 0, 0, 0, 9}, macs[5:], u16(typeVLAN, 1, typeIPv6), zeros(24)),
		ErrMalformed},
	{"half a control word", LinkMPLS, cat(u32(0x10140), zeros(3)), ErrTruncated},
	{"extension headers without end", LinkRaw, ip6(0, zeros(500)), ErrMalformed},
	{"AH without end", LinkRaw, ip4(protoAH, bytes.Repeat([]byte{protoAH, 0, 0, 0, 0, 0, 0, 0}, 40)), ErrMalformed},
	{"bridges without end", LinkEthernet, bytes.Repeat(ether(typeEthernet, nil), 40), ErrMalformed},
	{"PPPoE discovery", LinkPPPoE, cat([]byte{0x11, 9}, zeros(40)), ErrNotIP},
	{"PPPoE of version 2", LinkPPPoE, cat([]byte{0x21, 0}, zeros(40)), ErrMalformed},
	{"PPPoE, cut", LinkPPPoE, []byte{0x11, 0, 0, 0, 0}, ErrTruncated},
	{"PPP, cut", LinkPPP, []byte{0xff, 3, 0}, ErrTruncated},
	{"PPP, empty", LinkPPP, []byte{0xff, 3}, ErrTruncated},
	{"LCP", LinkPPP, cat(u16(0xff03, 0xc021), zeros(40)), ErrNotIP},
	{"NSH, cut", LinkEthernet, ether(typeNSH, zeros(7)), ErrTruncated},
	{"NSH without a size", LinkEthernet, ether(typeNSH, zeros(40)), ErrMalformed},
	{"NSH of something", LinkEthernet, ether(typeNSH, cat([]byte{0, 2, 1, 9, 0, 0, 0, 0, 6, 6, 3}, ip4(protoTCP, tcp()))),
		ErrNotIP},
	{"unknown link", 147, ip4(protoTCP, tcp()), ErrLink},
	{"AppleTalk", LinkNull, cat(u32(16), zeros(40)), ErrNotIP},
	{"null, cut", LinkNull, zeros(3), ErrTruncated},
	{"SLL, cut", LinkSLL, zeros(15), ErrTruncated},
	{"SLL, netlink", LinkSLL, cat(u16(0, 824, 0), zeros(10), zeros(40)), ErrNotIP},
	{"SLL, Novell", LinkSLL, cat(u16(0, 1, 0), zeros(8), u16(1), zeros(40)), ErrNotIP},
	{"HDLC, cut", LinkHDLC, u16(0x0f00), ErrTruncated},
	{"frame relay, cut", LinkFrame, []byte{4, 1, 3}, ErrTruncated},
	{"frame relay, signals", LinkFrame, []byte{4, 1, 3, 8, 0, 0}, ErrNotIP},
	{"pflog, empty", LinkPFLOG, nil, ErrTruncated},
	{"token ring, cut", LinkTokenRing, zeros(13), ErrTruncated},
	{"PPI, cut", LinkPPI, zeros(11), ErrTruncated},
	{"PPI, no size", LinkPPI, zeros(40), ErrMalformed},
	{"PPI, far link", LinkPPI, cat([]byte{0, 0}, le16(8), le32(1<<16|1), zeros(40)), ErrLink},
	{"PPI in PPI", LinkPPI, bytes.Repeat(cat([]byte{0, 0}, le16(8), le32(192)), 50), ErrMalformed},
	{"PKTAP, huge", LinkPKTAP, cat(le32(1<<31), le32(1), le32(1), zeros(40)), ErrTruncated},
	{"nflog, cut", LinkNFLOG, zeros(3), ErrTruncated},
	{"nflog without a packet", LinkNFLOG, cat([]byte{2, 0, 0, 0}, le16(8), le16(1), zeros(4)), ErrTruncated},
	{"nflog of bridges", LinkNFLOG, cat([]byte{7, 0, 0, 0}, le16(8), le16(9), zeros(4)), ErrNotIP},
	{"nflog, no size", LinkNFLOG, cat([]byte{2, 0, 0, 0}, zeros(40)), ErrMalformed},
	{"nflog, huge", LinkNFLOG, cat([]byte{2, 0, 0, 0}, le16(0xffff), le16(1), zeros(40)), ErrTruncated},
	{"nflog, many", LinkNFLOG, cat([]byte{2, 0, 0, 0}, bytes.Repeat(cat(le16(4), le16(1)), 40)), ErrMalformed},
	{"beacon", LinkWiFi, cat([]byte{0x80, 0}, zeros(40)), ErrNotIP},
	{"802.11, encrypted", LinkWiFi, cat([]byte{frameData, frameProtected}, zeros(40)), ErrNotIP},
	{"802.11, no data", LinkWiFi, cat([]byte{frameData | frameEmpty, 0}, zeros(40)), ErrNotIP},
	{"802.11 of version 1", LinkWiFi, cat([]byte{frameData | 1, 0}, zeros(40)), ErrMalformed},
	{"802.11, cut", LinkWiFi, []byte{8}, ErrTruncated},
	{"802.11, QoS, cut", LinkWiFi, cat([]byte{frameData | frameQoS, 0}, zeros(22)), ErrTruncated},
	{"radiotap, cut", LinkRadiotap, zeros(7), ErrTruncated},
	{"radiotap, no size", LinkRadiotap, zeros(8), ErrMalformed},
	{"radiotap, long", LinkRadiotap, cat([]byte{0, 0}, le16(41), zeros(36)), ErrTruncated},
	{"radiotap, maps without end", LinkRadiotap, cat([]byte{0, 0}, le16(40), bytes.Repeat(le32(1<<31), 9)), ErrMalformed},
	{"Prism, cut", LinkPrism, zeros(7), ErrTruncated},
	{"Prism, no size", LinkPrism, zeros(40), ErrMalformed},
	{"AVS, huge", LinkAVS, cat(u32(0x80211001, 1<<31), zeros(40)), ErrTruncated},
}

func TestMalformed(t *testing.T) {
	for _, m := range malformed {
		for _, inner := range []bool{false, true} {
			p := Packet{Source: from4, TTL: 1}
			if err := Parse(&p, m.link, m.data, inner); !errors.Is(err, m.want) || p != (Packet{}) {
				t.Errorf("%s: %v, want %v: %+v", m.name, err, m.want, p)
			}
		}
	}
}

// Whatever the bytes are, a packet has addresses or an error, and no ports that are not there.
func FuzzParse(f *testing.F) {
	for _, list := range [][]sample{plain(), links(), tunnels()} {
		for _, s := range list {
			f.Add(uint16(s.link), s.data)
		}
	}
	for _, m := range malformed {
		f.Add(uint16(m.link), m.data)
	}
	f.Fuzz(func(t *testing.T, link uint16, data []byte) {
		for _, inner := range []bool{false, true} {
			var p Packet
			err := Parse(&p, Link(link), data, inner)
			switch {
			case err != nil:
				if p != (Packet{}) {
					t.Fatalf("%v: %+v", err, p)
				}
			case !p.Source.IsValid(), p.Source.Is4() != p.Target.Is4(), p.Source.Zone() != "",
				p.FirstFragment && p.LaterFragment, p.LaterFragment && p.HasPorts, p.HasFlags && !p.HasPorts,
				!p.HasPorts && p.SourcePort|p.TargetPort != 0, !p.HasFlags && p.TCPFlags != 0, p.Length < size4,
				p.Cut && p.HasFlags:
				t.Fatalf("%+v", p)
			}
		}
	})
}
