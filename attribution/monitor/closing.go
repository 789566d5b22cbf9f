package monitor

import (
	"slices"

	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// closing is what came to a target in an interval that closes.
type closing struct {
	counted
	shed   bool            // the number of sources is not known
	state  *snapshot.State // nil: there is none
	beside lost            // records that are not in the state
}

func (c *closing) isQuiet() bool { return !c.shed && c.events == 0 && c.isEmpty() }

// closeTargets shows an interval to the watches of targets; nil stands for one without
// events. Those of groups come last, since they need their members. But their bursts are
// reported first: a member may be part of one.
func (m *Monitor) closeTargets(index int64, iv *interval) {
	t := m.targets
	t.relate()
	m.introduceAll(index)
	if iv != nil {
		t.meet(iv)
	}
	t.due.find(index)
	for _, slot := range t.due.slots {
		w, c := t.watches[slot], &t.closing[slot]
		c.index = index
		if iv != nil {
			m.closeTarget(c, iv, slot)
		}
		m.follow(w, c.counted, !c.shed)
		t.noteShares(slot, index)
	}
	members, _ := slices.BinarySearch(t.due.slots, t.single)
	for _, slots := range [][]int{t.due.slots[members:], t.due.slots[:members]} {
		for _, slot := range slots {
			m.announce(t.watches[slot], slot)
		}
	}
	for _, slot := range t.due.slots {
		t.closing[slot] = closing{} // keep nothing in memory
		m.plan(slot, index)
	}
	t.shedUsual()
	t.shedClosed()
	if iv != nil {
		m.emptyTargets(iv)
	}
}

// introduceAll makes the watches of targets that are tracked since the last interval closed.
func (m *Monitor) introduceAll(index int64) {
	t := m.targets
	if !t.unwatched {
		return
	}
	t.unwatched = false
	for i, h := range t.heavies() {
		for it := range h.All() {
			if slot := i*t.single + it.Slot; t.watches[slot] == nil {
				m.introduce(slot, index, unseen(it), h.Evictions())
			}
		}
	}
}

// introduce makes the watch of the target in a slot, which sees intervals from an index on.
// Before, so many targets were evicted, and it weighed no more than bound.
func (m *Monitor) introduce(slot int, index int64, bound sketch.Weight, evictions uint64) *watch {
	t := m.targets
	w := newWatch(t.tracked[slot], m.options)
	w.introduce(index, index-m.began, bound, evictions == 0) // every target since it came first
	t.watches[slot] = w
	t.due.set(slot, index)
	return w
}

// closeTarget stores what came to the target in a slot, in the interval of c. What came to a
// group is the union of what came to its tracked members and to the others. It is shared
// with a member that got all of it.
func (m *Monitor) closeTarget(c *closing, iv *interval, slot int) {
	t := m.targets
	var all *tally.Tally
	own := iv.targets[slot]
	if own != nil {
		c.events, c.beside, c.shed, all = own.events, own.lost, own.tally == nil, own.tally
	}
	var only *closing
	parts := 0
	for member := range t.membersOf(slot) {
		if part := &t.closing[member]; !part.isQuiet() {
			parts++
			only = part
		}
	}
	if own == nil && parts == 1 {
		*c = *only
		return
	}
	for member := range t.membersOf(slot) {
		part := &t.closing[member]
		c.events = addSaturated(c.events, part.events)
		c.beside.add(part.beside)
		c.shed = c.shed || part.shed
		if part.state != nil {
			if all == nil {
				all = m.emptyTally(iv.table)
			}
			merge(all, part.state)
		}
	}
	if all != nil {
		if !c.shed {
			c.sources = stat.Round(all.Distinct().Value)
		}
		c.state = iv.mark(all).Rotate(nil)
		c.stored = m.packer.store(c.index, c.state)
		if own == nil {
			m.useAgain(all)
		}
	}
	c.lost.add(c.beside)
}
