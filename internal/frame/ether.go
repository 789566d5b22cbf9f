package frame

import "encoding/binary"

// Ethernet types. At most mostLength is a length: a header of 802.2 follows.
const (
	mostLength    = 1500
	typeIPv4      = 0x0800
	typeARP       = 0x0806
	typeEthernet  = 0x6558
	typeVLAN      = 0x8100
	typeIPv6      = 0x86dd
	typePPP       = 0x880b
	typeMPLS      = 0x8847
	typeMPLSOther = 0x8848
	typePPPoE     = 0x8864
	typeJumboLLC  = 0x8870
	typeProvider  = 0x88a8 // the outer tag of 802.1ad
	typeBackbone  = 0x88e7 // a whole frame in a provider's (802.1ah)
	typeBridge    = 0x893f // a tag of 802.1BR
	typeNSH       = 0x894f
	typeOld1      = 0x9100 // outer tags before 802.1ad
	typeOld2      = 0x9200
	typeOld3      = 0x9300
	typeNone      = 0xffff // is reserved
)

func ethernet(p *Packet, b []byte, w walk) error {
	if len(b) < 14 {
		return ErrTruncated
	}
	return byType(p, binary.BigEndian.Uint16(b[12:]), b[14:], w)
}

// byType reads what an Ethernet type announces.
func byType(p *Packet, kind uint16, b []byte, w walk) error {
	for {
		size, at := 4, 2 // of a header, and where the next type is in it
		switch kind {
		case typeIPv4:
			return ipv4(p, b, w)
		case typeIPv6:
			return ipv6(p, b, w)
		case typeVLAN, typeProvider, typeOld1, typeOld2, typeOld3:
		case typeBridge:
			size, at = 8, 6
		case typeBackbone:
			size, at = 18, 16
		case typeEthernet:
			size, at = 14, 12
		case typeMPLS, typeMPLSOther:
			return mpls(p, b, w)
		case typePPPoE:
			return pppoe(p, b, w)
		case typePPP:
			return ppp(p, b, w)
		case typeNSH:
			if len(b) < 8 {
				return ErrTruncated
			}
			if size = 4 * int(b[1]&0x3f); size < 8 {
				return ErrMalformed
			}
			at = -1
		case typeJumboLLC:
			return llc(p, b, w)
		default:
			if kind <= mostLength {
				return llc(p, b, w)
			}
			return ErrNotIP
		}
		var ok bool
		if w, ok = w.next(); !ok {
			return ErrMalformed
		}
		if len(b) < size {
			return ErrTruncated
		}
		if at >= 0 {
			kind = binary.BigEndian.Uint16(b[at:])
		} else {
			kind = nextOf(b[3])
		}
		b = b[size:]
	}
}

// llc reads what follows a header of 802.2, which is mostly that of SNAP.
func llc(p *Packet, b []byte, w walk) error {
	w, ok := w.next()
	switch {
	case !ok:
		return ErrMalformed
	case len(b) < 3:
		return ErrTruncated
	case b[0] == 6 && b[1]&^1 == 6 && b[2] == 3:
		return anyIP(p, b[3:], w)
	case b[0] != 0xaa || b[1]&^1 != 0xaa || b[2] != 3:
		return ErrNotIP
	}
	return snap(p, b[3:], 2, w)
}

// snap reads an organization, a type of its own and what follows. Pad is what precedes an
// Ethernet frame that is bridged.
func snap(p *Packet, b []byte, pad int, w walk) error {
	if len(b) < 5 {
		return ErrTruncated
	}
	kind := binary.BigEndian.Uint16(b[3:])
	switch organization := uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]); organization {
	case 0, 0xf8: // Ethernet types, and those of bridges
		if kind <= mostLength {
			return ErrNotIP
		}
		return byType(p, kind, b[5:], w)
	case 0x80c2: // RFC 2684: 1 with and 7 without the checksum of the frame
		if kind != 1 && kind != 7 {
			return ErrNotIP
		}
		if b = b[5:]; len(b) < pad {
			return ErrTruncated
		}
		return ethernet(p, b[pad:], w)
	}
	return ErrNotIP
}

func pppoe(p *Packet, b []byte, w walk) error {
	switch {
	case len(b) < 6:
		return ErrTruncated
	case b[0] != 0x11:
		return ErrMalformed
	case b[1] != 0: // no session
		return ErrNotIP
	}
	return ppp(p, b[6:], w)
}

// ppp reads a PPP frame, with or without the address and control bytes of HDLC, and with the
// protocol in two bytes or in one.
func ppp(p *Packet, b []byte, w walk) error {
	w, ok := w.next()
	if !ok {
		return ErrMalformed
	}
	if len(b) >= 2 && b[0] == 0xff && b[1] == 3 {
		b = b[2:]
	}
	if len(b) == 0 {
		return ErrTruncated
	}
	protocol := uint16(b[0])
	if b = b[1:]; protocol&1 == 0 {
		if len(b) == 0 {
			return ErrTruncated
		}
		protocol, b = protocol<<8|uint16(b[0]), b[1:]
	}
	switch protocol {
	case 0x21:
		return ipv4(p, b, w)
	case 0x57:
		return ipv6(p, b, w)
	case 0x281, 0x283:
		return mpls(p, b, w)
	}
	return ErrNotIP
}
