package ingest

import (
	"bytes"
)

// iis reads the log format of IIS's own, with commas.
//
//	192.0.2.1, -, 5/21/2024, 7:11:23, W3SVC1, WEB1, 198.51.100.1, 4502, 163, 3223, 200, 0, GET, /a, -,
//
// The client writes its name, which stands before the time, and the path, which stands behind
// the numbers. Both may hold commas. So the time is where a date, a clock, a service, a server,
// its address and five numbers follow each other. A line with two such places is lost: its
// client has made one of them.
type iis struct {
	facts  *facts
	target bool
}

// iisLine is a line in parts.
type iisLine struct {
	client, date, clock, sent, path []byte
	twice                           bool
}

// Places behind the name of the client.
const (
	iisDate = iota
	iisClock
	iisService
	iisServer
	iisServerIP
	iisElapsed
	iisReceived
	iisSent
	iisStatus
	iisSystem
	iisFixed
	iisMethod = iisFixed
	iisPath   = iisFixed + 1
)

// nextItem cuts off the text before a comma and a blank.
func nextItem(b []byte) (item, rest []byte) {
	i := bytes.Index(b, []byte(", "))
	if i < 0 {
		return bytes.TrimSuffix(b, []byte(",")), nil
	}
	return b[:i], b[i+2:]
}

// isIISFixed reports whether a text begins with what the server has written.
func isIISFixed(b []byte, w *[iisFixed][]byte) (rest []byte, ok bool) {
	for i := range w {
		if w[i], b = nextItem(b); len(w[i]) == 0 {
			return nil, false
		}
	}
	for _, number := range w[iisElapsed:] {
		if !isDigits(number) {
			return nil, false
		}
	}
	_, ok = parseAddr(w[iisServerIP])
	date, clock := w[iisDate], w[iisClock]
	return b, ok && isDigit(date[0]) && isDigit(date[len(date)-1]) && len(date) >= 6 && isDigit(clock[0]) &&
		bytes.IndexByte(clock, ':') > 0
}

func cutIIS(line []byte) (p iisLine, ok bool) {
	var w, next [iisFixed][]byte
	p.client, line = nextItem(line)
	for _, line = nextItem(line); len(line) > 0; _, line = nextItem(line) {
		rest, fits := isIISFixed(line, &next)
		if !fits {
			continue
		}
		if ok {
			p.twice = true
			return p, true
		}
		ok, w = true, next
		_, rest = nextItem(rest)
		p.path, _ = nextItem(rest)
	}
	p.date, p.clock, p.sent = w[iisDate], w[iisClock], w[iisSent]
	return p, ok
}

func isIIS(line []byte) bool {
	_, ok := cutIIS(line)
	return ok
}

func (x *iis) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	p, ok := cutIIS(line)
	switch {
	case !ok:
		return notOfFormat
	case p.twice:
		return ambiguous
	}
	if e.Source, e.Handshake = parseAddr(p.client); !e.Handshake {
		return noAddress
	}
	e.Time, _ = x.facts.clock.ParseFields(p.date, p.clock)
	e.Bytes, _ = parseNumber(p.sent)
	if x.target {
		e.Target = p.path
	}
	return ""
}

// openIIS finds out the order of day and month, which is that of the server's country.
func openIIS(h *head, o *Options, f *facts) (*plan, error) {
	x := &iis{facts: f, target: o.Target != notTaken}
	for _, line := range h.lines {
		if p, ok := cutIIS(line); ok && !p.twice && f.clock.Learn(p.date) {
			break
		}
	}
	return fixedPlan(x.parse, o, "source", "client", "time", "date and time", "target", "path", "bytes", "bytes sent")
}
