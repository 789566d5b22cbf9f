package attribution

import (
	"bytes"
	"net/netip"
	"sync"
	"testing"
)

// However many goroutines add, while others report, nothing is lost and nothing
// counted twice.
func TestShared(t *testing.T) {
	for _, perCountry := range []int{50, 3000} {
		addrs := traffic(7, 40_000, perCountry)
		want := NewTally(testTable(), small)
		want.AddBatch(addrs)
		shared := NewShared(testTable(), small)
		const writers = 8
		var wait sync.WaitGroup
		for w := range writers {
			part := addrs[w*len(addrs)/writers : (w+1)*len(addrs)/writers]
			wait.Go(func() {
				half := len(part) / 2
				for _, addr := range part[:half] {
					shared.Add(addr)
				}
				for batch := range chunks(part[half:], 100) {
					shared.AddBatch(batch)
				}
				shared.Window(built, built)
			})
		}
		wait.Go(func() {
			last := uint64(0)
			for range 20 {
				r := shared.Report()
				if r.Events < last {
					t.Errorf("events fell from %d to %d", last, r.Events)
				}
				last = r.Events
			}
		})
		wait.Wait()
		want.Window(built, built)
		if !bytes.Equal(encoded(t, shared.Tally()), encoded(t, want)) {
			t.Errorf("%d addresses per country: shared and single counts differ", perCountry)
		}
	}
}

func chunks(addrs []netip.Addr, n int) func(func([]netip.Addr) bool) {
	return func(yield func([]netip.Addr) bool) {
		for len(addrs) > 0 {
			k := min(n, len(addrs))
			if !yield(addrs[:k]) {
				return
			}
			addrs = addrs[k:]
		}
	}
}

// Windows that are taken while others add hold every event exactly once.
func TestSharedTake(t *testing.T) {
	addrs := traffic(8, 40_000, 200)
	shared := NewShared(testTable(), small)
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Go(func() {
			for i := w; i < len(addrs); i += 4 {
				shared.AddN(addrs[i], 1, 2)
			}
		})
	}
	sum := NewTally(testTable(), small)
	take := func() {
		if err := sum.Merge(shared.Take(nil)); err != nil {
			t.Error(err)
		}
	}
	for range 50 {
		take()
	}
	wait.Wait()
	take()
	want := NewTally(testTable(), small)
	for _, addr := range addrs {
		want.AddN(addr, 1, 2)
	}
	if !bytes.Equal(encoded(t, sum), encoded(t, want)) {
		t.Error("the windows together differ from the whole")
	}
	shared.Take(otherTable())
	shared.Add(ip("RU", 1))
	if r := shared.Report(); r.Origins[0].Origin.String() != "US" {
		t.Errorf("after taking with another table: %v", r)
	}
}
