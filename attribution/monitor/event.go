package monitor

import (
	"time"

	"github.com/whence-go/whence/attribution"
)

// Event is a record of traffic from one source to one target: a packet, a
// request, a flow.
type Event struct {
	// Time is when it happened, by the clock of whoever saw it. Nothing is read
	// from this machine's clock.
	Time time.Time

	// Target is what it was aimed at; the zero Target if that is not known.
	Target Target

	// Flow is what came from where. 0 events stand for one. A record without a
	// valid source counts as skipped.
	attribution.Flow
}

func (e *Event) count() uint64 { return max(e.Events, 1) }

// flow is the flow with its 0 events made one.
func (e *Event) flow() attribution.Flow {
	f := e.Flow
	f.Events = e.count()
	return f
}
