// Package scenario makes traffic whose truth is known: attacks, crowds and
// quiet days, for tests, benchmarks and examples.
//
// A scenario is a small struct of choices, of which the zero value is a story
// that makes sense. Its Build method draws the sources from a [Population],
// that is from the networks of a country table, so that the truth about each
// source is what the table says, and returns a [Scenario]: a stream of events in
// time order, and the [Truth] about it. Everything is decided by the choices,
// their Seed among them, and the table.
//
// No packet was recorded for this. Times are near 2024-05-21, when the incident
// took place that [MailBomb] is shaped like; names of targets are under the
// reserved domain "example" (RFC 2606) or are documentation addresses (RFC
// 5737).
package scenario

import (
	"iter"
	"net/netip"
	"time"

	"github.com/whence-go/whence/geo"
)

// An Event is a record of traffic from one source to one target.
type Event struct {
	Time          time.Time
	Source        netip.Addr
	Target        string
	Events, Bytes uint64 // what the record stands for; Events is at least 1
	Transport
}

// Counts is what an exact count gives, per origin. IPv6 sources are distinct
// per /64 network.
type Counts struct {
	Sources, Events, Bytes [geo.MaxOrigins]uint64
}

// Distinct returns the number of distinct sources, those of [geo.Reserved] left
// out: they do not count in a share.
func (c *Counts) Distinct() uint64 {
	var n uint64
	for o, k := range c.Sources {
		if geo.Origin(o) != geo.Reserved {
			n += k
		}
	}
	return n
}

// Share returns the share of the distinct sources that o has, from 0 to 1.
// Unlocated sources count in the denominator, reserved ones do not.
func (c *Counts) Share(o geo.Origin) float64 {
	return float64(c.Sources[o]) / float64(max(1, c.Distinct()))
}

// Truth is what is known about a scenario.
type Truth struct {
	// All counts the whole stream, Burst the events on Target from Onset
	// until End. In a scenario without a burst, Burst and the fields after
	// it are zero.
	All, Burst Counts

	Target     string
	Onset, End time.Time // the burst lies in the half-open interval [Onset, End)

	// Spoofed is the fraction of the burst's distinct sources, reserved ones
	// included, whose addresses are forged.
	Spoofed float64
}

// A Scenario is a stream of events with its truth. It is immutable and safe for
// concurrent use.
type Scenario struct {
	truth Truth
	waves []wave
}

// Builder is implemented by the structs of choices: [MailBomb], [Botnet] and
// the others.
type Builder interface {
	// Build draws the sources from p. The error wraps [ErrTooFew] if the
	// table of p has too few addresses of an origin that is needed.
	Build(p *Population) (*Scenario, error)
}

// Truth returns what is known about s.
func (s *Scenario) Truth() Truth { return s.truth }

// Events yields the events of s in time order. It yields the same events each
// time that it is ranged over, and computes them on the way: what is held in
// memory are the sources.
func (s *Scenario) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		s.play(func(e *Event, _ int, _ sender) bool { return yield(*e) })
	}
}

// play merges the waves by time and passes each event with the number of its
// wave and its sender.
func (s *Scenario) play(yield func(e *Event, wave int, from sender) bool) {
	var live []*player
	for i := range s.waves {
		if p := newPlayer(&s.waves[i], i); p.next() {
			live = append(live, p)
		}
	}
	for len(live) > 0 {
		first := 0
		for i, p := range live {
			if p.event.Time.Before(live[first].event.Time) {
				first = i
			}
		}
		p := live[first]
		if !yield(&p.event, p.number, p.from) {
			return
		}
		if !p.next() {
			live = append(live[:first], live[first+1:]...)
		}
	}
}

// finish counts the truth about s, of which the fields of the burst are set. It
// plays the stream once and takes each sender's origin from how it was drawn;
// nothing is looked up.
func (s *Scenario) finish() *Scenario {
	t := &s.truth
	var all, burst [][]bool // per wave and sender: seen
	for i := range s.waves {
		all = append(all, make([]bool, s.waves[i].senders.count()))
		burst = append(burst, make([]bool, s.waves[i].senders.count()))
	}
	var forged, distinct float64
	s.play(func(e *Event, wave int, from sender) bool {
		t.All.add(e, from, &all[wave][from.number])
		if e.Target == t.Target && !e.Time.Before(t.Onset) && e.Time.Before(t.End) {
			if !burst[wave][from.number] {
				distinct++
				if from.forged {
					forged++
				}
			}
			t.Burst.add(e, from, &burst[wave][from.number])
		}
		return true
	})
	t.Spoofed = forged / max(1, distinct)
	return s
}

func (c *Counts) add(e *Event, from sender, seen *bool) {
	if !*seen {
		*seen = true
		c.Sources[from.origin]++
	}
	c.Events[from.origin] += e.Events
	c.Bytes[from.origin] += e.Bytes
}
