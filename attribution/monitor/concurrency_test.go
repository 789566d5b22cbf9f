package monitor

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv/world"
)

// Many observe while others read, change the table, and write checkpoints; nothing
// is lost.
func TestConcurrency(t *testing.T) {
	told := 0
	var m *Monitor
	m = newMonitor(Options{Targets: 64, AllowedLateness: 80 * time.Second, Notify: func(b Burst) {
		told++ // calls come one after the other
		m.Snapshot(b.Onset, b.End)
		m.Observe(Event{Time: b.End, Flow: flowOf(ip(1))})
	}})
	const observers, rounds = 4, 20
	var wait sync.WaitGroup
	for o := range observers {
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(o), 4))
			for round := range rounds {
				n := 50
				if round == 15 {
					n = 2000
				}
				events := make([]Event, n)
				for i := range events {
					target := TargetName(string(rune('a' + rng.IntN(20))))
					events[i] = Event{Time: at(float64(10 * round)), Target: target, Flow: flowOf(ip(rng.IntN(3000)))}
				}
				m.Observe(events...)
			}
		})
	}
	for r := range 3 {
		wait.Go(func() {
			for range 8 {
				switch r {
				case 0:
					reportOf(everything(m))
					m.Stats()
				case 1:
					for b := range m.Bursts() {
						_ = b.String()
						m.BurstSnapshot(b.ID)
					}
					for b := range m.Running() {
						_ = b.String()
					}
					m.Bursting(Target{})
					m.TargetSnapshot(TargetName("a"))
					m.Targets()
				case 2:
					m.SetTable(world.Embedded())
					if err := m.Checkpoint(new(bytes.Buffer), nil); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wait.Wait()
	m.Advance(at(10*rounds + 100))
	s := m.Stats()
	if want := uint64(observers*(rounds-1)*50 + observers*2000 + told); s.Records+uint64(s.Waiting) != want {
		t.Errorf("%d records and %d waiting, want %d", s.Records, s.Waiting, want)
	}
	if told == 0 {
		t.Error("no burst was told")
	}
}
