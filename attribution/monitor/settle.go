package monitor

import (
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
)

// settle takes an interval that is no longer recent: it is part of a burst, or of
// the past, or lies at the edge of a burst.
func (m *Monitor) settle(w *watch, c counted) {
	if c.isEmpty() {
		return
	}
	b := w.burst
	if b == nil || c.index < b.onset-1 {
		if !w.inLast(c.index) {
			w.usual.add(c.stored, m.retained.most/2, m.newTally)
		}
		return
	}
	switch {
	case c.index < b.onset:
		b.before.take(c.stored)
	case c.index == b.onset:
		b.first.take(c.stored)
	case c.index < w.quietSince():
		m.gather(b)
		b.settled = m.grown(b.settled, c.stored)
	default:
		if b.fading == nil {
			b.fadingFrom = c.index
		}
		b.fading = m.grown(b.fading, c.stored)
	}
}

// settleLate takes lost records of an interval that has settled before.
func (m *Monitor) settleLate(w *watch, late stored) {
	b := w.burst
	if b == nil || late.index < b.onset-1 {
		return // the past is who came, not who was lost
	}
	switch {
	case late.index < b.onset:
		b.before.take(late)
	case late.index == b.onset:
		b.first.take(late)
	case b.fading != nil && late.index >= b.fadingFrom:
		late.addTo(b.fading)
	default:
		b.settled = m.grown(b.settled, late)
	}
}

// grown adds what is stored to a tally, which may be nil.
func (m *Monitor) grown(t *tally.Tally, s stored) *tally.Tally {
	if t == nil {
		t = m.newTally()
	}
	s.addTo(t)
	return t
}

// gather makes what was fading part of the burst.
func (m *Monitor) gather(b *burst) {
	switch {
	case b.fading == nil:
	case b.settled == nil:
		b.settled = b.fading
	default:
		merge(b.settled, b.fading.Rotate(nil))
	}
	b.fading = nil
}

// gathered returns all of the burst that has settled, and leaves it as it is.
func (m *Monitor) gathered(b *burst) *snapshot.State {
	switch {
	case b.settled == nil && b.fading == nil:
		return new(snapshot.State)
	case b.fading == nil:
		return b.settled.Snapshot()
	case b.settled == nil:
		return b.fading.Snapshot()
	}
	all := m.newTally()
	merge(all, b.settled.Snapshot())
	merge(all, b.fading.Snapshot())
	return all.Rotate(nil)
}

// finish ends the burst of a watch.
func (m *Monitor) finish(w *watch) {
	b := w.burst
	m.endSettled(w)
	if b.final, b.interim = true, 0; b.id != 0 {
		m.show(w)
	}
	w.lastOnset, w.lastEnd = b.onset, b.end
	m.changed = m.changed || w.shown != nil
	w.burst, w.shown = nil, nil
}

// endSettled decides whether what was fading is part of the burst, whichever is less
// wrong. Mostly the end of the burst is where fading began.
func (m *Monitor) endSettled(w *watch) {
	b := w.burst
	if b.fading == nil {
		return
	}
	settled := w.events.Next() - m.lookback
	if inside := b.end - b.fadingFrom; 2*inside > settled-b.fadingFrom {
		m.gather(b)
	} else if inside > 0 {
		b.incomplete = true
	}
	b.fading = nil
}

// forsake ends the burst of a watch whose target is no longer tracked.
func (m *Monitor) forsake(w *watch) {
	if w.burst != nil {
		w.burst.evicted = true
		m.breakOff(w)
	}
}

// breakOff ends the burst of a watch that sees no more of it.
func (m *Monitor) breakOff(w *watch) {
	if w.burst != nil {
		w.burst.uncertain = true
		m.finish(w)
	}
}

func (m *Monitor) newTally() *tally.Tally { return tally.New(m.table, m.counting) }
