package monitor

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// overHour lays bursts over everyday traffic.
func overHour(after time.Duration, bursts ...scenario.Builder) scenario.Overlay {
	o := scenario.Overlay{Quiet: scenario.Quiet{Seed: 5, Rate: 10, Noise: 0.1}}
	for _, b := range bursts {
		o.Bursts = append(o.Bursts, scenario.Part{Builder: b, After: after})
	}
	return o
}

// play has a monitor watch the first part of a scenario, and returns what it told of all
// bursts, those that are part of another one among them.
func play(t *testing.T, o Options, b scenario.Builder, length time.Duration) (*Monitor, *scenario.Scenario, []Burst) {
	t.Helper()
	s := must(b.Build(testPopulation()))
	var told []Burst
	o.Notify, o.NotifyChildren = func(b Burst) { told = append(told, b) }, true
	m := newMonitor(o)
	for e := range s.Events() {
		if e.Time.Sub(begin) > length {
			break
		}
		m.Observe(eventOf(e))
	}
	return m, s, told
}

// final returns the ended bursts of a target.
func final(told []Burst, target Target) (found []Burst) {
	for _, b := range told {
		if b.Final && b.Target == target {
			found = append(found, b)
		}
	}
	return found
}

// A mail bomb on one of hundreds of mailboxes is found while it runs, on the whole
// and on its target, told again as it grows, and told once when it has ended.
func TestMailBomb(t *testing.T) {
	o := Options{Claims: []attribution.Claim{attribution.Majority("RU"), attribution.Plurality("RU")}}
	m, s, told := play(t, o, overHour(8*time.Minute, scenario.MailBomb{Seed: 1}), 15*time.Minute)
	truth := s.Bursts()[0]
	for _, target := range []Target{{}, ParseTarget(truth.Targets[0])} {
		ended := final(told, target)
		if len(ended) != 1 {
			t.Fatalf("%v: %d bursts have ended, want 1:\n%v", target, len(ended), told)
		}
		b := ended[0]
		for _, edge := range []struct{ got, want time.Time }{{b.Onset, truth.Onset}, {b.End, truth.End}} {
			if d := edge.got.Sub(edge.want).Abs(); d > 20*time.Second {
				t.Errorf("%v: from %v to %v, want %v to %v", target, b.Onset, b.End, truth.Onset, truth.End)
			}
		}
		looks := slices.Clone(told)
		looks = slices.DeleteFunc(looks, func(other Burst) bool { return other.ID != b.ID || other.Final })
		if len(looks) == 0 || looks[0].End.Sub(truth.Onset) > 30*time.Second {
			t.Errorf("%v: found late: %v", target, looks)
		}
		for i, look := range looks {
			if look.Interim != i+1 || look.Report.Policy.Interim != i+1 ||
				look.Report.Verdicts[0].Outcome == attribution.Supported {
				t.Errorf("%v: look %d of %d: %v", target, look.Interim, len(looks), look)
			}
		}
		if b.Report.Verdicts[0].Outcome != attribution.Refuted || b.Report.Verdicts[1].Outcome != attribution.Supported {
			t.Errorf("%v: %v", target, b)
		}
		if r := b.Report; float64(r.Events) < 0.99*95_000 || float64(r.Events) > 1.02*95_000 {
			t.Errorf("%v: %d events", target, r.Events)
		}
		got, want := float64(b.Report.Sources.Value), float64(truth.Distinct())
		if target != (Target{}) && math.Abs(got-want) > 0.05*want {
			t.Errorf("%v: %.0f sources, want %.0f", target, got, want)
		}
		if !b.ByEvents || !b.BySources || b.Unprecedented != attribution.Undecided ||
			b.History.Peak < 50*b.History.Before {
			t.Errorf("%v: by events %v, by sources %v, %+v", target, b.ByEvents, b.BySources, b.History)
		}
		if !hasCaveat(b, caveat.ShortHistory) {
			t.Errorf("%v: caveats %v", target, b.Caveats)
		}
	}
	ended := len(final(told, Target{})) + len(final(told, ParseTarget(truth.Targets[0])))
	if known := slices.Collect(m.Bursts()); len(known) != ended {
		t.Errorf("%d bursts are known:\n%v", len(known), known)
	}
}

// A burst that nearly all comes from one source has a verdict that says so.
func TestSingleSource(t *testing.T) {
	single := scenario.SingleSource{Seed: 1, Origin: world.Origin("RU")}
	_, _, told := play(t, Options{}, overHour(8*time.Minute, single), 10*time.Minute)
	if len(told) == 0 {
		t.Fatal("nothing was told")
	}
	for _, b := range told {
		for _, v := range b.Report.Verdicts {
			i := slices.IndexFunc(v.Caveats, func(c caveat.Caveat) bool { return c.Code == caveat.DominantSource })
			if i < 0 || v.Caveats[i].Value < .5 {
				t.Errorf("%v", b)
			}
		}
	}
}

