package monitor

import (
	"net/netip"
	"time"
)

// Event is a record of traffic from one source to one target: a packet, a
// request, a flow.
type Event struct {
	// Time is when it happened, by the clock of whoever saw it. Nothing is read
	// from this machine's clock.
	Time time.Time

	// Source is where it came from, as [attribution.Tally.Add] takes it. A record
	// without a valid one counts as skipped.
	Source netip.Addr

	// Target is what it was aimed at; the zero Target if that is not known.
	Target Target

	// Events is how many events the record stands for, 0 being one, and Bytes how
	// many bytes.
	Events, Bytes uint64
}

func (e *Event) count() uint64 { return max(e.Events, 1) }
