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
// Ethernet may begin with these, too. Who sends IP packets can choose addresses that look like
// types of Ethernet. So only what is proven by a checksum or a length is no IP packet.
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
		switch {
		case isProven(b):
		case !isEthernet(b), isUsual6(b):
			return ipv6(p, b, w)
		default: // nobody can tell
			return ErrMalformed
		}
	case 1: // an associated channel
		if !isEthernet(b) {
			return ErrNotIP
		}
	case 0:
		if len(b) < word {
			return ErrTruncated
		}
		if !isProven(b) && (isEthernet(b[word:]) || !isEthernet(b)) {
			return ethernet(p, b[word:], w)
		}
	}
	return ethernet(p, b, w)
}

// isEthernet reports whether b begins like an Ethernet frame with something that is common.
func isEthernet(b []byte) bool {
	if len(b) < 15 {
		return false
	}
	switch binary.BigEndian.Uint16(b[12:]) {
	case typeIPv4:
		return b[14]>>4 == 4
	case typeIPv6:
		return b[14]>>4 == 6
	case typeVLAN, typeProvider, typeOld1, typeMPLS, typePPPoE, typeARP:
		return true
	}
	return false
}

// isProven reports whether b is an Ethernet frame whose content proves it: IPv4 with the right
// checksum, IPv6 of the right length, or ARP, behind at most two tags.
func isProven(b []byte) bool {
	const header, tag = 14, 4
	if len(b) < header {
		return false
	}
	kind := binary.BigEndian.Uint16(b[header-2:])
	b = b[header:]
	for range 2 {
		if (kind == typeVLAN || kind == typeProvider) && len(b) >= tag {
			kind, b = binary.BigEndian.Uint16(b[2:]), b[tag:]
		}
	}
	switch kind {
	case typeIPv4:
		return whole4(b)
	case typeIPv6:
		return len(b) >= size6 && b[0]>>4 == 6 && int(binary.BigEndian.Uint16(b[4:])) == len(b)-size6
	case typeARP: // between Ethernet and IPv4
		return len(b) >= 4 && binary.BigEndian.Uint32(b) == 0x00010800
	}
	return false
}

// isUsual6 reports whether b begins like an IPv6 packet with something that is common, and is not
// longer than it says.
func isUsual6(b []byte) bool {
	if len(b) < size6 || int(binary.BigEndian.Uint16(b[4:])) < len(b)-size6 {
		return false
	}
	switch b[6] {
	case protoTCP, protoUDP, protoICMPv6, protoFragment, protoIPIP, protoIPv6, protoGRE, protoESP, protoAH:
		return true
	}
	return false
}

// whole4 reports whether b begins with an IPv4 header whose checksum is right.
func whole4(b []byte) bool {
	if len(b) < size4 || b[0]>>4 != 4 {
		return false
	}
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
