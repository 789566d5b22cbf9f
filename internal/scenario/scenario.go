// Package scenario makes traffic whose truth is known: attacks, crowds and
// quiet days, for tests, benchmarks and examples.
//
// A scenario is a small struct of choices, of which the zero value is a story
// that makes sense. Its Build method draws the sources from a [Population],
// that is from the networks of a country table, so that the truth about each
// source is what the table says, and returns a [Scenario]: a stream of events in
// time order, and the truth about it: its bursts and exact counts. Everything is
// decided by the choices, their Seed among them, and the table. [Overlay] puts
// several into one stream.
//
// No packet was recorded for this. Times are near 2024-05-21, when the incident
// took place that [MailBomb] is shaped like; names of targets are under the
// reserved domain "example" (RFC 2606) or are documentation addresses (RFC
// 5737).
package scenario

import (
	"iter"
	"net/netip"
	"slices"
	"sync"
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

// A Burst is traffic that came beside everyday traffic.
type Burst struct {
	// Targets were hit from Onset until End, the half-open interval in which
	// all of the burst lies.
	Targets    []string
	Onset, End time.Time

	// Counts counts the burst alone. What everyday traffic brought to the
	// same targets meanwhile is not in it; no source is in both.
	Counts

	// Spoofed is the fraction of the distinct sources, reserved ones included,
	// whose addresses are forged.
	Spoofed float64
}

// Covers reports whether an event is on a target of b in its time. Everyday
// traffic to the target is covered, too.
func (b *Burst) Covers(e *Event) bool {
	return !e.Time.Before(b.Onset) && e.Time.Before(b.End) && slices.Contains(b.Targets, e.Target)
}

// A Scenario is a stream of events with its truth. It is immutable and safe for
// concurrent use.
type Scenario struct {
	waves  []wave
	bursts []Burst // not counted
	counts func() []Burst
	total  func() Counts
}

// Builder is implemented by the structs of choices: [MailBomb], [Botnet] and
// the others.
type Builder interface {
	// Build draws the sources from p. The error wraps [ErrTooFew] if the
	// table of p has too few addresses of an origin that is needed.
	Build(p *Population) (*Scenario, error)
}

// compose makes a scenario of its waves and bursts.
func compose(waves []wave, bursts ...Burst) *Scenario {
	s := &Scenario{waves: waves, bursts: bursts}
	s.counts = sync.OnceValue(s.countBursts)
	s.total = sync.OnceValue(s.countAll)
	return s
}

// Bursts returns the bursts of s, those of one builder in the order of their
// onsets. They are counted at the first call, which plays them and nothing
// else. What is returned must not be changed.
func (s *Scenario) Bursts() []Burst { return s.counts() }

// Total counts the whole stream, which is played at the first call.
func (s *Scenario) Total() Counts { return s.total() }

// Events yields the events of s in time order. It yields the same events each
// time that it is ranged over, and computes them on the way: what is held in
// memory are the sources.
func (s *Scenario) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		s.play(func(p *player) bool { return yield(p.event) })
	}
}

// play merges the waves by time and passes the player of each event.
func (s *Scenario) play(yield func(*player) bool) {
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
		if !yield(p) {
			return
		}
		if !p.next() {
			live = slices.Delete(live, first, first+1)
		}
	}
}

// countBursts takes each sender's origin from how it was drawn; nothing is
// looked up. The waves of one burst have no source in common.
func (s *Scenario) countBursts() []Burst {
	bursts := slices.Clone(s.bursts)
	forged := make([]float64, len(bursts))
	distinct := make([]float64, len(bursts))
	for i := range s.waves {
		b := s.waves[i].burst - 1
		if b < 0 {
			continue
		}
		seen := make([]bool, s.waves[i].senders.count())
		for p := newPlayer(&s.waves[i], i); p.next(); {
			isNew := !seen[p.from.number]
			seen[p.from.number] = true
			bursts[b].add(p, isNew)
			if isNew {
				distinct[b]++
			}
			if isNew && p.from.forged {
				forged[b]++
			}
		}
	}
	for b := range bursts {
		bursts[b].Spoofed = forged[b] / max(1, distinct[b])
	}
	return bursts
}

func (s *Scenario) countAll() (c Counts) {
	var seen keySet
	for i := range s.waves {
		for p := newPlayer(&s.waves[i], i); p.next(); {
			c.add(p, seen.add(p.from.key+1)) // keys may be 0, members of a keySet not
		}
	}
	return c
}

func (c *Counts) add(p *player, isNew bool) {
	if isNew {
		c.Sources[p.from.origin]++
	}
	c.Events[p.from.origin] += p.event.Events
	c.Bytes[p.from.origin] += p.event.Bytes
}
