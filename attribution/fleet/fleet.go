package fleet

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/sketch"
)

// Fleet keeps the newest snapshot of each place, and merges them when it is asked. Any number
// of goroutines may use it at once. Make one with [New]; a Fleet must not be copied.
//
// What it answers depends on the envelopes that it took, and on nothing else: not on their
// order, not on how often each came, not on who sent them first.
type Fleet struct {
	options Options

	mu      sync.Mutex
	windows map[int64]*window // by number: begin divided by length
	now     int64             // number of the present window; -1: nobody said
	stats   Stats
}

// Stats counts what came.
type Stats struct {
	Taken     uint64 `json:"taken"`      // envelopes that filled a place, or replaced what was there
	Stale     uint64 `json:"stale"`      // the same or newer was there
	Late      uint64 `json:"late"`       // of a window that is no longer kept
	Early     uint64 `json:"early"`      // of a window that has not begun
	Refused   uint64 `json:"refused"`    // did not fit, came from an unknown node, or contradicted another
	Dropped   uint64 `json:"dropped"`    // windows that went early to stay within Options.MaxBytes
	Windows   int    `json:"windows"`    // that are kept
	Slots     int    `json:"slots"`      // places that are filled
	SlotBytes int64  `json:"slot_bytes"` // memory of these, about
}

// New returns a Fleet without envelopes. Its error is that of [Options.Validate].
func New(o Options) (*Fleet, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &Fleet{options: o.filled(), windows: map[int64]*window{}, now: -1}, nil
}

// Put takes an envelope and reports whether it is new: it fills a place, or has a higher
// sequence than what was there. The same one again is not new, and no error, so that a sender
// may repeat what it is not sure of.
//
// An error changes nothing. The same envelope may be taken later if the error wraps [ErrEarly] or
// [ErrFull], see [Result.Again]. Repeating is of no use if it wraps [ErrInvalidEnvelope],
// [attribution.ErrMismatch] if the snapshot cannot be merged with the others (the error names
// both sides), [ErrUnknownNode], [ErrLate], or [ErrConflict] if the same place and sequence has
// other contents.
func (f *Fleet) Put(e Envelope) (fresh bool, err error) {
	packed, err := e.Pack()
	if err == nil {
		err = f.fits(&e)
	}
	if err == nil {
		fresh, err = f.put(&e, packed)
	} else {
		f.refuse()
	}
	if err != nil {
		return false, fmt.Errorf("fleet: %s, sequence %d: %w", e.Node, e.Sequence, err)
	}
	return fresh, nil
}

// refuse counts an envelope that could not be read, or does not fit.
func (f *Fleet) refuse() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Refused++
}

// fits returns an error if the snapshot cannot be merged with those of the others.
func (f *Fleet) fits(e *Envelope) error {
	o := &f.options
	if e.Window != o.Window {
		return &sketch.MismatchError{What: "window", A: o.Window.String(), B: e.Window.String()}
	}
	return snapshot.Unwrap(e.Snapshot).FitsInto(o.shape())
}

func (f *Fleet) put(e *Envelope, packed []byte) (fresh bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	index := f.index(e.From)
	if len(f.options.Nodes) > 0 {
		if _, known := slices.BinarySearch(f.options.Nodes, e.Node); !known {
			f.stats.Refused++
			return false, ErrUnknownNode
		}
	}
	switch {
	case f.now < 0:
	case index <= f.now-int64(f.options.Windows):
		f.stats.Late++
		return false, ErrLate
	case index > f.now+1:
		f.stats.Early++
		return false, ErrEarly
	}
	w := f.windows[index]
	if w == nil {
		w = &window{nodes: map[string]runs{}}
	}
	before, filled := w.nodes[e.Node][e.Epoch].at(e.Target)
	switch {
	case filled && e.Sequence < before.sequence, filled && bytes.Equal(packed, before.packed):
		f.stats.Stale++
		return false, nil
	case filled && e.Sequence == before.sequence:
		f.stats.Refused++
		return false, ErrConflict
	}
	s := slot{sequence: e.Sequence, records: recordsOf(e.Snapshot), packed: packed}
	more := s.size(e)
	if filled {
		more -= before.size(e)
	}
	if !f.makeRoom(index, more) {
		f.stats.Refused++
		return false, ErrFull
	}
	w.put(e, s)
	w.bytes += more
	f.windows[index] = w
	f.stats.SlotBytes += more
	f.stats.Taken++
	if !filled {
		f.stats.Slots++
		w.slots++
	}
	return true, nil
}

// index returns the number of the window that a time lies in, which is in the range of
// [Envelope.Validate].
func (f *Fleet) index(t time.Time) int64 { return t.UnixNano() / int64(f.options.Window) }

// makeRoom drops the oldest windows, but not one that is newer than index, until so many
// bytes more have room. It drops nothing if that is not enough.
func (f *Fleet) makeRoom(index, more int64) bool {
	over := f.stats.SlotBytes + more - f.options.MaxBytes
	if over <= 0 {
		return true
	}
	older := make([]int64, 0, len(f.windows))
	for i := range f.windows {
		if i < index {
			older = append(older, i)
		}
	}
	slices.Sort(older)
	for n, i := range older {
		if over -= f.windows[i].bytes; over > 0 {
			continue
		}
		for _, i := range older[:n+1] {
			f.drop(i)
			f.stats.Dropped++
		}
		return true
	}
	return false
}

// farBack is how many windows a clock goes back at least if it was wrong before. A monitor
// decides in the same way. Less is a reading that comes late.
const farBack = 7

// Advance says what time it is at the center. Windows that are then too old go, and envelopes
// of windows that begin more than one window later are refused from then on: one node whose
// clock is wrong must not push out what the others sent. Until it is called first, any window is
// taken. A time that lies more than 6 windows before an earlier one is believed: the clock was
// wrong and has been set right. One that lies less far back, or before 1970, is ignored. No clock
// is read.
func (f *Fleet) Advance(now time.Time) {
	if !f.dates(now) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	index := f.index(now)
	if index <= f.now-farBack {
		f.now = index
		return // if it is this reading that is wrong, nothing has gone when the next one comes
	}
	f.now = max(f.now, index)
	for i := range f.windows {
		if i <= f.now-int64(f.options.Windows) || i > f.now+1 {
			f.drop(i)
		}
	}
}

// dates reports whether a window can lie at a time.
func (f *Fleet) dates(t time.Time) bool { return t.Unix() >= 0 && t.Unix() <= lastSecond }

func (f *Fleet) drop(index int64) {
	w := f.windows[index]
	f.stats.Slots -= w.slots
	f.stats.SlotBytes -= w.bytes
	delete(f.windows, index)
}

// Stats returns the counts so far.
func (f *Fleet) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.stats
	s.Windows = len(f.windows)
	return s
}
