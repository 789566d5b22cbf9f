package monitor

import (
	"slices"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
)

// joining is what is known while bursts are joined to attacks, after an interval has
// closed.
type joining struct {
	m       *Monitor
	running map[uint64]*watch // by number of the burst
	of      map[uint64]*group // by number of a burst in it
	fresh   []*group          // whose sources are to be compared with those of others
	shared  *sharing          // by which they are
}

// join takes what was seen since it was called last. It finds what is part of an attack,
// and passes on what is to be reported. Whom it joins is a function of the counts alone.
//
// Without news it costs nothing. For each head that is new or has doubled it takes a merge of
// what is recent, some tenths of a millisecond. Beyond that its time is in proportion to the
// bursts that run, with up to 256 hashes for each. When a thousand targets are hit at once,
// it is a third of a second in the interval after, where the rest takes as long.
func (m *Monitor) join() {
	held := slices.ContainsFunc(m.attacks, func(at *group) bool { return at.held != nil })
	if len(m.looks) == 0 && !held {
		return
	}
	j := &joining{m: m, running: map[uint64]*watch{}, of: map[uint64]*group{}}
	for w := range m.watches() {
		if w.burst != nil && w.burst.id != 0 {
			j.running[w.burst.id] = w
		}
	}
	for _, at := range m.attacks {
		j.own(at)
	}
	j.end()
	for _, a := range m.looks {
		if w := j.running[a.burst.id]; w != nil && !a.burst.final {
			j.place(w)
		}
	}
	j.match()
	j.explain()
	j.lookAgain()
	j.pass()
	j.release()
	m.looks = m.looks[:0]
}

// own notes which bursts are in an attack.
func (j *joining) own(at *group) {
	j.of[at.head] = at
	for i := range at.children {
		j.of[at.children[i].id] = at
	}
}

// place makes an attack of a burst that is new, and finds the makers of a head that is new or
// has doubled.
func (j *joining) place(w *watch) {
	at := j.of[w.burst.id]
	if at == nil {
		at = j.m.newAttack(w)
		j.m.attacks = append(j.m.attacks, at)
		j.own(at)
	}
	if at.head != w.burst.id || at.whole {
		return
	}
	fresh := j.m.makersOf(w)
	if at.size() > 0 {
		fresh = at.makers.with(fresh)
	}
	at.makers = fresh
	if at.parent == 0 {
		j.fresh = append(j.fresh, at)
	}
}

// mostRounds is how often attacks are compared. One that has grown may share enough with
// one that shared too little before. What is left is compared again when it doubles.
const mostRounds = 4

// match joins attacks that share their onset and sources.
func (j *joining) match() {
	if len(j.fresh) == 0 {
		return
	}
	sources := 0
	for _, at := range j.m.attacks {
		at.stamp, at.noted = 0, false
		sources += len(at.makers.kept)
	}
	j.shared = newSharing(sources)
	for _, at := range j.fresh {
		at.noted = true // once it was compared
	}
	for _, at := range j.m.attacks {
		if !at.noted {
			j.shared.add(at, at.makers)
		}
	}
	for _, at := range j.fresh {
		at.noted = false
	}
	for range mostRounds {
		n := len(j.m.attacks)
		for _, at := range j.fresh {
			if j.of[at.head] == at {
				j.find(at)
			}
		}
		if len(j.m.attacks) == n {
			return
		}
	}
}

// find finds the attack that one belongs to, and joins them. It is the one that shares most
// of its sources.
func (j *joining) find(at *group) {
	j.shared.stamp(at)
	var into *group
	for _, other := range j.m.attacks {
		if other == at || !at.agrees(other) {
			continue
		}
		if other.resumed && (other.whole || at.resumed) {
			into = other
			break
		}
		if other.stamp == j.shared.stamps && (into == nil || other.hits > into.hits) {
			into = other
		}
	}
	switch {
	case into == nil, !(into.resumed && (into.whole || at.resumed)) && !inCommon(at.makers, into.makers):
		if !at.noted {
			j.shared.add(at, at.makers)
		}
	case at.head < into.head && !into.whole && into.parent == 0:
		j.merge(at, into)
	default:
		j.merge(into, at)
	}
}

// merge makes an attack a part of another one.
func (j *joining) merge(into, at *group) {
	into.absorb(at, j.childOf(at))
	j.of[at.head] = into
	for i := range at.children {
		j.of[at.children[i].id] = into
	}
	j.m.attacks = slices.DeleteFunc(j.m.attacks, func(other *group) bool { return other == at })
	if j.shared != nil {
		j.shared.add(into, at.makers)
	}
}

// childOf returns what is known of the head of an attack.
func (j *joining) childOf(at *group) child {
	if at.held != nil {
		return at.held.burst.child()
	}
	return j.running[at.head].burst.child()
}

