package monitor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
)

// onslaught is an attack of known truth on one target, amid everyday traffic of it and of
// others: whether it is on at a moment, in seconds, and how long it takes in all.
type onslaught struct {
	name   string
	on     func(second float64) bool
	length float64
	rate   float64 // events per second while it is on
}

func steady(length float64) func(float64) bool {
	return func(t float64) bool { return t < length }
}

func pulsing(on, off float64) func(float64) bool {
	return func(t float64) bool { return math.Mod(t, on+off) < on }
}

// onslaughts draws one of each kind.
func onslaughts(rng *rand.Rand) []onslaught {
	off := 80 + 210*rng.Float64()
	length := 20 + 600*rng.Float64()
	return []onslaught{
		{fmt.Sprintf("10 s on, %.0f s off", off), pulsing(10, off), 1500, 100},
		{fmt.Sprintf("25 s on, %.0f s off", off), pulsing(25, off), 2000, 50},
		{fmt.Sprintf("%.0f s", length), steady(length), length, 60},
		{fmt.Sprintf("%.0f s, weaker", length), steady(length), length, 15},
		{"10 s", steady(10), 10, 200},
	}
}

// trace is what a monitor was shown of everyday traffic and an onslaught, and what it told.
type trace struct {
	onslaught
	onset   float64
	victim  Target
	times   []float64 // of all events of the victim, in order
	attacks []float64 // of those of the onslaught
	all     []float64
	told    []Burst
}

// run has a monitor watch an onslaught after ten to forty minutes, and a silence.
func run(rng *rand.Rand, a onslaught, silence time.Duration, o Options) *trace {
	x := &trace{onslaught: a, onset: 600 + 1800*rng.Float64(), victim: TargetName("victim")}
	var events []Event
	add := func(t float64, source int, target Target) {
		events = append(events, Event{Time: at(t), Target: target, Flow: flowOf(ip(source))})
		x.all = append(x.all, t)
		if target == x.victim {
			x.times = append(x.times, t)
		}
	}
	poisson := func(from, to, rate float64, at func(t float64)) {
		for t := from + rng.ExpFloat64()/rate; t < to; t += rng.ExpFloat64() / rate {
			at(t)
		}
	}
	end := x.onset + a.length
	poisson(0, end+500, 1, func(t float64) { add(t, rng.IntN(100_000), x.victim) })
	poisson(0, end+500, 2, func(t float64) { add(t, rng.IntN(3000), TargetName(fmt.Sprint("target-", rng.IntN(20)))) })
	poisson(0, a.length, a.rate, func(t float64) {
		if a.on(t) {
			add(x.onset+t, 200_000+rng.IntN(300), x.victim)
			x.attacks = append(x.attacks, x.onset+t)
		}
	})
	slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	o.Notify, o.NotifyChildren = func(b Burst) { x.told = append(x.told, b) }, true
	m := newMonitor(o)
	if silence > 0 { // at once
		events = slices.DeleteFunc(events, func(e Event) bool { return e.Time.After(at(end)) })
		for _, times := range []*[]float64{&x.all, &x.times} {
			*times = slices.DeleteFunc(*times, func(t float64) bool { return t > end })
		}
	}
	m.Observe(events...)
	m.Advance(at(end + 1000).Add(silence))
	return x
}

// within counts the times in [from, to).
func countWithin(times []float64, from, to time.Time) (n uint64) {
	for _, t := range times {
		if when := at(t); !when.Before(from) && when.Before(to) {
			n++
		}
	}
	return n
}

// A burst that is told, while it runs and in the end, is about all that came from its onset
// to its end and nothing else. Its peak lies there. In the end it holds no less than before
// without saying so. No event is in two bursts, and nearly every one of an attack is in one.
func TestBurstsHoldWhatTheySay(t *testing.T) {
	runs := 4
	switch {
	case testenv.Long():
		runs = 100
	case testing.Short():
		runs = 1
	}
	silences := []time.Duration{0, 10 * time.Minute, 2 * time.Hour, 30 * time.Hour}
	var attacks, held float64
	moved, looks := 0, 0
	for seed := range uint64(runs) {
		rng := rand.New(rand.NewPCG(seed, 12))
		for i, a := range onslaughts(rng) {
			silence := silences[(int(seed)+i)%len(silences)]
			x := run(rng, a, silence, Options{Targets: 64})
			name := fmt.Sprintf("seed %d, %s, silence of %v", seed, a.name, silence)
			for _, target := range []Target{{}, x.victim} {
				times := x.all
				if target == x.victim {
					times = x.times
				}
				most, last := map[uint64]uint64{}, time.Time{}
				for _, b := range x.told {
					if b.Target != target {
						continue
					}
					looks++
					r := b.Report
					open := uint64(0) // may yet come in the last second, if the interval was open
					if !b.Final && b.Interim == 1 {
						open = countWithin(times, b.End.Add(-time.Second), b.End)
					}
					if got, want := r.Events+r.Reserved.Events, countWithin(times, b.Onset, b.End); got > want || got+open < want {
						t.Errorf("%s: %d events came: %v", name, want, b)
					}
					if !r.From.Equal(b.Onset) || !r.To.Equal(b.End) {
						t.Errorf("%s: reported from %v to %v: %v", name, r.From, r.To, b)
					}
					peak := b.Peak.Add(b.Interval)
					if b.Peak.Before(b.Onset) || !b.Peak.Before(b.End) || b.PeakEvents > r.Events+r.Reserved.Events ||
						open == 0 && b.PeakEvents != countWithin(times, b.Peak, peak) || float64(b.PeakEvents) > b.History.Peak {
						t.Errorf("%s: a peak of %d at %v: %v", name, b.PeakEvents, b.Peak, b)
					}
					if !b.Final {
						most[b.ID] = max(most[b.ID], r.Events)
						continue
					}
					if less := most[b.ID] > r.Events; less != hasCaveat(b, caveat.EndMoved) {
						t.Errorf("%s: %d events before, but %v", name, most[b.ID], b)
					} else if less {
						moved++
					}
					if b.Onset.Before(last) {
						t.Errorf("%s: begins before the end of another: %v", name, b)
					}
					last = b.End
					if target == x.victim {
						held += float64(countWithin(x.attacks, b.Onset, b.End))
					}
				}
			}
			attacks += float64(len(x.attacks))
		}
	}
	t.Logf("%.0f of %.0f events of attacks are in a final report; %d looks, %d held more", held, attacks, looks, moved)
	trials.AtLeast(t, "events of attacks in a final report", held, attacks, .97)
}

// A pulse wave is one burst, which holds all of its pulses.
func TestPulseWaves(t *testing.T) {
	testenv.OneGoroutine(t)
	runs := uint64(2)
	if testenv.Long() {
		runs = 40
	}
	for _, off := range []float64{80, 150, 230, 290} {
		for seed := range runs {
			rng := rand.New(rand.NewPCG(seed, 13))
			x := run(rng, onslaught{"pulses", pulsing(10, off), 1500, 100}, 0, Options{Targets: 64})
			for _, target := range []Target{{}, x.victim} {
				ended := final(x.told, target)
				if len(ended) != 1 {
					t.Fatalf("%.0f s off: %d bursts of %v", off, len(ended), target)
				}
				b := ended[0]
				got, want := float64(countWithin(x.attacks, b.Onset, b.End)), float64(len(x.attacks))
				if got < .99*want || hasCaveat(b, caveat.EndUncertain) {
					t.Errorf("%.0f s off: %.0f of %.0f events: %v", off, got, want, b)
				}
			}
		}
	}
}
