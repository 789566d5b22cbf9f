package frame

import "encoding/binary"

// UDP ports of tunnels.
const (
	portVXLAN      = 4789
	portVXLANLinux = 8472
	portVXLANGPE   = 4790
	portGeneve     = 6081
)

// enter reads what a tunnel contains. If that is no IP packet, p stays what it is.
func enter(p *Packet, kind uint16, b []byte, w walk) {
	w, ok := w.next()
	if !ok {
		return
	}
	outer := *p
	if byType(p, kind, b, w) != nil {
		*p = outer
	}
}

// overIP enters the tunnels that are protocols of IP.
func overIP(p *Packet, b []byte, w walk) {
	switch p.Protocol {
	case protoIPIP:
		enter(p, typeIPv4, b, w)
	case protoIPv6:
		enter(p, typeIPv6, b, w)
	case protoMPLS:
		enter(p, typeMPLS, b, w)
	case protoEthernet: // of SRv6
		enter(p, typeEthernet, b, w)
	case protoEtherIP:
		if len(b) >= 2 {
			enter(p, typeEthernet, b[2:], w)
		}
	case protoGRE:
		gre(p, b, w)
	}
}

// The first word of a GRE header (RFC 2784, RFC 2890, RFC 2637).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080 // of version 1
	greVersion  = 7
)

// Types that are special to GRE.
const (
	typeERSPAN  = 0x88be
	typeERSPAN3 = 0x22eb
)

func gre(p *Packet, b []byte, w walk) {
	if len(b) < 4 {
		return
	}
	flags, kind := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	if flags&greRouting != 0 || flags&greVersion > 1 {
		return
	}
	size := 4
	for _, flag := range [...]uint16{greChecksum, greKey, greSequence} {
		if flags&flag != 0 {
			size += 4
		}
	}
	if flags&greVersion == 1 && flags&greAck != 0 {
		size += 4
	}
	switch {
	case kind == typeERSPAN && flags&greSequence != 0: // type II; type I has no header
		kind, size = typeEthernet, size+8
	case kind == typeERSPAN:
		kind = typeEthernet
	case kind == typeERSPAN3:
		kind = typeEthernet
		if size += 12; len(b) >= size && b[size-1]&1 != 0 { // a subheader follows
			size += 8
		}
	}
	if len(b) >= size {
		enter(p, kind, b[size:], w)
	}
}

// overUDP enters the tunnels that are datagrams to known ports.
func overUDP(p *Packet, b []byte, w walk) {
	const header = 8
	if len(b) < header+8 {
		return
	}
	b = b[header:]
	switch p.TargetPort {
	case portVXLAN, portVXLANLinux:
		if b[0]&8 != 0 { // the identifier is valid
			enter(p, typeEthernet, b[8:], w)
		}
	case portVXLANGPE:
		enter(p, nextOf(b[3]), b[8:], w)
	case portGeneve:
		if size := 8 + 4*int(b[0]&0x3f); b[0]>>6 == 0 && len(b) >= size {
			enter(p, binary.BigEndian.Uint16(b[2:]), b[size:], w)
		}
	}
}

// nextOf is the type that VXLAN-GPE and NSH have a number for.
func nextOf(protocol byte) uint16 {
	switch protocol {
	case 1:
		return typeIPv4
	case 2:
		return typeIPv6
	case 3:
		return typeEthernet
	case 4:
		return typeNSH
	case 5:
		return typeMPLS
	}
	return typeNone
}
