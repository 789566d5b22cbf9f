package packets

import "github.com/whence-go/whence/internal/frame"

const (
	maxAnswers     = 1 << 16
	maxConnections = 1 << 16

	protocolTCP = 6
	flagSYN     = 0x02
	flagACK     = 0x10
)

// connection names a TCP connection, from the side that began it.
type connection struct {
	client, server         [16]byte
	clientPort, serverPort uint16
}

// handshakes finds clients that have received what was sent to them.
type handshakes struct {
	answered recent[connection, uint32] // the acknowledgment that the server expects
	proven   recent[connection, uint32] // the same, and it came
}

// observe takes a packet, and reports whether it is of a connection whose handshake its source
// has completed.
func (h *handshakes) observe(p *frame.Packet) bool {
	if p.Protocol != protocolTCP || p.SourcePort == 0 && p.TargetPort == 0 {
		return false
	}
	switch p.TCPFlags & (flagSYN | flagACK) {
	case flagSYN: // which proves nothing
		return false
	case flagSYN | flagACK:
		if p.HasFlags {
			h.answer(p)
		}
		return false
	}
	if len(h.answered.order) == 0 {
		return false
	}
	c := connection{p.Source.As16(), p.Target.As16(), p.SourcePort, p.TargetPort}
	if _, ok := h.proven.get(c); ok {
		return true
	}
	if !p.HasFlags || p.TCPFlags&flagACK == 0 {
		return false
	}
	expected, ok := h.answered.get(c)
	if !ok || p.Acknowledgment != expected {
		return false
	}
	h.proven.put(c, expected)
	return true
}

// answer notes the number that a client must acknowledge. If it is another one than before, the
// connection is a new one.
func (h *handshakes) answer(p *frame.Packet) {
	c := connection{p.Target.As16(), p.Source.As16(), p.TargetPort, p.SourcePort}
	expected := p.Sequence + 1
	if before, ok := h.proven.get(c); ok && before != expected {
		h.proven.drop(c)
	}
	h.answered.put(c, expected)
}
