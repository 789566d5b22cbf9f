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
type peaks struct {
	before, since float64
	rest          float64 // the largest since, of what no routine explains
}

func (p *peaks) add(y, rest float64) { p.since, p.rest = max(p.since, y), max(p.rest, rest) }

// settle makes all counts so far part of the past.
func (p *peaks) settle() { p.before, p.since, p.rest = max(p.before, p.since), 0, 0 }

func (p *peaks) peak(span time.Duration) Peak {
	return Peak{Peak: p.since, Before: p.before, Span: span}
}
