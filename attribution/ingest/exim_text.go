package ingest

import (
	"bytes"
	"net/netip"
)

// How the sentences of Exim name the client.

// eximKind says what a line is, and returns what begins with the host.
func eximKind(text []byte) (kind, []byte, fault) {
	if rest, ok := cutText(text, "F="); ok { // of older versions
		if rest, ok = behindSender(rest); ok {
			text = bytes.TrimLeft(rest, " ")
		}
	}
	if rest, ok := cutText(text, "H="); ok {
		if indexText(rest, " rejected ") < 0 && indexText(rest, " sender verify fail for ") < 0 {
			return 0, nil, ""
		}
		return eximAttempt, rest, ""
	}
	for _, s := range eximSentences {
		if rest, ok := cutText(text, s.begin); ok {
			return s.kind, rest, ""
		}
	}
	for _, begin := range []string{"SMTP protocol synchronization error (", "SMTP protocol error in \""} {
		if rest, ok := cutText(text, begin); ok {
			rest, why := behindCommand(rest)
			return eximEnd, rest, why
		}
	}
	if _, rest, ok := bytes.Cut(text, []byte(" ")); ok {
		if rest, ok = cutText(rest, "authenticator failed for "); ok {
			return eximAttempt, rest, ""
		}
	}
	return 0, nil, ""
}

var eximSentences = []struct {
	begin string
	kind  kind
}{
	{"rejected EHLO from ", eximAttempt},
	{"rejected HELO from ", eximAttempt},
	{"SMTP connection from ", eximConnect},
	{"no MAIL in SMTP connection from ", eximEnd},
	{"refused connection from ", eximEnd},
	{"unexpected disconnection while reading SMTP command from ", eximEnd},
	{"TLS error on connection from ", eximEnd},
	{"SMTP command timeout on connection from ", eximEnd},
	{"SMTP data timeout (message abandoned) on connection from ", eximEnd},
	{"SMTP call from ", eximEnd},
	{"Connection from ", eximEnd},
}

// behindCommand finds the host behind the command of a client, which may have written a host of
// its own, as it may have behind it.
func behindCommand(b []byte) ([]byte, fault) {
	rest, ok := behind(b, ": rejected connection from H=")
	from, begins := 0, "\" H="
	if ok {
		b, begins = rest, " H="
	} else if rest, ok = behind(b, begins); !ok {
		return nil, noAddress
	} else {
		from = len(b) - len(rest)
	}
	if indexText(b[from:], begins) >= 0 {
		return nil, ambiguous
	}
	return rest, ""
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
