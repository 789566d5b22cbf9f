package monitor

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// logLine is how a text handler logs a burst, without time, level and message.
func logLine(b Burst) string {
	var w bytes.Buffer
	slog.New(slog.NewTextHandler(&w, nil)).Info("", "burst", b)
	_, line, _ := strings.Cut(w.String(), `msg="" `)
	return strings.TrimSpace(line)
}

// The names of the fields are stable, since queries depend on them.
func TestBurstLogValue(t *testing.T) {
	report := attribution.Report{
		From: begin, To: at(60), Sources: attribution.Count{Value: 9, Low: 9, High: 9}, Events: 20, Records: 20,
		Countries: []attribution.Row{{Origin: world.Origin("RU"), Share: attribution.Share{Value: .5}}},
	}
	b := Burst{
		ID: 7, Target: TargetName("/login page"), Onset: begin, End: at(60), Interim: 2, Peak: at(20), PeakEvents: 10,
		PeakSources: 5, Expected: 1.5, Children: make([]Child, 2), MoreChildren: 1, Report: report,
		NewSources: &baseline.NewSources{Report: report}, Caveats: []caveat.Caveat{{Code: caveat.ShortHistory, Value: 1}},
	}
	const counts = `burst.sources=9 burst.sources_low=9 burst.sources_high=9 burst.events=20 burst.records=20 ` +
		`burst.lost=0 burst.located_by="" burst.top="RU=0.5" burst.verdicts=0`
	const want = `burst.id=7 burst.target="/login page" burst.children=3 burst.onset=2024-05-21T07:00:00.000Z ` +
		`burst.end=2024-05-21T07:01:00.000Z burst.final=false burst.interim=2 burst.peak=2024-05-21T07:00:20.000Z ` +
		`burst.peak_events=10 burst.peak_sources=5 burst.expected_events=1.5 burst.caveats=SHORT_HISTORY ` + counts +
		` burst.new_sources.sources=9 burst.new_sources.top="RU=0.5"`
	if got := logLine(b); got != want {
		t.Errorf("logged as\n%s\nwant\n%s", got, want)
	}
	const final = `burst.id=7 burst.parent=3 burst.onset=2024-05-21T07:00:00.000Z burst.end=2024-05-21T07:01:00.000Z ` +
		`burst.final=true burst.peak=2024-05-21T07:00:20.000Z burst.peak_events=10 burst.peak_sources=5 ` +
		`burst.expected_events=1.5 burst.caveats="" ` + counts
	b.Target, b.Parent, b.Final, b.Interim, b.Caveats, b.NewSources = Target{}, 3, true, 0, nil, nil
	b.Children, b.MoreChildren = nil, 0
	if got := logLine(b); got != final {
		t.Errorf("logged as\n%s\nwant\n%s", got, final)
	}
}

// A record stays on one line and small, whatever a client has asked for, and has no source.
func TestBurstLogValueIsBounded(t *testing.T) {
	evil := "/\n\x1b[2J\u202e burst.final=true " + strings.Repeat("ä", 1<<20)
	b := Burst{Target: TargetName(evil), Caveats: make([]caveat.Caveat, 1000), Children: make([]Child, 1000)}
	if got := logLine(b); len(got) > 2000 || strings.ContainsAny(got, "\n\x1b\u202e") ||
		strings.Contains(strings.ReplaceAll(got, ` burst.final=true ä`, ""), "burst.final=true") {
		t.Errorf("%d bytes: %.500s", len(got), got)
	}

	m := newMonitor(Options{})
	quiet := func(minutes int, from time.Duration) {
		for i := range 6 * minutes {
			for j := range 10 {
				m.Observe(Event{Time: begin.Add(from + time.Duration(i)*10*time.Second), Flow: flowOf(ip(j))})
			}
		}
	}
	quiet(20, 0)
	for i := range 3000 {
		m.Observe(Event{Time: begin.Add(20 * time.Minute), Target: TargetName("/x"), Flow: flowOf(ip(1000 + i))})
	}
	quiet(20, 20*time.Minute)
	lines := 0
	for b := range m.Bursts() {
		lines++
		got := logLine(b)
		for i := range 3000 {
			if source := ip(1000 + i).String(); strings.Contains(got, source) {
				t.Fatalf("%s is in %s", source, got)
			}
		}
		if !strings.Contains(got, "burst.verdict_1.outcome=") || strings.Count(got, "=") > 60 {
			t.Errorf("%s", got)
		}
	}
	if lines == 0 {
		t.Error("no burst was found")
	}
}
