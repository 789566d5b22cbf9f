package monitor

import (
	"fmt"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/count"
)

// The caveats of a [Burst]. What the value of each means stands beside it.
const (
	ShortHistory    attribution.Code = "SHORT_HISTORY"    // hours of history
	SingleSource    attribution.Code = "SINGLE_SOURCE"    // its share of the events
	WindowSensitive attribution.Code = "WINDOW_SENSITIVE" // verdicts that differ
	NoBaseline      attribution.Code = "NO_BASELINE"      // always 0
	EndUncertain    attribution.Code = "END_UNCERTAIN"    // always 0
	TargetLost      attribution.Code = "TARGET_LOST"      // always 0
	Incomplete      attribution.Code = "INCOMPLETE"       // always 0
)

// normalHistory is the length of history below which it is called short.
const normalHistory = 7 * day

func (a *account) caveats(
	o Options, told *Burst, window *attribution.Tally, claims []attribution.Claim,
) []attribution.Caveat {
	caveats := []attribution.Caveat{} // an empty list in JSON, not null
	add := func(code attribution.Code, value float64, format string, args ...any) {
		caveats = append(caveats, attribution.Caveat{Code: code, Value: value, Text: fmt.Sprintf(format, args...)})
	}
	b := &a.burst
	if top, all := heaviest(window, told.Report); top > all/2 {
		add(SingleSource, float64(top)/float64(all),
			"%s of %s events came from one source; how its sources are spread over countries says little about it",
			count.Grouped(top), count.Grouped(all))
	}
	if differ := a.sensitive(o, claims, told.Verdicts); differ != nil {
		add(WindowSensitive, float64(len(differ)),
			"an onset or end one interval (%v) earlier or later would change the verdict on %s",
			o.Interval, joined(differ))
	}
	if h := b.history.Span; h < normalHistory {
		add(ShortHistory, h.Hours(), "compared with %s of history only", span(h))
	}
	if told.Excess == nil {
		add(NoBaseline, 0, "nobody was seen before it, so that what is new about its sources cannot be told")
	}
	if b.final && b.uncertain {
		add(EndUncertain, 0,
			"the end is uncertain: the traffic faded away, stayed until it was taken for normal, or was no longer seen")
	}
	if b.lost {
		add(TargetLost, 0, "the target was no longer among those hit hardest; what came later is not known")
	}
	if b.incomplete {
		add(Incomplete, 0,
			"who came in part of its time is not known: it began before it showed, or memory was wanting")
	}
	return caveats
}

// heaviest returns the events of the public source that made most of them, among
// those sampled, and of all. r is the report of t.
func heaviest(t *attribution.Tally, r *attribution.Report) (top, all uint64) {
	for s := range t.Sampled() {
		top = max(top, s.Events)
	}
	return top, addSaturated(r.Events, r.Reserved.Events)
}

// sensitive returns the claims that get another decision if the onset or the end
// moves by an interval.
func (a *account) sensitive(o Options, claims []attribution.Claim, verdicts []attribution.Verdict) (differ []string) {
	b := &a.burst
	terms := o.Terms
	terms.Look = b.interim
	first, last := b.onset, b.end-1
	for _, w := range [][2]int64{{first - 1, last}, {first + 1, last}, {first, last - 1}, {first, last + 1}} {
		if w[0] > w[1] || !b.final && w[1] == b.end {
			continue
		}
		for i, v := range terms.CheckAll(a.window(w[0], w[1]).Report(), claims...) {
			if text := claims[i].String(); v.Decision != verdicts[i].Decision && !slices.Contains(differ, text) {
				differ = append(differ, text)
			}
		}
	}
	return differ
}
