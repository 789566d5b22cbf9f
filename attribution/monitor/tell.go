package monitor

import (
	"slices"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
)

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
			at.due = at.nextDue()
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
	heir.due = heir.nextDue()
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
