package ingest

import (
	"bytes"
	"time"
)

// Daemons log sentences, most of them through syslog, and many share a file. Each one knows
// its own records. Some kinds of these are events, since a client that connects is logged several
// times: as it comes, as it fails, and as it leaves. The head chooses the kinds. The choice is made
// again when a kind comes for the first time.
//
// A record is known by the name of its program and by how its sentence begins. The server has
// written both. So what clients write, such as names, cannot stand in their place.
type daemon struct {
	format string
	source string // what the account says of it

	// runs reports whether a program of this name, without its process, is the daemon.
	runs func(program []byte) bool

	// parse makes an event of a message. The kind is 0 if it is not one of a client.
	parse func(d *daemons, m *message, e *Event) (kind, fault)

	// choose says which kinds are events, by how many records of each were seen.
	choose func(seen *[kinds]int) kindSet

	kinds [kinds]string // what the account calls them; a kind without a name repeats what was counted

	// speaks reports whether a line that names no program is the daemon's, though it is of no
	// client. It is nil where that cannot be told.
	speaks func(text []byte) bool

	// login says that the records are of clients which have connected. Those of several such
	// daemons count together.
	login bool

	target string // what the target is, by name
}

type (
	kind    uint8
	kindSet uint16
)

const kinds = 9

func setOf(list ...kind) (s kindSet) {
	for _, k := range list {
		s |= 1 << k
	}
	return s
}

// orElse chooses the first kind, or the second while there is only that.
func orElse(first, second kind) func(seen *[kinds]int) kindSet {
	return func(seen *[kinds]int) kindSet {
		if seen[first] == 0 && seen[second] > 0 {
			return setOf(second)
		}
		return setOf(first)
	}
}

// some reports how many records are of these kinds.
func some(seen *[kinds]int, list ...kind) (n int) {
	for _, k := range list {
		n += seen[k]
	}
	return n
}

// A message is a line cut into what syslog says and what the program says.
type message struct {
	program []byte // such as postfix/smtpd
	process []byte // its number
	text    []byte
	at      time.Time

	connection *connection // that it is about, where other kinds of records are about the same
}

// daemonTable has all daemons.
var daemonTable = []*daemon{&postfix, &exim, &dovecot, &sshd, &postgres, &fail2ban, &kernel, &filterlog}

func daemonFormats() (list []format) {
	for _, m := range daemonTable {
		list = append(list, format{m.format, sniffDaemon(m), openDaemon(m)})
	}
	return list
}

// known returns the place of the daemon that a program is, or -1.
func known(program []byte) int {
	for i, m := range daemonTable {
		if m.runs(program) {
			return i
		}
	}
	return -1
}

// daemons reads the logs of daemons.
type daemons struct {
	facts   *facts
	choices []choice // by daemon

	bare   bool // lines name no programs
	nested bool // programs are named behind another name, as of a container
	m      message
	conns  connections
	ssh    sshdLine
}

// choice is which records of a daemon count.
type choice struct {
	as     part
	use    kindSet // the kinds that are events
	asked  bool    // the user has chosen them
	seen   [kinds]int
	names  [kinds]string
	events uint64 // so far
}

// part is what a daemon has to do with the events.
type part uint8

const (
	leftOut part = iota // it repeats what others say, or the user has asked for another one
	isEvents
	isOpen // the user must choose: its records are lost
)

// counts reports whether records of a kind are events. A kind that comes for the first time may
// be better than those which have counted.
func (d *daemons) counts(which int, k kind) bool {
	c, server := &d.choices[which], daemonTable[which]
	if c.seen[k] == 0 && !c.asked {
		c.seen[k] = 1
		use := server.choose(&c.seen)
		if use != c.use && c.as == isEvents {
			d.facts.kinds.change(c.names[k], c.events)
		}
		c.use = use
	}
	return c.use&(1<<k) != 0
}

// split cuts a line. What a program says begins behind the first word that ends in a colon.
// Before it stand at most a time, a host and the program.
func (d *daemons) split(line, tag []byte) {
	m := &d.m
	*m = message{text: line}
	if len(tag) > 0 && !d.bare {
		m.name(tag)
		m.text = behindSolaris(line)
		if !d.nested || known(m.program) >= 0 {
			return
		}
	}
	rest := m.text
	if t, n, ok := d.facts.clock.Syslog(rest); ok && n < len(rest) {
		m.at, rest = t, bytes.TrimLeft(rest[n:], " ")
		m.text = rest
	}
	for range 3 {
		if d.bare {
			return
		}
		word, behind, _ := bytes.Cut(rest, []byte(" "))
		if len(word) == 0 {
			return
		}
		behind = bytes.TrimLeft(behind, " ")
		if last := word[len(word)-1]; last == ':' || bytes.HasPrefix(word, []byte("fail2ban.")) {
			m.name(word)
			m.text = behindSolaris(behind)
			return
		}
		rest = behind
	}
	// The fields of RFC 5424, where other lines have no such prefix.
	if program, process, text, ok := behindFields(m.text); ok && !d.bare && known(program) >= 0 {
		m.program, m.process, m.text = program, process, text
	}
}

// programOf takes off a colon and a process.
func programOf(tag []byte) []byte {
	tag = bytes.TrimSuffix(tag, []byte(":"))
	if n := len(tag); n > 2 && tag[0] == '[' && tag[n-1] == ']' {
		return tag[1 : n-1]
	}
	if i := bytes.IndexByte(tag, '['); i > 0 {
		return tag[:i]
	}
	return tag
}

func (m *message) name(tag []byte) {
	m.program = programOf(tag)
	m.process = nil
	if i := bytes.IndexByte(tag, '['); i > 0 {
		if j := bytes.IndexByte(tag[i:], ']'); j > 0 {
			m.process = tag[i+1 : i+j]
		}
	}
}

// read makes an event of the message, and says of which daemon it is.
func (d *daemons) read(e *Event) (which int, k kind, why fault) {
	m := &d.m
	if len(m.program) > 0 {
		if which = known(m.program); which >= 0 {
			k, why = daemonTable[which].parse(d, m, e)
		}
		return which, k, why
	}
	for i, server := range daemonTable {
		if k, why = server.parse(d, m, e); k != 0 {
			return i, k, why
		}
	}
	return -1, 0, ""
}

func (d *daemons) parse(line []byte, e *Event) fault {
	var tag []byte
	if d.facts.unwrap != nil {
		tag = d.facts.unwrap.tag
	}
	d.split(line, tag)
	if !d.bare && len(d.m.program) == 0 {
		if isBlankOrComment(line) {
			return noRecord
		}
		if _, _, ok := nextAddr(line); ok {
			return noPrefix
		}
		return noRecord
	}
	which, k, why := d.read(e)
	if k == 0 {
		return noRecord
	}
	c := &d.choices[which]
	switch counts := d.counts(which, k); {
	case c.as == leftOut:
		leaveOut(d.facts.kinds, daemonTable[which].format)
		return noRecord
	case !counts:
		if name := c.names[k]; name != "" {
			leaveOut(d.facts.kinds, name)
		}
		return noRecord
	case c.as == isOpen:
		return otherProgram
	case why != "":
		return why
	}
	c.events++
	if d.m.connection != nil {
		d.m.connection.counted = true
	}
	if e.Time.IsZero() {
		e.Time = d.m.at
	}
	e.Handshake = e.Handshake || daemonTable[which].login
	return ""
}
