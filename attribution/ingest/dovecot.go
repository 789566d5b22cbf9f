package ingest

import "bytes"

// dovecot reads what the login processes of Dovecot say as a client logs in or gives up. Each
// connection has one such line. The user stands before the addresses and may be any text, so
// that the last "rip=" is the server's.
var dovecot = daemon{
	format: "DOVECOT", source: "rip", login: true, target: "user",
	runs: func(p []byte) bool {
		return string(p) == "dovecot" || bytes.HasSuffix(p, []byte("-login"))
	},
	parse:  (*daemons).parseDovecot,
	choose: func(*[kinds]int) kindSet { return setOf(dovecotLogin) },
}

const dovecotLogin kind = 1

func (d *daemons) parseDovecot(m *message, e *Event) (kind, fault) {
	text := m.text
	if !bytes.HasSuffix(m.program, []byte("-login")) {
		service, rest, ok := bytes.Cut(text, []byte(": "))
		if i := bytes.IndexByte(service, '('); i > 0 { // the process
			service = service[:i]
		}
		if !ok || !bytes.HasSuffix(service, []byte("-login")) || bytes.IndexByte(service, ' ') >= 0 {
			return 0, ""
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
	return dovecotLogin, ""
}
