package trials

import (
	"math"
	"testing"
)

// recorder is a test that only notes whether it failed.
type recorder struct {
	testing.TB
	failed bool
}

func (*recorder) Helper()                 {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestBounds(t *testing.T) {
	for _, c := range []struct {
		name string
		want bool
		do   func(t testing.TB)
	}{
		{"half of 100", false, func(t testing.TB) { AtLeast(t, "", 50, 100, .5) }},
		{"a third of 100", true, func(t testing.TB) { AtLeast(t, "", 33, 100, .5) }},
		{"none of none", false, func(t testing.TB) { AtLeast(t, "", 0, 0, .5) }},
		{"one more", false, func(t testing.TB) { AtMost(t, "", 1, 0) }},
		{"two more", true, func(t testing.TB) { AtMost(t, "", 2, 0) }},
		{"ten where ten are likely", false, func(t testing.TB) { AtMost(t, "", 10, 10) }},
	} {
		r := &recorder{TB: t}
		if c.do(r); r.failed != c.want {
			t.Errorf("%s: fails is %v", c.name, r.failed)
		}
	}
}

func TestShareAndQuantile(t *testing.T) {
	values := []float64{3, 1, 2, 5, 4}
	if got := Share(values, 2); got != .4 {
		t.Errorf("share %v", got)
	}
	if got := Share(nil, 2); got != 0 {
		t.Errorf("share of nothing: %v", got)
	}
	for p, want := range map[float64]float64{0: 1, .5: 3, .99: 5, 1: 5} {
		if got := Quantile(values, p); got != want {
			t.Errorf("quantile %v: %v, want %v", p, got, want)
		}
	}
	if got := Quantile(nil, .5); !math.IsNaN(got) {
		t.Errorf("quantile of nothing: %v", got)
	}
}
