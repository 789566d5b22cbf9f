package ingest

import (
	"bytes"
	"time"
)

// envelope is JSON around a line: the members that hold the line and its time, and further ones
// that must be there.
func envelope(line, at string, others ...string) func(u *unwrapper, line []byte) ([]byte, time.Time, bool) {
	p := paths{line, at}
	copy(p[2:], others)
	n := 2 + len(others)
	const program, partial, container = len(p) - 1, len(p) - 2, len(p) - 3
	p[program] = "SYSLOG_IDENTIFIER" // of the journal, and what Docker adds to it
	p[partial], p[container] = "CONTAINER_PARTIAL_MESSAGE", "CONTAINER_ID_FULL"
	docker := n > 2
	return func(u *unwrapper, line []byte) (rest []byte, at time.Time, ok bool) {
		if !bytes.HasPrefix(line, []byte("{")) {
			return nil, at, false
		}
		s := scanner{text: line, paths: &p}
		if !s.object(p.all(), 0) || len(bytes.TrimSpace(line[s.pos:])) > 0 {
			return nil, at, false
		}
		u.absent = string(s.found[0]) == "null" // of the journal, instead of a long text
		for _, value := range s.found[:n] {
			if len(value) < 2 {
				return nil, at, false
			}
		}
		scratch := u.scratch[u.level][:0]
		switch text := s.found[0]; text[0] {
		case '"':
			scratch = unescape(scratch, text[1:len(text)-1])
		case '[':
			if scratch, ok = byteArray(scratch, text); !ok {
				return nil, at, false
			}
		case 'n':
		default:
			return nil, at, false
		}
		u.scratch[u.level] = scratch
		at, ok = u.clock.Parse(s.found[1])
		if name := s.found[program]; len(name) > 2 && name[0] == '"' {
			u.tag = name[1 : len(name)-1]
		}
		if docker { // a line that has no end goes on
			u.piece, u.writer = !bytes.HasSuffix(scratch, []byte("\n")), s.found[2]
		} else {
			u.piece, u.writer = len(s.found[partial]) > 0, s.found[container]
		}
		return bytes.TrimRight(scratch, "\r\n"), at, ok
	}
}

// byteArray appends the bytes that the journal writes as numbers, where a text is not UTF-8.
func byteArray(dst, array []byte) ([]byte, bool) {
	array = bytes.TrimSpace(array[1 : len(array)-1])
	for more := len(array) > 0; more; {
		var number []byte
		number, array, more = cutPlain(array, ',')
		n, ok := parseNumber(bytes.TrimSpace(number))
		if !ok || n > 255 || n == '\n' || n == '\r' {
			return dst, false
		}
		dst = append(dst, byte(n))
	}
	return dst, true
}
