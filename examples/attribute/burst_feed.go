package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/attribution/monitor"
)

// live implements [sink].
func (w *watcher) live() (time.Duration, func(), func(time.Time)) {
	return w.cfg.interval, w.flush, w.tick
}

// open implements [sink].
func (w *watcher) open(in *input, r *ingest.Reader) error {
	w.in, w.sorter, w.reader, w.told = in, nil, r, 0
	w.at, w.lost, w.dated, w.undated = ingest.Position{}, 0, time.Time{}, 0
	switch {
	case in.file == nil: // has no place to go on from
		if w.state != nil {
			w.state.known = false
		}
		return nil
	case !inOrder(w.cfg.sampleTimes(w.ctx, in), w.cfg):
		if w.state != nil {
			return errors.New("its records are not in the order of time, and -state goes on behind the last one; sort it by " +
				"time")
		}
		w.console.say("%q: not in the order of time; read as a whole and sorted", in.name)
		w.sorter = newSorter(maxSorted)
		return nil
	case w.state == nil:
		return nil
	case r.Head() == nil:
		return errors.New("an archive has no place to go on from, which -state needs; unpack it")
	}
	return w.resume(in, r)
}

// resume goes to where the run before has left the input.
func (w *watcher) resume(in *input, r *ingest.Reader) error {
	at, err := w.state.resume(r.Head(), r.Account().Format)
	if w.at = at; err != nil || at.Records == 0 {
		return err
	}
	in.resumed = true
	err = r.Skip(at)
	switch {
	case errors.Is(err, ingest.ErrShort):
		return fmt.Errorf("shorter than when %s was written; remove the state to begin anew", w.cfg.state)
	case err != nil:
		return err
	}
	w.console.say("%q: goes on behind line %s", in.name, group(at.Lines))
	return nil
}

// most is how many records without a time are read until it is clear that none has one.
const most = 1000

var errNoTimes = errors.New("not one record has a time that can be read, and -burst needs it; -time names the field " +
	"that has it")

// add implements [sink].
func (w *watcher) add(r *ingest.Reader, e *ingest.Event) error {
	switch {
	case !e.Time.IsZero():
		w.dated = e.Time
	case w.dated.IsZero():
		if w.undated++; w.undated == most {
			return errNoTimes
		}
	}
	if err := w.lose(r.Lost()); err != nil {
		return err
	}
	w.at = r.Position()
	err := w.take(monitor.Event{Time: e.Time, Target: w.targets.target(e.Target), Flow: e.Flow})
	return cmp.Or(err, w.err)
}

// take observes an event, or holds it until all of its input are there.
func (w *watcher) take(e monitor.Event) error {
	if w.sorter != nil {
		return w.sorter.add(&e)
	}
	w.observe(e)
	return nil
}

// lose passes on records that were lost, at the time of those around them.
func (w *watcher) lose(lost uint64) error {
	for ; w.lost < lost; w.lost++ {
		if w.dated.IsZero() {
			continue
		}
		if err := w.take(monitor.Event{Time: w.dated}); err != nil {
			return err
		}
	}
	return nil
}

// tellAccount tells the monitor what is known of all inputs so far.
func (w *watcher) tellAccount(current attribution.Account) {
	var all attribution.Account
	all.Add("", w.account)
	all.Add("", current)
	w.monitor.SetAccount(all)
}

// close implements [sink].
func (w *watcher) close(a *attribution.Account) error {
	w.account.Add("", *a)
	w.monitor.SetAccount(w.account)
	w.reader = nil
	err := w.lose(a.Lost[attribution.LostUnread])
	if w.sorter != nil {
		w.sorter.replay(w.observe)
		w.sorter = nil
	}
	w.flush()
	w.used += a.Records - a.Undated
	if !a.From.IsZero() && (w.from.IsZero() || a.From.Before(w.from)) {
		w.from = a.From
	}
	if a.To.After(w.to) {
		w.to = a.To
	}
	if a.Records > 0 && a.Records == a.Undated {
		return errNoTimes
	}
	return cmp.Or(err, w.err)
}

// observe passes an event on, in a batch with others.
func (w *watcher) observe(e monitor.Event) {
	if w.batch = append(w.batch, e); len(w.batch) == cap(w.batch) {
		w.flush()
	}
}
