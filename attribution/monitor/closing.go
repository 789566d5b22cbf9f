package monitor

import (
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// closing is what came to a target in an interval that closes.
type closing struct {
	counted
	whole  bool            // the number of sources is known
	state  *snapshot.State // nil: there is none
	beside lost            // records that are not in the state
}

func (c *closing) isQuiet() bool { return c.whole && c.events == 0 && c.isEmpty() }

// closeTargets shows an interval to the watches of targets; nil stands for one without
// events. Those of groups come last, since they need their members. But their bursts are
// reported first: a member may be part of one.
func (m *Monitor) closeTargets(index int64, iv *interval) {
	t := m.targets
	t.relate()
	m.introduceAll(index)
	for slot, w := range t.watches {
		if w == nil {
			continue
		}
		c := &t.closing[slot]
		*c = closing{counted: counted{stored: stored{index: index}}, whole: true}
		if iv != nil {
			m.closeTarget(c, iv, slot)
		}
		m.follow(w, c.counted, c.whole)
		t.noteShares(slot, index)
	}
	for i := range t.watches {
		slot := (i + t.single) % len(t.watches)
		if w := t.watches[slot]; w != nil {
			m.announce(w, slot)
		}
		t.closing[slot] = closing{} // keep nothing in memory
	}
	t.shedUsual()
	t.shedClosed()
}

// introduceAll makes the watches of targets that are tracked since the last interval closed.
func (m *Monitor) introduceAll(index int64) {
	t := m.targets
	bounds := t.bounds()
	for slot, target := range t.tracked {
		if target.IsZero() || t.watches[slot] != nil {
			continue
		}
		m.introduce(slot, index, bounds[slot], t.heavies()[slot/t.single].Evictions())
	}
}

// introduce makes the watch of the target in a slot, which sees intervals from an index on.
// Before, so many targets were evicted, and it weighed no more than bound.
func (m *Monitor) introduce(slot int, index int64, bound sketch.Weight, evictions uint64) *watch {
	t := m.targets
	w := newWatch(t.tracked[slot], m.options)
	w.introduce(index, index-m.began, bound, evictions == 0) // every target since it came first
	t.watches[slot] = w
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
		c.events, c.beside, c.whole, all = own.events, own.lost, own.tally != nil, own.tally
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
		c.whole = c.whole && part.whole
		if part.state != nil {
			if all == nil {
				all = tally.New(iv.table, m.counting)
			}
			merge(all, part.state)
		}
	}
	if all != nil {
		if c.whole {
			c.sources = stat.Round(all.Distinct().Value)
		}
		c.state = iv.mark(all).Rotate(nil)
		c.stored = m.packer.store(c.index, c.state)
	}
	c.lost.add(c.beside)
}
