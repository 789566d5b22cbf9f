// Package intake passes what package ingest reads to a tally or a monitor, and makes the evidence file. The command and
// the browser do that alike, so that both give the same answers.
package intake

import (
	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/geo"
)

// Counter counts events without regard to time. It belongs to one goroutine.
type Counter struct {
	tally *attribution.Tally
	batch []attribution.Flow // not yet in the tally
}

// NewCounter returns a Counter into a tally.
func NewCounter(tally *attribution.Tally) *Counter {
	return &Counter{tally: tally, batch: make([]attribution.Flow, 0, 1024)}
}

// Add counts an event, in a batch with others.
func (c *Counter) Add(e *ingest.Event) {
	if c.batch = append(c.batch, e.Flow); len(c.batch) == cap(c.batch) {
		c.Flush()
	}
}

// Flush counts what is in the batch.
func (c *Counter) Flush() {
	c.tally.AddFlows(c.batch)
	c.batch = c.batch[:0]
}

// Close counts the rest of an input, and takes over its account.
func (c *Counter) Close(a *attribution.Account) {
	c.Flush()
	c.tally.AddAccount(*a)
	if !a.From.IsZero() {
		c.tally.ExtendSpan(a.From, a.To)
	}
}

// Evidence returns the evidence file about a snapshot. The account may be nil.
func Evidence(s attribution.Snapshot, a *attribution.Account, claims ...attribution.Claim) ([]byte, error) {
	e, err := evidence.New(s, attribution.Policy{}, claims...)
	if err != nil {
		return nil, err
	}
	if a != nil {
		if e, err = e.WithAccount(*a); err != nil {
			return nil, err
		}
	}
	return e.MarshalBinary()
}

// Announced returns the part of the announced IPv4 addresses that each country has, as a brief shows it. It is nil if
// the table does not tell.
func Announced(table *geo.Table) map[geo.Origin]float64 {
	space := table.Space()
	var all map[geo.Origin]float64
	for i, share := range space.Routed {
		if o := geo.Origin(i); share > 0 && o.IsCountry() {
			if all == nil {
				all = map[geo.Origin]float64{}
			}
			all[o] = share
		}
	}
	return all
}
