package ingest

import "bytes"

// fastLog reads the alerts that Suricata and Snort write on one line each. The source is that of
// the packet, which may be a server's. All of it is the words of the rule's author and of the
// program.
//
//	05/21/2024-07:11:23.123456  [**] [1:2:3] text [**] [Priority: 2] {TCP} 192.0.2.1:4711 -> 198.51.100.1:22
type fastLog struct {
	facts  *facts
	target bool
}

// cutFastLog finds the time, the protocol and the two ends.
func cutFastLog(line []byte) (at, protocol, source, dest []byte, ok bool) {
	at, rest := nextWord(line)
	if rest, ok = behind(rest, "[**] ["); !ok || !isDigit(at[0]) {
		return nil, nil, nil, nil, false
	}
	i := bytes.LastIndexByte(rest, '{')
	if i < 0 {
		return nil, nil, nil, nil, false
	}
	if protocol, rest, ok = bytes.Cut(rest[i+1:], []byte("} ")); !ok {
		return nil, nil, nil, nil, false
	}
	source, rest = nextWord(rest)
	arrow, rest := nextWord(rest)
	dest, _ = nextWord(rest)
	return at, protocol, source, dest, string(arrow) == "->"
}

func isFastLog(line []byte) bool {
	_, _, _, _, ok := cutFastLog(line)
	return ok
}

func (x *fastLog) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	at, protocol, source, dest, ok := cutFastLog(line)
	if !ok {
		return notOfFormat
	}
	if e.Source, e.SourcePort, ok = endpoint(source); !ok {
		if e.Source, ok = bareAddr(source); !ok {
			return noAddress
		}
		e.SourcePort = 0
	}
	e.Time, _ = x.facts.clock.Parse(at)
	e.unreadable = !e.setTransport(protocol, nil, nil)
	if x.target {
		e.Target = withoutPort(dest)
	}
	return ""
}

func openFastLog(h *head, o *Options, f *facts) (*plan, error) {
	x := &fastLog{facts: f, target: o.Target != notTaken}
	p, err := fixedPlan(x.parse, o, "source", "source", "time", "time", "target", "destination", "protocol", "protocol",
		"source_port", "source port")
	if err == nil {
		p.notes = []string{noteNoDirection}
	}
	return p, err
}

// nginxStream reads the log of nginx's stream module in the form that its documentation has.
//
//	192.0.2.1 [21/May/2024:07:11:23 +0000] TCP 200 1000 2000 0.123
type nginxStream struct {
	facts *facts
}

func cutNginxStream(line []byte) (client, at, protocol, sent []byte, ok bool) {
	client, rest := nextWord(line)
	if at, rest, ok = cutBrackets(rest); !ok {
		return nil, nil, nil, nil, false
	}
	var w [5][]byte // protocol, status, sent, received, seconds
	_, ok = cutWords(rest, w[:])
	ok = ok && (string(w[0]) == "TCP" || string(w[0]) == "UDP") && len(w[1]) == 3 && isDigits(w[1]) && isDigits(w[2]) &&
		isDigits(w[3]) && areTimings(w[4:])
	return client, at, w[0], w[2], ok
}

func isNginxStream(line []byte) bool {
	_, _, _, _, ok := cutNginxStream(line)
	return ok
}

func (x *nginxStream) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	client, at, protocol, sent, ok := cutNginxStream(line)
	if !ok {
		return notOfFormat
	}
	if e.Source, ok = parseAddr(client); !ok {
		return noAddress
	}
	e.Time, _ = x.facts.clock.Parse(at)
	e.Bytes, _ = parseNumber(sent)
	e.unreadable = !e.setTransport(protocol, nil, nil)
	e.Handshake = e.Protocol == tcp
	return ""
}

func openNginxStream(h *head, o *Options, f *facts) (*plan, error) {
	x := &nginxStream{facts: f}
	return fixedPlan(x.parse, o, "source", "remote_addr", "time", "time_local", "bytes", "bytes_sent", "protocol",
		"protocol")
}
