package ingest

import "bytes"

// postgres reads what PostgreSQL says about connections. An event is "connection received",
// else a connection that ends with FATAL, where the prefix of the lines names the client's
// address first (%h or %r), or behind the time as RDS has it. The user, the database and the
// statements are the client's, so that a connection is only what is the whole sentence behind
// the first level, and an address only what stands before them.
var postgres = daemon{
	format: "POSTGRES", source: "host of connection received, or the address in the prefix", login: true,
	runs: func(p []byte) bool {
		switch string(p) {
		case "postgres", "postgresql", "LOG", "FATAL":
			return true
		}
		return false
	},
	parse:  (*daemons).parsePostgres,
	speaks: postgresSpeaks,
	choose: orElse(postgresReceived, postgresFatal),
	kinds:  [kinds]string{postgresReceived: "connection received", postgresFatal: "FATAL"},
}

// Kinds of records of PostgreSQL.
const (
	postgresReceived kind = iota + 1
	postgresFatal
)

// postgresSpeaks knows a level, which has two blanks behind it.
func postgresSpeaks(text []byte) bool {
	for _, level := range []string{"LOG", "FATAL", "ERROR", "WARNING", "DETAIL", "HINT", "STATEMENT", "CONTEXT"} {
		if i := indexText(text, level+":  "); i == 0 || i > 0 && text[i-1] == ' ' {
			return true
		}
	}
	return false
}

func (d *daemons) parsePostgres(m *message, e *Event) (kind, fault) {
	text := m.text
	if level := string(m.program); level != "LOG" && level != "FATAL" {
		at := indexText(text, "LOG: ")
		if fatal := indexText(text, "FATAL: "); fatal >= 0 && (at < 0 || fatal < at) {
			return d.postgresPrefix(text[:fatal], m, e)
		}
		if at < 0 || at > 0 && text[at-1] != ' ' && text[at-1] != ':' && text[at-1] != '-' && text[at-1] != ']' {
			return 0, ""
		}
		text = bytes.TrimLeft(text[at+len("LOG: "):], " ")
	} else if level == "FATAL" {
		return 0, "" // without an address
	}
	rest, ok := cutText(text, "connection received: host=")
	if !ok || bytes.HasPrefix(rest, []byte("[local]")) {
		return 0, ""
	}
	a, rest, ok := leadingAddr(rest)
	if !ok {
		return postgresReceived, noAddress
	}
	if rest, ok = cutText(rest, " port="); ok {
		rest = rest[len(digitsOf(rest)):]
	}
	if rest, ok = cutText(rest, " pid="); ok {
		rest = rest[len(digitsOf(rest)):]
	}
	if len(rest) > 0 {
		return 0, ""
	}
	e.Source = a
	return postgresReceived, ""
}

// postgresPrefix reads "address time ..." or ":address(port):..." behind a time.
func (d *daemons) postgresPrefix(prefix []byte, m *message, e *Event) (kind, fault) {
	prefix, behindTime := cutText(prefix, ":")
	if behindTime = behindTime && !m.at.IsZero(); !behindTime && !m.at.IsZero() {
		return 0, ""
	}
	n := 0
	for n < len(prefix) && isAddrByte(prefix[n]) {
		n++
	}
	a, ok := bareAddr(prefix[:n])
	if !ok {
		return 0, ""
	}
	if rest, isPort := cutText(prefix[n:], "("); isPort {
		n += len(digitsOf(rest)) + 2
	}
	if !behindTime {
		t, _, ok := d.facts.clock.Leading(bytes.TrimLeft(prefix[min(n, len(prefix)):], " "))
		if !ok {
			return 0, ""
		}
		e.Time = t
	}
	e.Source = a
	return postgresFatal, ""
}
