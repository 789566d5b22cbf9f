package ingest

import (
	"bytes"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// Collectors of logs write their own words before a record: syslog a time, its host and a
// tag, containers a time and a stream. These are taken off, so that the host that relayed a
// record is not its source. Their time is that of records without one.

// A prefix is one kind of such words.
type prefix struct {
	code string // of the note

	// strip returns what stands behind the words, and their time, which may be zero.
	strip func(u *unwrapper, line []byte) (rest []byte, at time.Time, ok bool)

	// weak words are taken off only if what stands behind them is of a format for certain.
	weak bool
}

var prefixes = []prefix{
	{"DOCKER", envelope("log", "time", "stream"), false},
	{"CRI", (*unwrapper).cri, false},
	{"SYSLOG", (*unwrapper).syslog, false},
	{"COMPOSE", (*unwrapper).compose, true},
	{"STAMP", (*unwrapper).stamp, true},
	{"BEATS", envelope("message", "@timestamp"), true},
	{"JOURNAL", envelope("MESSAGE", "__REALTIME_TIMESTAMP"), true},
	{"FLUENT", envelope("log", "@timestamp"), true},
	{"CONSOLE", (*unwrapper).console, true},
}

// unwrapper takes off what is before the records of one member.
type unwrapper struct {
	clock   *clock.Parser
	kinds   []*prefix         // from the outside in
	level   int               // of the words that are taken off now
	scratch [maxNested][]byte // by level, since a line may stand in that of the level before
	tag     []byte            // what syslog says of the program, of the last line
	piece   bool              // the last line goes on in the next one of its writer
	writer  []byte            // of the last line, such as a stream of a container
	pieces  *pieces
	absent  bool // the last line is too long for what wrote it
}

// strip takes off all words. The time is the innermost one. Of a line in pieces it hands out
// the whole, with the last of them, and t has its place. Else the fault is goesOn.
func (u *unwrapper) strip(line []byte, t *text) (rest []byte, at time.Time, why fault) {
	u.tag = nil
	for i, p := range u.kinds {
		u.level, u.piece, u.writer = i, false, nil
		rest, stamp, ok := p.strip(u, line)
		if !ok {
			return nil, at, u.unmarked(line)
		}
		if u.absent {
			u.absent = false
			return nil, at, tooLong
		}
		if u.pieces != nil && u.writer != nil && (u.piece || u.pieces.n > 0) {
			if rest, stamp, ok = u.pieces.add(u, rest, stamp, t); !ok {
				return nil, at, goesOn
			}
			if len(rest) > maxRecord {
				return nil, at, tooLong
			}
		}
		if line = rest; !stamp.IsZero() {
			at = stamp
		}
	}
	return line, at, ""
}

// unmarked says what a line is that lacks the words: journalctl writes lines such as "-- Boot 1 --".
func (u *unwrapper) unmarked(line []byte) fault {
	if isBlankOrComment(line) || bytes.HasPrefix(line, []byte("-- ")) && bytes.HasSuffix(line, []byte(" --")) {
		return noRecord
	}
	return noPrefix
}

// maxNested bounds how many collectors may have handed a record on.
const maxNested = 3

// learn finds out which words stand before nearly all lines of the head, and returns the head
// without them.
func (u *unwrapper) learn(h *head) *head {
	for range maxNested {
		found := false
		for i := range prefixes {
			p := &prefixes[i]
			inner := u.without(p, h)
			if inner == nil || p.weak && !certain(inner) {
				continue
			}
			u.kinds = append(u.kinds, p)
			h, found = inner, true
			break
		}
		if !found {
			break
		}
	}
	return h
}

// without is the head without the words, or nil if too few lines have them. Lines that are
// pieces of a longer one are left out.
func (u *unwrapper) without(p *prefix, h *head) *head {
	lines, with, cut := 0, 0, 0
	inner := &head{whole: h.whole}
	var tags []string
	marked := false             // by their writers
	goesOn := map[string]bool{} // by writer
	var begun []byte            // the first pieces
	for i, line := range h.lines {
		if isBlankOrComment(line) {
			continue
		}
		lines++
		u.tag, u.piece, u.writer = nil, false, nil
		rest, _, ok := p.strip(u, line)
		if !ok {
			continue
		}
		with++
		marked = marked || u.writer != nil
		if u.piece {
			cut++
		}
		if goes := goesOn[string(u.writer)]; u.pieces != nil && (u.piece || goes) {
			if goesOn[string(u.writer)] = u.piece; !goes {
				begun = append(append(begun, rest...), '\n')
			}
			continue
		}
		tag := string(u.tag)
		if tag == "" && len(h.tags) > 0 {
			tag = h.tags[i]
		}
		tags = append(tags, tag)
		inner.text = append(append(inner.text, rest...), '\n')
	}
	if with == 0 || 10*with < 9*lines {
		return nil
	}
	// Where no line ends, nothing says what is a piece.
	if ends := p.code != "DOCKER" || 2*cut < with; ends && u.pieces == nil && marked {
		u.pieces = new(pieces)
		return u.without(p, h)
	}
	if len(inner.text) == 0 {
		inner.text, tags = begun, nil
	}
	for line := range bytes.Lines(inner.text) {
		inner.lines = append(inner.lines, bytes.TrimRight(line, "\r\n"))
	}
	named := func(tag string) bool { return tag != "" }
	if len(tags) == len(inner.lines) && slices.ContainsFunc(tags, named) {
		inner.tags = tags
	}
	return inner
}

// certain reports whether a format with structure fits nearly all lines.
func certain(h *head) bool {
	return len(h.lines) > 0 && (sniffAccess(h) > 90 || sniffJSON(h) > 90 || listLines(h.lines) == len(h.lines) ||
		daemonsFit(h) || slices.ContainsFunc(formats, func(f format) bool { return f.sniff(h) >= shaped }))
}

// syslog has a stamp, a host and a tag (RFC 3164, or what daemons write today), or the fields
// of RFC 5424.
func (u *unwrapper) syslog(line []byte) (rest []byte, at time.Time, ok bool) {
	at, n, ok := u.clock.Syslog(line)
	if !ok || n >= len(line) || line[n] != ' ' {
		return nil, at, false
	}
	if rest = line[n+1:]; len(rest) > 0 && rest[0] == '[' {
		return nil, at, false // no host, but the level of an error log
	}
	if isVersion1(line) {
		u.tag, _, rest, ok = behindFields(rest)
		return rest, at, ok
	}
	fields := rest
	// The tag is the word that ends in a colon: behind the host, or at once where there is none.
	for range 2 {
		word, behind, found := bytes.Cut(rest, []byte(" "))
		if !found || len(word) == 0 {
			return nil, at, false
		}
		if _, isAddr := parseAddr(word); word[len(word)-1] == ':' && len(word) > 1 && word[0] != '[' && !isAddr &&
			bytes.IndexByte(word, '|') < 0 { // CEF's header is no tag
			u.tag = word
			return bytes.TrimLeft(behind, " "), at, true
		}
		rest = behind
	}
	var process []byte
	if u.tag, process, rest, ok = behindFields(fields); !ok || !isDash(process) && !isDigits(process) {
		u.tag = nil
		return nil, at, false
	}
	return rest, at, true // a file of RFC 5424 without priorities
}

// behindFields takes off what RFC 5424 has behind the time: host, program, process, message id
// and structured data.
func behindFields(b []byte) (program, process, rest []byte, ok bool) {
	var w [4][]byte
	for i := range w {
		if w[i], b, ok = bytes.Cut(b, []byte(" ")); !ok {
			return nil, nil, nil, false
		}
	}
	if len(b) == 0 || b[0] != '[' && b[0] != '-' {
		return nil, nil, nil, false
	}
	rest, ok = behindData(b)
	return w[1], w[2], rest, ok
}

// isVersion1 reports whether a line begins with a priority and the version of RFC 5424.
func isVersion1(line []byte) bool {
	i := bytes.IndexByte(line, '>')
	return line[0] == '<' && i > 0 && i < 6 && bytes.HasPrefix(line[i+1:], []byte("1 "))
}

// behindData passes over the structured data of RFC 5424.
func behindData(b []byte) ([]byte, bool) {
	if rest, ok := bytes.CutPrefix(b, []byte("-")); ok {
		return bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte(" ")), []byte("\ufeff")), true
	}
	for len(b) > 0 && b[0] == '[' {
		quoted := false
		i := 1
		for ; i < len(b) && (quoted || b[i] != ']'); i++ {
			switch b[i] {
			case '\\':
				i++
			case '"':
				quoted = !quoted
			}
		}
		if i >= len(b) {
			return nil, false
		}
		b = b[i+1:]
	}
	return bytes.TrimPrefix(bytes.TrimPrefix(b, []byte(" ")), []byte("\ufeff")), true
}

