package stat

import (
	"math"
	"testing"
)

func TestRound(t *testing.T) {
	for v, want := range map[float64]uint64{
		0: 0, -3: 0, .49: 0, .5: 1, 1e6 + .4: 1e6, 1 << 63: 1 << 63, math.Inf(1): 1 << 63, math.Inf(-1): 0,
	} {
		if got := Round(v); got != want {
			t.Errorf("Round(%v) = %d, want %d", v, got, want)
		}
	}
	if got := Round(math.NaN()); got != 0 {
		t.Errorf("Round(NaN) = %d", got)
	}
}
