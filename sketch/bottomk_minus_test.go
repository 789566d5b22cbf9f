package sketch

import (
	"errors"
	"math"
	"testing"
)

// What Minus returns is new, all of it while both are exact, and its part of what
// was compared is the part that is new.
func TestMinus(t *testing.T) {
	for _, c := range []struct{ old, both, fresh, size int }{
		{300, 200, 100, testSize}, {300, 300, 0, testSize}, {0, 0, 500, testSize}, {700, 0, 0, testSize},
		{600, 424, 600, testSize}, // exact to the last item
		{50_000, 20_000, 30_000, testSize}, {500, 200, 30_000, testSize}, {50_000, 200, 300, testSize},
		{50_000, 20_000, 30_000, 4 * testSize},
	} {
		hashes := randomHashes(c.old + c.fresh)
		baseline, burst := must(NewBottomK(0, testSize, false)), must(NewBottomK(0, c.size, false))
		old := map[uint64]bool{}
		for i, h := range hashes {
			if i < c.old {
				baseline.Add(Item{Hash: h})
				old[h] = true
			}
			if i >= c.old-c.both {
				burst.Add(Item{Hash: h, Events: uint64(i)})
			}
		}
		only, n, err := burst.Minus(baseline)
		if err != nil {
			t.Fatal(err)
		}
		x := 0
		for it := range only {
			x++
			if old[it.Hash] || hashes[it.Events] != it.Hash {
				t.Errorf("%+v: an item that is not new, or not the one that came: %v", c, it)
			}
		}
		share := float64(c.fresh) / float64(max(c.fresh+c.both, 1))
		if baseline.Exact() && burst.Exact() && (x != c.fresh || n != c.fresh+c.both) {
			t.Errorf("%+v: %d of %d items are new", c, x, n)
		}
		if off := 4 * math.Sqrt(share*(1-share)*float64(n)); math.Abs(float64(x)-share*float64(n)) > off {
			t.Errorf("%+v: %d of %d items are new, want %.0f", c, x, n, share*float64(n))
		}
	}
	one, other := must(NewBottomK(1, testSize, false)), must(NewBottomK(2, testSize, false))
	if _, _, err := one.Minus(other); !errors.Is(err, ErrMismatch) {
		t.Errorf("another key: %v", err)
	}
}
