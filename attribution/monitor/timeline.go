package monitor

import (
	"slices"
	"time"
)

// Point is how much came in one interval around a burst, or in a few intervals.
type Point struct {
	Time   time.Time `json:"time"` // its begin
	Events uint64    `json:"events"`

	// Sources is the number of distinct sources; of several intervals the most in one. It is 0
	// where there were events, if it is not known.
	Sources uint64 `json:"sources,omitzero"`
}

const (
	mostPoints   = 240 // of a timeline
	pointsBefore = 120 // intervals before an onset that are remembered
	leastAround  = 10  // intervals before and after a burst that are shown
)

// trail is what came in each interval from some time before a burst on: in those that are no
// longer recent, or in an account in all. It is bounded: cells become longer when there are
// too many. The zero trail knows nothing.
type trail struct {
	from, step int64 // the first interval, and how many are in a cell
	cells      []cell
}

type cell struct{ events, sources uint64 }

// newTrail begins a trail at most so many intervals before an onset, where the watch is known
// to have seen everything.
func (m *Monitor) newTrail(w *watch, onset, now int64) trail {
	return trail{from: max(onset-pointsBefore, w.known, m.began, now-m.lookback+1), step: 1}
}

// add takes an interval. Those between that are never added had no events.
func (t *trail) add(c *counted) {
	if t.step == 0 || c.index < t.from || c.events == 0 {
		return
	}
	t.reach(c.index)
	at := &t.cells[(c.index-t.from)/t.step]
	at.events = addSaturated(at.events, c.events)
	at.sources = max(at.sources, c.sources)
}

// reach makes the trail go on until an interval, with longer cells if need be.
func (t *trail) reach(index int64) {
	for (index-t.from)/t.step >= mostPoints {
		n := 0
		for i := 0; i < len(t.cells); i += 2 {
			both := t.cells[i]
			if i+1 < len(t.cells) {
				next := t.cells[i+1]
				both = cell{addSaturated(both.events, next.events), max(both.sources, next.sources)}
			}
			t.cells[n] = both
			n++
		}
		t.cells, t.step = t.cells[:n], 2*t.step
	}
	if n := int((index-t.from)/t.step) + 1 - len(t.cells); n > 0 {
		t.cells = append(t.cells, make([]cell, n)...)
	}
}

// whole returns the trail with what is recent, as far as it is worth to be shown with the
// burst of a watch. last is the last interval that was seen.
func (t *trail) whole(w *watch, last int64) trail {
	if t.step == 0 {
		return trail{}
	}
	b := w.burst
	around := max(leastAround, b.end-b.onset)
	early := max((b.onset-around-t.from)/t.step, 0)
	all := trail{from: t.from + early*t.step, step: t.step}
	all.cells = slices.Clone(t.cells[min(early, int64(len(t.cells))):])
	last = min(last, b.end-1+around)
	for i := range w.recent {
		if c := &w.recent[i]; c.index <= last {
			all.add(c)
		}
	}
	if last < all.from {
		return trail{}
	}
	all.reach(last)
	all.cells = all.cells[:(last-all.from)/all.step+1]
	return all
}

// points returns the trail in public; nil if it knows nothing.
func (t *trail) points(interval time.Duration) (list []Point) {
	for i, c := range t.cells {
		at := (t.from + int64(i)*t.step) * int64(interval)
		list = append(list, Point{Time: time.Unix(0, at).UTC(), Events: c.events, Sources: c.sources})
	}
	return list
}

func (e *encoder) trail(t *trail) {
	e.int(t.step)
	if t.step == 0 {
		return
	}
	e.int(t.from)
	e.uint(uint64(len(t.cells)))
	for _, c := range t.cells {
		e.uint(c.events, c.sources)
	}
}

// maxStep is more intervals than a cell can have: no burst has more than the numbers of intervals.
const maxStep = 1 << 41

func (d *decoder) trail() (t trail) {
	if t.step = d.Int(maxStep); t.step == 0 {
		return trail{}
	}
	t.from = d.index()
	for range d.count(mostPoints) {
		t.cells = append(t.cells, cell{events: d.Uvarint(), sources: d.Uvarint()})
	}
	return t
}
