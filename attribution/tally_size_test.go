package attribution_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

// spreadOver counts sources of five countries.
func spreadOver(t *attribution.Tally, from, to int) {
	for i := from; i < to; i++ {
		t.Add(world.IP([]string{"RU", "US", "CN", "FR", "BY"}[i%5], i))
	}
}

// What a tally says about its memory and its sources is so, from a few sources to beyond the
// exact state.
func TestSizeAndDistinct(t *testing.T) {
	world.Table()
	for _, n := range []int{0, 1, 100, 1000, 3000, 100_000} {
		before := heap()
		tally := emptyTally(least)
		spreadOver(tally, 0, n)
		held := float64(heap()) - float64(before)
		if got := float64(tally.Size()); got < held*0.8-50_000 || got > held*1.2+50_000 {
			t.Errorf("%d sources: %.0f bytes, says %.0f", n, held, got)
		}
		got := tally.Distinct()
		if low, high := got.Interval(5); float64(n) < low || float64(n) > high || got.Exact() != (n <= 1024) {
			t.Errorf("%d sources: %+v", n, got)
		}
		runtime.KeepAlive(tally)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // what pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Memory is bounded as the documentation says.
func TestMemoryIsBounded(t *testing.T) {
	tally := emptyTally(attribution.Options{Key: world.Key(1), SampleSize: 4096, Precision: 12})
	for i := range 200_000 {
		tally.Add(world.IP([]string{"RU", "US", "CN", "FR", "BY", "NC", "", "reserved"}[i%8], i))
	}
	if got := tally.Size(); got > 1_600_000 {
		t.Errorf("%d bytes, want at most 1.6 MB", got)
	}
	exact := emptyTally(attribution.Options{Key: world.Key(1)})
	for n := 1; n <= 65_536; n++ {
		spreadOver(exact, n-1, n)
		if n&(n-1) == 0 || n%1021 == 0 || (n-1)&(n-2) == 0 { // and one more than a power of two
			if each := exact.Size() / n; n >= 1000 && (each < 56 || each >= 114) {
				t.Errorf("%d sources: %d bytes each", n, each)
			}
		}
	}
	if got := exact.Size(); got > 3_750_000 {
		t.Errorf("%d bytes, want at most 3.7 MB while exact", got)
	}
	tally.Rotate(nil)
	if got := tally.Size(); got > 420_000 {
		t.Errorf("%d bytes after Rotate, want no more than a sample has", got)
	}
	tally.Rotate(nil)
	if got := tally.Size(); got > 8192 {
		t.Errorf("%d bytes after a count of nothing, want a few kilobytes", got)
	}
}

// A tally that counts as much as before allocates nothing for it, and one that knows how much
// will come has all memory at once.
func TestMemoryIsReused(t *testing.T) {
	for _, n := range []int{1000, 20_000, 70_000, 200_000} {
		var addrs []netip.Addr
		for i := range n {
			addrs = append(addrs, world.IP([]string{"RU", "US", "CN", "FR", "BY"}[i%5], i))
		}
		tally := emptyTally(attribution.Options{Key: world.Key(1)})
		tally.AddBatch(addrs)
		want, size := tally.Snapshot(), tally.Size()
		tally.Reset(nil) // the snapshot has the registers
		tally.AddBatch(addrs)
		if got := testing.AllocsPerRun(3, func() { tally.Reset(nil); tally.AddBatch(addrs) }); got != 0 {
			t.Errorf("%d sources: %v allocations", n, got)
		}
		mustEqual(t, fmt.Sprint(n, " sources, once more"), tally.Snapshot(), want)
		if got := tally.Size(); got != size {
			t.Errorf("%d sources: %d bytes, want %d as before", n, got, size)
		}
		tally.Reset(nil)
		tally.Reset(nil)
		if got := tally.Size(); got > 4096 {
			t.Errorf("%d sources: %d bytes after a count of nothing, want a few kilobytes", n, got)
		}

		expecting := emptyTally(attribution.Options{Key: world.Key(1), ExpectedSources: n})
		before := expecting.Size()
		expecting.AddBatch(addrs)
		if got := expecting.Size(); n <= 65_536 && got != before {
			t.Errorf("%d expected sources: %d bytes, then %d", n, before, got)
		}
		mustEqual(t, fmt.Sprint(n, " expected sources"), expecting.Snapshot(), want)
	}
}

// What holds the same is said to hold as much, however it came to be: programs that go on
// from an encoding decide as they would have.
func TestSizeOfDecoded(t *testing.T) {
	for _, n := range []int{0, 1, 100, 1000, 3000, 20_000} {
		parts := emptyTally(least)
		for part := range 5 {
			one := emptyTally(least)
			spreadOver(one, part*n/5, (part+1)*n/5)
			if err := parts.Merge(one.Snapshot()); err != nil {
				t.Fatal(err)
			}
		}
		restored := emptyTally(least)
		if err := restored.Merge(decoded(encoded(parts.Snapshot()))); err != nil {
			t.Fatal(err)
		}
		mustEqual(t, fmt.Sprint(n, " sources"), restored.Snapshot(), parts.Snapshot())
		if got, want := restored.Size(), parts.Size(); got != want {
			t.Errorf("%d sources: %d bytes, want %d", n, got, want)
		}
	}
}
