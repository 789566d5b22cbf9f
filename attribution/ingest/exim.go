package ingest

import (
	"bytes"
	"net/netip"
)

// exim reads the main log and the reject log of Exim. An event is a connection, where these
// are logged ("SMTP connection from ... count"), else a message that came in from a host, a
// rejection or a failed login.
//
// The name in parentheses is what the client said (HELO). It may hold brackets and addresses
// where the server is told to accept such names. So the address is the one behind the closing
// parenthesis, and a line with two of those that differ has no source for certain.
var exim = daemon{
	format: "EXIM", source: "the address in brackets behind H= or from", login: true, target: "recipient",
	runs:   func(p []byte) bool { return string(p) == "exim" || string(p) == "exim4" },
	parse:  (*daemons).parseExim,
	choose: chooseExim,
}

// Kinds of records of Exim.
const (
	eximConnect kind = iota + 1
	eximAttempt
	eximEnd
)

func chooseExim(seen *[kinds]int) kindSet {
	if seen[eximConnect] > 0 {
		return setOf(eximConnect)
	}
	return orElse(eximAttempt, eximEnd)(seen)
}

func (d *daemons) parseExim(m *message, e *Event) (kind, fault) {
	text := m.text
	if len(m.program) > 0 {
		if t, n, ok := d.facts.clock.Leading(text); ok {
			m.at, text = t, bytes.TrimLeft(text[n:], " ")
		}
	} else if m.at.IsZero() && (d.facts.unwrap == nil || len(d.facts.unwrap.kinds) == 0) {
		return 0, "" // the headers of a message in the reject log
	}
	if len(text) > 0 && text[0] == '[' { // the process
		if end := bytes.IndexByte(text, ']'); end > 1 && len(digitsOf(text[1:end])) == end-1 {
			text = bytes.TrimLeft(text[end+1:], " ")
		}
	}
	if n := eximID(text); n > 0 {
		text = text[n:]
		if rest, ok := cutText(text, "<= "); ok {
			if rest, ok = behindSender(rest); !ok {
				return 0, ""
			}
			if rest, ok = behind(rest, " H="); !ok {
				return 0, "" // from a user of the server itself
			}
			_, why := eximHost(rest, e)
			return eximAttempt, why
		}
	}
	k, text := eximKind(text)
	if k == 0 {
		return 0, ""
	}
	rest, why := eximHost(text, e)
	if why != "" {
		return k, why
	}
	switch k {
	case eximConnect:
		if indexText(rest, "(TCP/IP connection count") < 0 {
			return eximEnd, ""
		}
	case eximAttempt:
		if rcpt, ok := behind(rest, "rejected RCPT "); ok {
			rcpt, _ = cutText(rcpt, "<")
			if end := bytes.IndexAny(rcpt, ">:"); end > 0 {
				e.Target = rcpt[:end]
			}
		}
	}
	return k, ""
}

// eximID returns the length of the identity of a message and of the blank behind it.
func eximID(b []byte) int {
	first, second := bytes.IndexByte(b, '-'), 0
	if first != 6 {
		return 0
	}
	if second = bytes.IndexByte(b[7:], '-') + 7; second != 13 && second != 18 {
		return 0
	}
	n := second + 1
	for n < len(b) && b[n] != ' ' {
		n++
	}
	if n == len(b) || n-second != 3 && n-second != 5 {
		return 0
	}
	return n + 1
}

// behindSender passes over an address of mail, whose first part may be quoted.
func behindSender(b []byte) ([]byte, bool) {
	i := 0
	if len(b) > 0 && b[0] == '"' {
		for i = 1; i < len(b) && b[i] != '"'; i++ {
			if b[i] == '\\' {
				i++
			}
		}
	}
	if i >= len(b) {
		return nil, false
	}
	j := bytes.IndexByte(b[i:], ' ')
	if j < 0 {
		return nil, false
	}
	return b[i+j:], true
}

// eximKind says what a line is, and returns what begins with the host.
func eximKind(text []byte) (kind, []byte) {
	if rest, ok := cutText(text, "H="); ok {
		if indexText(rest, " rejected ") < 0 {
			return 0, nil
		}
		return eximAttempt, rest
	}
	for _, begin := range []string{"rejected EHLO from ", "rejected HELO from "} {
		if rest, ok := cutText(text, begin); ok {
			return eximAttempt, rest
		}
	}
	if rest, ok := cutText(text, "SMTP connection from "); ok {
		return eximConnect, rest
	}
	for _, begin := range []string{"unexpected disconnection while reading SMTP command from ",
		"TLS error on connection from ", "SMTP command timeout on connection from ", "SMTP call from "} {
		if rest, ok := cutText(text, begin); ok {
			return eximEnd, rest
		}
	}
	if _, rest, ok := bytes.Cut(text, []byte(" ")); ok {
		if rest, ok = cutText(rest, "authenticator failed for "); ok {
			return eximAttempt, rest
		}
	}
	return 0, nil
}

// eximHost reads "host (name) [address]:port", of which the host and the name may be missing.
func eximHost(b []byte, e *Event) (rest []byte, why fault) {
	b, _ = cutText(b, "H=")
	if i := bytes.IndexByte(b, ' '); i > 0 && isHostName(b[:i]) {
		b = b[i+1:]
	}
	if len(b) == 0 {
		return nil, noAddress
	}
	if b[0] != '(' {
		a, rest, ok := bracketed(b)
		if !ok || len(rest) > 0 && rest[0] != ' ' && rest[0] != ':' {
			return nil, noAddress
		}
		e.Source = a
		return rest, ""
	}
	var found netip.Addr
	for more := true; more; {
		i := indexText(b, ") [")
		if more = i >= 0; more {
			b = b[i+2:]
			a, behind, ok := bracketed(b)
			switch {
			case !ok || len(behind) > 0 && behind[0] != ' ' && behind[0] != ':':
			case !found.IsValid():
				found, rest = a, behind
			case a != found:
				return nil, ambiguous
			}
		}
	}
	if !found.IsValid() {
		return nil, noAddress
	}
	e.Source = found
	return rest, ""
}
