package frame

import (
	"encoding/binary"
	"net/netip"
)

const (
	size4 = 20 // of an IPv4 header without options
	size6 = 40 // of an IPv6 header

	moreFragments  = 0x2000
	fragmentOffset = 0x1fff
)

// anyIP reads an IP packet of the version that it says.
func anyIP(p *Packet, b []byte, w walk) error {
	if len(b) == 0 {
		return ErrTruncated
	}
	switch b[0] >> 4 {
	case 4:
		return ipv4(p, b, w)
	case 6:
		return ipv6(p, b, w)
	}
	return ErrMalformed
}

func ipv4(p *Packet, b []byte, w walk) error {
	if len(b) > 0 && b[0]>>4 != 4 {
		return ErrMalformed
	}
	if len(b) < size4 {
		return ErrTruncated
	}
	header, length := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	cut := len(b) < length
	if length == 0 {
		length, cut = len(b), true // as far as anybody can tell
	}
	if header < size4 || length < header {
		return ErrMalformed
	}
	fragment := binary.BigEndian.Uint16(b[6:])
	*p = Packet{} // a literal with the fields would be made elsewhere, and copied
	p.Source, p.Target = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	p.Length, p.Protocol, p.TTL = uint32(length), b[9], b[8]
	if fragment&(moreFragments|fragmentOffset) != 0 {
		p.FragmentID = uint32(binary.BigEndian.Uint16(b[4:]))
		p.FirstFragment = fragment&fragmentOffset == 0
		p.LaterFragment = !p.FirstFragment
	}
	if !cut {
		b = b[:length] // without the padding of a short frame
	}
	switch {
	case p.LaterFragment:
		return nil
	case len(b) < header:
		p.Cut = true
		return nil
	}
	return transport(p, b[header:], cut, w)
}

func ipv6(p *Packet, b []byte, w walk) error {
	if len(b) > 0 && b[0]>>4 != 6 {
		return ErrMalformed
	}
	if len(b) < size6 {
		return ErrTruncated
	}
	next, length := b[6], size6+int(binary.BigEndian.Uint16(b[4:]))
	cut := len(b) < length
	if length == size6 && next != protoNone { // larger than the field can say
		length, cut = len(b), true
	}
	*p = Packet{}
	p.Source, p.Target = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	p.Length, p.Protocol, p.TTL = uint32(length), next, b[7]
	if !cut {
		b = b[:length]
	}
	return extensions(p, b[size6:], cut, w)
}

// extensions passes over the extension headers of IPv6. p.Protocol is the type of the header
// that b begins with.
func extensions(p *Packet, b []byte, cut bool, w walk) error {
	for {
		size := 0
		switch p.Protocol {
		case 0, protoRouting, protoOptions, protoMobility, protoHIP, protoShim6:
			if len(b) >= 2 {
				size = 8 + 8*int(b[1])
			}
		case protoFragment:
			size = 8
		default:
			return transport(p, b, cut, w)
		}
		var ok bool
		if w, ok = w.next(); !ok {
			return ErrMalformed
		}
		if size == 0 || len(b) < size {
			p.Cut = cut // else the header says that the packet is shorter than this one
			return nil
		}
		if p.Protocol == protoFragment && fragmented(p, b) {
			return nil
		}
		p.Protocol, b = b[0], b[size:]
	}
}

// fragmented reads a fragment header, and reports whether what follows has no ports.
func fragmented(p *Packet, b []byte) bool {
	field := binary.BigEndian.Uint16(b[2:])
	if field&^7 == 0 && field&1 == 0 { // the only one (RFC 6946)
		return false
	}
	p.FragmentID = binary.BigEndian.Uint32(b[4:])
	p.FirstFragment = field&^7 == 0
	p.LaterFragment = !p.FirstFragment
	if p.LaterFragment {
		p.Protocol = b[0]
	}
	return p.LaterFragment
}

// transport reads what follows the IP header.
func transport(p *Packet, b []byte, cut bool, w walk) error {
	for p.Protocol == protoAH {
		var ok bool
		if w, ok = w.next(); !ok {
			return ErrMalformed
		}
		size := 2
		if len(b) >= 2 {
			size = 8 + 4*int(b[1])
		}
		if len(b) < size {
			p.Cut = cut
			return nil
		}
		p.Protocol, b = b[0], b[size:]
	}
	switch p.Protocol {
	case protoTCP:
		ports(p, b, cut)
		if len(b) >= 14 {
			p.Sequence, p.Acknowledgment = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
			p.TCPFlags, p.HasFlags = b[13], true
		} else {
			p.Cut = cut
		}
	case protoUDP:
		ports(p, b, cut)
		if w.inner {
			overUDP(p, b, w)
		}
	case protoUDPLite, protoSCTP, protoDCCP:
		ports(p, b, cut)
	default:
		if w.inner {
			overIP(p, b, w)
		}
	}
	return nil
}

func ports(p *Packet, b []byte, cut bool) {
	if len(b) < 4 {
		p.Cut = cut
		return
	}
	p.SourcePort, p.TargetPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	p.HasPorts = true
}
