package monitor

import "math"

// Most targets get nothing in most intervals. A watch that sees nothing, and whose series say
// that zeros do not matter, is passed over when an interval closes, and told of the zeros when
// it is seen again. So closing takes time for the targets that get something, that did a short
// while ago, or that have a burst. What is found is the same.

const never = math.MaxInt64

// due says when watches must see the interval that closes, whatever came in it.
type due struct {
	at    []int64 // by slot, the first such interval; never: there is no watch
	least []int64 // of each row of slots
	slots []int   // that see the interval which closes, in their order
}

const dueRow = 32 // slots

func newDue(slots int) due {
	d := due{at: make([]int64, slots), least: make([]int64, (slots+dueRow-1)/dueRow)}
	for _, all := range [][]int64{d.at, d.least} {
		for i := range all {
			all[i] = never
		}
	}
	return d
}

// set makes a slot due in an interval, if it was not before.
func (d *due) set(slot int, index int64) {
	d.at[slot] = min(d.at[slot], index)
	row := &d.least[slot/dueRow]
	*row = min(*row, index)
}

// find finds the slots that must see an interval. They are due no more.
func (d *due) find(index int64) {
	d.slots = d.slots[:0]
	for row, least := range d.least {
		if least > index {
			continue
		}
		least = never
		for slot := row * dueRow; slot < min((row+1)*dueRow, len(d.at)); slot++ {
			if d.at[slot] <= index {
				d.slots = append(d.slots, slot)
				d.at[slot] = never
			}
			least = min(least, d.at[slot])
		}
		d.least[row] = least
	}
}

// meet makes due who gets something in an interval that closes, and its group.
func (t *targets) meet(iv *interval) {
	for _, slot := range iv.hit {
		if iv.targets[slot] == nil {
			continue // it changed hands
		}
		t.due.set(slot, iv.index)
		if group := t.groupSlot(slot); slot < t.single && group >= 0 {
			t.due.set(group, iv.index)
		}
	}
}

// plan decides when a watch that has seen an interval must see one again. While its target is
// a group with a burst, all members see each interval: it is said how much comes to them.
func (m *Monitor) plan(slot int, index int64) {
	t := m.targets
	w := t.watches[slot]
	next := min(w.events.Awaits(), w.sources.Awaits())
	if len(w.recent) > 0 {
		next = min(next, w.recent[0].index+m.lookback)
	}
	if w.burst != nil || w.foreseen != nil {
		next = index + 1
	}
	if next != never {
		t.due.set(slot, max(next, index+1))
	}
	if w.burst != nil {
		for member := range t.membersOf(slot) {
			t.due.set(member, index+1)
		}
	}
	t.weighWatch(w)
}

// see makes the watch in a slot see the next interval that closes.
func (m *Monitor) see(slot int) {
	if slot >= 0 {
		m.targets.due.set(slot, 0)
	}
}

// unwatch forgets the watch in a slot.
func (t *targets) unwatch(slot int) {
	t.hold(t.watches[slot], holding{})
	t.watches[slot], t.due.at[slot] = nil, never
}

// catchUp tells a watch of the intervals before one in which nothing came.
func (w *watch) catchUp(before int64) {
	from := w.told + 1
	if from >= before || w.told == 0 {
		return
	}
	w.told = before - 1
	w.expected = w.events.Silence(from, before).Baseline
	w.sources.Silence(from, before)
}

// catchUpAll tells all watches of the intervals that have closed. What comes next follows
// after an interval.
func (m *Monitor) catchUpAll(after int64) {
	for w := range m.watches() {
		w.catchUp(m.clock.closed + 1)
		w.told = max(w.told, after)
	}
	if t := m.targets; t != nil {
		for slot, w := range t.watches {
			if w != nil {
				t.due.set(slot, after+1)
			}
		}
	}
}
