package monitor

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
)

// falling is traffic of Poisson counts a second, whose level changes. Sources of the first
// level are not those of the rest.
func falling(seed uint64, seconds int, level func(second int) float64) (events []Event) {
	rng := rand.New(rand.NewPCG(seed, 91))
	for s := range seconds {
		n := level(s)
		for t := rng.ExpFloat64() / n; t < 1; t += rng.ExpFloat64() / n {
			source := 100_000 + rng.IntN(500)
			if n > level(seconds-1) {
				source = rng.IntN(50_000)
			}
			events = append(events, Event{Time: at(float64(s) + t), Flow: flowOf(ip(source))})
		}
	}
	return events
}

// toldOf returns the bursts that a monitor without targets tells of, given so many events at once.
func toldOf(events []Event, size int) (bursts []Burst) {
	m := newMonitor(Options{Targets: -1, Notify: func(b Burst) { bursts = append(bursts, b) }})
	for part := range slices.Chunk(events, size) {
		m.Observe(part...)
	}
	return bursts
}

// A burst that runs when the first record comes is told once, when it has ended: all of it,
// and nothing else.
func TestOpening(t *testing.T) {
	testenv.OneGoroutine(t)
	for k, c := range []struct {
		ratio   float64
		seconds int
	}{{3, 600}, {10, 130}, {10, 1200}, {10, 2400}, {100, 300}, {100, 2400}} {
		events := falling(uint64(k), 3600, func(s int) float64 {
			if s < c.seconds {
				return 3 * c.ratio
			}
			return 3
		})
		bursts := toldOf(events, 256)
		if len(bursts) != 1 {
			t.Errorf("%+v: told %d times", c, len(bursts))
			continue
		}
		b := bursts[0]
		end := at(float64(c.seconds))
		if !b.Final || !b.Onset.Equal(begin) || b.End.Sub(end).Abs() > 10*time.Second {
			t.Errorf("%+v: final %v, from %v to %v, want to %v", c, b.Final, b.Onset, b.End, end)
		}
		want := 0
		for _, e := range events {
			if e.Time.Before(b.End) {
				want++
			}
		}
		if b.Report.Events != uint64(want) || b.PeakEvents > b.Report.Events ||
			b.Peak.Before(b.Onset) || !b.Peak.Before(b.End) {
			t.Errorf("%+v: %d events, want %d; at most %d at %v", c, b.Report.Events, want, b.PeakEvents, b.Peak)
		}
		if math.Abs(b.Expected-30) > 6 || b.NewSources != nil {
			t.Errorf("%+v: %v expected, new sources %v", c, b.Expected, b.NewSources)
		}
		for _, code := range []caveat.Code{caveat.OnsetUnseen, caveat.NoBaseline} {
			if !hasCaveat(b, code) {
				t.Errorf("%+v: no %s among %v", c, code, b.Caveats)
			}
		}
		if hasCaveat(b, caveat.Incomplete) || hasCaveat(b, caveat.EndUncertain) {
			t.Errorf("%+v: %v", c, b.Caveats)
		}
	}
}

// Those who sent such a burst are not the past of a later one, and those behind it are.
func TestAfterOpening(t *testing.T) {
	events := falling(9, 7200, func(s int) float64 {
		if s < 600 || s >= 5400 && s < 5700 {
			return 60
		}
		return 3
	})
	bursts := toldOf(events, 256)
	last := bursts[len(bursts)-1]
	if bursts[0].ID == last.ID || !last.Final || !last.Onset.Equal(at(5400)) || hasCaveat(last, caveat.OnsetUnseen) {
		t.Fatalf("the last of %d: %v to %v, %v", len(bursts), last.Onset, last.End, last.Caveats)
	}
	n := last.NewSources
	if n == nil || n.Baseline.Value < 450 || n.Baseline.Value > 550 {
		t.Fatalf("new sources: %+v", n)
	}
}

