package monitor

import "github.com/whence-go/whence/attribution"

// memory returns about how many bytes w holds about recent sources, and about those
// of a running burst.
func (w *watch) memory() (n int) {
	for _, c := range w.recent {
		n += len(c.data)
	}
	if b := w.burst; b != nil {
		for _, t := range []*attribution.Tally{b.settled, b.fading} {
			if t != nil {
				n += t.Memory()
			}
		}
	}
	if w.shown != nil {
		n += w.shown.size()
	}
	return n
}

// shed forgets these sources, but not how many there were.
func (w *watch) shed() {
	if b := w.burst; b != nil {
		w.burst = b.withoutSources()
	}
	w.recent = withoutSources(w.recent)
	if a := w.shown; a != nil {
		// An account never changes: readers may hold the old one.
		w.shown = &account{burst: *a.burst.withoutSources(), recent: withoutSources(a.recent)}
	}
}

func (b burst) withoutSources() *burst {
	b.settled, b.fading, b.before.data, b.first.data = nil, nil, nil, nil
	b.incomplete = true
	return &b
}

// withoutSources returns a copy.
func withoutSources(recent []counted) []counted {
	without := make([]counted, len(recent))
	for i, c := range recent {
		c.data = nil
		without[i] = c
	}
	return without
}

// shedClosed forgets the sources of closed intervals, while all of them are too much.
// It begins with the least active targets.
func (t *targets) shedClosed() {
	held := 0
	for _, w := range t.watches {
		if w != nil {
			held += w.memory()
		}
	}
	if held <= t.memory {
		return
	}
	for _, slot := range t.lightestFirst() {
		if held <= t.memory/4*3 {
			break
		}
		if w := t.watches[slot]; w != nil {
			held -= w.memory()
			w.shed()
			held += w.memory()
			t.sheds++
		}
	}
}
