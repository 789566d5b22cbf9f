package packets

import (
	"time"

	"github.com/whence-go/whence/internal/frame"
)

const (
	maxFragmented = 1 << 14
	fragmentsLast = 30 * time.Second // how long a machine waits for the rest of a packet
)

// datagram names a packet that was cut into fragments. IPv4 counts the identifications of each
// protocol apart (RFC 791). In IPv6 later fragments may not know the protocol.
type datagram struct {
	source, target [16]byte
	id             uint32
	protocol       uint8
}

// opening is what only the first fragment knows.
type opening struct {
	at                     int64 // seconds
	sourcePort, targetPort uint16
	protocol, flags        uint8
}

// fragments gives later fragments the ports of the first one.
type fragments struct{ first recent[datagram, opening] }

// complete remembers a first fragment. It fills in a later one, and reports whether it could.
func (f *fragments) complete(p *frame.Packet, at time.Time) bool {
	if !p.FirstFragment && !p.LaterFragment {
		return false
	}
	key := datagram{source: p.Source.As16(), target: p.Target.As16(), id: p.FragmentID}
	if p.Source.Is4() {
		key.protocol = p.Protocol
	}
	if p.FirstFragment {
		f.first.put(key, opening{at.Unix(), p.SourcePort, p.TargetPort, p.Protocol, p.TCPFlags})
		return true
	}
	o, ok := f.first.get(key)
	if !ok {
		return false
	}
	if age := at.Unix() - o.at; age < -int64(fragmentsLast/time.Second) || age > int64(fragmentsLast/time.Second) {
		return false
	}
	p.SourcePort, p.TargetPort, p.Protocol, p.TCPFlags = o.sourcePort, o.targetPort, o.protocol, o.flags
	return true
}
