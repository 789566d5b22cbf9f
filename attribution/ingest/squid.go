package ingest

import (
	"bytes"
)

// squid reads the native access log of Squid. The URL and the user, which clients write,
// stand behind all that is read but the target.
//
//	1716275483.123    345 192.0.2.1 TCP_MISS/200 1234 GET http://example.com/ user HIER_DIRECT/198.51.100.1 text/html
type squid struct {
	facts  *facts
	target bool
}

type squidLine struct {
	time, client, result, size, url []byte
}

func cutSquid(line []byte) (p squidLine, ok bool) {
	var w [7][]byte // time, elapsed, client, result, size, method, URL
	if _, ok = cutWords(line, w[:]); !ok {
		return p, false
	}
	p = squidLine{time: w[0], client: w[2], result: w[3], size: w[4], url: w[6]}
	seconds, millis, found := bytes.Cut(w[0], []byte("."))
	elapsed := bytes.TrimPrefix(w[1], []byte("-"))
	_, status, ok := bytes.Cut(w[3], []byte("/"))
	ok = ok && found && len(seconds) >= 9 && isDigits(seconds) && isDigits(millis) && isDigits(elapsed) && isDigits(status)
	return p, ok && isDigits(p.size) && p.result[0] >= 'A' && p.result[0] <= 'Z'
}

func isSquid(line []byte) bool {
	_, ok := cutSquid(line)
	return ok
}

func (x *squid) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	p, ok := cutSquid(line)
	if !ok {
		return notOfFormat
	}
	if e.Source, ok = parseAddr(p.client); !ok {
		return noAddress
	}
	e.Handshake = !bytes.HasPrefix(p.result, []byte("UDP_"))
	e.Time, _ = x.facts.clock.Parse(p.time)
	e.Bytes, _ = parseNumber(p.size)
	if x.target && !bytes.HasPrefix(p.url, []byte("error:")) {
		e.Target = hostOf(p.url)
	}
	return ""
}

func openSquid(h *head, o *Options, f *facts) (*plan, error) {
	x := &squid{facts: f, target: o.Target != notTaken}
	parse := func(f *facts) parser {
		y := *x
		y.facts = f
		return y.parse
	}
	return independent(parse, f, o, "source", "client", "time", "time", "bytes", "bytes", "target", "host")
}
