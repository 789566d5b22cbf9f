package frame

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func le16(v uint16) []byte { return binary.LittleEndian.AppendUint16(nil, v) }
func le32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

// links are packets of every type of link.
func links() []sample {
	four, six := ip4(protoTCP, tcp()), ip6(protoTCP, tcp())
	snap4 := cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, u16(typeIPv4), four)
	frame := ether(typeIPv4, four)
	wifi := cat([]byte{frameData, 1}, zeros(22), snap4)
	qos := cat([]byte{frameData | frameQoS, 3}, zeros(28+2), snap4)
	tlv := func(kind uint16, data []byte) []byte {
		return cat(le16(uint16(4+len(data))), le16(kind), data, zeros(-len(data)&3))
	}
	return []sample{
		{"raw", LinkRaw, six, want6(tcp6)},
		{"raw 12", LinkRaw12, four, want4(tcp4)},
		{"raw 14", LinkRaw14, six, want6(tcp6)},
		{"IPv4", LinkIPv4, four, want4(tcp4)},
		{"IPv6", LinkIPv6, six, want6(tcp6)},
		{"null", LinkNull, cat(le32(2), four), want4(tcp4)},
		{"null of another machine", LinkNull, cat(u32(30), six), want6(tcp6)},
		{"loop", LinkLoop, cat(u32(24), six), want6(tcp6)},
		{"SLL", LinkSLL, cat(u16(0, 1, 6), zeros(8), u16(typeIPv4), four), want4(tcp4)},
		{"SLL, VLAN", LinkSLL, cat(u16(0, 1, 6), zeros(8), u16(typeVLAN, 1, typeIPv6), six), want6(tcp6)},
		{"SLL, 802.2", LinkSLL, cat(u16(0, 1, 6), zeros(8), u16(4), snap4), want4(tcp4)},
		{"SLL2", LinkSLL2, cat(u16(typeIPv6, 0, 0, 3, 1), zeros(10), six), want6(tcp6)},
		{"PPP", LinkPPP, cat(u16(0xff03, 0x21), four), want4(tcp4)},
		{"PPP, short", LinkPPP, cat([]byte{0x57}, six), want6(tcp6)},
		{"PPP in HDLC", LinkPPPHDLC, cat(u16(0xff03, 0x57), six), want6(tcp6)},
		{"Cisco in PPP", LinkPPPHDLC, cat(u16(0x0f00, typeIPv4), four), want4(tcp4)},
		{"HDLC", LinkHDLC, cat(u16(0x8f00, typeIPv6), six), want6(tcp6)},
		{"pppd", LinkPPPD, cat(u16(0x0103, 0x21), four), want4(tcp4)},
		{"PPP, direction", LinkPPPDir, cat([]byte{1}, u16(0xff03, 0x21), four), want4(tcp4)},
		{"HDLC, direction", LinkHDLCDir, cat([]byte{0}, u16(0x0f00, typeIPv4), four), want4(tcp4)},
		{"frame relay", LinkFrame, cat([]byte{4, 1, 3, 0xcc}, four), want4(tcp4)},
		{"frame relay, direction", LinkFrameDir, cat([]byte{1, 4, 1, 3, 0x8e}, six), want6(tcp6)},
		{"frame relay, SNAP", LinkFrame, cat([]byte{4, 0, 1, 3, 0, 0x80, 0, 0, 0}, u16(typeIPv4), four), want4(tcp4)},
		{"frame relay, bridged", LinkFrame, cat([]byte{4, 1, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 7}, frame), want4(tcp4)},
		{"frame relay, Cisco", LinkFrame, cat([]byte{4, 1}, u16(typeIPv4), four), want4(tcp4)},
		{"ATM", LinkATM, snap4, want4(tcp4)},
		{"ATM, bridged", LinkATM, cat([]byte{0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0}, frame), want4(tcp4)},
		{"token ring", LinkTokenRing, cat(zeros(14), snap4), want4(tcp4)},
		{"token ring, route", LinkTokenRing, cat(zeros(8), []byte{0x80}, zeros(5), []byte{18}, zeros(17), snap4),
			want4(tcp4)},
		{"FDDI", LinkFDDI, cat(zeros(13), snap4), want4(tcp4)},
		{"Fibre Channel", LinkIPFC, cat(zeros(16), snap4), want4(tcp4)},
		{"SLIP", LinkSLIP, cat(zeros(16), four), want4(tcp4)},
		{"enc", LinkEnc, cat(zeros(12), four), want4(tcp4)},
		{"pflog", LinkPFLOG, cat([]byte{61, 2}, zeros(62), four), want4(tcp4)},
		{"netANALYZER", LinkAnalyzer, cat(zeros(4), frame), want4(tcp4)},
		{"nflog", LinkNFLOG, cat([]byte{2, 0, 0, 0}, tlv(1, zeros(4)), tlv(10, []byte("a\x00")), tlv(9, four)), want4(tcp4)},
		{"nflog of another machine", LinkNFLOG, cat([]byte{10, 0, 0, 0}, u16(8, 1), zeros(4), u16(uint16(4+len(six)), 9),
			six), want6(tcp6)},
		{"PPI", LinkPPI, cat([]byte{0, 0}, le16(12), le32(105), zeros(4), wifi), want4(tcp4)},
		{"PKTAP", LinkPKTAP, cat(le32(16), le32(1), le32(1), zeros(4), frame), want4(tcp4)},

		{"802.11", LinkWiFi, wifi, want4(tcp4)},
		{"802.11, QoS", LinkWiFi, qos, want4(tcp4)},
		{"802.11, together", LinkWiFi, cat([]byte{frameData | frameQoS, 1 | frameOrder}, zeros(22), []byte{0x80, 0},
			zeros(4), zeros(14), snap4), want4(tcp4)},
		{"radiotap", LinkRadiotap, cat([]byte{0, 0}, le16(8), le32(0), wifi), want4(tcp4)},
		{"radiotap, padded", LinkRadiotap, cat([]byte{0, 0}, le16(25), le32(1<<31|3), le32(0), zeros(12), []byte{0x20},
			[]byte{frameData | frameQoS, 1}, zeros(22+2), zeros(2), snap4), want4(tcp4)},
		{"Prism", LinkPrism, cat(le32(0x41), le32(144), zeros(136), wifi), want4(tcp4)},
		{"Prism of another machine", LinkPrism, cat(u32(0x41, 144), zeros(136), wifi), want4(tcp4)},
		{"AVS", LinkAVS, cat(u32(0x80211001, 64), zeros(56), wifi), want4(tcp4)},
		{"AVS as Prism", LinkPrism, cat(u32(0x80211002, 64), zeros(56), wifi), want4(tcp4)},
	}
}

func TestLinks(t *testing.T) {
	for _, s := range links() {
		data := bytes.Clone(s.data)
		var p Packet
		if err := Parse(&p, s.link, data, false); err != nil || p != s.want {
			t.Errorf("%s: %v\n got %+v\nwant %+v", s.name, err, p, s.want)
		}
		if !bytes.Equal(data, s.data) {
			t.Errorf("%s: the packet was changed", s.name)
		}
	}
}
