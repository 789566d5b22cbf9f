package monitor

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A burst that only sums of intervals show is known to have ended an hour later;
// its report has nothing of that hour, restored or not.
func TestSlowBurst(t *testing.T) {
	o := Options{Targets: -1, Retention: 10_000 * time.Minute, Interval: time.Minute}
	m := newMonitor(o)
	rng := rand.New(rand.NewPCG(1, 1))
	level := func(from, minutes int, mean float64) {
		for i := range minutes {
			k := int(mean + rng.NormFloat64()*(5+mean/10))
			events := repeat(k, float64(60*(from+i)), 60/float64(k))
			for j := range events { // what few sources do would prove little
				events[j].Source = ip((from + i*100 + j) % 50_000)
			}
			m.Observe(events...)
		}
	}
	const history = 4 * 24 * 60
	level(0, history, 100)
	level(history, 60, 130)
	level(history+60, 50, 100)
	b := m.whole.burst
	if b == nil || len(b.pieces) == 0 || b.end >= b.pieces[len(b.pieces)-1].index {
		t.Fatal("no burst fades")
	}
	m = restored(t, m, o)
	late := m.clock.begin(b.pieces[len(b.pieces)-1].index)
	m.Observe(Event{Time: late, Flow: flowOf(ip(1))})
	level(history+110, 120, 100)
	bursts := slices.Collect(m.Bursts())
	if len(bursts) != 1 || !bursts[0].Final {
		t.Fatalf("%v", bursts)
	}
	final := bursts[0]
	got, want := final.Report, reportOf(m.Snapshot(final.Onset, final.End))
	if got.Events != want.Events || got.Reserved.Events != want.Reserved.Events {
		t.Errorf("%d events from %v to %v, want %d", got.Events, final.Onset, final.End, want.Events)
	}
	if len(got.Lost) > 0 || want.Lost != nil || m.Stats().Late != 1 {
		t.Errorf("what came late after its end is part of it: %v", got.Lost)
	}
	if off := final.End.Sub(at(60 * (history + 60))).Abs(); off > 10*time.Minute {
		t.Errorf("it ended at %v", final.End)
	}
}
