package monitor

import "testing"

// Observing allocates nothing in the steady state, with targets that have names and
// with flows that have bytes.
func TestNoAllocs(t *testing.T) {
	if racing {
		t.Skip("pools are emptied at random")
	}
	m := newMonitor(Options{})
	events := make([]Event, 4096)
	for i := range events {
		events[i] = Event{Time: at(5), Target: TargetName([]string{"one", "two", "and a name of more than 16 bytes"}[i%3]), Flow: flowOf(ip(i % 2000))}
		events[i].Bytes = uint64(i)
	}
	m.ObserveBatch(events)
	m.ObserveBatch(events)
	for name, f := range map[string]func(){
		"Observe":      func() { m.Observe(events[7]) },
		"ObserveBatch": func() { m.ObserveBatch(events) },
	} {
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
