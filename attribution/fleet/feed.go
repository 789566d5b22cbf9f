package fleet

import (
	"errors"
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
)

// Feed gives windows of a fleet to a monitor, in their order, so that an attack that comes
// through many nodes is one burst. Make one with [NewFeed]. It is for one goroutine.
type Feed struct {
	fleet    *Fleet
	monitor  *monitor.Monitor
	patience time.Duration
	next     int64 // number of the window to give; -1: the first one that is kept
	last     int64 // number of the last one given of which something had come
}

// NewFeed returns a Feed into m, whose Options.Interval must be Options.Window of the fleet, and
// whose key, precision and IPv6 prefix length those of the nodes. A window is given as soon as
// all expected nodes have sent it, or when it ended longer ago than patience. What comes later is
// in [Fleet.Snapshot] and not in bursts.
func NewFeed(f *Fleet, m *monitor.Monitor, patience time.Duration) *Feed {
	return &Feed{fleet: f, monitor: m, patience: patience, next: -1}
}

// Run gives the windows that are due, as of now, and closes them. It returns how many it gave,
// and how many of these were incomplete. What is missing of a window is noted as in
// [Fleet.Snapshot]; of one of which nothing came nothing can be noted, and the monitor takes it for
// a quiet one. More than 100,000 of these in a row are passed over, and are not among those given.
// An error, such as one of [monitor.Monitor.ObserveSnapshot], names the window and the target;
// that target is then missing in it, and the others are given all the same. Several are joined.
//
// If now lies more than 6 windows before what was given, the clock was wrong and has been set right.
// The monitor is set back, and the windows after the last one of which something had come are given
// as if for the first time. None is given twice.
func (d *Feed) Run(now time.Time) (given, incomplete int, err error) {
	if !d.fleet.dates(now) || !d.begun() {
		return 0, 0, nil
	}
	d.setBack(now)
	var errs []error
	for {
		d.skip(now)
		from, due := d.due(now)
		if !due {
			return given, incomplete, errors.Join(errs...)
		}
		if !d.fleet.Complete(from) {
			incomplete++
		}
		if d.fleet.keptFrom(d.next) == d.next {
			d.last = d.next
		}
		errs = append(errs, d.give(from)...)
		d.goTo(d.next + 1)
		given++
	}
}

// begun reports whether there is a first window.
func (d *Feed) begun() bool {
	if d.next < 0 {
		d.next = d.fleet.keptFrom(0)
	}
	return d.next >= 0
}

// goTo makes a window the next one, and closes those before it.
func (d *Feed) goTo(index int64) {
	d.next = index
	d.monitor.Advance(d.fleet.begin(index))
}

// setBack undoes what a clock did that was far ahead.
func (d *Feed) setBack(now time.Time) {
	if d.fleet.index(now) <= d.next-farBack && d.last+1 <= d.next-farBack {
		d.goTo(d.last + 1)
	}
}

// skip passes over windows that are due, and of which nothing came, if they are more than a fleet
// can keep: one envelope with a date of 1970 must not cost minutes.
func (d *Feed) skip(now time.Time) {
	to := d.fleet.index(now.Add(-d.patience))
	if to-d.next <= maxWindows {
		return
	}
	if kept := d.fleet.keptFrom(d.next); kept >= 0 {
		to = min(to, kept)
	}
	if to-d.next > maxWindows {
		d.goTo(to)
	}
}

// due returns the begin of the next window, and whether it is to be given.
func (d *Feed) due(now time.Time) (from time.Time, due bool) {
	from = d.fleet.begin(d.next)
	end := from.Add(d.fleet.options.Window)
	return from, !now.Before(end) && (d.fleet.Complete(from) || !now.Before(end.Add(d.patience)))
}

func (d *Feed) give(from time.Time) (errs []error) {
	end := from.Add(d.fleet.options.Window)
	for _, t := range append(d.fleet.Targets(from), monitor.Target{}) {
		a, err := d.fleet.Snapshot(t, from, end)
		if err == nil {
			err = d.monitor.ObserveSnapshot(from, t, a.Snapshot)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("fleet: the window from %v, target %q: %w", from, t, err))
		}
	}
	return errs
}
