package ingest

import (
	"bytes"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// What the logs of servers and load balancers have in common: lines of words in an order that
// the server keeps, with the texts of clients in quotes behind them.

// shaped is the least score of a format whose lines are like those of no other.
const shaped = 97

// fitScore is the sniff of a format whose lines have a shape of their own.
func fitScore(h *head, fits func(line []byte) bool) int {
	lines, found := 0, 0
	for _, line := range h.lines {
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		lines++
		if fits(line) {
			found++
		}
	}
	switch {
	case found == 0:
		return 0
	case 2*found >= lines:
		return shaped
	case 20*found >= lines:
		return 75
	}
	return 25
}

// sniffLines makes a sniff of a test for one line.
func sniffLines(fits func(line []byte) bool) func(h *head) int {
	return func(h *head) int { return fitScore(h, fits) }
}

// nextWord cuts off the first word, whatever the number of blanks around it.
func nextWord(b []byte) (word, rest []byte) {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	i := bytes.IndexByte(b, ' ')
	if i < 0 {
		return b, nil
	}
	return b[:i], b[i+1:]
}

// cutWords fills words with the first ones, and reports false if there are fewer.
func cutWords(b []byte, words [][]byte) (rest []byte, ok bool) {
	for i := range words {
		if words[i], b = nextWord(b); len(words[i]) == 0 {
			return nil, false
		}
	}
	return b, true
}

// cutBrackets cuts off text in brackets that may be a time, and the blank behind it.
func cutBrackets(b []byte) (inner, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '[' {
		return nil, nil, false
	}
	i := bytes.IndexByte(b, ']')
	if i < 0 || !isTimeShaped(b[1:i]) {
		return nil, nil, false
	}
	return b[1:i], bytes.TrimPrefix(b[i+1:], []byte(" ")), true
}

// endpoint reads an address and its port, as "192.0.2.1:80", "[2001:db8::1]:80", or, as many
// servers write it, "2001:db8::1:80", in which the last number is the port. An IPv4 address
// may have no port.
func endpoint(b []byte) (a netip.Addr, port uint16, ok bool) {
	i := bytes.LastIndexByte(b, ':')
	if i < 0 {
		a, ok = parseAddr(b)
		return a, 0, ok
	}
	n, isNumber := parseNumber(b[i+1:])
	if !isNumber || n > 65535 || i+1 == len(b) || b[i+1] == '-' {
		return a, 0, false
	}
	if host := b[:i]; bytes.IndexByte(host, ':') < 0 || host[0] == '[' {
		a, ok = parseAddr(b)
	} else if a, ok = parseIPv6(host); !ok {
		a, ok = parseIPv6(b) // of eight numbers
		n = 0
	}
	return a, uint16(n), ok
}

// isEndpoint reports whether a word is an address with a port.
func isEndpoint(b []byte) bool {
	_, _, ok := endpoint(b)
	return ok && bytes.IndexByte(b, ':') > 0
}

// from sets the client of an event whose server has seen it.
func (e *Event) from(word []byte) bool {
	var ok bool
	e.Source, e.SourcePort, ok = endpoint(word)
	e.Handshake = ok
	return ok
}

// isISO reports whether a word begins like 2024-05-21T07:11:23.
func isISO(b []byte) bool {
	return len(b) >= 19 && isDigit(b[0]) && isDigit(b[3]) && b[4] == '-' && b[7] == '-' && b[10] == 'T' && b[13] == ':'
}

// isDigits reports whether a word is a number without sign.
func isDigits(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) {
			return false
		}
	}
	return len(b) > 0
}

// isBlankOrComment reports whether a line holds no record in any format.
func isBlankOrComment(line []byte) bool {
	line = bytes.TrimLeft(line, " \t\r\x00")
	return len(line) == 0 || line[0] == '#'
}

// hostOf is the host of a URL, or of "host:port".
func hostOf(url []byte) []byte {
	if i := bytes.Index(url, []byte("://")); i >= 0 {
		url = url[i+3:]
	}
	if i := bytes.IndexAny(url, "/?#"); i >= 0 {
		url = url[:i]
	}
	if i := bytes.LastIndexByte(url, '@'); i >= 0 {
		url = url[i+1:]
	}
	return withoutPort(url)
}

// took is a selection of fields by their names, in pairs of role and name. It returns an error
// if others were asked for, except that Target may be "-".
func took(o *Options, pairs ...string) (*selection, error) {
	s := newSelection()
	for i := 0; i+1 < len(pairs); i += 2 {
		s.names[pairs[i]] = pairs[i+1]
	}
	if o.Target == notTaken {
		delete(s.names, "target")
	}
	for r, asked := range o.asked() {
		if name := s.names[roleNames[r]]; asked == "" || strings.EqualFold(asked, name) ||
			role(r) == roleTarget && asked == notTaken {
			continue
		}
		return nil, noSuch(optionNames[r], "field", asked, slices.Sorted(maps.Values(s.names)))
	}
	return s, nil
}

// fixedPlan is a plan of a format whose fields are settled.
func fixedPlan(parse parser, o *Options, pairs ...string) (*plan, error) {
	s, err := took(o, pairs...)
	if err != nil {
		return nil, err
	}
	return &plan{selection: s, parse: parse}, nil
}

// parser makes an event of a record.
type parser func(record []byte, e *Event) fault

// independent is fixedPlan for a format whose lines say nothing about each other. Parse makes a
// parser with facts of its own.
func independent(parse func(f *facts) parser, f *facts, o *Options, pairs ...string) (*plan, error) {
	p, err := fixedPlan(parse(f), o, pairs...)
	if err == nil {
		p.fork = func(f *facts) worker { return alone(parse(f)) }
	}
	return p, err
}
