package count

import (
	"math"
	"testing"
)

func TestGrouped(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567",
		1<<64 - 1: "18,446,744,073,709,551,615"} {
		if got := Grouped(n); got != want {
			t.Errorf("Grouped(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want uint64
	}{{0, 0}, {.5, 1}, {1.4, 1}, {-3, 0}, {math.NaN(), 0}, {math.Inf(1), 1 << 63}, {1e300, 1 << 63}} {
		if got := Round(c.v); got != c.want {
			t.Errorf("Round(%v) = %d, want %d", c.v, got, c.want)
		}
	}
}
