package monitor

import (
	"fmt"
	"testing"

	"github.com/whence-go/whence/attribution/caveat"
)

// When bursts of many targets hold too much, those of the targets that are hit
// least lose their sources and say so; that of the heaviest loses nothing.
func TestBurstMemory(t *testing.T) {
	var told []Burst
	m := newMonitor(Options{Targets: 64, NotifyChildren: true, Notify: func(b Burst) { told = append(told, b) }})
	m.targets.memory = 2 << 20
	source := 0
	send := func(interval, n int) {
		events := make([]Event, 0, 50*n)
		for i := range 50 * n {
			target := "victim"
			if i%50 >= 8 {
				target = fmt.Sprintf("target-%d", i%50)
			}
			source++
			flow := flowOf(ip(source % 1000))
			events = append(events, Event{Time: at(float64(10 * interval)), Target: TargetName(target), Flow: flow})
		}
		m.Observe(events...)
		held := 0
		for w := range m.watches() {
			if w != m.whole {
				held += w.memory()
			}
		}
		if held > m.targets.memory {
			t.Fatalf("interval %d: %d bytes are held", interval, held)
		}
	}
	const quiet, flood, after = 25, 42, 36
	for i := range quiet {
		send(i, 1)
	}
	for i := range flood {
		send(quiet+i, 100)
	}
	for i := range after {
		send(quiet+flood+i, 1)
	}
	whole, lost := 0, 0
	for _, b := range told {
		if !b.Final || b.Target.IsZero() {
			continue
		}
		incomplete := false
		for _, c := range b.Caveats {
			incomplete = incomplete || c.Code == caveat.Incomplete
		}
		switch {
		case b.Target != TargetName("victim"):
			if incomplete {
				lost++
			}
		case incomplete || b.Report.Events+b.Report.Reserved.Events != flood*100*8:
			t.Errorf("incomplete is %v of %v", incomplete, b)
		default:
			whole++
		}
	}
	if whole != 1 || lost < 10 || m.Stats().Shed == 0 {
		t.Errorf("the heaviest was told %d times, %d others lost sources, %+v", whole, lost, m.Stats())
	}
}
