package monitor

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/tally"
)

// A burst that is beyond doubt need not wait until its interval closes. So open intervals
// are looked at, too, each time a count has grown by some tenth. A look asks what would be
// said if they closed now. When they close the burst goes on as any other. Until then no other
// is looked for: bursts that begin together may be of one attack, which is one report. And a
// group is not looked for, since its members are put together only then.

const firstLook = 8 // events, fewer are never a strong burst

// quietUntil returns up to how many events no look is due, after one at n events. Looks are
// at 8, 9, 10 and so on, 16, 18, 20 and so on: they must not depend on how a stream is cut.
func quietUntil(n uint64) uint64 {
	shift := max(bits.Len64(n)-4, 0)
	next := (n>>shift + 1) << shift
	return max(next-1, firstLook-1) // all there is, if next is 0 for being too large
}

// expects reports whether a look at so many events can find a burst. There are no more
// sources than events.
func (w *watch) expects(events uint64) bool {
	return w.burst == nil && float64(events) >= min(w.events.Least(), w.sources.Least())
}

// foresee asks for a burst of all traffic, or of the target in a slot, as of a time.
func (m *Monitor) foresee(w *watch, slot int, now int64) {
	if m.foreseen != nil || m.current.index != m.clock.index(m.clock.mark) {
		return
	}
	var events, sources [mostOpen]float64
	n, known := 0, true
	for i := m.clock.closed + 1; i <= m.current.index; i++ {
		count, t := m.inOpen(i, slot)
		if events[n] = float64(count); t != nil {
			sources[n] = t.Distinct().Value
		}
		known = known && (t != nil || count == 0)
		n++
	}
	if w.events.Foresees(events[:n]...) || known && w.sources.Foresees(sources[:n]...) {
		if slot == allTraffic || m.isMostOfGroup(slot) {
			m.ask(w, slot, now)
		}
	}
}

// isMostOfGroup reports whether more than half of what came to the group of a target came to
// this target, in the open intervals. Otherwise the group may be what was hit, which shows
// when they close.
func (m *Monitor) isMostOfGroup(slot int) bool {
	t := m.targets
	group := t.groupSlot(slot)
	if group < 0 {
		return true
	}
	t.relate()
	own, all := uint64(0), uint64(0)
	for i := m.clock.closed + 1; i <= m.current.index; i++ {
		iv := m.open.find(i)
		if iv == nil {
			continue
		}
		for part := range t.parts(iv, group) {
			all = addSaturated(all, part.events)
		}
		if c := iv.targets[slot]; c != nil {
			own = addSaturated(own, c.events)
		}
	}
	return own > all/2
}

// inOpen returns what came in an interval that is open, in all or to the target in a slot.
// The tally is nil if nothing came, or the sources were shed.
func (m *Monitor) inOpen(index int64, slot int) (events uint64, t *tally.Tally) {
	iv := m.open.find(index)
	switch {
	case iv == nil:
		return 0, nil
	case slot == allTraffic:
		return iv.events, iv.whole
	case iv.targets[slot] == nil:
		return 0, nil
	}
	return iv.targets[slot].events, iv.targets[slot].tally
}

const allTraffic = -1 // in place of a slot

// ifClosed returns what a watch would see if an interval closed now, and whether the number
// of sources is known.
func (m *Monitor) ifClosed(index int64, slot int) (c counted, known bool) {
	events, t := m.inOpen(index, slot)
	c = counted{stored: stored{index: index}, events: events}
	if t != nil {
		c.sources = stat.Round(t.Distinct().Value)
		c.stored = m.packer.store(index, t.Snapshot())
	}
	if iv := m.open.find(index); iv != nil && slot != allTraffic && iv.targets[slot] != nil {
		c.lost.add(iv.targets[slot].lost)
	}
	return c, t != nil || events == 0
}

// ask shows the open intervals to a copy of a watch. If that proves a burst, it is reported.
func (m *Monitor) ask(w *watch, slot int, now int64) {
	f := w.fork()
	for i := m.clock.closed + 1; i <= m.current.index; i++ {
		c, known := m.ifClosed(i, slot)
		m.judge(f, c, known, math.MaxInt64)
	}
	b := f.burst
	if b == nil || !f.bursting() {
		return
	}
	b.measure(f, min(f.seen(), m.current.index+1))
	if !m.proves(f) {
		return
	}
	m.lastID++
	b.id, b.now = m.lastID, (now/second+1)*second
	b.lookedAt()
	w.foreseen, w.shown = b, m.take(f)
	m.foreseen, m.changed = w, true
	m.see(slot)
	m.tell(w.shown)
	m.publish()
}

// fork returns a copy of a watch without a burst, to be thrown away.
func (w *watch) fork() *watch {
	f := *w
	f.events, f.sources = w.events.Fork(), w.sources.Fork()
	f.recent = slices.Clone(w.recent)
	return &f
}

// resume makes a burst the one that was found early. It is now reported again, as the part of
// an attack that it is.
func (b *burst) resume(early *burst) { b.id, b.interim, b.held = early.id, early.interim, early.held }

// closeForeseen shows a watch that goes the open intervals, if a burst was found in them.
func (m *Monitor) closeForeseen(w *watch, slot int) {
	if w.foreseen == nil {
		return
	}
	for i := m.clock.closed + 1; w.foreseen != nil; i++ {
		c, known := m.ifClosed(i, slot)
		m.follow(w, c, known)
		m.announce(w, slot)
	}
	m.join()
}

// watchOf returns the watch of the target in a slot, when so many targets were evicted.
func (m *Monitor) watchOf(slot int, evictions uint64) *watch {
	if w := m.targets.watches[slot]; w != nil {
		w.catchUp(m.clock.closed + 1)
		return w
	}
	return m.introduce(slot, m.clock.closed+1, m.targets.bound(slot), evictions)
}

const second = int64(time.Second)

// until returns the end of a burst in Unix nanoseconds. Of an interval that is open it is the
// end of the second, since most records have no finer time.
func (b *burst) until(o Options) int64 {
	end := b.end * int64(o.Interval)
	if b.now != 0 {
		end = min(end, b.now)
	}
	return end
}
