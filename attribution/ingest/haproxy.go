package ingest

import (
	"bytes"
)

// haproxy reads the lines of HAProxy: of "option httplog", httpslog and tcplog, and those of
// connections that failed before a request.
//
//	192.0.2.1:4711 [21/May/2024:07:11:23.123] web~ app/srv1 1/0/2/30/33 200 2750 - - ---- 1/1/0/0/0 0/0 {a|b} "GET ..."
//
// The client writes the captured headers and the request, which stand behind all that is read.
type haproxy struct {
	facts  *facts
	target bool
	ports  bool // the client has a port
}

// haproxyLine is a line in parts.
type haproxyLine struct {
	client, time, frontend, size, behind []byte
}

// tagged takes off the tag that syslog and containers leave: haproxy[14389]:
func tagged(line []byte) []byte {
	if rest, ok := bytes.CutPrefix(line, []byte("haproxy[")); ok {
		if i := bytes.Index(rest, []byte("]: ")); i > 0 && isDigits(rest[:i]) {
			return rest[i+3:]
		}
	}
	return line
}

func cutHAProxy(line []byte) (p haproxyLine, ok bool) {
	var rest, backend, timers []byte
	line = tagged(line)
	if from, found := bytes.CutPrefix(line, []byte("Connect from ")); found { // without any "option"
		p.client, rest = nextWord(from)
		i, n := bytes.LastIndexByte(rest, '('), bytes.LastIndexByte(rest, '/')
		if ok = bytes.HasPrefix(rest, []byte("to ")) && 0 < i && i < n; ok {
			p.frontend = rest[i+1 : n]
		}
		return p, ok
	}
	p.client, rest = nextWord(line)
	if p.time, rest, ok = cutBrackets(rest); !ok {
		return p, false
	}
	if p.frontend, rest = nextWord(rest); len(p.frontend) == 0 {
		return p, false
	}
	if n := len(p.frontend) - 1; p.frontend[n] == ':' && bytes.IndexByte(p.frontend, '/') > 0 && len(rest) > 0 {
		p.frontend = p.frontend[:n] // "web/1: SSL handshake failure"
		return p, true
	}
	backend, rest = nextWord(rest)
	timers, rest = nextWord(rest)
	if isFailedTLS(backend, timers) {
		return p, true
	}
	if bytes.IndexByte(backend, '/') < 0 || !isTimers(timers) {
		return p, false
	}
	if bytes.Count(timers, []byte("/")) > 2 { // of requests; those of TCP have three parts
		_, rest = nextWord(rest)
	}
	p.size, p.behind = nextWord(rest)
	p.size = bytes.TrimPrefix(p.size, []byte("+")) // the log was written before the end
	return p, isDigits(p.size)
}

// isFailedTLS reports whether a line is that of "error-log-format" for connections with TLS:
// "web~ 1/1 45/14160/0/0/0 sni/version/cipher", of which only the last word may be the client's.
func isFailedTLS(connections, errors []byte) bool {
	active, all, _ := bytes.Cut(connections, []byte("/"))
	return isDigits(active) && isDigits(all) && bytes.Count(errors, []byte("/")) == 4 &&
		len(bytes.Trim(errors, "0123456789abcdefABCDEFx/-")) == 0
}

func isTimers(b []byte) bool {
	slashes := 0
	for _, c := range b {
		switch {
		case c == '/':
			slashes++
		case !isDigit(c) && c != '-' && c != '+':
			return false
		}
	}
	return slashes >= 2
}

func isHAProxy(line []byte) bool {
	_, ok := cutHAProxy(line)
	return ok
}

// isNotice reports whether a line is what HAProxy says of itself, such as "Proxy web started."
func isNotice(line []byte) bool {
	word, rest := nextWord(tagged(line))
	if len(word) == 0 || word[0] == '[' && len(rest) > 0 && rest[0] != '[' {
		return true
	}
	for _, c := range word {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return len(rest) > 0 && rest[0] != '[' && string(word) != "Connect"
}

func (x *haproxy) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	p, ok := cutHAProxy(line)
	if !ok {
		if isNotice(line) {
			return noRecord
		}
		return notOfFormat
	}
	if x.ports {
		ok = e.from(p.client)
	} else {
		e.Source, ok = parseAddr(p.client)
		e.Handshake = ok
	}
	if !ok {
		return noAddress
	}
	if p.time != nil {
		e.Time, _ = x.facts.clock.Parse(p.time)
	}
	e.Bytes, _ = parseNumber(p.size)
	if !x.target {
		return ""
	}
	if i := bytes.Index(p.behind, []byte(` "`)); i >= 0 { // HAProxy writes #22 for quotes
		request := p.behind[i+2:]
		if i := bytes.IndexByte(request, '"'); i >= 0 {
			request = request[:i]
		}
		e.Target = requestPath(request)
	}
	if e.Target == nil {
		e.Target = bytes.TrimSuffix(p.frontend, []byte("~"))
	}
	return ""
}

func openHAProxy(h *head, o *Options, f *facts) (*plan, error) {
	x := &haproxy{facts: f, target: o.Target != notTaken}
	for _, line := range h.lines {
		if p, ok := cutHAProxy(line); ok && isEndpoint(p.client) {
			x.ports = true
		}
	}
	parse := func(f *facts) parser {
		y := *x
		y.facts = f
		return y.parse
	}
	return independent(parse, f, o, "source", "client_ip", "time", "accept_date", "target", "path", "bytes", "bytes_read")
}
