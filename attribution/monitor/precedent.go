package monitor

import (
	"fmt"
	"strconv"
	"time"

	"github.com/whence-go/whence/attribution"
)

// Precedent sets the peak of a burst against the past of the same series: counts
// per interval of the same target, or of all.
type Precedent struct {
	// Peak is the largest count in an interval of the burst, so far if it is
	// running, and Before the largest before it.
	Peak   float64 `json:"peak"`
	Before float64 `json:"before"`

	// History is how long the series was observed, without what was missed.
	History time.Duration `json:"history_ns"`
}

const (
	unprecedentedRatio   = 2
	unprecedentedHistory = 28 * day
)

// Ratio returns Peak / Before, +Inf if there was nothing before.
func (p Precedent) Ratio() float64 { return p.Peak / p.Before }

// Unprecedented decides whether the burst may be called so: supported if the peak
// is at least twice what came before it in at least 28 days, refuted if as much
// came before, and else undecided. The maximum of four weeks is exceeded every
// fourth week without any cause, twice the maximum hardly ever is.
func (p Precedent) Unprecedented() attribution.Decision {
	switch {
	case p.Before >= p.Peak:
		return attribution.Refuted
	case p.History >= unprecedentedHistory && p.Peak >= unprecedentedRatio*p.Before:
		return attribution.Supported
	}
	return attribution.Undecided
}

// String says what may be said: "the largest in 9 days; 3.2 times the largest
// before".
func (p Precedent) String() string {
	switch {
	case p.Before >= p.Peak:
		return "not the largest in " + span(p.History)
	case p.Before < 1:
		return fmt.Sprintf("the first in %s", span(p.History))
	}
	s := fmt.Sprintf("the largest in %s; %s times the largest before", span(p.History), ratioText(p.Ratio()))
	if p.Unprecedented() == attribution.Supported {
		s += ", unprecedented in that time"
	}
	return s
}

func ratioText(x float64) string {
	if x < 99.95 {
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 0, 64)
}

// span is a duration in its largest unit, rounded down.
func span(d time.Duration) string {
	for _, u := range []struct {
		length time.Duration
		name   string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int64(d / u.length); n == 1 {
			return "1 " + u.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}

// record is the largest value of a series, and the largest since a burst may have
// begun.
type record struct{ before, since float64 }

func (r *record) add(y float64) { r.since = max(r.since, y) }

// settle makes what was seen part of the past.
func (r *record) settle() { r.before, r.since = max(r.before, r.since), 0 }

func (r *record) precedent(history time.Duration) Precedent {
	return Precedent{Peak: r.since, Before: r.before, History: history}
}
