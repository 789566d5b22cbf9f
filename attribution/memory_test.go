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

// What holds the same is said to hold as much, however it came to be: programs that
// go on from an encoding decide as they would have.
func TestMemoryOfDecoded(t *testing.T) {
	for _, n := range []int{0, 1, 100, 3000, 20_000} {
		whole := NewTally(testTable(), small)
		for part := range 5 {
			one := NewTally(testTable(), small)
			for i := range n / 5 {
				one.Add(ip([]string{"RU", "US", "CN", "FR", "BY"}[i%5], part*n/5+i))
			}
			if err := whole.Merge(one); err != nil {
				t.Fatal(err)
			}
		}
		data, err := whole.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var decoded Tally
		if err := decoded.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if got, want := decoded.Memory(), whole.Memory(); got != want {
			t.Errorf("%d sources: %d bytes, want %d", n, got, want)
		}
	}
}
