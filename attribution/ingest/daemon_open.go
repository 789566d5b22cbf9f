package ingest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// A survey is what the head says about the daemons that have written it.
type survey struct {
	lines, named int
	seen         [][kinds]int
	total, said  []int // by daemon: records, and lines
	bare, nested bool
	few          bool // more lines than these are to come
}

// fewLines is what may be no more than the beginning of a live text.
const fewLines = 10

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
	case bare.records() > named.records() && len(h.tags) == 0:
		h.daemons = bare
	case named.records() == 0 && named.named == 0 && bare.few && len(h.tags) == 0 && bare.says():
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

// says reports whether a daemon has written most lines.
func (s *survey) says() bool {
	return slices.ContainsFunc(s.said, func(n int) bool { return 2*n > s.lines })
}

func (d *daemons) survey(h *head, bare, nested bool) *survey {
	d.bare, d.nested = bare, nested
	s := &survey{seen: make([][kinds]int, len(daemonTable)), total: make([]int, len(daemonTable)),
		said: make([]int, len(daemonTable)), bare: bare, nested: nested,
		few: !h.whole && len(h.lines) < fewLines}
	d.conns = connections{}
	for i, line := range h.lines {
		if isBlankOrComment(line) {
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
		for i, m := range daemonTable {
			if bare && k == 0 && m.speaks != nil && m.speaks(d.m.text) {
				s.said[i]++
			}
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
		case all == 0 && 2*said > s.lines && (!s.bare || s.few): // clients may come later
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
			return nil, badOption("Target", "%.40q: of %s it is %q", o.Target, server.format, server.target)
		}
		s := h.surveyed()
		d := &daemons{facts: f, choices: make([]choice, len(daemonTable)), bare: s.bare, nested: s.nested}
		sel := newSelection()
		var names, sources []string
		for i, m := range daemonTable {
			c := &d.choices[i]
			c.seen, c.use = s.seen[i], m.choose(&s.seen[i])
			for k, name := range m.kinds {
				if name != "" {
					c.names[k] = m.format + ": " + name
				}
			}
			switch {
			case m == server, o.Format == "" && m.login && server.login:
				c.as = isEvents
				if m == &postfix && strings.EqualFold(o.Target, "recipient") {
					c.use, c.asked = setOf(postfixReject), true
				}
				if s.total[i] > 0 || m == server {
					names = append(names, m.format)
					sources = append(sources, m.source)
				}
				if m.target != "" && o.Target != notTaken {
					sel.names["target"] = m.target
				}
			case o.Format == "" && m != &fail2ban:
				c.as = isOpen
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
			return badOption(optionNames[r], "%.40q: records of %s have no fields to choose from", name, format)
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
