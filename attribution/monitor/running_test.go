package monitor

import (
	"slices"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// Of an attack on many targets, only the burst that is reported is made, and it is one of Bursts.
func TestRunning(t *testing.T) {
	testenv.OneGoroutine(t)
	x := newTheater(1, 1320, 20)
	x.attack(1200, 120, 50, 500, upTo(5)...)
	m := newMonitor(Options{})
	for range m.Running() {
		t.Error("a burst before there was an event")
	}
	slices.SortStableFunc(x.events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	m.Observe(x.events...)
	var running []Burst
	for b := range m.Running() {
		running = append(running, b)
	}
	made, accounts := 0, m.accounts()
	for _, a := range accounts {
		if a.made.burst.ID != 0 {
			made++
		}
	}
	if made != len(running) || made == 0 || len(accounts) < 5 {
		t.Fatalf("%d of %d were made, %d run", made, len(accounts), len(running))
	}
	if got := m.Stats().Bursts; got != uint64(len(accounts)) {
		t.Errorf("%d bursts were found, want %d", got, len(accounts))
	}
	var want []Burst
	for b := range m.Bursts() {
		if !b.Final && b.Parent == 0 {
			want = append(want, b)
		}
	}
	if len(want) != len(running) {
		t.Fatalf("%v, want %v", running, want)
	}
	for i, b := range running {
		if b.String() != want[i].String() || len(b.Children) == 0 {
			t.Errorf("%v, want %v", b, want[i])
		}
	}
}
