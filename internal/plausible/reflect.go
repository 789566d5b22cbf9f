package plausible

import "github.com/whence-go/whence/internal/snapshot"

// Transport protocols (IANA numbers) and TCP flags (RFC 9293).
const (
	tcp = 6
	udp = 17

	syn = 0x02
	ack = 0x10
)

// amplifies tells the UDP services that answer a small request with more than they
// got, and are therefore made to flood a victim in whose name the request was
// sent (Rossow, "Amplification Hell", 2014; US-CERT alert TA14-017A).
func amplifies(port uint16) bool {
	switch port {
	case 17, 19, 53, 69, 111, 123, 137, 161, 389, 427, 520, 1434, 1900, 3283,
		3702, 5093, 5353, 5683, 10074, 11211, 27015, 27960, 37810:
		return true
	}
	return false
}

// Facts returns what a record of transport says about its source, as flags of an item.
func Facts(handshake bool, protocol uint8, sourcePort uint16, tcpFlags uint8) uint8 {
	switch {
	case handshake:
		return snapshot.Handshake
	case Reflects(protocol, sourcePort, tcpFlags):
		return snapshot.Reflector
	}
	return 0
}

// Reflects reports whether a flow looks like an answer that its target did not ask for.
// Then the source is a reflector, and the one who sent the request is somebody else.
func Reflects(protocol uint8, sourcePort uint16, tcpFlags uint8) bool {
	switch protocol {
	case udp:
		return amplifies(sourcePort)
	case tcp:
		return tcpFlags == syn|ack
	}
	return false
}
