package monitor

import (
	"iter"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/sketch"
)

// A group is counted in two parts. What comes to members that are tracked is in their
// tallies, and joins the group when an interval closes. Only what comes to the others is
// counted in a tally of the group. So an event goes into one tally beside that of all
// traffic, and a group with one busy member takes no memory of its own for what came.

// grouped is the part of a batch that groups need, of the events that have a valid source and
// a target that is in a group or is one.
type grouped struct {
	inGroups                          int // number of events
	groupAt                           [block.Size]uint8
	groups, groupSources, groupCounts [block.Size]uint64
	groupSlots                        [block.Size]sketch.Place
	strayGroups                       [block.Size]uint64 // of the events without a valid source; 0: none
}

// put adds event number i.
func (g *grouped) put(i int, group, events uint64) {
	n := g.inGroups
	g.groupAt[n], g.groups[n], g.groupCounts[n] = uint8(i), group, events
	g.inGroups++
}

// addGroups tells the heavy hitters the events from number i to number end, and returns
// which events in groups these are.
func (g *grouped) addGroups(t *targets, i, end int) (first, last int) {
	if t.groups == nil {
		return 0, 0
	}
	first, last = from(g.groupAt[:g.inGroups], i), from(g.groupAt[:g.inGroups], end)
	t.groups.AddBatch(
		g.groupSlots[first:last], g.groups[first:last], g.groupSources[first:last], g.groupCounts[first:last])
	return first, last
}

// straySlot returns the slot in which a record without a valid source counts.
func (t *targets) straySlot(p *batch, stray int) int32 {
	if slot := p.straySlots[stray]; slot >= 0 {
		return slot
	}
	return int32(t.lookup(p.strayGroups[stray]))
}

// counted returns the group that an event with a target counts for: its group, or itself.
func (g Groups) counted(t Target) Target {
	if t.wide != 0 {
		return t
	}
	return g.Of(t)
}

// holds reports whether what comes to another target counts for t.
func (t Target) holds(other Target) bool {
	return t == other || t.wide != 0 && t.Group().Of(other) == t
}

// delegate notes the group of a target that gets a slot, or that a group gets it.
func (t *targets) delegate(slot int, target *Target, m *Monitor) {
	if slot >= t.single {
		delete(t.slotOf, t.groupOf[slot])
	}
	t.related = false
	t.groupOf[slot], _ = m.options.Groups.hash(target, &m.counting.Key)
	if slot >= t.single {
		t.slotOf[t.groupOf[slot]] = slot
	}
}

// lookup returns the slot of a group by its hash, or a negative number.
func (t *targets) lookup(group uint64) int {
	if slot, found := t.slotOf[group]; found && group != 0 {
		return slot
	}
	return sketch.Untracked
}

// slotOf returns the slot of a target, or a negative number if it is not tracked.
func (m *Monitor) slotOf(t Target) int {
	switch {
	case m.targets == nil || t.IsZero():
		return sketch.Untracked
	case t.wide != 0 && m.targets.groups != nil:
		return m.targets.lookup(t.hash(&m.counting.Key))
	}
	return m.targets.heavy.Lookup(t.hash(&m.counting.Key))
}

// slotOfGroup returns the slot of the group that a target is in, or a negative number.
func (m *Monitor) slotOfGroup(t Target) int {
	return m.slotOf(m.options.Groups.Of(t))
}

// countedIn returns the slot in which the events of a target are counted: its own, or that
// of its group if it has none.
func (m *Monitor) countedIn(t Target) int {
	if slot := m.slotOf(t); slot >= 0 {
		return slot
	}
	return m.slotOfGroup(t)
}

// groupSlot returns the slot of the group that the target in a slot is in, or a negative
// number.
func (t *targets) groupSlot(slot int) int {
	return t.lookup(t.groupOf[slot])
}

// leaveGroup gives what came to a target in open intervals to its group. The target loses
// its slot.
func (m *Monitor) leaveGroup(slot int) {
	t := m.targets
	group := t.groupSlot(slot)
	if group < 0 || t.tracked[slot].IsZero() {
		return
	}
	for _, iv := range m.open {
		c := iv.targets[slot]
		if c == nil {
			continue
		}
		to := iv.target(group, m)
		to.events = addSaturated(to.events, c.events)
		to.lost.add(c.lost)
		switch {
		case c.tally == nil:
		case to.tally == nil:
			to.lost.add(lostOf(c.tally))
		default:
			merge(to.tally, c.tally.Rotate(nil))
		}
	}
	if w := t.watches[group]; w != nil && w.burst != nil {
		w.burst.forget(slot)
	}
}

// relation says which tracked targets are in which tracked groups. It is found anew when it
// is needed.
type relation struct {
	related bool
	first   []int32 // by slot of a group, without those before: its first member's slot; negative: none
	next    []int32 // by slot of a member: that of the next
}

// relate finds the members of all groups.
func (t *targets) relate() {
	if t.groups == nil || t.related {
		return
	}
	t.related = true
	if t.first == nil {
		t.first, t.next = make([]int32, t.single), make([]int32, t.single)
	}
	for i := range t.first {
		t.first[i] = sketch.Untracked
	}
	for slot := t.single - 1; slot >= 0; slot-- {
		if group := t.groupSlot(slot); group >= 0 && !t.tracked[slot].IsZero() {
			t.next[slot] = t.first[group-t.single]
			t.first[group-t.single] = int32(slot)
		}
	}
}

// membersOf yields the slots of the tracked members of a group. There are none of a single
// target. relate was called.
func (t *targets) membersOf(slot int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if slot < t.single {
			return
		}
		for at := t.first[slot-t.single]; at >= 0 && yield(int(at)); {
			at = t.next[at]
		}
	}
}

// parts yields what is counted of a target in an open interval: of a group, what came to its
// members apart. relate was called.
func (t *targets) parts(iv *interval, slot int) iter.Seq[*targetCount] {
	return func(yield func(*targetCount) bool) {
		if c := iv.targets[slot]; c != nil && !yield(c) {
			return
		}
		for member := range t.membersOf(slot) {
			if c := iv.targets[member]; c != nil && !yield(c) {
				return
			}
		}
	}
}
