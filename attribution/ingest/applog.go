package ingest

import (
	"bytes"
)

// The request logs of Gin and of Uvicorn, and that of Apache's mod_ssl.

// gin reads lines of Gin. It trusts every proxy unless it is told not to, so that the client
// may have written the address.
//
//	[GIN] 2024/05/21 - 07:11:23 | 200 |  1.2ms |  192.0.2.1 | GET  "/a"
type gin struct {
	facts  *facts
	target bool
}

// cutGin returns the parts between bars. Only the last one is the client's.
func cutGin(line []byte) (p [5][]byte, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("[GIN] "))
	if !ok {
		return p, false
	}
	for i := range p[:4] {
		if p[i], rest, ok = bytes.Cut(rest, []byte("|")); !ok {
			return p, false
		}
		p[i] = bytes.TrimSpace(p[i])
	}
	p[4] = rest
	return p, isDigits(p[1])
}

func isGin(line []byte) bool {
	_, ok := cutGin(line)
	return ok
}

func (x *gin) parse(line []byte, e *Event) fault {
	p, ok := cutGin(line)
	if !ok {
		if !bytes.HasPrefix(line, []byte("[GIN] ")) {
			return noRecord // what the program says besides
		}
		return notOfFormat
	}
	if e.Source, ok = parseAddr(p[3]); !ok {
		return noAddress
	}
	e.Claimed = true
	if date, at, ok := bytes.Cut(p[0], []byte(" - ")); ok {
		e.Time, _ = x.facts.clock.ParseFields(date, at)
	}
	if i := bytes.IndexByte(p[4], '"'); i >= 0 && x.target {
		e.Target, _, _ = bytes.Cut(bytes.TrimRight(p[4][i+1:], `" `), []byte("?"))
	}
	return ""
}

func openGin(h *head, o *Options, f *facts) (*plan, error) {
	x := &gin{facts: f, target: o.Target != notTaken}
	parse := func(f *facts) parser {
		y := *x
		y.facts = f
		return y.parse
	}
	return independent(parse, f, o, "source", "client_ip", "time", "time", "target", "path")
}

// uvicorn reads lines of Uvicorn, which have no time. It writes port 0 for an address that
// comes from a header.
//
//	INFO:     192.0.2.1:4711 - "GET /a HTTP/1.1" 200 OK
type uvicorn struct {
	target bool
}

func cutUvicorn(line []byte) (client, request []byte, ok bool) {
	level, rest := nextWord(line)
	if len(level) < 2 || level[len(level)-1] != ':' || level[0] < 'A' || level[0] > 'Z' {
		return nil, nil, false
	}
	client, rest = nextWord(rest)
	request, ok = bytes.CutPrefix(rest, []byte(`- "`))
	return client, request, ok
}

func isUvicorn(line []byte) bool {
	client, _, ok := cutUvicorn(line)
	return ok && isEndpoint(client)
}

func (x *uvicorn) parse(line []byte, e *Event) fault {
	client, request, ok := cutUvicorn(line)
	switch {
	case !ok && startsWithEndpoint(line):
		return notOfFormat
	case !ok:
		return noRecord
	case !e.from(client):
		return noAddress
	}
	e.Claimed = e.SourcePort == 0
	e.Handshake = !e.Claimed
	if x.target {
		request, _, _ = bytes.Cut(request, []byte(`"`))
		e.Target = requestPath(request)
	}
	return ""
}

// startsWithEndpoint reports whether a request may have been cut.
func startsWithEndpoint(line []byte) bool {
	level, rest := nextWord(line)
	client, _ := nextWord(rest)
	return len(level) > 1 && level[len(level)-1] == ':' && isEndpoint(client)
}

func openUvicorn(h *head, o *Options, f *facts) (*plan, error) {
	x := &uvicorn{target: o.Target != notTaken}
	parse := func(*facts) parser { return x.parse }
	return independent(parse, f, o, "source", "client", "target", "path")
}

// sslRequest reads the log that mod_ssl of Apache writes beside the access log. What stands
// before the request is the server's.
//
//	[21/May/2024:07:11:23 +0000] 192.0.2.1 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /a HTTP/1.1" 512
type sslRequest struct {
	facts  *facts
	target bool
}

func cutSSLRequest(line []byte) (at, client, request []byte, ok bool) {
	at, rest, ok := cutBrackets(line)
	if !ok {
		return nil, nil, nil, false
	}
	client, rest = nextWord(rest)
	protocol, rest := nextWord(rest)
	_, rest = nextWord(rest)
	ok = len(rest) > 0 && rest[0] == '"' && (isDash(protocol) || bytes.HasPrefix(protocol, []byte("TLS")) ||
		bytes.HasPrefix(protocol, []byte("SSL")))
	return at, client, rest, ok
}

func isSSLRequest(line []byte) bool {
	_, _, _, ok := cutSSLRequest(line)
	return ok
}

func (x *sslRequest) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	at, client, request, ok := cutSSLRequest(line)
	if !ok {
		return notOfFormat
	}
	if e.Source, e.Handshake = parseAddr(client); !e.Handshake {
		return noAddress
	}
	e.Time, _ = x.facts.clock.Parse(at)
	i := bytes.LastIndexByte(request, '"')
	if size := bytes.TrimSpace(request[i+1:]); isDigits(size) {
		e.Bytes, _ = parseNumber(size)
	}
	if x.target {
		e.Target = requestPath(request[1:max(i, 1)])
	}
	return ""
}

func openSSLRequest(h *head, o *Options, f *facts) (*plan, error) {
	x := &sslRequest{facts: f, target: o.Target != notTaken}
	parse := func(f *facts) parser {
		y := *x
		y.facts = f
		return y.parse
	}
	return independent(parse, f, o, "source", "client", "time", "time", "bytes", "size", "target", "path")
}
