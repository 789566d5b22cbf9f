package engines_test

import (
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A monitor of the stream has the bytes of the plain loop in each interval, of each target and of all traffic.
func TestMonitorIsPlain(t *testing.T) {
	traffic := engines.Traffic{Events: 100_000}
	m := world.Must(monitor.New(traffic.Table(), monitor.Options{
		Interval: engines.Window, AllowedLateness: -1, Tally: traffic.Options(), Groups: -1,
	}))
	for i := range traffic.Events {
		m.Observe(traffic.Event(i))
	}
	end := engines.Begin.Add(engines.Windows * engines.Window)
	m.Advance(end)
	got := map[engines.Place]attribution.Snapshot{}
	for in := range m.Intervals(engines.Begin, end) {
		got[engines.Place{Target: in.Target, From: in.From}] = in.Snapshot
	}
	want := traffic.Plain()
	if len(want) != engines.Windows*(engines.Targets+1) {
		t.Errorf("%d places, want %d", len(want), engines.Windows*(engines.Targets+1))
	}
	for i, line := range engines.Differences(got, want) {
		if i == 5 {
			break
		}
		t.Error(line)
	}
}
