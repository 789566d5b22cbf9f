package monitor

import (
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/snapshot"
)

// public returns the burst of an account. It is made once and then kept.
func (a *account) public(o Options) Burst {
	a.made.once.Do(func() { a.made.burst = a.make(o) })
	a.listOnce.Do(func() { a.listed = a.list(int64(o.Interval)) })
	b := a.made.burst
	b.Parent, b.Children, b.MoreChildren = a.parent, a.listed, a.more
	return b
}

func (a *account) make(o Options) Burst {
	b := &a.burst
	begin := func(i int64) time.Time { return time.Unix(0, i*int64(o.Interval)).UTC() }
	window := a.window(o, b.onset, b.end-1)
	claims := o.claimsOn(window)
	made := Burst{
		ID: b.id, Target: b.target, Onset: begin(b.onset), End: time.Unix(0, b.until(o)).UTC(), Interval: o.Interval,
		Final: b.final, Interim: b.interim,
		Peak: begin(b.peak), PeakEvents: b.most, PeakSources: b.mostSources, Expected: b.expected,
		ByEvents: b.byEvents, BySources: b.bySources, Timeline: b.trail.points(o.Interval),
		History: HistoricalPeak(b.history), Report: a.report(o, window, claims),
	}
	if made.History.Peak = float64(b.most); !b.byEvents {
		made.History.Peak = float64(b.mostSources)
	}
	made.Unprecedented = made.History.unprecedented()
	made.NewSources = a.newSources(o, window, claims)
	made.Caveats = a.caveats(o, &made, claims)
	return made
}

// policy is that of one report of the burst.
func (a *account) policy(o Options) attribution.Policy {
	p := o.Policy
	p.Interim = a.burst.interim
	return p
}

func (a *account) report(o Options, s attribution.Snapshot, claims []attribution.Claim) attribution.Report {
	r, err := s.Report(a.policy(o), claims...)
	if err != nil {
		panic("monitor: " + err.Error()) // the options were checked
	}
	return r
}

// newSources is nil if no public source was seen before the burst.
func (a *account) newSources(o Options, s attribution.Snapshot, claims []attribution.Claim) *baseline.NewSources {
	usual, found := a.baseline(o)
	if !found {
		return nil
	}
	n, err := baseline.Compare(s, usual, a.policy(o), claims...)
	if err != nil || n.Baseline.Value == 0 {
		return nil
	}
	return &n
}

// claimsOn returns what is decided for a burst: the claims of the options, or that more
// than half of its sources are geolocated to the country that has most of them.
func (o Options) claimsOn(s attribution.Snapshot) []attribution.Claim {
	if len(o.Claims) > 0 {
		return o.Claims
	}
	for _, leading := range snapshot.Unwrap(s).View().Countries() {
		return []attribution.Claim{attribution.Majority(leading.String())}
	}
	return nil
}

// normalHistory is the length of history below which it is called short.
const normalHistory = 7 * day

func (a *account) caveats(o Options, made *Burst, claims []attribution.Claim) []caveat.Caveat {
	caveats := []caveat.Caveat{} // an empty list in JSON, not null
	add := func(code caveat.Code, value float64, subject string) {
		caveats = append(caveats, caveat.Caveat{Code: code, Value: value, Subject: subject})
	}
	b := &a.burst
	for i, windows := range a.sensitive(o, claims, made.Report.Verdicts) {
		if windows > 0 {
			add(caveat.WindowSensitive, float64(windows), claims[i].String())
		}
	}
	if h := b.history.Span; h < normalHistory {
		add(caveat.ShortHistory, h.Hours(), "")
	}
	if made.NewSources == nil {
		add(caveat.NoBaseline, 0, "")
	}
	if b.unseen {
		add(caveat.OnsetUnseen, 0, "")
	}
	if b.final && b.uncertain {
		add(caveat.EndUncertain, 0, "")
	}
	if b.held > b.events {
		add(caveat.EndMoved, float64(b.held-b.events), "")
	}
	if b.evicted {
		add(caveat.TargetLost, 0, "")
	}
	if b.incomplete {
		add(caveat.Incomplete, 0, "")
	}
	if b.quarter != 0 {
		add(caveat.ClockOffset, (time.Duration(b.quarter) * quarter).Seconds(), "")
	}
	return caveats
}

// sensitive returns, for each claim, in how many windows it gets another outcome: those
// whose onset or end lies an interval earlier or later.
func (a *account) sensitive(o Options, claims []attribution.Claim, verdicts []attribution.Verdict) []int {
	b := &a.burst
	windows := make([]int, len(claims))
	first, last := b.onset, b.end-1
	for _, w := range [][2]int64{{first - 1, last}, {first + 1, last}, {first, last - 1}, {first, last + 1}} {
		if w[0] > w[1] || !b.final && w[1] == b.end {
			continue
		}
		for i, v := range a.report(o, a.window(o, w[0], w[1]), claims).Verdicts {
			if v.Outcome != verdicts[i].Outcome {
				windows[i]++
			}
		}
	}
	return windows
}
