package ingest

import "bytes"

// exim reads the main log and the reject log of Exim. An event is a connection, where these
// are logged ("SMTP connection from ... count"), else a message that came in from a host, a
// rejection or a failed login. What ends a connection counts if nothing else has: it is known by
// address and port, or else by its address.
//
// The name in parentheses is what the client said (HELO). It may hold brackets and addresses
// where the server is told to accept such names. So the address is the one behind the closing
// parenthesis, and a line with two of those that differ has no source for certain.
var exim = daemon{
	format: "EXIM", source: "the address in brackets behind H= or from", login: true, target: "recipient",
	runs:   func(p []byte) bool { return string(p) == "exim" || string(p) == "exim4" },
	parse:  (*daemons).parseExim,
	speaks: func(text []byte) bool { return eximID(text) > 0 },
	choose: chooseExim,
	kinds: [kinds]string{eximConnect: "SMTP connection from", eximAttempt: "message or failure",
		eximEnd: "end of a connection"},
}

// Kinds of records of Exim.
const (
	eximConnect kind = iota + 1
	eximAttempt
	eximEnd   // of a connection, or what it was refused for
	eximAgain // what another line has said
)

func chooseExim(seen *[kinds]int) kindSet {
	if seen[eximConnect] > 0 {
		return setOf(eximConnect)
	}
	return setOf(eximAttempt, eximEnd)
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
			after, why := eximHost(rest, e)
			if why == "" {
				d.conns.see(e.Source, portBefore(rest, after))
			}
			return eximAttempt, why
		}
	}
	k, text, why := eximKind(text)
	if k == 0 {
		return 0, ""
	}
	if why != "" {
		return k, why
	}
	rest, why := eximHost(text, e)
	if why != "" {
		return k, why
	}
	port := portBefore(text, rest)
	switch k {
	case eximConnect:
		if indexText(rest, "(TCP/IP connection count") >= 0 {
			return eximConnect, ""
		}
		k = eximEnd
	case eximAttempt:
		if rcpt, ok := behind(rest, "rejected RCPT "); ok {
			rcpt, _ = cutText(rcpt, "<")
			if end := bytes.IndexAny(rcpt, ">:"); end > 0 {
				e.Target = rcpt[:end]
			}
		}
		if indexText(rest, " sender verify fail for ") >= 0 {
			d.conns.see(e.Source, []byte("verify"))
		} else if bytes.HasSuffix(rest, []byte(": Sender verify failed")) {
			if _, known := d.conns.find(e.Source, []byte("verify")); known {
				return eximAgain, ""
			}
		}
	}
	if _, again := d.conns.see(e.Source, port); again && k == eximEnd {
		return eximAgain, ""
	}
	return k, ""
}

// portBefore returns the port that stands before the rest of a text.
func portBefore(text, rest []byte) []byte {
	end := len(text) - len(rest)
	i := end
	for i > 0 && isDigit(text[i-1]) {
		i--
	}
	if i > 1 && i < end && text[i-1] == ':' && text[i-2] == ']' {
		return text[i:end]
	}
	return nil
}
