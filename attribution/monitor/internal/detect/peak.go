package detect

import "time"

// Peak compares a burst with the past of its series.
type Peak struct {
	// Peak is the largest count in an interval of the burst; so far, if it is
	// running.
	Peak float64
	// Before is the largest count in an interval before the burst.
	Before float64
	// Span is how long the series was observed, without intervals that were missed.
	Span time.Duration
}

// peaks are the largest count of a series before anything pointed to a burst, and
// the largest since. What may be the beginning of a burst is not its past.
type peaks struct{ before, since float64 }

func (p *peaks) add(y float64) { p.since = max(p.since, y) }

// settle makes all counts so far part of the past.
func (p *peaks) settle() { p.before, p.since = max(p.before, p.since), 0 }

func (p *peaks) peak(span time.Duration) Peak {
	return Peak{Peak: p.since, Before: p.before, Span: span}
}
