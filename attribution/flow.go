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
	// was seen; 0 stands for that of [Options]. Events and Bytes are those looked at. If
	// rates differ, they are multiplied by it: see [Report].SamplingRate.
	SamplingRate uint32

	// Handshake says that the source has answered what was sent to it, as in a completed TCP
	// or QUIC handshake, or a request to a server that runs over one. Its address is then
	// not forged.
	Handshake bool

	// Protocol, SourcePort and TCPFlags tell senders from reflectors, which are made to
	// answer requests that somebody else sent in the target's name. Where they are not
	// known, nor a handshake, a verdict says REFLECTION_UNTESTED.
	Protocol uint8 // IANA protocol number: 6 is TCP, 17 is UDP

	// SourcePort is that of UDP. A source that sent from ports of known services alone is
	// a reflector. If at least 30 sources have a known port, and 95 % of them one and the
	// same, these are reflectors too. Leave the port 0 at a server whose clients send from
	// its own port, as those of NTP and IKE may. Later fragments of a packet have none.
	SourcePort uint16

	// TCPFlags is the union of the flags of all packets (low byte of IPFIX tcpControlBits,
	// RFC 5102), or those of one. A source is a reflector if all of its records have SYN and
	// ACK alone, or RST without SYN, FIN and PSH: it answers SYNs that somebody forged.
	// A record of a client with all of its flags, such as SYN, ACK, PSH and FIN, is no
	// answer. One with SYN and ACK alone may be a client that sent no data, and a collector
	// that cannot tell leaves the flags zero. Servers that answer with data at once (PSH),
	// as some filters in the network do, look like clients.
	TCPFlags uint8
}

// event is the flow without its source.
func (f *Flow) event() block.Event {
	e := block.Event{Events: max(f.Events, 1), Bytes: f.Bytes, SamplingRate: f.SamplingRate}
	e.Facts, e.Port = plausible.Transport(f.Handshake, f.Protocol, f.SourcePort, f.TCPFlags)
	return e
}
