package ingest

import "bytes"

// fail2ban reads the log of Fail2ban. An event is an attempt that a filter has found
// ("Found"), else a ban. Bans that are restored at a start, and the end of bans, are none.
// Fail2ban takes addresses from the logs of others, so that a handshake is not proven.
// Its observer repeats what the filters have found.
var fail2ban = daemon{
	format: "FAIL2BAN", source: "the address behind Found or Ban", target: "jail",
	runs:   func(p []byte) bool { return bytes.HasPrefix(p, []byte("fail2ban")) },
	parse:  (*daemons).parseFail2ban,
	choose: orElse(fail2banFound, fail2banBan),
	kinds:  [kinds]string{fail2banFound: "Found", fail2banBan: "Ban"},
}

// Kinds of records of Fail2ban.
const (
	fail2banFound kind = iota + 1
	fail2banBan
)

func (d *daemons) parseFail2ban(m *message, e *Event) (kind, fault) {
	text, program := m.text, m.program
	// The journal has all of its line.
	if t, n, ok := d.facts.clock.Leading(text); ok && string(program) == "fail2ban-server" {
		m.at, text = t, bytes.TrimLeft(text[n:], " ")
		program, text, _ = bytes.Cut(text, []byte(" "))
		text = bytes.TrimLeft(text, " ")
	}
	if string(programOf(program)) == "fail2ban.observer" { // it repeats what was found
		return 0, ""
	}
	if len(text) > 0 && text[0] == '[' { // the process
		end := indexText(text, "]: ")
		if end < 0 {
			return 0, ""
		}
		text = bytes.TrimLeft(text[end+len("]: "):], " ")
	}
	level, text, _ := bytes.Cut(text, []byte(" "))
	switch string(level) {
	case "INFO", "NOTICE", "WARNING":
	default:
		return 0, ""
	}
	text = bytes.TrimLeft(text, " ")
	end := indexText(text, "] ")
	if len(text) == 0 || text[0] != '[' || end < 0 {
		return 0, ""
	}
	jail, text := text[1:end], text[end+len("] "):]
	k := fail2banFound
	rest, ok := cutText(text, "Found ")
	if !ok {
		k = fail2banBan
		if rest, ok = cutText(text, "Ban "); !ok {
			return 0, ""
		}
	}
	if a, _, ok := leadingAddr(rest); ok {
		e.Source = a
	} else {
		word, _, _ := bytes.Cut(rest, []byte(" "))
		if !e.block(word) {
			return k, noAddress
		}
	}
	e.Target = jail
	return k, ""
}
