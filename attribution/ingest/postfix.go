package ingest

import "bytes"

// postfix reads what the servers of Postfix say: smtpd, under every name of a service, and
// postscreen. What its other programs say concerns the queue, or servers that it sends to.
//
// A client that connects is one event, as "connect from host[address]". Where postscreen
// stands in front, it is "CONNECT from", and the "connect from" of the services that postscreen
// does not guard. A log without these has the disconnections for events. A log without those
// has the messages, rejections and failed logins, and the connections that were lost before any
// of these. Those are known by address and process.
var postfix = daemon{
	format: "POSTFIX", source: "the address in brackets", login: true, target: "recipient",
	runs: func(p []byte) bool {
		return bytes.HasPrefix(p, []byte("postfix")) || bytes.HasSuffix(p, []byte("/smtpd"))
	},
	parse:  (*daemons).parsePostfix,
	choose: choosePostfix,
	kinds: [kinds]string{postfixConnect: "connect from", postfixScreen: "CONNECT from", postfixService: "connect from",
		postfixDisconnect: "disconnect from", postfixAttempt: "message or failed login", postfixReject: "rejection",
		postfixEnd: "lost connection"},
}

// Kinds of records of Postfix.
const (
	postfixConnect kind = iota + 1
	postfixScreen       // postscreen
	postfixService      // a connection to a service with a name of its own, such as submission
	postfixDisconnect
	postfixAttempt // a message, or a failed login
	postfixReject
	postfixEnd   // a connection that was lost
	postfixAgain // what another line has said
)

func choosePostfix(seen *[kinds]int) kindSet {
	switch {
	case seen[postfixScreen] > 0:
		return setOf(postfixScreen, postfixService)
	case some(seen, postfixConnect, postfixService) > 0:
	case seen[postfixDisconnect] > 0:
		return setOf(postfixDisconnect)
	case some(seen, postfixAttempt, postfixReject, postfixEnd) > 0:
		return setOf(postfixAttempt, postfixReject, postfixEnd)
	}
	return setOf(postfixConnect, postfixService)
}

func (d *daemons) parsePostfix(m *message, e *Event) (kind, fault) {
	connect := postfixConnect
	if p := m.program; len(p) > 0 {
		i := bytes.LastIndexByte(p, '/')
		switch string(p[i+1:]) {
		case "smtpd":
			if bytes.IndexByte(p, '/') < i {
				connect = postfixService
			}
		case "postscreen":
		default:
			return 0, ""
		}
	}
	k, text := postfixKind(m.text, connect)
	if k == 0 {
		return 0, ""
	}
	var ok bool
	if e.Source, text, ok = hostAddr(text); !ok {
		return k, noAddress
	}
	switch k {
	case postfixAttempt, postfixReject, postfixEnd:
		at, again := d.conns.see(e.Source, m.process)
		if again && k == postfixEnd {
			return postfixAgain, ""
		}
		m.connection = at
	case postfixDisconnect: // of a connection that has counted before disconnections did
		if at, known := d.conns.find(e.Source, m.process); known && at.counted {
			at.counted = false
			return postfixAgain, ""
		}
	}
	if k == postfixReject {
		if to, found := behind(text, " to=<"); found {
			if end := bytes.IndexByte(to, '>'); end >= 0 {
				e.Target = to[:end]
			}
		}
	}
	return k, ""
}

// postfixKind says what a message is, and returns what begins with the client.
func postfixKind(text []byte, connect kind) (kind, []byte) {
	if len(text) == 0 {
		return 0, nil
	}
	switch text[0] {
	case 'c':
		if rest, ok := cutText(text, "connect from "); ok {
			return connect, rest
		}
	case 'd':
		if rest, ok := cutText(text, "disconnect from "); ok {
			return postfixDisconnect, rest
		}
	case 'w':
		if rest, ok := cutText(text, "warning: "); ok {
			// The reason behind it may be anybody's words.
			if i := bytes.IndexByte(rest, ' '); i > 0 && bytes.HasPrefix(rest[i:], []byte(" SASL ")) &&
				indexText(rest[i:], " authentication failed") > 0 {
				return postfixAttempt, rest
			}
			return 0, nil
		}
	case 'C':
		if rest, ok := cutText(text, "CONNECT from "); ok {
			return postfixScreen, rest
		}
	}
	for _, begin := range []string{"lost connection after ", "timeout after ", "too many errors after ",
		"improper command pipelining after ", "SSL_accept error"} {
		if rest, ok := cutText(text, begin); ok {
			rest, ok = behind(rest, "from ")
			if !ok {
				return 0, nil
			}
			return postfixEnd, rest
		}
	}
	// The number of a message in the queue comes next.
	i := 0
	for i < len(text) && (isDigit(text[i]) || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z') {
		i++
	}
	text, ok := cutText(text[i:], ": ")
	if i < 5 || !ok {
		return 0, nil
	}
	if rest, ok := cutText(text, "client="); ok {
		return postfixAttempt, rest
	}
	for _, verb := range []string{"reject: ", "milter-reject: ", "discard: "} {
		if rest, ok := cutText(text, verb); ok {
			if rest, ok = behind(rest, " from "); ok {
				return postfixReject, rest
			}
			return 0, nil
		}
	}
	return 0, nil
}
