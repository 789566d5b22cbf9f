package ingest

import (
	"bytes"
)

// envoy reads the default access log of Envoy, and that of Istio.
//
//	[time] "GET / HTTP/1.1" 200 - 0 48 2 1 "forwarded for" "agent" "id" "authority" "upstream"
//	[time] "GET / HTTP/1.1" 200 - details - "-" 0 48 2 1 "..." ... "upstream" cluster local local CLIENT name route
//
// Envoy does not escape quotes in headers. What is read stands before the headers, or behind
// the last quote. Envoy's own format has no address but the header, which clients write.
type envoy struct {
	facts  *facts
	tail   int // words behind the last quote
	target bool
}

// Places behind the last quote, as Istio has them.
const (
	envoyTail   = 6
	envoyClient = 3
)

type envoyLine struct {
	time, request, sent, headers, tail []byte
}

func cutEnvoy(line []byte) (p envoyLine, ok bool) {
	var rest []byte
	line = bytes.TrimPrefix(line, []byte("ACCESS ")) // of Emissary
	if p.time, rest, ok = cutBrackets(line); !ok || !isISO(p.time) || len(rest) == 0 || rest[0] != '"' {
		return p, false
	}
	// A request has no blanks but those around its path, which may end in a quote.
	end, code := 0, []byte(nil)
	for from := 1; ; from = end + 1 {
		if end = bytes.Index(rest[from:], []byte(`" `)); end < 0 {
			return p, false
		}
		end += from
		if code, _ = nextWord(rest[end+2:]); isDigits(code) {
			break
		}
	}
	p.request = rest[1:end]
	_, rest = nextWord(rest[end+2:])
	_, rest = nextWord(rest) // the flags
	const words = 4          // details, termination and reasons, in some versions
	for range words {
		received, behind := cutWord(rest)
		if sent, more := nextWord(behind); isDigits(received) && isDigits(sent) {
			p.sent, rest = sent, more
			if _, rest = nextWord(rest); len(rest) == 0 { // the duration
				return p, false
			}
			_, p.headers = nextWord(rest)
			i := bytes.LastIndexByte(p.headers, '"')
			if i < 0 {
				return p, false
			}
			p.tail = bytes.TrimSpace(p.headers[i+1:])
			return p, true
		}
		rest = behind
	}
	return p, false
}

func isEnvoy(line []byte) bool {
	_, ok := cutEnvoy(line)
	return ok
}

func (x *envoy) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	p, ok := cutEnvoy(line)
	if !ok {
		if i := bytes.Index(line, []byte("][")); line[0] == '[' && i > 0 && i < len("[2024-05-21 07:11:23.123456") {
			return noRecord // what Envoy says of itself: [2024-05-21 07:11:23.123][1][info]
		}
		return notOfFormat
	}
	switch n := countWords(p.tail); {
	case n != x.tail:
		return ambiguous
	case n == 0:
		word, _ := cutWord(p.headers)
		if e.Source, _, ok = x.facts.chain.read(word); !ok {
			return noAddress
		}
		e.Claimed = true
	default:
		rest := p.tail
		for range envoyClient {
			_, rest = nextWord(rest)
		}
		client, _ := nextWord(rest)
		if !e.from(client) {
			return noAddress
		}
		// Envoy writes no port where it has taken the address from a header.
		e.Claimed = e.SourcePort == 0
		e.Handshake = !e.Claimed
	}
	e.Time, _ = x.facts.clock.Parse(p.time)
	e.Bytes, _ = parseNumber(p.sent)
	if path := requestPath(p.request); x.target && !isDash(path) {
		e.Target = path
	}
	return ""
}

func openEnvoy(h *head, o *Options, f *facts) (*plan, error) {
	x := &envoy{facts: f, target: o.Target != notTaken}
	with, lines := 0, 0
	for _, line := range h.lines {
		if p, ok := cutEnvoy(line); ok {
			lines++
			if countWords(p.tail) == envoyTail {
				with++
			}
		}
	}
	source := "x_forwarded_for"
	if 2*with >= lines {
		x.tail, source = envoyTail, "downstream_remote_address"
	}
	parse := func(f *facts) parser {
		y := *x
		y.facts = f
		return y.parse
	}
	return independent(parse, f, o, "source", source, "time", "start_time", "bytes", "bytes_sent", "target", "path")
}
