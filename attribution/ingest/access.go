package ingest

import (
	"bytes"
	"net/netip"
	"time"
)

// access reads the access logs of web servers: common and combined, with and without the
// site or another address before them, and with other fields behind them.
//
//	192.0.2.1 - frank [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326 ...
//
// The client writes its user name, the path, the agent and the referrer, and often the site.
// None of that may move what the server has written. So the place of the client's address is
// a number of words from the start, fixed for the file. The request is what stands behind a
// time in brackets and a quote, which servers escape in what the client writes. Some servers
// do not. Where a line has several of those, the one whose time is nearest to the line before
// is taken: another time that is as near changes nothing.
type access struct {
	client  int // words before the client's address
	words   int // before the time, the fewest of all lines
	site    int // words before the site, -1 for none
	target  int // one of the targets
	facts   *facts
	claimed bool // clients may have written the address
	behind  bool // the last field in quotes lists forwarded addresses, and the client is a proxy

	clock    time.Time // of the last line that has one time
	unsure   bool      // it was asked for, and there was none
	last     time.Time // of the text in cached
	cached   [40]byte
	ncached  int
	known    []byte // the same text, if it is shaped like a time
	zoneless int64  // 1 if it names no zone
}

// Targets of access logs.
const (
	targetSite = iota // or the path, if the line has no site
	targetPath
	targetNone
)

// request is where a line may be cut: the time is line[time:end], and the quote of the
// request opens at quote.
type request struct {
	time, end, quote int
}

// nextRequest finds the next time in brackets with a quote behind it. Known is a text that is
// shaped like a time, such as that of the line before, or nil.
func nextRequest(line []byte, from int, known []byte) (r request, ok bool) {
	for at := from; ; {
		i := bytes.IndexByte(line[at:], ']')
		if r.end = at + i; i < 0 || r.end+2 >= len(line) {
			return r, false
		}
		at = r.end + 1
		if line[at] != ' ' || line[at+1] != '"' {
			continue
		}
		r.quote = r.end + 2
		if r.time = r.end - len(known); len(known) > 0 && r.time > from && line[r.time-1] == '[' &&
			string(line[r.time:r.end]) == string(known) {
			return r, true
		}
		if r.time = bytes.LastIndexByte(line[from:r.end], '['); r.time >= 0 {
			r.time += from + 1
			if isTimeShaped(line[r.time:r.end]) {
				return r, true
			}
		}
		from = r.quote + 1
		at = from
	}
}

// looseRequest finds where a line may be cut that has no such place: another word stands between
// the time and the request, or the text in brackets is no time that anybody reads.
func looseRequest(line []byte) (r request, ok bool) {
	quote := bytes.Index(line, []byte(` "`))
	if quote < 0 {
		return r, false
	}
	r.quote = quote + 1
	r.end = bytes.LastIndexByte(line[:quote], ']')
	r.time = bytes.LastIndexByte(line[:max(r.end, 0)], '[') + 1
	if r.end < 0 || r.time < 2 {
		return r, false
	}
	return r, isTimeShaped(line[r.time:r.end]) || hasStatus(line[r.quote:])
}

// hasStatus reports whether a request, its status and its size stand in a line.
func hasStatus(text []byte) bool {
	request, _ := requestAndSize(text)
	if request == nil {
		return false
	}
	_, ok := sizeBehind(text[len(request)+2:])
	return ok
}

// cutRequest finds where a line is cut, and whether that is the usual place.
func cutRequest(line, known []byte) (r request, usual, ok bool) {
	if r, ok = nextRequest(line, 0, known); ok {
		return r, true, true
	}
	r, ok = looseRequest(line)
	return r, false, ok
}

// isTimeShaped reports whether text in brackets may be a time: it has digits, and what
// separates the parts of a time.
func isTimeShaped(b []byte) bool {
	if len(b) < 10 || len(b) > 40 {
		return false
	}
	digits, colon := 0, len(b)
	for i := len(b) - 1; i >= 0; i-- {
		switch c := b[i]; {
		case isDigit(c):
			digits++
		case c == ':':
			colon = i
		case c == '"':
			return false
		}
	}
	return digits >= 10 && (colon > 0 && colon < len(b) || digits >= len(b)-1)
}

