package attribution

import (
	"runtime"
	"testing"
)

// What a tally says of its memory and of its sources is so, from a few sources to
// beyond the exact state.
func TestMemoryAndDistinct(t *testing.T) {
	testTable()
	if got := (&Tally{}).Distinct().Value; got != 0 {
		t.Errorf("the zero Tally has %v sources", got)
	}
	for _, n := range []int{1, 100, 1000, 3000, 200_000} {
		before := heap()
		tally := NewTally(testTable(), small)
		for i := range n {
			tally.Add(ip([]string{"RU", "US", "CN", "FR", "BY"}[i%5], i))
		}
		held := float64(heap()) - float64(before)
		if got := float64(tally.Memory()); got < held*0.8-50_000 || got > held*1.2+50_000 {
			t.Errorf("%d sources: %.0f bytes, says %.0f", n, held, got)
		}
		got := tally.Distinct()
		if low, high := got.Interval(5); float64(n) < low || float64(n) > high {
			t.Errorf("%d sources: %v", n, got)
		}
		runtime.KeepAlive(tally)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