// Nothing is told of quiet hours.
func TestQuietHours(t *testing.T) {
	quiet := 90 * time.Minute
	if testing.Short() {
		quiet = 20 * time.Minute
	}
	_, _, told := play(t, Options{}, scenario.Quiet{Seed: 3, Rate: 15, Noise: 0.1}, quiet)
	for _, b := range told {
		t.Errorf("%v", b)
	}
}

// Counts as large as can be do not make a burst look doubled in every interval.
func TestHugeCounts(t *testing.T) {
	told := 0
	o := Options{Targets: 16, Notify: func(b Burst) { told++ }}
	m := newMonitor(o)
	m.Observe(repeat(1000, 0, 1)...)
	for i := range 100 {
		e := Event{Time: at(1000 + 10*float64(i)), Flow: flowOf(ip(i)), Target: TargetName("a")}
		e.Events, e.Bytes = math.MaxUint64, math.MaxUint64
		m.Observe(e)
	}
	if told == 0 || told > 8 {
		t.Errorf("told %d times", told)
	}
	restored(t, m, o)
}

// A burst is made once, whoever asks first: Notify and every call of Bursts give the
// same value.
func TestBurstsAreMadeOnce(t *testing.T) {
	events := join(repeat(1000, 0, 1), repeat(10_000, 1000, .01), repeat(1000, 1100, 1), repeat(10_000, 2100, .01))
	latest := map[uint64]Burst{}
	notified := newMonitor(Options{Targets: -1, Notify: func(b Burst) { latest[b.ID] = b }})
	notified.Observe(events...)
	silent := newMonitor(Options{Targets: -1})
	silent.Observe(events...)
	n := 0
	for b := range silent.Bursts() {
		if n++; latest[b.ID].String() != b.String() {
			t.Errorf("%v\nwas notified as\n%v", b, latest[b.ID])
		}
		latest[b.ID+1000] = b
	}
	if n != 2 || len(latest) != 4 {
		t.Fatalf("%d bursts", n)
	}
	// What is made again has slices of its own.
	same := func(a, b Burst) bool {
		return &a.Report.Countries[0] == &b.Report.Countries[0] && a.NewSources == b.NewSources
	}
	for range 2 {
		for b := range notified.Bursts() {
			if !same(b, latest[b.ID]) {
				t.Errorf("burst %d, final %v: not what was notified", b.ID, b.Final)
			}
		}
		for b := range silent.Bursts() {
			if !same(b, latest[b.ID+1000]) {
				t.Errorf("burst %d, final %v: made again", b.ID, b.Final)
			}
		}
	}
	cost := testing.AllocsPerRun(5, func() {
		for b := range silent.Bursts() {
			_ = b.Final
		}
	})
	if cost > 10 {
		t.Errorf("%v allocations", cost)
	}
}

// A callback that panics costs its burst, none of those that follow.
func TestNotifyPanics(t *testing.T) {
	var told []uint64
	m := newMonitor(Options{Targets: -1, Notify: func(b Burst) {
		if told = append(told, b.ID); len(told) == 1 {
			panic("the first")
		}
	}})
	observe := func(events []Event) {
		defer func() { recover() }()
		m.Observe(events...)
	}
	observe(repeat(1000, 0, 1))
	observe(repeat(10_000, 1000, .01))
	observe(repeat(1000, 1100, 1))
	if len(told) < 2 || m.hasPending() {
		t.Errorf("told of %v", told)
	}
}

// A burst during which the clock was set back was not lost to other targets.
func TestSetBackInABurst(t *testing.T) {
	m := newMonitor(Options{Targets: -1})
	m.Observe(join(repeat(1000, 0, 1), repeat(10_000, 1000, .01), repeat(100, -7200, 1))...)
	bursts := slices.Collect(m.Bursts())
	if len(bursts) != 1 || !bursts[0].Final {
		t.Fatalf("%v", bursts)
	}
	if hasCaveat(bursts[0], caveat.TargetLost) {
		t.Errorf("%v", bursts[0])
	}
}

// Those who come again minutes later are as new as they were: what a burst sent is
// in no baseline of the next, at no look.
func TestSecondWave(t *testing.T) {
	looks := 0
	m := newMonitor(Options{Targets: -1, Notify: func(b Burst) {
		looks++
		if b.NewSources == nil || b.NewSources.Report.Sources.Value != b.Report.Sources.Value {
			t.Errorf("look %d: %v", b.Interim, b)
		}
	}})
	wave := func(from float64) (events []Event) {
		for i, e := range repeat(3000, from, .02) {
			e.Source = ip(5000 + i)
			events = append(events, e)
		}
		return events
	}
	m.Observe(join(repeat(1200, 0, 1), wave(1200), repeat(400, 1260, 1), wave(1660), repeat(900, 1720, 1))...)
	if n := len(slices.Collect(m.Bursts())); n != 2 || looks < 6 {
		t.Errorf("%d bursts, told %d times", n, looks)
	}
}