func (a *access) parse(line []byte, e *Event) fault {
	r, usual, ok := cutRequest(line, a.known)
	if !ok {
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' || isServersOwn(line) {
			return noRecord
		}
		return noAccessLog
	}
	at := a.time(line[r.time:r.end])
	if next, more := nextRequest(line, r.quote, nil); more && usual {
		r, at = a.nearest(line, r, next, at)
	} else if !at.IsZero() {
		a.clock = at
	}
	var site []byte
	if ip, n, ok := parseIPv4(line); ok && a.client == 0 && line[n] == ' ' { // the usual line
		e.Source, e.Claimed = netip.AddrFrom4(ip), a.claimed
	} else {
		var why fault
		if site, why = a.readClient(line[:r.time-1], e); why != "" {
			return why
		}
	}
	e.Time = at
	if a.behind && (a.facts.chain.trusted == nil || a.facts.chain.trusted.Contains(e.Source)) {
		if forwarded, _, ok := a.facts.chain.read(lastQuoted(line)); ok {
			e.Source, e.Claimed = forwarded, a.facts.chain.trusted == nil
			e.Prefix, e.masked = netip.Prefix{}, false
		}
	}
	e.Handshake = !e.Claimed
	asked, size := requestAndSize(line[r.quote:])
	e.Bytes = size
	switch {
	case a.target == targetNone:
	case a.target == targetSite && site != nil:
		e.Target = withoutPort(site)
	default:
		e.Target = requestPath(asked)
	}
	return ""
}

// readClient reads the client, or the block that stands for it, and finds the site.
func (a *access) readClient(lead []byte, e *Event) (site []byte, why fault) {
	word, site, why := a.address(lead)
	if why != "" {
		return nil, why
	}
	// Servers quote headers. Without trusted proxies the client has written them.
	header := len(word) > 0 && word[0] == '"' && a.facts.chain.trusted == nil
	var claimed, ok bool
	if e.Source, claimed, ok = a.facts.chain.read(word); !ok && (a.claimed || header || !e.block(word)) {
		return nil, noAddress // no client comes from a block
	}
	e.Claimed = claimed || a.claimed || header
	return site, ""
}

// nearest chooses among several places to cut the line.
func (a *access) nearest(line []byte, first, next request, at time.Time) (request, time.Time) {
	best := first
	a.unsure = a.unsure || a.clock.IsZero()
	for more := true; more; next, more = nextRequest(line, next.quote, nil) {
		t := a.time(line[next.time:next.end])
		if !t.IsZero() && (at.IsZero() || t.Sub(a.clock).Abs() <= at.Sub(a.clock).Abs()) {
			best, at = next, t
		}
	}
	return best, at
}

// time reads the text in the brackets. Many lines have the same one.
func (a *access) time(b []byte) time.Time {
	k := a.facts.clock
	if len(b) == a.ncached && string(a.cached[:a.ncached]) == string(b) {
		k.Zoneless += a.zoneless
		return a.last
	}
	zoneless := k.Zoneless
	t, _ := k.Parse(b)
	a.ncached, a.last, a.known, a.zoneless = copy(a.cached[:], b), t, nil, k.Zoneless-zoneless
	if isTimeShaped(b) {
		a.known = a.cached[:a.ncached]
	}
	return t
}

// resume goes on behind lines that others have read, of which the last one with one time has
// this one.
func (a *access) resume(end time.Time) {
	if !end.IsZero() {
		a.clock = end
	}
	a.ncached, a.known = 0, nil
}

// address finds the words of the client and the site before the time.
func (a *access) address(lead []byte) (client, site []byte, why fault) {
	rest := lead
	for i := range a.client {
		var word []byte
		if word, rest = cutWord(rest); i == a.site {
			site = word
		}
	}
	if len(rest) == 0 {
		return nil, nil, noAddress
	}
	client, rest = cutChain(rest)
	// A site with blanks has moved the words. The user, who stands behind, moves none.
	if a.client > 0 && len(rest) > 1 && rest[0] != '-' && countWords(lead) != a.words {
		return nil, nil, ambiguous
	}
	return client, site, ""
}

// cutWord cuts off the first word. What stands in quotes is one.
func cutWord(b []byte) (word, rest []byte) {
	if len(b) > 0 && b[0] == '"' {
		for i := 1; i < len(b); i++ {
			switch {
			case b[i] == '\\':
				i++
			case b[i] == '"' && (i+1 == len(b) || b[i+1] == ' '):
				return b[:i+1], b[min(i+2, len(b)):]
			}
		}
	}
	i := bytes.IndexByte(b, ' ')
	if i < 0 {
		return b, nil
	}
	return b[:i], b[i+1:]
}

// cutChain is cutWord for the client's address: a list whose commas have blanks behind them is
// one word.
func cutChain(b []byte) (word, rest []byte) {
	word, rest = cutWord(b)
	for len(word) > 0 && word[len(word)-1] == ',' && len(rest) > 0 {
		var next []byte
		next, rest = cutWord(rest)
		word = b[:len(word)+1+len(next)]
	}
	return word, rest
}

func countWords(b []byte) (n int) {
	for ; len(b) > 0; n++ {
		_, b = cutWord(b)
	}
	return n
}
