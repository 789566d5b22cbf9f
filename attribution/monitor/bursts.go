package monitor

import (
	"time"

	"github.com/whence-go/whence/attribution"
)

// Burst is more traffic than usual, to one target or in all: when it came, how large
// it was, where it came from, and what may be claimed about that. Print it with fmt
// for a sentence and its verdicts. json.Marshal gives the stable machine form, to
// which keys are only ever added.
//
// A Burst is made once for each time it is reported. All who receive it share its
// slices and what it points to, and must not change them.
type Burst struct {
	// ID numbers the bursts of a monitor, from 1 on. A burst that is reported again
	// has the same ID.
	ID uint64 `json:"id"`

	// Target is what was hit. The zero Target stands for all traffic. An attack on
	// one target may be a burst of it and a burst of all traffic.
	Target Target `json:"target,omitzero"`

	// Onset is the begin of the first interval. End is the end of the last one; so
	// far, while it runs. Interval is their resolution.
	Onset    time.Time     `json:"onset"`
	End      time.Time     `json:"end"`
	Interval time.Duration `json:"interval_ns"`

	// Final says that it has ended. Before that, Interim numbers the reports of it,
	// from 1 on. Their verdicts share one probability of error: see
	// [attribution.Terms].
	Final   bool `json:"final"`
	Interim int  `json:"interim,omitempty"`

	// Peak is the interval with most events, and PeakEvents is their number.
	// PeakSources is the largest number of distinct sources in one interval.
	// Expected is the number of events per interval that was expected without it.
	Peak        time.Time `json:"peak"`
	PeakEvents  uint64    `json:"peak_events"`
	PeakSources uint64    `json:"peak_sources"`
	Expected    float64   `json:"expected_events"`

	// ByEvents and BySources say whether it shows in the events, and in the sources.
	ByEvents  bool `json:"by_events"`
	BySources bool `json:"by_sources"`

	// History compares it with the history of the same target: of its events, or of
	// its sources if it does not show in the events.
	History HistoricalPeak `json:"history"`

	// Unprecedented says whether it may be called so. It is supported if the peak is
	// at least twice the largest before, in at least 28 days. It is refuted if as
	// much came before. Else it is undecided: the largest of four weeks is exceeded
	// every fourth week without a cause, but hardly ever twice as much comes.
	Unprecedented attribution.Decision `json:"unprecedented"`

	// Report is about all traffic while it ran.
	Report *attribution.Report `json:"report"`

	// Excess is about the new sources: those that were not seen in the time before.
	// That is at least half the retention, if the stream is as old. Excess is nil if
	// nobody was seen before.
	Excess *attribution.Excess `json:"excess,omitempty"`

	// Verdicts are those on Options.Claims, about Report. ExcessVerdicts are about
	// the new sources alone.
	Verdicts       []attribution.Verdict `json:"verdicts"`
	ExcessVerdicts []attribution.Verdict `json:"excess_verdicts,omitempty"`

	Caveats []attribution.Caveat `json:"caveats"`

	text string
}

// String returns the burst in a sentence, and its verdicts and caveats in a line
// each.
func (b Burst) String() string { return b.text }

// HistoricalPeak compares the largest count of a burst, in one interval, with the
// largest before it.
type HistoricalPeak struct {
	// Peak is the largest count of the burst; so far, while it runs.
	Peak float64 `json:"peak"`
	// Before is the largest count before the burst; 0 if there was none.
	Before float64 `json:"before"`
	// Span is how long the target was observed, without what was missed.
	Span time.Duration `json:"span_ns"`
}

const (
	unprecedentedRatio = 2
	unprecedentedSpan  = 28 * day
)

// unprecedented decides what Burst.Unprecedented says.
func (h HistoricalPeak) unprecedented() attribution.Decision {
	switch {
	case h.Before >= h.Peak:
		return attribution.Refuted
	case h.Span >= unprecedentedSpan && h.Peak >= unprecedentedRatio*h.Before:
		return attribution.Supported
	}
	return attribution.Undecided
}

// public returns the burst of an account. It is made once and then kept.
func (a *account) public(o Options) Burst {
	a.once.Do(func() { a.made = a.make(o) })
	return a.made
}

func (a *account) make(o Options) Burst {
	b := &a.burst
	begin := func(i int64) time.Time { return time.Unix(0, i*int64(o.Interval)).UTC() }
	window := a.window(b.onset, b.end-1)
	told := Burst{
		ID: b.id, Target: b.target, Onset: begin(b.onset), End: begin(b.end), Interval: o.Interval,
		Final: b.final, Interim: b.interim,
		Peak: begin(b.peak), PeakEvents: b.most, PeakSources: b.mostSources, Expected: b.expected,
		ByEvents: b.byEvents, BySources: b.bySources,
		History: HistoricalPeak(b.history), Report: window.Report(),
	}
	told.Unprecedented = told.History.unprecedented()
	claims := o.Claims
	if len(claims) == 0 {
		claims = leading(told.Report)
	}
	terms := o.Terms
	terms.Look = b.interim
	told.Verdicts = terms.CheckAll(told.Report, claims...)
	if excess, err := window.Excess(a.baseline()); err == nil {
		told.Excess = excess
		told.ExcessVerdicts = terms.CheckAll(excess.Report, claims...)
	}
	told.Caveats = a.caveats(o, &told, window, claims)
	told.text = told.sentence()
	return told
}

// leading is the claim that more than half of the sources are geolocated to the
// country that has most of them.
func leading(r *attribution.Report) []attribution.Claim {
	if len(r.Origins) == 0 {
		return nil
	}
	return []attribution.Claim{attribution.Majority(r.Origins[0].Origin.String())}
}
