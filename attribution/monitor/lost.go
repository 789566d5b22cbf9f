package monitor

import (
	"cmp"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
)

// Records that are in no count are part of every snapshot and every verdict, since they
// may be of any country. They count where they belong: in the interval of their time if
// they have one that can be right, else in the present one; in all traffic, and for their target if it is
// tracked.

// lost counts records that are in no count, by the reason why.
type lost [snapshot.Losses]uint64

func (l *lost) add(other lost) {
	for reason, n := range other {
		l[reason] = addSaturated(l[reason], n)
	}
}

// of counts records that were lost for one reason.
func (l *lost) of(reason attribution.Loss, records uint64) {
	l[reason] = addSaturated(l[reason], records)
}

// loseIn adds lost records to a tally.
func loseIn(t *tally.Tally, l lost) {
	for reason, n := range l {
		t.AddLost(reason, n)
	}
}

// misdated is what waits until its time is confirmed: it is in no count yet.
func misdated(waiting uint64) (s stored) {
	s.lost.of(attribution.LostMisdated, waiting)
	return s
}

// waiting counts the events that were set aside since a time and are still, of a target or
// of those in a group; the zero Target stands for all.
func (c *clock) waiting(target Target, since int64) (n uint64) {
	for i := range c.held {
		if h := &c.held[i]; h.came >= since && (target.IsZero() || target.holds(h.Target)) {
			n++
		}
	}
	return n
}

// drop notes a record that is not counted, and adds it to one of the counters.
func (m *Monitor) drop(e *Event, reason attribution.Loss, counter *uint64) {
	*counter++
	m.stats.Records++
	var l lost
	l.of(reason, 1)
	ns, dated := nanoseconds(e.Time)
	if !m.clock.started {
		m.early.add(l)
		return
	}
	if index := m.clock.index(ns); dated && m.misses(ns) {
		m.clock.lates++
		m.dropLate(e, stored{index: index, lost: l})
		return
	}
	iv := m.openAt(m.clock.index(m.clock.mark))
	loseIn(iv.whole, l)
	if slot := m.countedIn(e.Target); slot >= 0 {
		iv.target(slot, m).lost.add(l)
	}
}

// misses reports whether a record belongs to the interval of its time, which has closed. It
// belongs to the present if it is that old that nothing is known of its time, or if it is
// off as others are that were dated in another zone.
func (m *Monitor) misses(ns int64) bool {
	c := &m.clock
	index := c.index(ns)
	return index <= c.closed && index > c.closed-m.retained.most && !c.offsets.matches(time.Duration(ns-c.mark))
}

// dropLate notes a record of an interval that has closed.
func (m *Monitor) dropLate(e *Event, late stored) {
	m.retained.lose(m.clock.closed, late)
	m.lateIn(m.whole, late)
	for _, slot := range []int{m.slotOf(e.Target), m.slotOfGroup(e.Target)} {
		if slot >= 0 && m.targets.watches[slot] != nil {
			m.lateIn(m.targets.watches[slot], late)
			m.see(slot)
		}
	}
}

// lateIn adds lost records to a closed interval as a watch remembers it.
func (m *Monitor) lateIn(w *watch, late stored) {
	if late.index <= m.clock.closed-m.lookback {
		m.settleLate(w, late)
		return
	}
	at, found := slices.BinarySearchFunc(w.recent, late.index, func(c counted, index int64) int {
		return cmp.Compare(c.index, index)
	})
	if found {
		w.recent[at].take(late)
		return
	}
	w.recent = slices.Insert(w.recent, at, counted{stored: late})
}
