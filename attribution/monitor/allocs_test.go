package monitor

import (
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// Observing allocates nothing in the steady state, with targets that have names and
// with flows that have bytes.
func TestNoAllocs(t *testing.T) {
	if testenv.Race {
		t.Skip("pools are emptied at random")
	}
	m := newMonitor(Options{})
	events := make([]Event, 4096)
	names := []string{"one", "two", "and a name of more than 16 bytes"}
	for i := range events {
		events[i] = Event{Time: at(5), Target: TargetName(names[i%3]), Flow: flowOf(ip(i % 2000))}
		events[i].Bytes = uint64(i)
	}
	m.Observe(events...)
	m.Observe(events...)
	for name, f := range map[string]func(){
		"one event": func() { m.Observe(events[7]) },
		"many":      func() { m.Observe(events...) },
		"none":      func() { m.Observe() },
	} {
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
