package monitor

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
)

// piece is what came in some intervals in a row, the first of which is its index, and
// which the burst that runs may have ended before. It is one interval, or up to a cell
// of a series where the end is looked for in cells.
type piece struct {
	stored
	volume
	to int64 // interval after its last
}

// settle takes an interval that is no longer recent: it is part of a burst, or of
// the past, or lies at the edge of a burst.
func (m *Monitor) settle(w *watch, c counted) {
	if c.isEmpty() {
		return
	}
	b := w.burst
	if b != nil {
		b.trail.add(&c)
	}
	switch {
	case b == nil || c.index < b.onset-1:
		m.pass(w, c.stored)
	case c.index < b.onset:
		b.before.take(c.stored)
	case c.index == b.onset:
		b.first.take(c.stored)
		b.settledVolume.join(c.volume())
	default:
		b.pieces = append(b.pieces, piece{stored: c.stored, volume: c.volume(), to: c.index + 1})
	}
}

// pass makes what came the past, unless the burst before sent it.
func (m *Monitor) pass(w *watch, s stored) {
	if s.data != nil && !w.inLast(s.index) {
		w.usual.add(s, m.packer.unpack(s), w.since(w.usual.arrivals.last, s.index), m.retained.most/2, m.newTally)
	}
}

// settleLate takes lost records of an interval that has settled before.
func (m *Monitor) settleLate(w *watch, late stored) {
	b := w.burst
	switch {
	case b == nil || late.index < b.onset-1: // the past is who came, not who was lost
	case late.index < b.onset:
		b.before.take(late)
	case late.index == b.onset:
		b.first.take(late)
	case late.index < b.settledTo:
		b.settled = m.grown(b.settled, late)
	default:
		at, _ := slices.BinarySearchFunc(b.pieces, late.index, func(p piece, index int64) int {
			return cmp.Compare(p.to-1, index)
		})
		if at < len(b.pieces) && b.pieces[at].index <= late.index {
			b.pieces[at].lost.add(late.lost)
			return
		}
		b.pieces = slices.Insert(b.pieces, at, piece{stored: late, to: late.index + 1})
	}
}

// harden settles the pieces that are surely of the burst. It joins those of one cell where
// the end can no longer lie within it.
func (m *Monitor) harden(w *watch) {
	b := w.burst
	until, step := w.surely()
	n := 0
	for n < len(b.pieces) && b.pieces[n].to <= until {
		p := &b.pieces[n]
		b.settled = m.grown(b.settled, p.stored)
		b.settledVolume.join(p.volume)
		n++
	}
	b.pieces = slices.Delete(b.pieces, 0, n)
	b.settledTo = max(b.settledTo, until)
	old := w.events.Next() - detect.Reach(m.options.Interval)
	for n := 1; step > 1 && n < len(b.pieces) && b.pieces[n].to <= old; {
		p, next := &b.pieces[n-1], &b.pieces[n]
		if p.index/step != next.index/step {
			n++
			continue
		}
		p.stored = m.packer.store(p.index, merged(m.counting, p.stored, next.stored))
		p.join(next.volume)
		p.to = next.to
		b.pieces = slices.Delete(b.pieces, n, n+1)
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

// gathered returns what has settled of the burst before an end, without its first
// interval, and leaves it as it is.
func (m *Monitor) gathered(b *burst, end int64) *snapshot.State {
	if len(b.pieces) == 0 || b.pieces[0].index >= end {
		if b.settled == nil {
			return new(snapshot.State)
		}
		return b.settled.Snapshot()
	}
	all := m.newTally()
	if b.settled != nil {
		merge(all, b.settled.Snapshot())
	}
	for i := range b.pieces {
		if p := &b.pieces[i]; p.index < end {
			p.addTo(all)
		}
	}
	return all.Rotate(nil)
}

// finish ends the burst of a watch. What came after its end is the past.
func (m *Monitor) finish(w *watch, end int64) {
	b := w.burst
	b.measure(w, end)
	if b.final, b.interim = true, 0; b.id != 0 {
		m.show(w)
	}
	w.lastOnset, w.lastEnd = b.onset, b.end
	m.changed = m.changed || w.shown != nil
	w.burst, w.shown = nil, nil
	for _, p := range b.pieces {
		m.pass(w, p.stored)
	}
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
	if b := w.burst; b != nil {
		b.uncertain = true
		m.finish(w, b.end)
	}
}

func (m *Monitor) newTally() *tally.Tally { return tally.New(m.table, m.counting) }
