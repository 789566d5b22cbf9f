package monitor

import (
	"fmt"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
)

// Burst is more traffic than usual, to one target or in all: when it came, how large
// it was, where it came from, and what may be claimed about that. It is plain data:
// decoding its JSON gives an equal Burst. Package text prints it in sentences.
//
// A Burst is made once for each time it is reported. All who receive it share its
// slices and what it points to, and must not change them.
type Burst struct {
	// ID numbers the bursts of a monitor, from 1 on. A burst that is reported again
	// has the same ID.
	ID uint64 `json:"id"`

	// Target is what was hit, a group of targets if it was hit as a whole. The zero Target
	// stands for all traffic. An attack on one target may be a burst of it and a burst of
	// all traffic: then that of the target is a child of that of all traffic.
	Target Target `json:"target,omitzero"`

	// Onset is the begin of the first interval. End is the end of the last one in which
	// it showed; so far, while it runs. Interval is their resolution. Of an interval that
	// is still open, End is the end of the second in which it was seen last.
	Onset    time.Time     `json:"onset"`
	End      time.Time     `json:"end"`
	Interval time.Duration `json:"interval_ns"`

	// Final says that it has ended. Before that, Interim numbers the reports of it,
	// from 1 on. Their verdicts share one probability of error: see
	// [attribution.Policy].
	Final   bool `json:"final"`
	Interim int  `json:"interim,omitempty"`

	// Peak is the interval with most events, and PeakEvents is their number.
	// PeakSources is the largest number of distinct sources in one interval.
	// Expected is the number of events per interval that was expected without it.
	Peak        time.Time `json:"peak"`
	PeakEvents  uint64    `json:"peak_events"`
	PeakSources uint64    `json:"peak_sources"`
	Expected    float64   `json:"expected_events"`

	// Timeline is what came to the target before, in and after the burst, as far back as the
	// monitor remembers it: at most 240 points at equal distances, a multiple of Interval. It is
	// empty if that is not known.
	Timeline []Point `json:"timeline,omitempty"`

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
	Unprecedented attribution.Outcome `json:"unprecedented"`

	// Report is about all traffic from the onset to the end and nothing else, with a
	// verdict on each of Options.Claims. [Monitor.BurstSnapshot] gives the same verdicts.
	Report attribution.Report `json:"report"`

	// NewSources is about the sources that were not seen in the time before, with
	// verdicts of its own. That time is at least half the retention, if the stream is
	// as old. NewSources is nil if no public source was seen before.
	NewSources *baseline.NewSources `json:"new_sources,omitempty"`

	// Parent is the ID of the burst that this one is part of: the attack is reported there.
	// It is 0 for a burst that is reported by itself. One that goes on when its parent has
	// ended is reported by itself from then on, or as a child of such a one.
	Parent uint64 `json:"parent,omitempty"`

	// Children are the bursts of other targets that are part of the same attack, by ID, as
	// they were at this report. Beyond 1,024 the first of those that have ended are only
	// counted, as MoreChildren. The Report is about the target of this burst, not about theirs.
	Children     []Child `json:"children,omitempty"`
	MoreChildren int     `json:"more_children,omitempty"`

	// Caveats are about the burst: SHORT_HISTORY, WINDOW_SENSITIVE (one for each
	// claim), NO_BASELINE, END_UNCERTAIN, END_MOVED, TARGET_LOST, INCOMPLETE, and
	// CLOCK_OFFSET if records that came while it ran were dated in another time zone.
	// Caveats about a verdict are in the verdict.
	Caveats []caveat.Caveat `json:"caveats"`
}

// String returns the burst in one line for logs, without prose. Package text has
// sentences.
func (b Burst) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "burst %d", b.ID)
	if !b.Target.IsZero() {
		fmt.Fprintf(&s, " target %v", b.Target)
	}
	if b.Parent != 0 {
		fmt.Fprintf(&s, " parent %d", b.Parent)
	}
	if n := len(b.Children) + b.MoreChildren; n > 0 {
		fmt.Fprintf(&s, " children %d", n)
	}
	fmt.Fprintf(&s, " from %s to %s", b.Onset.Format(time.RFC3339), b.End.Format(time.RFC3339))
	if b.Final {
		s.WriteString(" final")
	} else {
		fmt.Fprintf(&s, " interim %d", b.Interim)
	}
	r := &b.Report
	fmt.Fprintf(&s, " events %d sources %d peak %d expected %.4g", r.Events, r.Sources.Value, b.PeakEvents, b.Expected)
	for _, v := range r.Verdicts {
		fmt.Fprintf(&s, "; %v", v)
	}
	if n := b.NewSources; n != nil {
		fmt.Fprintf(&s, "; new %d", n.Report.Sources.Value)
		for _, v := range n.Report.Verdicts {
			fmt.Fprintf(&s, "; new %v", v)
		}
	}
	separator := "; "
	for _, c := range b.Caveats {
		s.WriteString(separator + string(c.Code))
		separator = " "
	}
	return s.String()
}

// HistoricalPeak compares the largest count of a burst, in one interval, with the
// largest before it.
type HistoricalPeak struct {
	// Peak is the largest count of the burst; so far, while it runs.
	Peak float64 `json:"peak"`
	// Before is the largest count before the burst; 0 if there was none.
	Before float64 `json:"before"`
	// Span is how long the target was observed, without what was missed. Of one that
	// has always been tracked since it came first, that is as long as the stream was.
	Span time.Duration `json:"span_ns"`
}

const (
	unprecedentedRatio = 2
	unprecedentedSpan  = 28 * day
)

// unprecedented decides what Burst.Unprecedented says.
func (h HistoricalPeak) unprecedented() attribution.Outcome {
	switch {
	case h.Before >= h.Peak:
		return attribution.Refuted
	case h.Span >= unprecedentedSpan && h.Peak >= unprecedentedRatio*h.Before:
		return attribution.Supported
	}
	return attribution.Undecided
}