// cri is what Kubernetes writes: a time, the stream, and F for a whole line.
func (u *unwrapper) cri(line []byte) (rest []byte, at time.Time, ok bool) {
	stamp, rest, _ := bytes.Cut(line, []byte(" "))
	stream, rest, _ := bytes.Cut(rest, []byte(" "))
	tag, rest, found := bytes.Cut(rest, []byte(" "))
	if !found || len(tag) != 1 || tag[0] != 'F' && tag[0] != 'P' ||
		string(stream) != "stdout" && string(stream) != "stderr" {
		return nil, at, false
	}
	u.piece, u.writer = tag[0] == 'P', stream
	at, ok = u.clock.Parse(stamp)
	return rest, at, ok
}

// compose is what "docker compose logs" writes: the container's name and a bar.
func (u *unwrapper) compose(line []byte) (rest []byte, at time.Time, ok bool) {
	i := bytes.Index(line, []byte("| "))
	if i <= 0 || i > 80 {
		return nil, at, false
	}
	name := bytes.TrimRight(line[:i], " ")
	return line[i+2:], at, len(name) > 0 && bytes.IndexByte(name, ' ') < 0
}

// stamp is a time alone, or in brackets as dmesg has it.
func (u *unwrapper) stamp(line []byte) (rest []byte, at time.Time, ok bool) {
	if len(line) > 0 && line[0] == '[' {
		at, n, ok := u.clock.Leading(line[1:])
		rest, closed := bytes.CutPrefix(line[1+n:], []byte("] "))
		return rest, at, ok && closed
	}
	at, n, ok := u.clock.Leading(line)
	if !ok {
		at, n, ok = u.clock.LeadingUnix(line)
	}
	if !ok || n >= len(line) || line[n] != ' ' {
		return nil, at, false
	}
	return line[n+1:], at, true
}

// console is what Caddy and other programs in Go write on a terminal: a time, a level and a
// name, perhaps a message, and JSON, with tabs between them.
func (u *unwrapper) console(line []byte) (rest []byte, at time.Time, ok bool) {
	i := bytes.Index(line, []byte("\t{"))
	stamp, level, found := bytes.Cut(line[:max(i, 0)], []byte("\t"))
	if !found || len(level) == 0 || level[0] < 'A' || level[0] > 'Z' {
		return nil, at, false
	}
	at, ok = u.clock.Parse(stamp)
	if _, logger, _ := bytes.Cut(level, []byte("\t")); isBesideAccess(logger) {
		return nil, at, ok
	}
	return line[i+1:], at, ok
}
