package frame

import "encoding/binary"

// Link is a type of link layer, by the LINKTYPE_ numbers of libpcap.
type Link uint16

// The types of link that are known.
const (
	LinkNull      Link = 0   // BSD loopback, the family in the byte order of the machine
	LinkEthernet  Link = 1   // and 802.3
	LinkTokenRing Link = 6   // 802.5
	LinkSLIP      Link = 8   // behind a pseudo-header of 16 bytes
	LinkPPP       Link = 9   // with or without the bytes of HDLC
	LinkFDDI      Link = 10  // and what follows is 802.2
	LinkRaw12     Link = 12  // IP; what files of some systems have instead of 101
	LinkRaw14     Link = 14  // the same of others
	LinkPPPHDLC   Link = 50  // PPP or Cisco HDLC, by the first byte
	LinkPPPoE     Link = 51  // a PPPoE session
	LinkATM       Link = 100 // RFC 2684, with 802.2
	LinkRaw       Link = 101 // IPv4 or IPv6
	LinkHDLC      Link = 104 // Cisco HDLC
	LinkWiFi      Link = 105 // 802.11
	LinkFrame     Link = 107 // frame relay
	LinkLoop      Link = 108 // OpenBSD loopback
	LinkEnc       Link = 109 // OpenBSD IPsec, decrypted
	LinkSLL       Link = 113 // Linux "any", version 1
	LinkPFLOG     Link = 117 // OpenBSD's packet filter
	LinkPrism     Link = 119 // 802.11 behind a Prism or AVS header
	LinkIPFC      Link = 122 // IP over Fibre Channel
	LinkRadiotap  Link = 127 // 802.11 behind a radiotap header
	LinkAVS       Link = 163 // 802.11 behind an AVS header
	LinkPPPD      Link = 166 // PPP, a direction in place of the address
	LinkPPI       Link = 192 // a header that names a link
	LinkPPPDir    Link = 204 // PPP behind a direction
	LinkHDLCDir   Link = 205 // Cisco HDLC behind a direction
	LinkFrameDir  Link = 206 // frame relay behind a direction
	LinkMPLS      Link = 219 // a label stack
	LinkIPv4      Link = 228
	LinkIPv6      Link = 229
	LinkNFLOG     Link = 239 // Linux netfilter
	LinkAnalyzer  Link = 240 // Ethernet behind 4 bytes of a netANALYZER
	LinkPKTAP     Link = 258 // a header of Darwin that names a link
	LinkSLL2      Link = 276 // Linux "any", version 2
)

// other reads a packet of any link but Ethernet.
func other(p *Packet, link Link, b []byte, w walk) error {
	w, ok := w.next()
	if !ok {
		return ErrMalformed
	}
	switch link {
	case LinkEthernet:
		return ethernet(p, b, w)
	case LinkRaw, LinkRaw12, LinkRaw14:
		return anyIP(p, b, w)
	case LinkIPv4:
		return ipv4(p, b, w)
	case LinkIPv6:
		return ipv6(p, b, w)
	case LinkMPLS:
		return mpls(p, b, w)
	case LinkSLL:
		return cooked(p, b, 14, 2, 16, w)
	case LinkSLL2:
		return cooked(p, b, 0, 8, 20, w)
	case LinkNull, LinkLoop:
		return loopback(p, b, w)
	case LinkPPP, LinkPPPHDLC:
		if len(b) >= 2 && (b[0] == 0x0f || b[0] == 0x8f) && b[1] == 0 {
			return hdlc(p, b, w)
		}
		return ppp(p, b, w)
	case LinkPPPoE:
		return pppoe(p, b, w)
	case LinkHDLC:
		return hdlc(p, b, w)
	case LinkFrame:
		return frameRelay(p, b, w)
	case LinkATM:
		return llc(p, b, w)
	case LinkWiFi:
		return wifi(p, b, false, w)
	case LinkPrism, LinkAVS:
		return monitored(p, b, w)
	case LinkRadiotap:
		return radiotap(p, b, w)
	case LinkPPI, LinkPKTAP:
		return named(p, link, b, w)
	case LinkNFLOG:
		return nflog(p, b, w)
	case LinkPFLOG:
		if len(b) == 0 {
			return ErrTruncated
		}
		return behind(p, LinkRaw, b, (int(b[0])+3)&^3, w) // its length is padded to words
	case LinkEnc:
		return behind(p, LinkRaw, b, 12, w)
	case LinkSLIP:
		return behind(p, LinkRaw, b, 16, w)
	case LinkAnalyzer:
		return behind(p, LinkEthernet, b, 4, w)
	case LinkPPPD:
		return behind(p, LinkPPP, b, 2, w)
	case LinkPPPDir:
		return behind(p, LinkPPP, b, 1, w)
	case LinkHDLCDir:
		return behind(p, LinkHDLC, b, 1, w)
	case LinkFrameDir:
		return behind(p, LinkFrame, b, 1, w)
	case LinkFDDI:
		return behind(p, LinkATM, b, 13, w)
	case LinkIPFC:
		return behind(p, LinkATM, b, 16, w)
	case LinkTokenRing:
		size := 14
		if len(b) > size && b[8]&0x80 != 0 { // a source route
			size += int(b[14] & 0x1f)
		}
		return behind(p, LinkATM, b, size, w)
	}
	return ErrLink
}

