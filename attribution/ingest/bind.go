package ingest

import (
	"bytes"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// bindLog reads what BIND says about clients, with and without syslog, categories and levels:
//
//	21-May-2024 07:11:23.123 queries: info: client @0x7f 192.0.2.1#4711 (a.example): query: a.example IN A +
//
// A query is an event. Until the first query it is whatever BIND says of a client, such as that
// it was refused. Most queries come in single packets, which prove no handshake. The name
// that was asked for is the client's, and stands behind its address.
type bindLog struct {
	facts   *facts
	queries bool
	events  uint64 // before the first query
	target  bool
}

// bindLine is a line in parts.
type bindLine struct {
	at     time.Time
	client netip.Addr
	port   uint16
	behind []byte
}

var queryColon = []byte(": query: ")

func (x *bindLog) cut(line []byte) (p bindLine, ok bool) {
	if t, n, isTime := x.facts.clock.Syslog(line); isTime && n < len(line) {
		p.at, line = t, bytes.TrimLeft(line[n:], " ")
	}
	for range 4 { // a host and a program, a category and a level
		rest, found := cutText(line, "client ")
		if !found {
			_, line = nextWord(line)
			continue
		}
		if bytes.HasPrefix(rest, []byte("@0x")) {
			_, rest = nextWord(rest)
		}
		host, rest, found := bytes.Cut(rest, []byte("#"))
		if !found {
			return p, false
		}
		digits := digitsOf(rest)
		port, _ := parseNumber(digits)
		if p.client, ok = bareAddr(host); !ok || len(digits) == 0 || port > 65535 {
			return p, false
		}
		p.port, p.behind = uint16(port), rest[len(digits):]
		return p, len(p.behind) > 0 && (p.behind[0] == ' ' || p.behind[0] == ':')
	}
	return p, false
}

func (x *bindLog) is(line []byte) bool {
	_, ok := x.cut(line)
	return ok
}

func sniffBind(h *head) int {
	x := &bindLog{facts: &facts{clock: new(clock.Parser)}}
	return fitScore(h, x.is)
}

func (x *bindLog) parse(line []byte, e *Event) fault {
	p, ok := x.cut(line)
	switch isQuery := ok && bytes.Contains(p.behind, queryColon); {
	case !ok && bytes.Contains(line, []byte("client ")) && bytes.IndexByte(line, '#') > 0:
		return notOfFormat
	case !ok:
		return noRecord // of the server itself
	case isQuery && !x.queries:
		x.queries = true
		x.facts.kinds.change("BIND: query", x.events)
	case !isQuery && x.queries:
		leaveOut(x.facts.kinds, "BIND: client")
		return noRecord
	case !isQuery:
		x.events++
	}
	e.Source, e.SourcePort, e.Time = p.client, p.port, p.at
	if x.target {
		name := p.behind
		if i := bytes.Index(name, queryColon); i >= 0 {
			e.Target, _ = nextWord(name[i+len(queryColon):])
		}
	}
	return ""
}

func openBind(h *head, o *Options, f *facts) (*plan, error) {
	x := &bindLog{facts: f, target: o.Target != notTaken}
	for _, line := range h.lines {
		if p, ok := x.cut(line); ok && bytes.Contains(p.behind, queryColon) {
			x.queries = true
			break
		}
	}
	return fixedPlan(x.parse, o, "source", "client", "time", "time", "target", "name")
}
