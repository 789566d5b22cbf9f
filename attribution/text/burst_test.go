package text

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/figures"
	"github.com/whence-go/whence/internal/testenv/world"
)

// bursts are what a monitor reports of a flood of one mailbox amid everyday mail: first, and when it has ended.
func bursts(t testing.TB) map[string]monitor.Burst {
	t.Helper()
	found := map[string]monitor.Burst{}
	m := world.Must(monitor.New(world.Table(), monitor.Options{
		Tally:          attribution.Options{Key: world.Key(6), AssumeHandshake: true},
		Claims:         []attribution.Claim{attribution.Majority("RU"), attribution.Plurality("US").Of(attribution.Events)},
		NotifyChildren: true,
		Notify: func(b monitor.Burst) {
			switch {
			case b.Target.IsZero() && b.Final:
				found["burst-all"] = b
			case b.Target.IsZero():
			case b.Final:
				found["burst"] = b
			case b.Interim == 1:
				found["burst-interim"] = b
			}
		},
	}))
	begin := at.Truncate(time.Hour)
	for tick := range 300 { // of ten seconds
		var batch []monitor.Event
		add := func(mailbox int, code string, i int) {
			batch = append(batch, monitor.Event{
				Time:   begin.Add(time.Duration(tick) * 10 * time.Second),
				Target: monitor.TargetName(fmt.Sprintf("mailbox-%d@lagoon.example", mailbox)),
				Flow:   attribution.Flow{Source: world.IP(code, i)},
			})
		}
		for i := range 20 {
			add((tick+i)%5, "NC", tick*20+i)
			add((tick+i)%5, "RU", i)
		}
		if tick >= 200 && tick < 206 {
			for i := range 400 {
				add(3, "RU", 5_000*i)
				add(3, "US", 300*i+tick)
			}
		}
		m.Observe(batch...)
	}
	m.Advance(begin.Add(2 * time.Hour))
	for _, name := range []string{"burst", "burst-interim", "burst-all"} {
		if _, ok := found[name]; !ok {
			t.Fatalf("no %s among %d", name, len(found))
		}
	}
	alone := found["burst"]
	alone.NewSources = nil
	alone.Caveats = []caveat.Caveat{{Code: caveat.NoBaseline}, {Code: caveat.ShortHistory, Value: 2}}
	alone.History = monitor.HistoricalPeak{Peak: 900, Span: 2 * time.Hour}
	alone.Target = monitor.ParseTarget("2001:db8::7")
	alone.ByEvents = false
	found["burst-first"] = alone
	many := found["burst-all"]
	many.Children = manyChildren(many)
	many.MoreChildren = 1
	found["burst-attack"] = many
	few := found["burst-interim"]
	few.Parent, few.Children = 0, manyChildren(few)[18:]
	found["burst-other-targets"] = few
	return found
}

// manyChildren are twenty bursts that began with one, each with more events than the one before.
func manyChildren(b monitor.Burst) (all []monitor.Child) {
	for i := range 20 {
		c := monitor.Child{
			ID: uint64(i + 2), Target: monitor.TargetName(fmt.Sprintf("mailbox-%d@lagoon.example", i)),
			Onset: b.Onset, End: b.End, Final: i != 17, Events: uint64(900 + i), PeakEvents: uint64(90 + i),
		}
		if i == 19 {
			c.Target, c.End = monitor.ParseTarget("192.0.2.7"), c.End.Add(time.Minute)
		}
		all = append(all, c)
	}
	return all
}

// An attack lists its targets, those with most events first, and counts the rest of them.
func TestAttacksListTheirTargets(t *testing.T) {
	for name, want := range map[string]struct {
		head          string
		listed, other int
	}{
		"burst-attack":        {"It hits 21 targets:", 12, 9},
		"burst-other-targets": {"The same attack hits 2 other targets:", 2, 0},
		"burst-all":           {"It hits 1 target:", 1, 0},
		"burst":               {"It is part of the attack that burst 2 reports.", 0, 0},
	} {
		burst := bursts(t)[name]
		var b bytes.Buffer
		if err := en.Burst(&b, burst); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if !strings.Contains(text, "  "+want.head+"\n") {
			t.Errorf("%s: no %q in\n%s", name, want.head, text)
		}
		last, listed := uint64(math.MaxUint64), 0
		for line := range strings.Lines(text) {
			target, rest, found := strings.Cut(strings.TrimPrefix(line, "    "), ": ")
			if !found || !strings.HasPrefix(line, "    ") || !strings.Contains(line, ", at most ") {
				continue
			}
			listed++
			target = strings.Trim(target, `"`)
			i := slices.IndexFunc(burst.Children, func(c monitor.Child) bool { return c.Target.String() == target })
			if i < 0 {
				t.Errorf("%s: %q is not hit", name, target)
				continue
			}
			c := burst.Children[i]
			n, _, _ := strings.Cut(rest, " ")
			if whole64(n) != c.Events || c.Events > last ||
				strings.Contains(rest, " so far") != (burst.Final && !c.Final) {
				t.Errorf("%s: %q is %+v", name, line, c)
			}
			last = c.Events
		}
		if listed != want.listed || strings.Contains(text, " others\n") != (want.other > 0) ||
			want.other > 0 && !strings.Contains(text, fmt.Sprintf("    and %d others\n", want.other)) {
			t.Errorf("%s: %d are listed in\n%s", name, listed, text)
		}
	}
}