// explain gives a burst of all traffic the attack that it comes from: of those that began
// with it, the one that makes most of it. If all traffic had stood still, it is all of them.
func (j *joining) explain() {
	b := j.m.whole.burst
	if b == nil || j.of[b.id] == nil {
		return
	}
	at := j.of[b.id]
	if at.resumed {
		for _, other := range slices.Clone(j.m.attacks) {
			if other != at && other.parent == 0 && at.agrees(other) {
				j.merge(at, other)
			}
		}
	}
	if at.size() > 0 {
		return
	}
	var cause *group
	most := causePart * b.excess(b.byEvents)
	for _, other := range j.m.attacks {
		if other == at || other.whole || other.parent != 0 || !at.agrees(other) {
			continue
		}
		if n := j.excess(other, b.byEvents); n > 0 && n >= most {
			if cause != nil && n == most {
				continue
			}
			cause, most = other, n
		}
	}
	if cause != nil {
		j.merge(at, cause)
	}
}

// excess is how much more came to the running bursts of an attack than was expected.
func (j *joining) excess(at *group, events bool) (n float64) {
	if w := j.running[at.head]; w != nil {
		n += w.burst.excess(events)
	}
	for i := range at.children {
		if w := j.running[at.children[i].id]; w != nil {
			n += w.burst.excess(events)
		}
	}
	return n
}

// end notes which bursts have ended.
func (j *joining) end() {
	for _, a := range j.m.looks {
		at := j.of[a.burst.id]
		if at == nil || !a.burst.final {
			continue
		}
		if a.burst.id == at.head {
			at.held, at.since = a, j.m.clock.closed
		} else if c := at.find(a.burst.id); c != nil {
			*c = a.burst.child()
		}
	}
}

// lookAgain has heads reported whose children have doubled in number.
func (j *joining) lookAgain() {
	for _, at := range j.m.attacks {
		w := j.running[at.head]
		if w == nil || at.size() < at.due {
			continue
		}
		if !slices.ContainsFunc(j.m.looks, func(a *account) bool { return a.burst.id == at.head }) {
			j.m.look(w)
		}
	}
}

// pass passes on what was seen of heads, and of children to those who ask for it.
func (j *joining) pass() {
	m := j.m
	for _, a := range m.looks {
		at := j.of[a.burst.id]
		head := at.head == a.burst.id
		told := a.with(j.family(at, a.burst.id))
		switch w := j.running[a.burst.id]; {
		case a.burst.final:
			m.finals.add(told)
			if head {
				at.held = told
			}
		case w.shown == a:
			w.shown = told
		}
		if head && !a.burst.final {
			at.due = max(2*at.size(), 1)
		}
		if head && !a.burst.final || !head && m.options.NotifyChildren {
			m.tell(told)
		} else if head && !j.runs(at) { // in the order in which they ended
			j.tellFinal(at)
		}
	}
	for _, at := range m.attacks {
		j.relate(at)
	}
	for i, a := range m.finals.kept { // some had another parent, or none, when they ended
		if at := j.of[a.burst.id]; at != nil && at.head != a.burst.id && a.parent != at.head {
			m.finals.replace(a, m.finals.kept[i].with(family{parent: at.head}))
		}
	}
}

// relate tells the children of an attack that still run who their parent is.
func (j *joining) relate(at *group) {
	for i := range at.children {
		if w := j.running[at.children[i].id]; w != nil && w.shown.family.parent != at.head {
			w.shown = w.shown.with(family{parent: at.head})
		}
	}
}

// family is what a report of a burst says of others.
func (j *joining) family(at *group, id uint64) family {
	if id != at.head {
		return family{parent: at.head}
	}
	f := family{parent: at.parent, children: slices.Clone(at.children), more: at.more}
	for i := range f.children {
		if w := j.running[f.children[i].id]; w != nil && !f.children[i].final {
			f.children[i] = w.burst.child()
		}
	}
	return f
}

// runs reports whether a child of an attack still runs.
func (j *joining) runs(at *group) bool {
	return slices.ContainsFunc(at.children, func(c child) bool { return !c.final && j.running[c.id] != nil })
}

// release reports ends that wait for children no longer: none of these runs, or they have
// waited for as long as it takes to find an end.
func (j *joining) release() {
	patience := detect.Patience(j.m.options.Interval)
	for _, at := range slices.Clone(j.m.attacks) {
		if at.held != nil && (!j.runs(at) || j.m.clock.closed-at.since >= patience) {
			j.tellFinal(at)
		}
	}
}

// tellFinal reports the end of an attack. What still runs of it goes on as an attack of
// its own, with the first of them as the head.
func (j *joining) tellFinal(at *group) {
	m := j.m
	told := at.held.with(j.family(at, at.head))
	m.finals.replace(at.held, told)
	m.tell(told)
	place := slices.Index(m.attacks, at)
	heir := &group{parent: at.head, makers: at.makers}
	for _, c := range at.children {
		w := j.running[c.id]
		switch {
		case c.final || w == nil:
		case heir.head == 0:
			heir.head, heir.onset, heir.slack = c.id, at.onset, at.slack
			w.shown = w.shown.with(family{parent: at.head})
		default:
			heir.children = append(heir.children, c)
		}
	}
	if heir.head == 0 {
		m.attacks = slices.Delete(m.attacks, place, place+1)
		return
	}
	heir.due = max(2*heir.size(), 1)
	m.attacks[place] = heir
	j.own(heir)
	j.relate(heir)
}

// tell has an account reported.
func (m *Monitor) tell(a *account) {
	if m.options.Notify != nil {
		m.pending = append(m.pending, a)
	}
}
