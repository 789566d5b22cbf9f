package packets

import (
	"errors"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// Errors that others wrap.
var (
	// ErrFormat is that of an input that is no capture, or of a kind that is not read.
	ErrFormat = errors.New("packets: not a capture that can be read")
	// ErrDamaged is that of a capture which contradicts itself. What came before is good.
	ErrDamaged = errors.New("packets: the capture is damaged")
)

// Options say which packets are events. The zero value takes all, by their outer header.
type Options struct {
	// Inner takes the innermost IP header of packets in tunnels: IP in IP, GRE, VXLAN, Geneve
	// and more. Everybody can make up such a header.
	Inner bool

	// Local are one's own networks. Only packets to them are events; the account has the number
	// of the others (INBOUND_ONLY). The default is to take both directions.
	Local *geo.PrefixSet
}

// Event is what one packet says. Its Flow is what a tally counts: one event, the bytes on the
// wire, and the TCP flags of the packet.
type Event struct {
	attribution.Flow

	// Time is when the packet was captured, in UTC. It is zero if the file does not say.
	Time time.Time

	// Target is where the packet went.
	Target netip.Addr

	// TargetPort is 0 if it is not known, like SourcePort.
	TargetPort uint16

	// TTL is the time to live, or the hop limit.
	TTL uint8
}
