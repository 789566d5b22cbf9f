package stat

import (
	"math"
	"testing"
)

// A quotient cannot be less than nothing, or beyond what its ends allow.
func TestQuotient(t *testing.T) {
	for _, c := range []struct{ a, b, want Share }{
		{Share{.6, .6, .6}, Share{.2, .2, .2}, Share{3, 3, 3}},
		{Share{.6, .5, .7}, Share{.2, .2, .2}, Share{3, 2.5, 3.5}},
		{Share{.6, .6, .6}, Share{.2, .1, .4}, Share{3, 1.5, 6}},
		{Share{0, 0, .1}, Share{.2, .1, .4}, Share{0, 0, 1}},
		{Share{.4, .2, .6}, Share{0, 0, .1}, Share{math.Inf(1), 2, math.Inf(1)}},
	} {
		same(t, "quotient", Quotient(c.a, c.b), c.want)
	}
}

func TestProduct(t *testing.T) {
	for _, c := range []struct{ a, b, want Share }{
		{Share{100, 100, 100}, Share{.2, .2, .2}, Share{20, 20, 20}},
		{Share{100, 100, 100}, Share{.2, .1, .4}, Share{20, 10, 40}},
		{Share{100, 50, 400}, Share{.2, .2, .2}, Share{20, 10, 80}},
		// Halves and doubles on both sides: a factor of 2 to the power of the root of 2.
		{Share{100, 50, 200}, Share{.2, .1, .4}, Share{20, 20 * math.Exp2(-math.Sqrt2), 20 * math.Exp2(math.Sqrt2)}},
		{Share{100, 50, 200}, Share{0, 0, .1}, Share{0, 0, 20}},
		{Share{100, 50, 200}, Share{.1, 0, .2}, Share{10, 0, 10 * math.Exp2(math.Sqrt2)}},
	} {
		same(t, "product", Product(c.a, c.b), c.want)
	}
}

func same(t *testing.T, what string, got, want Share) {
	t.Helper()
	for i, pair := range [][2]float64{{got.Value, want.Value}, {got.Low, want.Low}, {got.High, want.High}} {
		if pair[0] != pair[1] && !(math.Abs(pair[0]-pair[1]) < 1e-12) {
			t.Errorf("%s %v: number %d is %v, want %v", what, want, i, pair[0], pair[1])
		}
	}
}
