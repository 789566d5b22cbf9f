package detect

import (
	"testing"
	"time"
)

// Ten minutes of history are enough for a burst of ten times the level.
func TestColdBurst(t *testing.T) {
	m := model{interval: 10 * time.Second, rate: 100, phi: .7, sd: .1}
	r := m.start(1, 0)
	onset, end := r.i+60, r.i+90
	r.wave = func(i int64) float64 {
		if i >= onset && i < end {
			return 10
		}
		return 1
	}
	s := New(Options{Interval: m.interval, Grain: Fine})
	var states []State
	for range 200 {
		i, y := r.next()
		switch got := s.Observe(i, y); got.State {
		case Began:
			states = append(states, Began)
			if i-onset > 1 || got.Onset != onset {
				t.Errorf("found %d intervals after the onset, which was put %d off", i-onset, got.Onset-onset)
			}
			if got.Peak.Span > 11*time.Minute || got.Seasonal {
				t.Errorf("a history of %v, seasonal %v", got.Peak.Span, got.Seasonal)
			}
			if got.Peak.Peak < 5*got.Peak.Before {
				t.Error("not the largest: ", got.Peak)
			}
		case Ended:
			states = append(states, Ended)
			if got.Onset != onset || got.End != end || got.EndUncertain {
				t.Errorf("ended %d off, uncertain %v", got.End-end, got.EndUncertain)
			}
		}
	}
	if len(states) != 2 || states[0] != Began || states[1] != Ended {
		t.Errorf("got states %v, want one burst", states)
	}
}
