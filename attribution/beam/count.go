package whencebeam

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// Count counts events, a PCollection<monitor.Event>, and returns a PCollection<KV<Place, attribution.Snapshot>> with
// one element per place. A place is each window of each target, and each window of all traffic.
//
// The bytes of each snapshot are those of one tally that had seen all events of the place. They do not depend on the
// number of workers, on bundles, on retries, nor on the order of events.
//
// Events must be in the global window of Beam. Their own time says which [Place] they count in, so that no event is
// late. Another window is an error of the job.
//
// A worker counts a bundle in one tally per place, within [Options].MaxBytes. So leave Count where Beam can fuse it
// with what makes the events: a Reshuffle before it sends every event over the network.
//
// The error wraps [attribution.ErrInvalidOptions], or is Beam's about a PCollection of another type. A worker that
// cannot read its key or its database fails the job with an error that names it.
func Count(s beam.Scope, o Options, events beam.PCollection) (beam.PCollection, error) {
	s = s.Scope("whencebeam.Count")
	if err := o.Validate(); err != nil {
		return beam.PCollection{}, err
	}
	parts, err := parDo(s, &countFn{Options: o}, events)
	if err != nil {
		return beam.PCollection{}, err
	}
	return Merge(s, parts)
}

// parDo is ParDo with one output, for which Beam's own panics.
func parDo(s beam.Scope, fn any, in beam.PCollection) (beam.PCollection, error) {
	out, err := beam.TryParDo(s, fn, in)
	switch {
	case err != nil:
		return beam.PCollection{}, fmt.Errorf("whencebeam: %w", err)
	case len(out) != 1:
		return beam.PCollection{}, fmt.Errorf("whencebeam: %T has %d outputs", fn, len(out))
	}
	return out[0], nil
}

// countFn counts the events of a bundle. It is no CombineFn. Beam keeps up to 2,000 accumulators of one before the
// shuffle, whatever their size, and a tally may have 10 MB.
type countFn struct {
	Options Options

	counter *counter
	tallies map[Place]*bundleTally
	size    int // of all tallies, in bytes, about
	events  int // so far in the bundle
}

type bundleTally struct {
	*attribution.Tally
	events, size int
	last         int // number of the last event in the bundle
}

// Setup reads key and database, if this process has not yet done so.
func (f *countFn) Setup() (err error) {
	f.counter, err = f.Options.open()
	return err
}

// StartBundle forgets what an earlier bundle left that failed: it is counted again.
func (f *countFn) StartBundle(func(Place, attribution.Snapshot)) { f.reset() }

// ProcessElement counts an event in its place, and in that of all traffic.
func (f *countFn) ProcessElement(w beam.Window, e monitor.Event, emit func(Place, attribution.Snapshot)) error {
	if !w.Equals(window.SingleGlobalWindow[0]) {
		return fmt.Errorf("whencebeam: %w: an event in the window %v of Beam, want the global window",
			attribution.ErrInvalidOptions, w)
	}
	place, dated := placeOf(&e, f.Options.Window)
	f.events++
	if err := f.add(place, dated, &e); err != nil {
		return err
	}
	if !place.Target.IsZero() {
		if err := f.add(Place{From: place.From}, dated, &e); err != nil {
			return err
		}
	}
	if f.size > f.Options.maxBytes() {
		f.shrink(emit)
	}
	return nil
}

func (f *countFn) add(p Place, dated bool, e *monitor.Event) error {
	t := f.tallies[p]
	if t == nil {
		tally, err := f.counter.newTally()
		if err != nil {
			return fmt.Errorf("whencebeam: %w", err)
		}
		t = &bundleTally{Tally: tally}
		f.tallies[p] = t
		f.measure(t)
	}
	if dated {
		t.ExtendSpan(e.Time, e.Time)
		t.AddFlow(e.Flow)
	} else {
		t.AddLost(attribution.LostUndated, 1)
	}
	t.last = f.events
	// Asking for the size costs as much as some dozens of events.
	if t.events++; t.events&(t.events-1) == 0 || t.events%1024 == 0 {
		f.measure(t)
	}
	return nil
}

func (f *countFn) measure(t *bundleTally) {
	now := t.Size()
	f.size += now - t.size
	t.size = now
}

// shrink sends the places that got no event for longest, until half of the memory is free. Where events come in the
// order of their times, these are the windows that are over.
func (f *countFn) shrink(emit func(Place, attribution.Snapshot)) {
	oldest := slices.SortedFunc(maps.Keys(f.tallies), func(a, b Place) int {
		return cmp.Compare(f.tallies[a].last, f.tallies[b].last)
	})
	for _, p := range oldest {
		if f.size <= f.Options.maxBytes()/2 {
			break
		}
		t := f.tallies[p]
		emit(p, t.Snapshot())
		f.size -= t.size
		delete(f.tallies, p)
	}
}

func (f *countFn) reset() { f.tallies, f.size, f.events = map[Place]*bundleTally{}, 0, 0 }

// FinishBundle sends what the bundle counted.
func (f *countFn) FinishBundle(emit func(Place, attribution.Snapshot)) {
	for p, t := range f.tallies {
		emit(p, t.Snapshot())
	}
	f.reset()
}
