package scenario

// Transport is what the packets of a record say about how they came. The zero
// value says nothing.
type Transport struct {
	Protocol   uint8  // its number at IANA: 6 is TCP, 17 UDP; 0 if unknown
	SourcePort uint16 // 0 if it does not matter: that of a client is random
	TCPFlags   uint8  // of all packets of the source together (RFC 9293); 0 if unknown

	// Established says that the TCP handshake was completed: the source
	// received what was sent to its address, so that it is not forged.
	Established bool
}

const (
	tcp = 6
	udp = 17
)

// The bits of Transport.TCPFlags.
const (
	fin = 1 << iota
	syn
	_ // RST
	psh
	ack
)

var (
	// session is a connection that carried something, as servers log it.
	session = Transport{Protocol: tcp, TCPFlags: syn | ack | psh | fin, Established: true}

	// opening is a SYN that nothing followed.
	opening = Transport{Protocol: tcp, TCPFlags: syn}
)
