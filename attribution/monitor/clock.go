package monitor

import (
	"math"
	"math/bits"
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
	mark     int64 // the time that is believed; it comes to closing() by vote only
	closed   int64 // last interval that is closed

	held      []held // set aside, at most maxHeld
	leastHeld int64  // the least of their times

	voters  int    // distinct sources of an interval lately
	crowd   int    // events of the last interval that closed, at most maxCrowd
	lates   uint64 // records that came late since an interval has closed
	soon    ballot // on whether closing() has come
	far     ballot // on whether a time has come that is farther ahead than leap
	past    ballot // on whether the clock was set back by more than leap
	offsets offsets
}

// held is an event that was set aside, and the time that was believed then.
type held struct {
	Event
	came int64
}

const (
	leapIntervals = 6    // what is farther ahead is set aside
	leastFar      = 8    // quorum of a leap
	quorumPast    = 64   // of a set back: a collector's late batch is none
	maxHeld       = 1024 // events set aside
	firstVoters   = 12   // sources, while nobody knows how many there are
	manyVoters    = 100
	maxVoters     = 1 << 20
	maxCrowd      = 1 << 10
)

var patiencePast = patienceFor(quorumPast / 3)

func newClock(o Options) clock {
	return clock{
		interval: int64(o.Interval), lateness: int64(o.AllowedLateness),
		leap:      max(leapIntervals*int64(o.Interval), int64(o.AllowedLateness)),
		leastHeld: math.MaxInt64, voters: firstVoters,
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
	c.soon, c.far, c.past = ballot{}, ballot{}, ballot{}
	c.closed = c.index(max(ns-c.lateness, 0)) - 1
}

// quorum is that of a vote. It grows with the number of sources in an interval, so that
// a vote takes about a quarter of one. Where there are very many it grows slowly: each
// event is one more chance for a minority to be lucky.
func (c *clock) quorum() int {
	if c.voters <= manyVoters {
		return (c.voters + 5) / 4
	}
	return (manyVoters+5)/4 + 2*bits.Len(uint(c.voters/manyVoters))
}

// quorumFar is that of a vote on what lies far ahead.
func (c *clock) quorumFar() int { return max(min(4*c.quorum(), c.quorum()+20), leastFar) }

// patience is that of a vote. A source that sends nearly all events is alone only if no
// other comes for a quarter of an interval.
func (c *clock) patience(quorum int) patience {
	p := patienceFor(quorum)
	p.least = max(p.least, c.crowd/4)
	return p
}

// turnout notes the number of distinct sources of an interval that has closed.
// Late records were of voters, too.
func (c *clock) turnout(sources, events uint64) {
	c.crowd = int(min(events, maxCrowd))
	sources = addSaturated(sources, c.lates)
	c.lates = 0
	c.voters = max(int(min(sources, maxVoters)), min(c.voters, manyVoters)*3/4)
}

// see moves the clock to the time of an event, up to where a vote is due.
func (c *clock) see(ns int64) {
	if ns > c.mark {
		c.mark = max(c.mark, min(ns, c.closing()-1))
	}
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
	kept := held{*e, c.mark}
	kept.Target = kept.Target.clone()
	c.held = append(c.held, kept)
	c.leastHeld = c.least(math.MinInt64)
	return true
}

// release returns the events set aside in a span of time, in the order of their
// times, and holds them no longer.
func (c *clock) release(from, to int64) (events []Event) {
	c.held = slices.DeleteFunc(c.held, func(e held) bool {
		ns, _ := nanoseconds(e.Time)
		if ns < from || ns > to {
			return false
		}
		events = append(events, e.Event)
		return true
	})
	c.leastHeld = c.least(math.MinInt64)
	slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	return events
}

// timesHeld returns the times between two of the last n events that were set aside.
func (c *clock) timesHeld(n int, from, to int64) (times []int64) {
	for i := range c.held[max(0, len(c.held)-n):] {
		if ns, _ := nanoseconds(c.held[len(c.held)-1-i].Time); ns >= from && ns <= to {
			times = append(times, ns)
		}
	}
	return times
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
