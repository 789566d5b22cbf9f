package monitor

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/tally"
)

// shedOpen looks at what the target tallies of open intervals hold. If that is too
// much, it drops a quarter, those of the least active targets, so that it need not
// look again soon.
func (t *targets) shedOpen(open openIntervals) {
	held := 0
	for _, iv := range open {
		for _, c := range iv.targets {
			if c != nil {
				held += size(c.tally)
			}
		}
	}
	if held > t.memory-block.Size*recordMemory {
		held = t.shedLightest(open, held, t.memory/4*3)
	}
	t.records = max((t.memory-held)/recordMemory, block.Size)
}

// shedLightest drops target tallies until no more than most bytes are held.
func (t *targets) shedLightest(open openIntervals, held, most int) (left int) {
	for _, slot := range t.lightestFirst() {
		if held <= most {
			break
		}
		for _, iv := range open {
			if c := iv.targets[slot]; c != nil && c.tally != nil {
				held -= size(c.tally)
				c.lost.add(lostOf(c.tally))
				c.tally = nil
				t.sheds++
			}
		}
	}
	return held
}

// lightestFirst returns the slots in the order of what their targets weigh, by
// events and by sources.
func (t *targets) lightestFirst() []int {
	share := make([]float64, len(t.watches))
	var slots []int
	for it, total := range t.all() {
		byEvents := float64(it.Most.Events) / float64(total.Events+1)
		bySources := float64(it.Most.Sources) / float64(total.Sources+1)
		share[it.Slot] = byEvents + bySources
		slots = append(slots, it.Slot)
	}
	slices.SortStableFunc(slots, func(a, b int) int { return cmp.Compare(share[a], share[b]) })
	return slots
}

// shedUsual forgets who usually sends to targets, while all of it is too much. It
// begins with the target that has most of it.
func (t *targets) shedUsual() {
	for t.holds.usual > t.memory {
		var most *watch
		for _, w := range t.watches {
			if w != nil && (most == nil || w.usual.memory() > most.usual.memory()) {
				most = w
			}
		}
		most.usual = usual{}
		t.weighWatch(most)
		t.sheds++
	}
}

// holding is how many bytes are held about usual sources, and about those of closed intervals.
type holding struct{ usual, closed int }

// weighWatch notes how much a watch holds.
func (t *targets) weighWatch(w *watch) { t.hold(w, holding{w.usual.memory(), w.memory()}) }

func (t *targets) hold(w *watch, now holding) {
	t.holds.usual += now.usual - w.holds.usual
	t.holds.closed += now.closed - w.holds.closed
	w.holds = now
}

// memory returns about how many bytes w holds about recent sources, and about those
// of a running burst.
func (w *watch) memory() (n int) {
	for _, c := range w.recent {
		n += len(c.data)
	}
	if b := w.burst; b != nil {
		n += size(b.settled)
		for i := range b.pieces {
			n += len(b.pieces[i].data)
		}
	}
	if w.shown != nil {
		n += w.shown.size()
	}
	return n
}

// shed forgets these sources, but not how many there were. Their records are lost.
func (w *watch) shed() {
	if w.burst != nil {
		w.burst = w.burst.shed()
	}
	w.recent = shedAll(w.recent)
	if a := w.shown; a != nil {
		// An account never changes: readers may hold the old one.
		w.shown = &account{
			burst: *a.burst.shed(), recent: shedAll(a.recent), settled: a.settled.shed(), before: a.before,
			known: a.known, family: a.family, made: new(made),
		}
	}
}

func (b burst) shed() *burst {
	b.settled = emptied(b.settled)
	b.pieces = slices.Clone(b.pieces)
	for i := range b.pieces {
		p := &b.pieces[i]
		p.stored = p.stored.shed()
		p.unknown = p.unknown || p.events > 0
	}
	b.before, b.first = b.before.shed(), b.first.shed()
	b.incomplete = true
	return &b
}

// emptied returns a tally that has lost the records of another one, which may be nil.
func emptied(t *tally.Tally) *tally.Tally {
	if t == nil {
		return nil
	}
	e := tally.New(t.Table(), t.Options())
	loseIn(e, lostOf(t))
	return e
}

// lostOf returns what is lost with a tally.
func lostOf(t *tally.Tally) lost {
	l := lost(t.Lost())
	l.of(attribution.LostShed, t.Records())
	return l
}

// shedAll returns a copy.
func shedAll(recent []counted) []counted {
	without := make([]counted, len(recent))
	for i, c := range recent {
		c.stored = c.stored.shed()
		without[i] = c
	}
	return without
}

// shedClosed forgets the sources of closed intervals, while all of them are too much.
// It begins with the least active targets.
func (t *targets) shedClosed() {
	if t.holds.closed <= t.memory {
		return
	}
	for _, slot := range t.lightestFirst() {
		if t.holds.closed <= t.memory/4*3 {
			break
		}
		if w := t.watches[slot]; w != nil {
			w.shed()
			t.weighWatch(w)
			t.sheds++
		}
	}
}
