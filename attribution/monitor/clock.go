package monitor

import (
	"math"
	"slices"
	"time"
)

// clock is the event time of a stream: which intervals are open, and what is to
// be made of an event's time. Times are Unix nanoseconds; an interval is numbered
// by its begin divided by its length.
type clock struct {
	interval, lateness int64
	leap               int64 // what is farther from mark than this must be confirmed

	started  bool
	directed bool  // Advance was called: the caller's clock may set this one back
	mark     int64 // latest time that is believed
	closed   int64 // last interval that is closed

	held        []Event // set aside, at most maxHeld
	leastHeld   int64   // the least of their times
	ahead, past int     // how many in a row came from beyond mark+leap, from before mark-leap
}

const (
	leapIntervals = 6    // beyond them, one event moves no clock
	confirmAhead  = 8    // in a row, to be believed
	confirmPast   = 64   // in a row: a collector's late batch is no clock that was set back
	maxHeld       = 1024 // events set aside
)

func newClock(o Options) clock {
	return clock{
		interval: int64(o.Interval), lateness: int64(o.AllowedLateness),
		leap:      max(leapIntervals*int64(o.Interval), int64(o.AllowedLateness)),
		leastHeld: math.MaxInt64,
	}
}

// where is where an event's time lies.
type where uint8

const (
	open   where = iota // in an interval that is open, or next to come
	late                // in one that has closed
	future              // too far ahead to be believed
	past                // too far back
)

// nanoseconds returns Unix time, and whether t is a time that an event can have:
// from 1970 to the year 2262, where 64 bits end.
func nanoseconds(t time.Time) (ns int64, ok bool) {
	s := t.Unix()
	return s*1_000_000_000 + int64(t.Nanosecond()), s >= 0 && s <= lastSecond
}

// clamped returns Unix time, or the first or the last that an event can have.
func clamped(t time.Time) int64 {
	switch ns, ok := nanoseconds(t); {
	case ok:
		return ns
	case t.Unix() < 0:
		return 0
	}
	return lastTime
}

const (
	lastSecond = math.MaxInt64/1_000_000_000 - 86400
	lastTime   = lastSecond*1_000_000_000 + 999_999_999
)

// index returns the number of the interval that a time lies in.
func (c *clock) index(ns int64) int64 { return ns / c.interval }

// start sets the clock: what lies more than the lateness before ns is closed.
func (c *clock) start(ns int64) {
	c.started, c.mark = true, ns
	c.ahead, c.past = 0, 0
	c.closed = c.index(max(ns-c.lateness, 0)) - 1
}

// due returns the last interval that is to be closed by now.
func (c *clock) due() int64 { return max(c.index(c.mark-c.lateness)-1, c.closed) }

// closing returns the time at which the next interval is to be closed.
func (c *clock) closing() int64 { return (c.closed+2)*c.interval + c.lateness }

func (c *clock) place(ns int64) where {
	switch {
	case ns > c.mark+c.leap:
		return future
	case c.index(ns) > c.closed:
		return open
	case ns < c.mark-c.leap:
		return past
	}
	return late
}

// hold sets an event aside and reports whether there was room.
func (c *clock) hold(e *Event) bool {
	if len(c.held) == maxHeld {
		return false
	}
	kept := *e
	kept.Target = kept.Target.clone()
	c.held = append(c.held, kept)
	c.leastHeld = c.least(math.MinInt64)
	return true
}

// release returns the events set aside in a span of time, in the order of their
// times, and holds them no longer.
func (c *clock) release(from, to int64) (events []Event) {
	c.held = slices.DeleteFunc(c.held, func(e Event) bool {
		ns, _ := nanoseconds(e.Time)
		if ns < from || ns > to {
			return false
		}
		events = append(events, e)
		return true
	})
	c.leastHeld = c.least(math.MinInt64)
	slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	return events
}

// least returns the least time above a bound of those set aside.
func (c *clock) least(above int64) int64 {
	ns := int64(math.MaxInt64)
	for i := range c.held {
		if at, _ := nanoseconds(c.held[i].Time); at > above {
			ns = min(ns, at)
		}
	}
	return ns
}

// begin returns when an interval begins.
func (c *clock) begin(index int64) time.Time { return time.Unix(0, index*c.interval).UTC() }
