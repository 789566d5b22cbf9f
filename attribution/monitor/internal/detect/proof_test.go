package detect

import (
	"math"
	"testing"
)

// The level before, counted in a few intervals, is not known better than that.
func TestProof(t *testing.T) {
	for _, c := range []struct {
		name                           string
		seen, expected, before, during float64 // events, events in an interval, intervals
		want                           bool
	}{
		{"a flood after two minutes", 50, .4, 12, 1, true},
		{"a flood of what was never hit", 60, leastMean, 12, 1, true},
		{"six events of what was never hit", 6, leastMean, 12, 1, false},
		{"two minutes that were too quiet", 45, .4, 12, 21, false},
		{"the same after an hour", 45, .4, 360, 21, false},
		{"more after an hour", 80, .4, 360, 21, true},
		{"twice as much for an hour", 7200, 10, 360, 360, false},
		{"three times as much for ten minutes", 1800, 10, 360, 60, true},
		{"less", 5, 10, 360, 1, false},
	} {
		p := Proof{c.seen, c.expected * c.during}
		if got := p.Weight(c.before/c.during, 2) > ProofLimit(1024, 1); got != c.want {
			t.Errorf("%s: proven is %v", c.name, got)
		}
	}
	// With a very long past the level is known: the logarithms are 4.3 and 23.
	a, b := Proof{60, 20}.Weight(1e9, 2), Proof{90, 20}.Weight(1e9, 2)
	if math.Abs(a-4.33) > .01 || math.Abs(b-22.98) > .01 {
		t.Errorf("a level that is known gives %v and %v", a, b)
	}
}
