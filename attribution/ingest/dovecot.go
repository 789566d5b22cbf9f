package ingest

import "bytes"

// dovecot reads what the login processes of Dovecot say as a client logs in or gives up. Each
// connection has one such line. The user stands before the addresses and may be any text, so
// that the last "rip=" is the server's. A failure of the
// authentication counts for a source of which nothing else is known yet. In a log without logins
// each failure counts.
var dovecot = daemon{
	format: "DOVECOT", source: "rip", login: true, target: "user",
	runs: func(p []byte) bool {
		switch string(p) {
		case "dovecot", "dovecot-auth", "auth", "auth-worker":
			return true
		}
		return bytes.HasSuffix(p, []byte("-login"))
	},
	parse: (*daemons).parseDovecot,
	choose: func(seen *[kinds]int) kindSet {
		if seen[dovecotLogin] == 0 {
			return setOf(dovecotAuth, dovecotRepeat)
		}
		return setOf(dovecotLogin, dovecotAuth)
	},
	kinds: [kinds]string{dovecotLogin: "login", dovecotAuth: "authentication failed",
		dovecotRepeat: "authentication failed again"},
}

// Kinds of records of Dovecot.
const (
	dovecotLogin  kind = iota + 1
	dovecotAuth        // a failure, of a source that has not logged in before
	dovecotRepeat      // another failure, whose connection has a line of its own
	dovecotAgain       // what a failure has said
)

func (d *daemons) parseDovecot(m *message, e *Event) (kind, fault) {
	text := m.text
	if !bytes.HasSuffix(m.program, []byte("-login")) {
		service, rest, ok := bytes.Cut(text, []byte(": "))
		if i := bytes.IndexByte(service, '('); i > 0 { // the process
			service = service[:i]
		}
		if !ok || !bytes.HasSuffix(service, []byte("-login")) || bytes.IndexByte(service, ' ') >= 0 {
			k, why := dovecotFailure(text, e)
			if k == 0 || why != "" {
				return k, why
			}
			at, again := d.conns.see(e.Source, nil)
			if again {
				return dovecotRepeat, ""
			}
			at.open = true // the end of its connection may follow
			return dovecotAuth, ""
		}
		text = rest
	}
	for _, level := range []string{"Info: ", "Warning: ", "Error: "} {
		text, _ = cutText(text, level)
	}
	sentence := false
	for _, begin := range []string{"Login: ", "Logged in: ", "Disconnected", "Aborted login", "Login aborted",
		"Maximum number of"} {
		_, ok := cutText(text, begin)
		sentence = sentence || ok
	}
	if !sentence {
		if _, ok := cutText(text, "proxy("); !ok || indexText(text, "): started proxying") < 0 {
			return 0, ""
		}
	}
	user, rip := indexText(text, "user=<"), indexText(text, "rip=")
	if user >= 0 && user < rip {
		rip = lastText(text, ", rip=") + len(", ")
	}
	if rip < len(", ") {
		return dovecotLogin, noAddress
	}
	a, _, ok := leadingAddr(text[rip+len("rip="):])
	if !ok {
		return dovecotLogin, noAddress
	}
	e.Source = a
	if user >= 0 {
		name := text[user+len("user=<"):]
		if user < rip {
			name = text[user+len("user=<") : max(rip, user+len("user=<"))]
		}
		if end := indexText(name, ">"); end > 0 {
			e.Target = name[:end]
		}
	}
	if at, again := d.conns.see(e.Source, nil); again && at.open && indexText(text, "(auth failed") > 0 {
		at.open = false
		return dovecotAgain, ""
	}
	return dovecotLogin, ""
}

// dovecotFailure reads "pam_unix(dovecot:auth): authentication failure; ... rhost=192.0.2.1" and
// "sql(user,192.0.2.1,<session>): Password mismatch". The user may be any text: a line with two
// places of the address has none for certain.
func dovecotFailure(text []byte, e *Event) (kind, fault) {
	if rest, ok := behind(text, "(dovecot:auth): "); ok {
		if rest, ok = cutText(rest, "authentication failure; "); !ok {
			return 0, ""
		}
		i := lastText(rest, " rhost=")
		if i < 0 {
			return 0, ""
		}
		a, _, ok := leadingAddr(rest[i+len(" rhost="):])
		if !ok {
			return 0, "" // of the host itself
		}
		e.Source = a
		return dovecotAuth, ""
	}
	failed := false
	for _, says := range []string{"): Password mismatch", "): unknown user", "): pam_authenticate() failed",
		"): invalid credentials"} {
		failed = failed || indexText(text, says) > 0
	}
	if !failed {
		return 0, ""
	}
	found := false
	for rest := text; ; {
		i := bytes.IndexByte(rest, ',')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		end := bytes.IndexAny(rest, ",)")
		if end < 0 {
			break
		}
		if a, ok := bareAddr(rest[:end]); ok {
			if found && a != e.Source {
				return dovecotAuth, ambiguous
			}
			e.Source, found = a, true
		}
	}
	if !found {
		return 0, "" // of a client without an address, such as a mail server's socket
	}
	return dovecotAuth, ""
}
