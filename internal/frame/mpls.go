package frame

import "encoding/binary"

// mpls passes over labels. Nothing says what follows them: the last label if it is reserved, or
// else the content.
func mpls(p *Packet, b []byte, w walk) error {
	for {
		var ok bool
		if w, ok = w.next(); !ok {
			return ErrMalformed
		}
		if len(b) < 4 {
			return ErrTruncated
		}
		entry := binary.BigEndian.Uint32(b)
		if b = b[4:]; entry&0x100 == 0 { // not the last one
			continue
		}
		switch entry >> 12 {
		case 0: // explicit null of IPv4
			return ipv4(p, b, w)
		case 2: // and of IPv6
			return ipv6(p, b, w)
		}
		return unlabeled(p, b, w)
	}
}

// unlabeled reads an IP packet, or an Ethernet frame of a pseudowire (RFC 4448) with or without
// its control word. The first four bits are 4 or 6, or 0 for a control word, but an address of
// Ethernet may begin with these, too. Then whichever makes sense is taken.
func unlabeled(p *Packet, b []byte, w walk) error {
	if len(b) == 0 {
		return ErrTruncated
	}
	const word = 4
	switch b[0] >> 4 {
	case 4:
		if whole4(b) || !isEthernet(b) {
			return ipv4(p, b, w)
		}
	case 6:
		if !isEthernet(b) || len(b) >= size6 && int(binary.BigEndian.Uint16(b[4:])) == len(b)-size6 {
			return ipv6(p, b, w)
		}
	case 1: // an associated channel
		if !isEthernet(b) {
			return ErrNotIP
		}
	case 0:
		if len(b) < word {
			return ErrTruncated
		}
		if isEthernet(b[word:]) || !isEthernet(b) {
			return ethernet(p, b[word:], w)
		}
	}
	return ethernet(p, b, w)
}

// isEthernet reports whether b begins like an Ethernet frame with something that byType knows.
func isEthernet(b []byte) bool {
	if len(b) < 15 {
		return false
	}
	switch binary.BigEndian.Uint16(b[12:]) {
	case typeIPv4:
		return b[14]>>4 == 4
	case typeIPv6:
		return b[14]>>4 == 6
	case typeVLAN, typeProvider, typeOld1, typeMPLS, typePPPoE, 0x806: // 0x806 is ARP
		return true
	}
	return false
}

// whole4 reports whether b begins with an IPv4 header whose checksum is right.
func whole4(b []byte) bool {
	size := int(b[0]&15) * 4
	if size < size4 || len(b) < size {
		return false
	}
	sum := uint32(0)
	for ; size > 0; size, b = size-2, b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	sum = sum&0xffff + sum>>16
	return (sum+sum>>16)&0xffff == 0xffff
}
