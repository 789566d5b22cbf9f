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
// a quiet one. An error, such as one of [monitor.Monitor.ObserveSnapshot], names the window and the target;
// that target is then missing in it, and the others are given all the same. Several are joined.
func (d *Feed) Run(now time.Time) (given, incomplete int, err error) {
	var errs []error
	for {
		from, due := d.due(now)
		if !due {
			return given, incomplete, errors.Join(errs...)
		}
		if !d.fleet.Complete(from) {
			incomplete++
		}
		errs = append(errs, d.give(from)...)
		d.monitor.Advance(from.Add(d.fleet.options.Window))
		d.next++
		given++
	}
}

// due returns the begin of the next window, and whether it is to be given.
func (d *Feed) due(now time.Time) (from time.Time, due bool) {
	if d.next < 0 {
		begins := d.fleet.Windows()
		if len(begins) == 0 {
			return time.Time{}, false
		}
		d.next = d.fleet.index(begins[0])
	}
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
