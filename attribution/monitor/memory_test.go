package monitor

import (
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// An hour of intervals with a million distinct sources each, on ten thousand
// targets, stays under 256 MB. A few intervals are counted; the others are closed
// with what these counted.
func TestWorstHour(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	intervals := 12
	if testenv.Long() {
		intervals = 360
	}
	world.Embedded()
	before := heap()
	m := newMonitor(Options{})
	rng := rand.New(rand.NewPCG(1, 9))
	events := make([]Event, block.Size)
	second := 0.0
	for range 2 * 1_000_000 / block.Size {
		for i := range events {
			v := rng.Uint32()
			events[i] = Event{
				Time: at(second), Target: TargetAddr(netip.AddrFrom4([4]byte{198, 51, byte(v % 40), byte(v % 250)})),
				Flow: flowOf(netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})),
			}
		}
		m.Observe(events...)
		second += 10.0 * block.Size / 1_000_000
	}
	open := float64(heap()-before) / 1e6
	full := m.open[0].whole.Snapshot()
	m.mu.Lock()
	for range intervals {
		next := m.clock.closed + 1
		iv := m.open.find(next)
		if iv == nil {
			iv = m.newInterval(next)
			must(0, iv.whole.Merge(full))
			iv.events = 1_000_000
			m.open = append(m.open, iv)
		}
		m.clock.mark = (next+1)*m.clock.interval + m.clock.lateness
		m.closeUntil(next)
	}
	m.mu.Unlock()
	got := float64(heap()-before) / 1e6
	hour := open + max(0, got-open)*360/float64(intervals)
	t.Logf("two intervals: %.0f MB, %d: %.0f MB, of which snapshots %.0f MB; an hour: %.0f MB",
		open, intervals, got, float64(m.retained.bytes)/1e6, hour)
	if hour > 256 {
		t.Errorf("%.0f MB", hour)
	}
	if r := reportOf(everything(m)); r.Events < uint64(intervals)*800_000 || r.Sources.Value < 900_000 {
		t.Errorf("%d events of %d sources", r.Events, r.Sources.Value)
	}
	runtime.KeepAlive(m)
}
