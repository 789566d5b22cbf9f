package monitor

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

// chance returns events of a Poisson process, each of a source of its own, to one of some
// targets.
func chance(rng *rand.Rand, from, to, rate float64, targets int) (events []Event) {
	for t := from + rng.ExpFloat64()/rate; t < to; t += rng.ExpFloat64() / rate {
		e := Event{Time: at(t), Flow: flowOf(ip(rng.IntN(1 << 20)))}
		if targets > 0 {
			e.Target = TargetName(fmt.Sprint("target-", rng.IntN(targets)))
		}
		events = append(events, e)
	}
	return events
}

// firstTold returns the time of the event at which a burst was told first.
func firstTold(events []Event, o Options) (told time.Time, bursts []Burst) {
	o.Notify = func(b Burst) { bursts = append(bursts, b) }
	m := newMonitor(o)
	for _, e := range events {
		if m.Observe(e); told.IsZero() && len(bursts) > 0 {
			told = e.Time
		}
	}
	return told, bursts
}

// What is beyond doubt is told before its interval closes: ten times as much within 8
// seconds, and a hundred times as much within 3.
func TestToldEarly(t *testing.T) {
	testenv.OneGoroutine(t)
	runs := testenv.Trials(20, 40, 200)
	for _, c := range []struct{ rate, times, seconds float64 }{
		{1, 10, 8}, {10, 10, 8}, {100, 10, 8}, {1, 100, 3}, {10, 100, 3},
	} {
		name := fmt.Sprintf("%g times %g/s", c.times, c.rate)
		if c.rate > 10 && !testenv.Long() {
			continue
		}
		in, delays := 0., []float64(nil)
		for seed := range uint64(runs) {
			rng := rand.New(rand.NewPCG(seed, 21))
			onset := 3600 + 10*rng.Float64() // by then it is known how little the counts stray
			events := chance(rng, 0, onset, c.rate, 0)
			events = append(events, chance(rng, onset, onset+20, c.times*c.rate, 0)...)
			told, _ := firstTold(events, Options{Targets: -1})
			if told.IsZero() || told.Before(at(onset)) {
				continue
			}
			delays = append(delays, told.Sub(at(onset)).Seconds())
			if delays[len(delays)-1] <= c.seconds {
				in++
			}
		}
		slices.Sort(delays)
		if len(delays) > 0 {
			t.Logf("%s: told after %.1f s in the median, %.1f s at most", name, delays[len(delays)/2], delays[len(delays)-1])
		}
		trials.AtLeast(t, name, in, float64(runs), .98)
	}
}

// foreseeing returns a monitor that has told a burst of a target in an open interval, and
// what it told.
func foreseeing(t *testing.T, o Options) (m *Monitor, told *[]Burst) {
	t.Helper()
	told = new([]Burst)
	o.Notify = func(b Burst) { *told = append(*told, b) }
	m = newMonitor(o)
	rng := rand.New(rand.NewPCG(1, 23))
	m.Observe(chance(rng, 0, 900, 4, 8)...)
	attack := chance(rng, 901, 904, 100, 0)
	for i := range attack {
		attack[i].Target = TargetName("victim")
	}
	m.Observe(attack...)
	if b := *told; len(b) != 1 || b[0].Final || b[0].End.After(at(904)) {
		t.Fatalf("%v", b)
	}
	return m, told
}

// A burst that was told early is told as ended, though its target loses its slot before the
// interval closes.
func TestForeseenTargetIsLost(t *testing.T) {
	m, told := foreseeing(t, Options{Targets: 16})
	victim := (*told)[0].Target
	if victim != TargetName("victim") {
		t.Fatalf("%v", *told)
	}
	for i := range 60 {
		events := repeat(2000, 905, .001)
		for j := range events {
			events[j].Target = TargetName(fmt.Sprint("heavy-", i))
			events[j].Source = ip(2000*i + j)
		}
		m.Observe(events...)
	}
	if m.slotOf(victim) >= 0 {
		t.Fatal("it still has its slot")
	}
	m.Advance(at(3600))
	ends := 0
	for _, b := range *told {
		if b.Final && b.ID == 1 {
			ends++
		}
		for _, c := range b.Children {
			if b.Final && c.Final && c.ID == 1 {
				ends++
			}
		}
	}
	if ends != 1 || m.foreseen != nil {
		t.Errorf("told as ended %d times: %v", ends, *told)
	}
}

// A checkpoint amid an open interval goes on; one that claims a burst far ahead is refused.
func TestForeseenRestored(t *testing.T) {
	o := Options{Targets: 16}
	m, _ := foreseeing(t, o)
	if r := restored(t, m, o); r.foreseen == nil || !r.Bursting(TargetName("victim")) {
		t.Error("the burst is lost")
	}
	m.foreseen.foreseen.end += 1 << 30
	b := checkpointOf(t, m)
	if _, err := newMonitor(o).Restore(b); !errors.Is(err, sketch.ErrInvalidEncoding) {
		t.Errorf("%v", err)
	}
}