// The same is told however the events come, and by a monitor that was restored in between.
func TestOpeningIsAFunctionOfTheEvents(t *testing.T) {
	events := falling(10, 2400, func(s int) float64 {
		if s < 900 {
			return 30
		}
		return 3
	})
	want := toldOf(events, 256)
	for _, size := range []int{1, 7, len(events)} {
		got := toldOf(events, size)
		if len(got) != 1 || got[0].Report.Events != want[0].Report.Events || !got[0].End.Equal(want[0].End) {
			t.Errorf("in pieces of %d: %+v", size, got)
		}
	}
	for _, at := range []int{len(events) / 3, len(events) - 100} {
		var bursts []Burst
		o := Options{Targets: -1, Notify: func(b Burst) { bursts = append(bursts, b) }}
		m := newMonitor(o)
		m.Observe(events[:at]...)
		var b, again bytes.Buffer
		if err := m.Checkpoint(&b, nil); err != nil {
			t.Fatal(err)
		}
		restored := newMonitor(o)
		if _, err := restored.Restore(&b); err != nil {
			t.Fatal(err)
		}
		restored.Observe(events[at:]...)
		if len(bursts) != 1 || bursts[0].Report.Events != want[0].Report.Events || !hasCaveat(bursts[0], caveat.OnsetUnseen) {
			t.Errorf("restored at %d: %+v", at, bursts)
		}
		all := slices.Collect(restored.Bursts())
		if err := restored.Checkpoint(&again, nil); err != nil || len(all) != 1 || !hasCaveat(all[0], caveat.OnsetUnseen) {
			t.Errorf("restored at %d: %v, %v", at, err, all)
		}
	}
}

// Neither a late record nor a clock that is set back makes another burst of it.
func TestOpeningOfDisturbedStream(t *testing.T) {
	told := func(late float64, back int) (bursts []Burst) {
		m := newMonitor(Options{Targets: -1, Notify: func(b Burst) { bursts = append(bursts, b) }})
		feed := func(from, to int) {
			for s := from; s < to; s++ {
				m.Advance(at(float64(s)))
				n := 3
				if s < 100 {
					n = 100
				}
				for i := range n {
					m.Observe(Event{Time: at(float64(s)), Flow: flowOf(ip(s*7%900 + i))})
				}
				if s == 40 && late < 0 {
					m.Observe(Event{Time: at(late), Flow: flowOf(ip(5))})
				}
			}
		}
		feed(0, 620)
		feed(620-back, 2400)
		return bursts
	}
	want := told(0, 0)
	if len(want) != 1 || !want[0].Onset.Equal(begin) {
		t.Fatalf("undisturbed: %v", want)
	}
	for _, c := range []struct {
		late float64
		back int
	}{{late: -35}, {late: -500}, {late: -2000}, {back: 90}} {
		got := told(c.late, c.back)
		if len(got) != 1 || !got[0].Onset.Equal(want[0].Onset) || !got[0].End.Equal(want[0].End) {
			t.Errorf("%+v: %v, want %v", c, got, want)
		}
	}
}

// Traffic that only gets less, with noise or without, began with no burst.
func TestNoOpening(t *testing.T) {
	testenv.OneGoroutine(t)
	kinds := map[string]func(*rand.Rand) func(int) float64{
		"steady": func(*rand.Rand) func(int) float64 { return func(int) float64 { return 3 } },
		"less from hour to hour": func(*rand.Rand) func(int) float64 {
			return func(s int) float64 { return 6 * math.Exp(-.7*float64(s)/3600) }
		},
		"noise of minutes": func(rng *rand.Rand) func(int) float64 {
			levels, x := make([]float64, 720), rng.NormFloat64()*.2
			for i := range levels {
				x = .9*x + rng.NormFloat64()*.2*math.Sqrt(1-.81)
				levels[i] = 3 * math.Exp(x)
			}
			return func(s int) float64 { return levels[s/10] }
		},
		"an outage": func(*rand.Rand) func(int) float64 {
			return func(s int) float64 {
				if s >= 1800 && s < 2700 {
					return 1e-9
				}
				return 3
			}
		},
		"a minute that was louder": func(*rand.Rand) func(int) float64 {
			return func(s int) float64 {
				if s < 60 {
					return 3.6
				}
				return 3
			}
		},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, openings := testenv.Trials(4, 8, 400), 0
			for seed := range n {
				rng := rand.New(rand.NewPCG(uint64(seed), 92))
				for _, b := range toldOf(falling(uint64(seed), 7200, kind(rng)), 512) {
					if hasCaveat(b, caveat.OnsetUnseen) {
						openings++
					}
				}
			}
			t.Logf("%d of %d", openings, n)
			trials.AtMost(t, "bursts that are none", float64(openings), .005*float64(n))
		})
	}
}
