package ingest

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// Daemons log sentences, most of them through syslog, and many share a file. Each one knows
// its own records. Which kinds of its records are events is fixed by the head, since a client
// that connects is logged several times: as it comes, as it fails, and as it leaves.
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

	// choose says which kinds are events, by how many records of each the head has.
	choose func(seen *[kinds]int) kindSet

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
}

// daemonTable has all daemons.
var daemonTable = []*daemon{&postfix, &exim, &dovecot, &sshd, &postgres, &fail2ban, &kernel}

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
	facts *facts
	use   []kindSet // by daemon: the kinds that are events
	other []kindSet // by daemon: the kinds of which the user must choose

	bare   bool // lines name no programs
	nested bool // programs are named behind another name, as of a container
	m      message
	conns  connections
	ssh    sshdLine
}

// split cuts a line. What a program says begins behind the first word that ends in a colon.
// Before it stand at most a time, a host and the program.
func (d *daemons) split(line, tag []byte) {
	m := &d.m
	*m = message{text: line}
	if len(tag) > 0 && !d.bare {
		m.name(tag)
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
			m.text = behind
			return
		}
		rest = behind
	}
}

// programOf takes off a colon and a process.
func programOf(tag []byte) []byte {
	tag = bytes.TrimSuffix(tag, []byte(":"))
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
		if _, _, ok := nextAddr(line); ok {
			return noPrefix
		}
		return noRecord
	}
	which, k, why := d.read(e)
	switch {
	case k == 0:
		return noRecord
	case d.other[which]&(1<<k) != 0:
		return otherProgram
	case d.use[which]&(1<<k) == 0:
		return noRecord
	}
	if why != "" {
		return why
	}
	if e.Time.IsZero() {
		e.Time = d.m.at
	}
	e.Handshake = e.Handshake || daemonTable[which].login
	return ""
}

// A survey is what the head says about the daemons that have written it.
type survey struct {
	lines, named int
	seen         [][kinds]int
	total, said  []int // by daemon: records, and lines
	bare, nested bool
}

// surveyed finds out how the lines name programs. Clients write into the logs of
// other programs, so that a name behind another one counts only where nothing else is found
// and most lines have one.
func (h *head) surveyed() *survey {
	if h.daemons != nil {
		return h.daemons
	}
	d := &daemons{facts: &facts{clock: new(clock.Parser)}}
	named, bare := d.survey(h, false, false), d.survey(h, true, false)
	h.daemons = named
	switch {
	case bare.records() > named.records():
		h.daemons = bare
	case named.records() == 0:
		if nested := d.survey(h, false, true); 2*nested.named > nested.lines {
			h.daemons = nested
		}
	}
	return h.daemons
}

func (s *survey) records() (n int) {
	for _, total := range s.total {
		n += total
	}
	return n
}

func (d *daemons) survey(h *head, bare, nested bool) *survey {
	d.bare, d.nested = bare, nested
	s := &survey{seen: make([][kinds]int, len(daemonTable)), total: make([]int, len(daemonTable)),
		said: make([]int, len(daemonTable)), bare: bare, nested: nested}
	d.conns = connections{}
	for i, line := range h.lines {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		s.lines++
		var tag []byte
		if len(h.tags) > 0 {
			tag = []byte(h.tags[i])
		}
		d.split(line, tag)
		if len(d.m.program) == 0 && !bare {
			continue
		}
		which, k, _ := d.read(new(Event))
		if which >= 0 {
			s.named++
			s.said[which]++
		}
		if k != 0 {
			s.seen[which][k]++
			s.total[which]++
		}
	}
	return s
}

// score is how well the head fits some daemons.
func (s *survey) score(total int) int {
	switch {
	case total == 0:
		return 0
	case 2*total >= s.lines:
		return 95
	case 20*total >= s.lines:
		return 86
	case !s.bare:
		return 75
	}
	return enough - lead
}

func sniffDaemon(server *daemon) func(*head) int {
	return func(h *head) int {
		s := h.surveyed()
		all, said, first := 0, 0, -1
		for i, m := range daemonTable {
			if m == server || m.login && server.login {
				all, said = all+s.total[i], said+s.said[i]
				if first < 0 || cmp.Or(s.total[i]-s.total[first], s.said[i]-s.said[first]) > 0 {
					first = i
				}
			}
		}
		switch {
		case daemonTable[first] != server:
			return 0
		case server == &fail2ban && s.logins() > 0:
			return 0 // it repeats what the others say
		case all == 0 && 2*said > s.lines && !s.bare: // clients may come later
			return 60
		}
		return s.score(all)
	}
}

// daemonsFit reports whether some daemon fits most lines.
func daemonsFit(h *head) bool {
	for _, m := range daemonTable {
		if sniffDaemon(m)(h) > 90 {
			return true
		}
	}
	return false
}

// logins is how many records are of clients that have connected.
func (s *survey) logins() (n int) {
	for i, m := range daemonTable {
		if m.login {
			n += s.total[i]
		}
	}
	return n
}

func openDaemon(server *daemon) func(*head, *Options, *facts) (*plan, error) {
	return func(h *head, o *Options, f *facts) (*plan, error) {
		if err := noFields(o, server.format); err != nil {
			return nil, err
		}
		switch target := strings.ToLower(o.Target); target {
		case "", notTaken, strings.ToLower(server.target), "recipient":
		default:
			return nil, fmt.Errorf("%w: Target %.40q: of %s it is %q", ErrOptions, o.Target, server.format, server.target)
		}
		s := h.surveyed()
		d := &daemons{facts: f, use: make([]kindSet, len(daemonTable)), other: make([]kindSet, len(daemonTable)),
			bare: s.bare, nested: s.nested}
		sel := newSelection()
		var names, sources []string
		for i, m := range daemonTable {
			switch {
			case m == server, o.Format == "" && m.login && server.login:
				d.use[i] = m.choose(&s.seen[i])
				if m == &postfix && strings.EqualFold(o.Target, "recipient") {
					d.use[i] = setOf(postfixReject)
				}
				if s.total[i] > 0 || m == server {
					names = append(names, m.format)
					sources = append(sources, m.source)
				}
				if m.target != "" && o.Target != notTaken {
					sel.names["target"] = m.target
				}
			case o.Format == "" && m != &fail2ban:
				d.other[i] = m.choose(&s.seen[i])
			}
		}
		sel.names["source"] = strings.Join(sources, ", ")
		sel.names["time"] = "at the start"
		return &plan{selection: sel, format: strings.Join(names, ", "), parse: d.without(o)}, nil
	}
}

// noFields refuses options that name fields of records which have none to choose from.
func noFields(o *Options, format string) error {
	for r, name := range o.asked() {
		if name != "" && name != notTaken && role(r) != roleTarget {
			return fmt.Errorf("%w: %s %.40q: records of %s have no fields to choose from", ErrOptions, optionNames[r], name,
				format)
		}
	}
	return nil
}

// without leaves out the target if nobody wants it.
func (d *daemons) without(o *Options) func([]byte, *Event) fault {
	if o.Target != notTaken {
		return d.parse
	}
	return func(line []byte, e *Event) fault {
		why := d.parse(line, e)
		e.Target = nil
		return why
	}
}
