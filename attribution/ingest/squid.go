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

// cutSquidTime cuts off Unix time with milliseconds, or what many configure in its place:
// 21/May/2024:07:11:23 +0000, in brackets or not, or a time of ISO 8601 in one word or two.
func cutSquidTime(line []byte) (at, rest []byte, ok bool) {
	if at, rest, ok = cutBrackets(line); ok {
		return at, rest, true
	}
	at, rest = nextWord(line)
	seconds, millis, found := bytes.Cut(at, []byte("."))
	if found && len(seconds) >= 9 && isDigits(seconds) && isDigits(millis) {
		return at, rest, true
	}
	if elapsed, _ := nextWord(rest); !isDigits(elapsed) {
		_, behind := nextWord(rest)
		at, rest = bytes.TrimRight(line[:len(line)-len(behind)], " "), behind
	}
	return at, rest, isTimeShaped(at) && isDigit(at[0])
}

func cutSquid(line []byte) (p squidLine, ok bool) {
	var w [6][]byte // elapsed, client, result, size, method, URL
	at, rest, ok := cutSquidTime(line)
	if !ok {
		return p, false
	}
	if _, ok = cutWords(rest, w[:]); !ok {
		return p, false
	}
	p = squidLine{time: at, client: w[1], result: w[2], size: w[3], url: w[5]}
	elapsed := bytes.TrimPrefix(w[0], []byte("-"))
	_, status, ok := bytes.Cut(p.result, []byte("/"))
	return p, ok && isDigits(elapsed) && isDigits(status) && isDigits(p.size) && p.result[0] >= 'A' && p.result[0] <= 'Z'
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
