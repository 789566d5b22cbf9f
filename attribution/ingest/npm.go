package ingest

import (
	"bytes"
)

// proxyManager reads the log of Nginx Proxy Manager.
//
//	[21/May/2024:07:11:23 +0000] - 200 200 - GET https shop.example "/a" [Client 192.0.2.1] [Length 12] ...
//
// The path cannot have a quote, which nginx escapes, so that the first one that closes stands
// before the client. The host is that of the request, without blanks.
type proxyManager struct {
	facts  *facts
	target int
}

type proxyLine struct {
	time, host, path, client, size []byte
}

func cutProxyManager(line []byte) (p proxyLine, ok bool) {
	var rest []byte
	if p.time, rest, ok = cutBrackets(line); !ok {
		return p, false
	}
	i := bytes.Index(rest, []byte(` "`))
	if i < 0 {
		return p, false
	}
	p.host = rest[bytes.LastIndexByte(rest[:i], ' ')+1 : i]
	rest = rest[i+2:]
	if i = bytes.IndexByte(rest, '"'); i < 0 {
		return p, false
	}
	p.path = rest[:i]
	if rest, ok = bytes.CutPrefix(rest[i+1:], []byte(" [Client ")); !ok {
		return p, false
	}
	if i = bytes.IndexByte(rest, ']'); i < 0 {
		return p, false
	}
	p.client = rest[:i]
	if rest, ok = bytes.CutPrefix(rest[i+1:], []byte(" [Length ")); !ok {
		return p, false
	}
	i = bytes.IndexByte(rest, ']')
	p.size = rest[:max(i, 0)]
	return p, isDigits(p.size) || isDash(p.size)
}

func isProxyManager(line []byte) bool {
	_, ok := cutProxyManager(line)
	return ok
}

func (x *proxyManager) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	p, ok := cutProxyManager(line)
	if !ok {
		return notOfFormat
	}
	if e.Source, e.Handshake = parseAddr(p.client); !e.Handshake {
		return noAddress
	}
	e.Time, _ = x.facts.clock.Parse(p.time)
	e.Bytes, _ = parseNumber(p.size)
	switch x.target {
	case targetSite:
		e.Target = p.host
	case targetPath:
		e.Target, _, _ = bytes.Cut(p.path, []byte("?"))
	}
	return ""
}

func openProxyManager(h *head, o *Options, f *facts) (*plan, error) {
	x := &proxyManager{facts: f}
	target := "host"
	switch o.Target {
	case "path":
		x.target, target = targetPath, "path"
	case notTaken:
		x.target = targetNone
	}
	parse := func(f *facts) parser {
		y := *x
		y.facts = f
		return y.parse
	}
	return independent(parse, f, o, "source", "client", "time", "time", "bytes", "length", "target", target)
}
