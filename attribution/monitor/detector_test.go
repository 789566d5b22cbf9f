package monitor

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
	s := newSeries(m.interval, fine)
	var states []state
	for range 200 {
		i, y := r.next()
		switch got := s.observe(i, y); got.state {
		case began:
			states = append(states, began)
			if i-onset > 1 || got.onset != onset {
				t.Errorf("found %d intervals after the onset, which was put %d off", i-onset, got.onset-onset)
			}
			if got.history > 11*time.Minute || got.seasonal {
				t.Errorf("a history of %v, seasonal %v", got.history, got.seasonal)
			}
			if got.record.Ratio() < 5 {
				t.Error("not the largest: ", got.record)
			}
		case ended:
			states = append(states, ended)
			if got.onset != onset || got.end != end || got.endUncertain {
				t.Errorf("ended %d off, uncertain %v", got.end-end, got.endUncertain)
			}
		}
	}
	if len(states) != 2 || states[0] != began || states[1] != ended {
		t.Errorf("got states %v, want one burst", states)
	}
}
