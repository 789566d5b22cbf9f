package ingest

import (
	"bytes"
	"net/netip"
)

// sshd reads what OpenSSH says about clients. An event is an attempt to log in ("Failed",
// "Accepted"), or a connection without one. Lines about a connection that was counted count no
// further: it is known by its address and port, or else by its address and process.
//
// The user's name is the client's and may hold " from 192.0.2.1 port 22 ssh2". So the address
// is the last one, behind which only the server writes. A certificate is the client's too and
// stands behind the address: such a line with two addresses has no source for certain.
var sshd = daemon{
	format: "SSHD", source: "the address behind from", login: true, target: "user",
	runs: func(p []byte) bool { return bytes.HasPrefix(p, []byte("sshd")) },
	parse: func(d *daemons, m *message, e *Event) (kind, fault) {
		l := &d.ssh
		*l = sshdLine{n: 1}
		k, why := l.read(m.text)
		if k == 0 || why != "" {
			return k, why
		}
		if l.process = m.process; k == sshdPAM && l.process == nil {
			return 0, ""
		}
		e.Source, e.Target = l.source, l.user
		return d.conns.count(l, k, e), ""
	},
	choose: func(*[kinds]int) kindSet { return setOf(sshdAttempt, sshdOther, sshdPAM) },
}

// Kinds of records of sshd.
const (
	sshdAttempt kind = iota + 1
	sshdOther        // about a connection
	sshdPAM          // the same, by process alone
	sshdAgain        // a connection that was counted
)

type sshdLine struct {
	source        netip.Addr
	port, process []byte
	user          []byte
	n             uint64 // how often the line stands for
}

// count decides whether a line is an event.
func (c *connections) count(l *sshdLine, k kind, e *Event) kind {
	var byPort, byProcess *connection
	seen, open := false, false
	if l.process != nil {
		again := false
		if byProcess, again = c.see(l.source, l.process); again && (l.port == nil || byProcess.portless) {
			seen, open = true, byProcess.open
		}
	}
	if l.port != nil {
		again := false
		if byPort, again = c.see(l.source, l.port); again {
			seen, open = true, open || byPort.open
		}
	}
	opens := k != sshdAttempt
	for _, at := range []*connection{byPort, byProcess} {
		if at != nil && (!opens || !seen) {
			at.open = opens
			at.portless = l.port == nil
		}
	}
	switch {
	case !seen, !opens && !open:
		e.Events = l.n
	case opens, l.n == 1:
		return sshdAgain
	default:
		e.Events = l.n - 1
	}
	return k
}

func (l *sshdLine) read(text []byte) (kind, fault) {
	if rest, ok := cutText(text, "message repeated "); ok {
		n, _ := parseNumber(digitsOf(rest))
		if rest, ok = behind(rest, " times: [ "); ok && n > 0 {
			text, l.n = bytes.TrimSuffix(rest, []byte("]")), n
		}
	}
	text, _ = cutText(text, "error: ")
	text, _ = cutText(text, "fatal: ")
	text = bytes.TrimSuffix(bytes.TrimRight(text, " "), []byte(" [preauth]"))
	for _, s := range sshdSentences {
		rest, ok := cutText(text, s.begin)
		if !ok {
			continue
		}
		why := s.read(l, rest)
		if why == noRecord {
			return 0, ""
		}
		return s.kind, why
	}
	rest, ok := cutText(text, "authentication failure; ") // of the program "sshd(pam_unix)"
	if !ok && bytes.HasPrefix(text, []byte("pam_")) {
		rest, ok = behind(text, " authentication failure; ")
	}
	if ok {
		i := lastText(rest, " rhost=")
		if i < 0 {
			return 0, ""
		}
		a, _, ok := leadingAddr(rest[i+len(" rhost="):])
		if !ok {
			return 0, "" // a name, or nobody
		}
		l.source = a
		return sshdPAM, ""
	}
	return 0, ""
}

var sshdSentences = []struct {
	begin string
	kind  kind
	read  func(l *sshdLine, rest []byte) fault
}{
	{"Failed ", sshdAttempt, (*sshdLine).attempt},
	{"Accepted ", sshdAttempt, (*sshdLine).attempt},
	{"Invalid user ", sshdOther, (*sshdLine).last},
	{"Illegal user ", sshdOther, (*sshdLine).last},
	{"Connection from ", sshdOther, (*sshdLine).first},
	{"Received disconnect from ", sshdOther, (*sshdLine).first},
	{"Unable to negotiate with ", sshdOther, (*sshdLine).first},
	{"Timeout before authentication for connection from ", sshdOther, (*sshdLine).first},
	{"Timeout before authentication for ", sshdOther, (*sshdLine).first},
	{"banner exchange: Connection from ", sshdOther, (*sshdLine).first},
	{"ssh_dispatch_run_fatal: Connection from ", sshdOther, (*sshdLine).first},
	{"Did not receive identification string from ", sshdOther, (*sshdLine).first},
	{"Bad protocol version identification ", sshdOther, (*sshdLine).last},
	{"Connection closed by ", sshdOther, (*sshdLine).end},
	{"Connection reset by ", sshdOther, (*sshdLine).end},
	{"Disconnected from ", sshdOther, (*sshdLine).end},
	{"Disconnecting: Too many authentication failures for ", sshdOther, (*sshdLine).named},
	{"Disconnecting ", sshdOther, (*sshdLine).middle},
	{"maximum authentication attempts exceeded for ", sshdOther, (*sshdLine).last},
	{"ROOT LOGIN REFUSED FROM ", sshdOther, (*sshdLine).first},
	{"Protocol major versions differ for ", sshdOther, (*sshdLine).first},
	{"drop connection #", sshdOther, (*sshdLine).dropped},
	{"refused connect from ", sshdOther, (*sshdLine).refused},
	{"User ", sshdOther, (*sshdLine).forbidden},
	{"PAM: ", sshdOther, (*sshdLine).pam},
}