// A burst says when, how much, beside what, and where.
func TestBurstsSayWhatTheyAre(t *testing.T) {
	all := bursts(t)
	largest := all["burst"]
	largest.History = monitor.HistoricalPeak{Peak: 4_000, Before: 1_999, Span: 40 * 24 * time.Hour}
	largest.Unprecedented = attribution.Supported
	all["unprecedented"] = largest
	largest.History.Before, largest.Unprecedented = 4_000, attribution.Refuted
	all["not the largest"] = largest
	for name, burst := range all {
		var b bytes.Buffer
		if err := en.Burst(&b, burst); err != nil {
			t.Fatal(err)
		}
		rd := reader{t, name, b.String()}
		rd.language()
		if m := rd.find(`^Burst NUMBER of [^\n]*?( \(provisional, look NUMBER\))?\n`); m == nil {
			rd.errorf("no number")
		} else if whole64(m[1]) != burst.ID || (m[2] == "") != burst.Final {
			rd.errorf("%q", m[0])
		}
		if m := rd.find(`  NUMBER events? from (?:about )?NUMBER sources?\. At most NUMBER events? in`); m != nil {
			rd.count("events", m[1], burst.Report.Events, true)
			rd.count("sources", m[2], burst.Report.Sources.Value, burst.Report.Sources.Exact)
			rd.count("peak", m[3], burst.PeakEvents, true)
		} else {
			rd.errorf("no size")
		}
		h := burst.History
		m := rd.find(`It is the largest in [^:]*: ([0-9.,]+) times the largest before\.`)
		switch {
		case m != nil:
			rd.times("history", m[1], h.Peak/h.Before, down)
		case h.Before >= 1 && h.Before < h.Peak:
			rd.errorf("not that it is the largest, of %v", h)
		}
		for text, want := range map[string]bool{
			"unprecedented": burst.Unprecedented == attribution.Supported, "No earlier traffic": h.Before < 1,
			"not the largest": h.Before >= h.Peak, "last seen": !burst.Final,
		} {
			if strings.Contains(rd.text, text) != want {
				rd.errorf("%q: %v", text, !want)
			}
		}
		for i, v := range burst.Report.Verdicts {
			if !strings.Contains(rd.text, "\n"+v.Outcome.String()+": "+v.Claim.String()) {
				rd.errorf("no verdict %d", i)
			}
			if n := burst.NewSources; n != nil && n.Report.Verdicts[i].Outcome != attribution.Inadmissible {
				w := n.Report.Verdicts[i]
				cell, outcome := rd.amongNew(v.Claim)
				rd.cell("among the new", cell, w.Share, figures.Limit(w.Claim)...)
				if outcome != w.Outcome.String() {
					rd.errorf("%q among the new, want %v", outcome, w.Outcome)
				}
			}
		}
	}
}

// A target is named as what it is.
func TestTargetsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "all traffic",
		"198.51.100.7":        "198.51.100.7",
		"198.51.100.0/24":     "the network 198.51.100.0/24",
		"2001:db8:7::/48":     "the network 2001:db8:7::/48",
		"user@lagoon.example": `"user@lagoon.example"`,
		"*@lagoon.example":    `the mail domain "lagoon.example"`,
		"/shop/item":          `"/shop/item"`,
		"/shop/*":             `the directory "/shop/"`,
		"/*":                  `the directory "/"`,
	} {
		var b bytes.Buffer
		burst := monitor.Burst{ID: 7, Final: true, Target: monitor.ParseTarget(text)}
		if err := en.Burst(&b, burst); err != nil || !strings.HasPrefix(b.String(), "Burst 7 of "+want+"\n") {
			t.Errorf("%q: %.60s, %v", text, b.String(), err)
		}
	}
}

// amongNew is what a text says of a claim among the new sources.
func (rd reader) amongNew(c attribution.Claim) (share, outcome string) {
	rd.t.Helper()
	_, block, _ := strings.Cut(rd.text, ": "+c.String()+"\n")
	if _, rest, ok := strings.Cut(rd.text, ": "+c.String()+" (provisional"); ok {
		block = rest
	}
	block, _, _ = strings.Cut(block, "\n\n")
	one := reader{rd.t, rd.name, block}
	m := one.find(`(?:Among|Of the events of) the NUMBER new sources?, the share is (.*): (\w+)\.`)
	if m == nil {
		rd.errorf("nothing about the new sources and %v", c)
		return "", ""
	}
	return m[2], m[3]
}

// Bursts of the zero value, and of numbers that no monitor gives, are texts.
func TestHostileBursts(t *testing.T) {
	for _, b := range []monitor.Burst{
		{}, {Interim: -1, ID: math.MaxUint64, Expected: math.Inf(1), Interval: math.MinInt64},
		{History: monitor.HistoricalPeak{Peak: math.NaN(), Before: math.NaN()}},
	} {
		if err := en.Burst(&bytes.Buffer{}, b); err != nil {
			t.Error(err)
		}
	}
}
