package ingest

import "github.com/whence-go/whence/attribution/ingest/internal/clock"

// elbConn reads the connection logs of AWS's application load balancers. What a client writes,
// the subject of its certificate, stands in quotes behind all that is read.
//
//	time client port listener protocol cipher latency "subject" validity serial status trace
type elbConn struct {
	facts  *facts
	target bool
	w      [elbConnWords][]byte
}

// Places of words.
const (
	elbConnTime = iota
	elbConnClient
	elbConnPort
	elbConnListener
	elbConnProtocol
	elbConnCipher
	elbConnLatency
	elbConnWords
)

func cutELBConn(line []byte, w *[elbConnWords][]byte) bool {
	rest, ok := cutWords(line, w[:])
	return ok && isISO(w[elbConnTime]) && isPort(w[elbConnPort]) && isPort(w[elbConnListener]) &&
		(isDash(w[elbConnProtocol]) || len(w[elbConnProtocol]) > 3 && string(w[elbConnProtocol][:3]) == "TLS") &&
		areTimings(w[elbConnLatency:]) && len(rest) > 0 && (rest[0] == '"' || rest[0] == '-')
}

func isPort(word []byte) bool {
	n, ok := parseNumber(word)
	return ok && n <= 65535 && isDigits(word)
}

func isELBConn(line []byte) bool {
	var w [elbConnWords][]byte
	return cutELBConn(line, &w)
}

func (x *elbConn) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	w := &x.w
	if !cutELBConn(line, w) {
		return notOfFormat
	}
	if e.Source, e.Handshake = bareAddr(w[elbConnClient]); !e.Handshake {
		return noAddress
	}
	port, _ := parseNumber(w[elbConnPort])
	e.SourcePort = uint16(port)
	e.Time, _ = x.facts.clock.Parse(w[elbConnTime])
	if x.target {
		e.Target = w[elbConnListener]
	}
	return ""
}

func openELBConn(h *head, o *Options, f *facts) (*plan, error) {
	f.clock = &clock.Parser{} // of UTC
	x := &elbConn{facts: f, target: o.Target != notTaken}
	return fixedPlan(x.parse, o, "source", "client_ip", "time", "timestamp", "target", "listener_port")
}
