package attribution

import (
	"net/netip"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/plausible"
)

// Flow is an event as a flow record or a server describes it, with what the transport says
// about its source. Fields that are not known stay zero.
type Flow struct {
	Source netip.Addr
	Events uint64 // such as packets or requests; 0 stands for 1
	Bytes  uint64

	// SamplingRate says that one in so many packets or flows was looked at where this one
	// was seen; 0 stands for that of [Options].
	SamplingRate uint32

	// Handshake says that the source has answered what was sent to it, as in a completed TCP
	// or QUIC handshake, or a request to a server that runs over one. Its address is then
	// not forged.
	Handshake bool

	Protocol   uint8  // IANA protocol number: 6 is TCP, 17 is UDP
	SourcePort uint16 // of TCP and UDP

	// TCPFlags is the union of the flags of all packets (low byte of IPFIX tcpControlBits,
	// RFC 5102). SYN and ACK alone count as an answer to a connection that the source did
	// not begin. A collector that cannot tell it from a connection without data leaves the
	// flags zero.
	TCPFlags uint8
}

// event is the flow without its source.
func (f *Flow) event() block.Event {
	return block.Event{
		Events: max(f.Events, 1), Bytes: f.Bytes, SamplingRate: f.SamplingRate,
		Facts: plausible.Facts(f.Handshake, f.Protocol, f.SourcePort, f.TCPFlags),
	}
}
