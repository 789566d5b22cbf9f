package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/examples/internal/intake"
)

// live implements [sink].
func (w *watcher) live() (time.Duration, func(), func(time.Time)) {
	return w.cfg.interval, w.feed.Flush, w.tick
}

// open implements [sink].
func (w *watcher) open(in *input, r *ingest.Reader) error {
	at, inOrder, err := w.place(in, r)
	w.in = in
	w.feed.Open(r, at, inOrder)
	return err
}

// place says where to go on in an input, and whether its records are in the order of time.
func (w *watcher) place(in *input, r *ingest.Reader) (at ingest.Position, inOrder bool, err error) {
	switch {
	case in.file == nil: // has no place to go on from
		if w.state != nil {
			w.state.known = false
		}
		return at, true, nil
	case !intake.InOrder(w.cfg.sampleTimes(w.ctx, in), w.cfg.wait()+w.cfg.interval):
		if w.state != nil {
			return at, false, errors.New("its records are not in the order of time, and -state goes on behind the last one; " +
				"sort it by time")
		}
		w.console.say("%q: not in the order of time; read as a whole and sorted", in.name)
		return at, false, nil
	case w.state == nil:
		return at, true, nil
	case r.Head() == nil:
		return at, true, errors.New("an archive has no place to go on from, which -state needs; unpack it")
	}
	at, err = w.resume(in, r)
	return at, true, err
}

// resume goes to where the run before has left the input.
func (w *watcher) resume(in *input, r *ingest.Reader) (ingest.Position, error) {
	at, err := w.state.resume(r.Head(), r.Account().Format)
	if err != nil || at.Records == 0 {
		return at, err
	}
	in.resumed = true
	err = r.Skip(at)
	switch {
	case errors.Is(err, ingest.ErrShort):
		return at, fmt.Errorf("shorter than when %s was written; remove the state to begin anew", w.cfg.state)
	case err != nil:
		return at, err
	}
	w.console.say("%q: goes on behind line %s", in.name, group(at.Lines))
	return at, nil
}

// add implements [sink].
func (w *watcher) add(_ *ingest.Reader, e *ingest.Event) error {
	return cmp.Or(advised(w.feed.Add(e)), w.err)
}

// close implements [sink].
func (w *watcher) close(a *attribution.Account) error {
	return cmp.Or(advised(w.feed.Close(a)), w.err)
}

// advised says what to do about an error.
func advised(err error) error {
	if errors.Is(err, intake.ErrNoTimes) {
		return fmt.Errorf("%w, and -burst needs it; -time names the field that has it, and -year a year that it lacks", err)
	}
	return err
}

// flushed is called when the monitor has observed what was batched.
func (w *watcher) flushed(at ingest.Position) {
	if w.in != nil && w.in.file == nil {
		w.arrived, w.reached = w.now(), w.monitor.Stats().Time
	}
	if w.state != nil {
		w.state.reached(at)
		w.save()
	}
}
