package monitor

import (
	"time"

	"github.com/whence-go/whence/attribution"
)

// Burst is more traffic than there is at other times, to one target or in all: when
// it came, how large it was, where it came from, and what may be claimed about
// that. Print it with fmt for a sentence and its verdicts; json.Marshal gives the
// stable machine form, whose keys are only ever added to.
type Burst struct {
	// ID numbers the bursts of a monitor, from 1 on. A burst that is told again
	// has the same.
	ID uint64 `json:"id"`

	// Target is what was hit; the zero Target stands for all traffic. An attack on
	// one target may be a burst of it and one of all traffic.
	Target Target `json:"target,omitzero"`

	// Onset and End are the begin of the first interval and the end of the last;
	// so far, while it runs. Interval is their resolution.
	Onset    time.Time     `json:"onset"`
	End      time.Time     `json:"end"`
	Interval time.Duration `json:"interval_ns"`

	// Final says that it has ended. Before, it is told provisionally, and Look
	// numbers these looks, the verdicts of which share one probability of error;
	// see [attribution.Terms].
	Final bool `json:"final"`
	Look  int  `json:"look,omitempty"`

	// Peak is the interval with most events, and PeakEvents how many these were;
	// PeakSources are the most distinct sources in one interval. Expected is the
	// number of events in an interval that there would have been without it.
	Peak        time.Time `json:"peak"`
	PeakEvents  uint64    `json:"peak_events"`
	PeakSources uint64    `json:"peak_sources"`
	Expected    float64   `json:"expected_events"`

	// ByEvents and BySources say in which of the two it shows.
	ByEvents  bool `json:"by_events"`
	BySources bool `json:"by_sources"`

	// Precedent sets it against the history of the same target: of its events, or
	// of its sources if it does not show in the events.
	Precedent     Precedent            `json:"precedent"`
	Unprecedented attribution.Decision `json:"unprecedented"`

	// Report is all that came while it ran.
	Report *attribution.Report `json:"report"`

	// Excess is what of Report is new: the sources that were not seen in the time
	// before, half the retention or more of it where the stream has been running for
	// as long. It is nil if nobody was seen before.
	Excess *attribution.Excess `json:"excess,omitempty"`

	// Verdicts are those on Options.Claims, about Report, and ExcessVerdicts those
	// about the new sources alone.
	Verdicts       []attribution.Verdict `json:"verdicts"`
	ExcessVerdicts []attribution.Verdict `json:"excess_verdicts,omitempty"`

	Caveats []attribution.Caveat `json:"caveats"`

	text string
}

// String returns the burst in a sentence, and its verdicts and caveats in a line
// each.
func (b Burst) String() string { return b.text }

// tell makes the burst of an account.
func (a *account) tell(o Options) Burst {
	b := &a.burst
	begin := func(i int64) time.Time { return time.Unix(0, i*int64(o.Interval)).UTC() }
	window := a.window(b.onset, b.end-1)
	told := Burst{
		ID: b.id, Target: b.target, Onset: begin(b.onset), End: begin(b.end), Interval: o.Interval,
		Final: b.final, Look: b.look,
		Peak: begin(b.peak), PeakEvents: b.most, PeakSources: b.mostSources, Expected: b.expected,
		ByEvents: b.byEvents, BySources: b.bySources,
		Precedent: b.precedent, Unprecedented: b.precedent.Unprecedented(),
		Report: window.Report(),
	}
	claims := o.Claims
	if len(claims) == 0 {
		claims = leading(told.Report)
	}
	terms := o.Terms
	terms.Look = b.look
	told.Verdicts = terms.CheckAll(told.Report, claims...)
	if excess, err := window.Excess(a.baseline()); err == nil {
		told.Excess = excess
		told.ExcessVerdicts = terms.CheckAll(excess.Report, claims...)
	}
	told.Caveats = a.caveats(o, &told, window, claims)
	told.text = told.sentence()
	return told
}

// leading is the claim that most sources are geolocated to the country that has
// most of them.
func leading(r *attribution.Report) []attribution.Claim {
	if len(r.Origins) == 0 {
		return nil
	}
	return []attribution.Claim{attribution.Majority(r.Origins[0].Origin.String())}
}
