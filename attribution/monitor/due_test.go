package monitor

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

// sparseEvents come to few of some targets in an interval: now and then, each hour, in bursts,
// after long pauses. Some have no valid source, and some come late.
func sparseEvents(seed uint64, interval time.Duration, n int) (events []Event) {
	rng := rand.New(rand.NewPCG(seed, 3))
	address := func(i int) Target { return ParseTarget(fmt.Sprintf("10.0.%d.%d", i%7, i)) }
	now := begin
	for len(events) < n {
		e := Event{Time: now, Target: address(int(rng.ExpFloat64() * 12)), Flow: flowOf(ip(rng.IntN(3000)))}
		switch rng.IntN(400) {
		case 0: // a burst
			target := address(rng.IntN(60))
			for i := range 30 + rng.IntN(200) {
				at := now.Add(time.Duration(i) * interval / 16)
				events = append(events, Event{Time: at, Target: target, Flow: flowOf(ip(5000 + rng.IntN(500)))})
			}
			now = now.Add(10 * interval)
		case 1: // a pause that is quiet, or of which nobody knows
			now = now.Add(time.Duration(rng.IntN(500)) * interval)
		case 2:
			e.Time = now.Add(-time.Duration(rng.IntN(30)) * interval)
		case 3:
			e.Flow = attribution.Flow{}
		}
		events = append(events, e)
		now = now.Add(time.Duration(rng.ExpFloat64() * float64(interval) * 2))
	}
	return events
}

// A watch that learns of zeros later ends in the same state as one that sees each interval.
func TestTellingLaterChangesNothing(t *testing.T) {
	for _, interval := range []time.Duration{time.Second, 10 * time.Second, 15 * time.Minute} {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("%v/%d", interval, seed), func(t *testing.T) {
				t.Parallel()
				options := Options{Interval: interval, Targets: 32, NotifyChildren: true}
				var told, toldAtOnce bytes.Buffer
				options.Notify = func(b Burst) { fmt.Fprintln(&told, b) }
				later := newMonitor(options)
				options.Notify = func(b Burst) { fmt.Fprintln(&toldAtOnce, b) }
				atOnce := newMonitor(options)
				rng := rand.New(rand.NewPCG(seed, 4))
				passed, closed, events := 0, int64(0), sparseEvents(seed, interval, 10_000)
				for i, e := range events {
					later.Observe(e)
					atOnce.Observe(e)
					if atOnce.clock.closed > closed {
						closed = atOnce.clock.closed
						atOnce.catchUpAll(closed)
					}
					if slices.Min(later.targets.due.least) > later.clock.closed+1 {
						passed++
					}
					if rng.IntN(2000) == 0 || i == len(events)-1 {
						if !bytes.Equal(checkpointOf(t, later).Bytes(), checkpointOf(t, atOnce).Bytes()) {
							t.Fatalf("after event %d the states differ", i)
						}
					}
				}
				if told.String() != toldAtOnce.String() {
					t.Error("other bursts were told")
				}
				if told.Len() == 0 || passed == 0 {
					t.Errorf("%d bytes told, %d times nobody was due: this tests little", told.Len(), passed)
				}
			})
		}
	}
}