// behind reads a packet that begins after a header of that size.
func behind(p *Packet, link Link, b []byte, size int, w walk) error {
	if len(b) < size {
		return ErrTruncated
	}
	return other(p, link, b[size:], w)
}

// cooked reads what Linux captures on all interfaces: the type is at one place, that of the
// hardware at another.
func cooked(p *Packet, b []byte, at, hardware, size int, w walk) error {
	if len(b) < size {
		return ErrTruncated
	}
	kind := binary.BigEndian.Uint16(b[at:])
	switch binary.BigEndian.Uint16(b[hardware:]) {
	case 801, 802, 803, 824: // 802.11 and netlink, which have no Ethernet types
		return ErrNotIP
	}
	switch kind {
	case 1: // 802.3 without 802.2, as Novell did
		return ErrNotIP
	case 4:
		return llc(p, b[size:], w)
	}
	return byType(p, kind, b[size:], w)
}

// loopback reads a packet behind the number of its family, in whatever byte order. The numbers
// of IPv6 differ from system to system, so that the packet itself says which it is.
func loopback(p *Packet, b []byte, w walk) error {
	if len(b) < 4 {
		return ErrTruncated
	}
	family := min(binary.BigEndian.Uint32(b), binary.LittleEndian.Uint32(b))
	switch b = b[4:]; family {
	case 2:
		return ipv4(p, b, w)
	case 10, 23, 24, 26, 28, 30:
		return ipv6(p, b, w)
	}
	return ErrNotIP
}

func hdlc(p *Packet, b []byte, w walk) error {
	if len(b) < 4 {
		return ErrTruncated
	}
	return byType(p, binary.BigEndian.Uint16(b[2:]), b[4:], w)
}

// frameRelay reads a packet behind an address of 2 to 4 bytes (RFC 2427), whose last byte is odd,
// or an Ethernet type there, as Cisco has it.
func frameRelay(p *Packet, b []byte, w walk) error {
	size := 0
	for size < len(b) && size < 4 && b[size]&1 == 0 {
		size++
	}
	size++
	if len(b) < size+2 {
		return ErrTruncated
	}
	if b = b[size:]; b[0] != 3 {
		return byType(p, binary.BigEndian.Uint16(b), b[2:], w)
	}
	if b = b[1:]; b[0] == 0 && len(b) > 1 { // padding
		b = b[1:]
	}
	switch b[0] {
	case 0xcc:
		return ipv4(p, b[1:], w)
	case 0x8e:
		return ipv6(p, b[1:], w)
	case 0x80:
		return snap(p, b[1:], 0, w)
	}
	return ErrNotIP
}

// named reads a packet behind a header that has its own length and the type of link.
func named(p *Packet, link Link, b []byte, w walk) error {
	if len(b) < 12 {
		return ErrTruncated
	}
	size, inside := int(binary.LittleEndian.Uint16(b[2:])), binary.LittleEndian.Uint32(b[4:])
	if link == LinkPKTAP {
		size, inside = int(min(binary.LittleEndian.Uint32(b), 1<<16)), binary.LittleEndian.Uint32(b[8:])
	}
	switch {
	case size < 8:
		return ErrMalformed
	case inside > 0xffff:
		return ErrLink
	}
	return behind(p, Link(inside), b, size, w)
}

// nflog reads the attribute that has the packet. Its numbers are in the byte order of the machine.
func nflog(p *Packet, b []byte, w walk) error {
	const header, payload = 4, 9
	if len(b) < header {
		return ErrTruncated
	}
	family := b[0]
	for b = b[header:]; ; {
		var ok bool
		if w, ok = w.next(); !ok {
			return ErrMalformed
		}
		if len(b) < header {
			return ErrTruncated
		}
		size, kind := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
		if kind > 0xff {
			size, kind = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		}
		switch {
		case size < header:
			return ErrMalformed
		case kind == payload && (family == 2 || family == 10):
			return anyIP(p, b[header:min(int(size), len(b))], w)
		case kind == payload:
			return ErrNotIP
		}
		if size = (size + 3) &^ 3; int(size) > len(b) || size == 0 {
			return ErrTruncated
		}
		b = b[size:]
	}
}
