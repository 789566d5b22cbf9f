package monitor

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
)

// Five times as many sources are a burst, though no more events come than before. It is found as soon
// as one of events is.
func TestMoreSources(t *testing.T) {
	testenv.OneGoroutine(t)
	n := testenv.Trials(4, 20, 200)
	var delays []float64
	for seed := range n {
		rng := rand.New(rand.NewPCG(uint64(seed), 93))
		var first time.Time
		m := newMonitor(Options{Targets: -1, Notify: func(b Burst) {
			if first.IsZero() && b.BySources && !b.ByEvents && b.Onset.Sub(at(3600)).Abs() <= 10*time.Second {
				first = b.End
			}
		}})
		for s := 0; s < 3900 && first.IsZero(); s++ {
			sources := 20 // a visitor has some five events in an interval
			if s >= 3600 {
				sources = 5000
			}
			var events []Event
			for next := rng.ExpFloat64() / 10; next < 1; next += rng.ExpFloat64() / 10 {
				source := s / 10 * 7 % 5000 // others from interval to interval
				events = append(events, Event{Time: at(float64(s) + next), Flow: flowOf(ip(source + rng.IntN(sources)))})
			}
			m.Observe(events...)
			if !first.IsZero() {
				delays = append(delays, float64(s+1-3600))
			}
		}
	}
	median, most := trials.Quantile(delays, .5), trials.Quantile(delays, 1)
	t.Logf("%d of %d, told after %.0f seconds (median), %.0f at most", len(delays), n, median, most)
	if len(delays) < n || most > 30 {
		t.Errorf("found %d of %d, at most %.0f seconds later", len(delays), n, most)
	}
}
