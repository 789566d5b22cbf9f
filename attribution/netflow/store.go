package netflow

import "time"

// templates are those of one exporter. Where there is no room for one more, one that was not used
// lately makes room.
type templates struct {
	byKey map[key]*template
	ring  []*template // in any order
	hand  int
}

const (
	maxTemplates  = 1024 // of one exporter
	looks         = 8    // at templates in use, until one of them has to go
	templateLasts = int64(24 * time.Hour)
	firstTemplate = 256 // the ids below are those of sets
)

// known reports whether a template is there with the same definition, which is then as new.
func (e *exporter) known(k key, definition uint64) bool {
	t := e.templates.byKey[k]
	if t == nil || t.definition != definition {
		return false
	}
	t.seen = max(t.seen, e.m.received)
	return true
}

// define takes a template, in place of one with the same key. Nil is one that cannot be used.
func (e *exporter) define(k key, t *template, definition uint64) {
	s := &e.templates
	old := s.byKey[k]
	if old != nil {
		e.undefine(old)
	}
	if t == nil {
		e.ledger.notes[refusedTemplates]++
		return
	}
	if len(s.ring) >= maxTemplates {
		e.forgetOne()
	}
	if !e.reserve(t.cost) {
		return
	}
	t.key, t.seen, t.at, t.definition = k, e.m.received, len(s.ring), definition
	if s.byKey == nil {
		s.byKey = map[key]*template{}
	}
	s.byKey[k] = t
	s.ring = append(s.ring, t)
	e.m.withdrawn = [2]bool{}
	e.m.defined = e.m.defined || e.kept.counts[k] > 0
}

// forgetOne gives up a template that was not used lately, if there is one among the next.
func (e *exporter) forgetOne() {
	s := &e.templates
	for range looks {
		s.hand = (s.hand + 1) % len(s.ring)
		if !s.ring[s.hand].used {
			break
		}
		s.ring[s.hand].used = false
	}
	e.ledger.notes[noRoom]++
	e.undefine(s.ring[s.hand])
}

func (e *exporter) undefine(t *template) {
	s := &e.templates
	last := len(s.ring) - 1
	s.ring[t.at] = s.ring[last]
	s.ring[t.at].at = t.at
	s.ring[last] = nil
	s.ring = s.ring[:last]
	delete(s.byKey, t.key)
	e.release(t.cost)
}

// withdraw forgets a template, or all of its kind in the domain if the id is that of a set.
func (e *exporter) withdraw(k key, options bool) {
	if t := e.templates.byKey[k]; t != nil {
		e.undefine(t)
	}
	all := &e.m.withdrawn[0]
	if options {
		all = &e.m.withdrawn[1]
	}
	if k.id >= firstTemplate || *all {
		return
	}
	*all = true // a search of all is not for each few bytes of a datagram
	for i := len(e.templates.ring) - 1; i >= 0; i-- {
		t := e.templates.ring[i]
		if t.options == options && t.key.version == k.version && t.key.domain == k.domain {
			e.undefine(t)
		}
	}
}

// find returns a template that has not expired, or nil.
func (e *exporter) find(k key) *template {
	t := e.templates.byKey[k]
	switch now := e.m.received; {
	case t == nil:
		return nil
	case now > t.seen+templateLasts && t.seen > 0:
		e.undefine(t)
		return nil
	default:
		t.seen = max(t.seen, now)
	}
	t.used = true
	return t
}
