package monitor

import "slices"

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
		if other.catchesUp(at) {
			into = other
			break
		}
		if other.stamp == j.shared.stamps && (into == nil || other.hits > into.hits) {
			into = other
		}
	}
	switch {
	case into == nil, !into.catchesUp(at) && !inCommon(at.makers, into.makers):
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
