package frame

import (
	"errors"
	"net/netip"
)

// Errors of [Parse]. They are values without context, since it allocates nothing.
var (
	// ErrNotIP is that of packets which have no IP header, such as ARP, or none in clear text.
	ErrNotIP = errors.New("frame: not an IP packet")
	// ErrTruncated is that of packets which end before their IP addresses do.
	ErrTruncated = errors.New("frame: packet ends before its addresses")
	// ErrMalformed is that of headers which contradict themselves, or of too many headers.
	ErrMalformed = errors.New("frame: malformed header")
	// ErrLink is that of a type of link that this package does not know.
	ErrLink = errors.New("frame: unknown link type")
)

// Packet is what the headers of a packet say. The zero value is none.
type Packet struct {
	// Source and Target are the addresses of the outer IP header, or of the inner one if that
	// was asked for.
	Source, Target netip.Addr

	// Sequence and Acknowledgment are the numbers of the TCP header.
	Sequence, Acknowledgment uint32

	// Length is that of the IP packet in bytes, by its header. Where the header says 0, as that
	// of a packet which the network card was to cut, it is what is there.
	Length uint32

	// FragmentID is what all fragments of one packet share, if this is one of them.
	FragmentID uint32

	// SourcePort and TargetPort are 0 unless HasPorts is set: for protocols without ports, later
	// fragments, and where the packet ends before them.
	SourcePort, TargetPort uint16

	// Protocol is what follows the IP header and its extension headers: 6 is TCP, 17 is UDP.
	// It is that of an extension header where the packet ends before the next one.
	Protocol uint8

	// TCPFlags is byte 13 of the TCP header.
	TCPFlags uint8

	// TTL is the time to live, or the hop limit.
	TTL uint8

	// HasPorts says that SourcePort and TargetPort are known. HasFlags says the same of TCPFlags,
	// Sequence and Acknowledgment.
	HasPorts, HasFlags bool

	// FirstFragment and LaterFragment say that the packet is a part of one, and which.
	FirstFragment, LaterFragment bool

	// Cut says that what was captured ends before the ports or flags that the packet had.
	Cut bool
}

// Protocols that a Packet may have.
const (
	protoIPIP     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoDCCP     = 33
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoGRE      = 47
	protoESP      = 50
	protoAH       = 51
	protoICMPv6   = 58
	protoNone     = 59
	protoOptions  = 60
	protoEtherIP  = 97
	protoSCTP     = 132
	protoMobility = 135
	protoUDPLite  = 136
	protoMPLS     = 137
	protoHIP      = 139
	protoShim6    = 140
	protoEthernet = 143
)

// walk is how far a parser may go: how many more headers it reads, and whether it enters tunnels.
type walk struct {
	left  int
	inner bool
}

const maxHeaders = 32

// next is the walk behind one more header.
func (w walk) next() (walk, bool) {
	w.left--
	return w, w.left >= 0
}

// Parse reads the headers of a packet that begins with the header of the link. With inner it
// enters tunnels (IP in IP, GRE, VXLAN, Geneve and more), and p is about the innermost IP header
// that can be read. A packet that ends early is read as far as it goes: addresses suffice.
//
// The error is [ErrNotIP], [ErrTruncated], [ErrMalformed] or [ErrLink], and p is then zero. Parse
// keeps no reference to b.
func Parse(p *Packet, link Link, b []byte, inner bool) error {
	w := walk{maxHeaders, inner}
	var err error
	if link == LinkEthernet {
		err = ethernet(p, b, w)
	} else {
		err = other(p, link, b, w)
	}
	if err != nil {
		*p = Packet{}
	}
	return err
}
