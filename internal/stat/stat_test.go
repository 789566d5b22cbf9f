package stat

import (
	"math"
	"testing"
)

func TestBetaQuantile(t *testing.T) {
	for _, c := range []struct{ p, a, b, want float64 }{
		{.025, 5, 10, 0.127598430},
		{.975, 6, 9, 0.648619889},
		{.025, .5, .5, 0.001541333},
		{.5, 1, 1, .5},
		{.25, 1, 3, 1 - math.Cbrt(.75)}, // 1-(1-x)^3
		{.5, 1e6, 1e6, .5},
	} {
		if got := BetaQuantile(c.p, c.a, c.b); math.Abs(got-c.want) > 1e-8 {
			t.Errorf("BetaQuantile(%v, %v, %v) = %.9f, want %.9f", c.p, c.a, c.b, got, c.want)
		}
	}
	// The quantile undoes the distribution function, also far from the middle.
	for _, a := range []float64{.5, 1, 7, 300, 65536, 3e6} {
		for _, b := range []float64{.5, 2, 40, 1e4, 3e6} {
			for _, p := range []float64{1e-6, .025, .5, .975} {
				if got := BetaCDF(BetaQuantile(p, a, b), a, b); math.Abs(got-p) > 1e-6 {
					t.Errorf("BetaCDF of the %v quantile at a=%v b=%v is %v", p, a, b, got)
				}
			}
		}
	}
}

func TestBinomialTail(t *testing.T) {
	for _, c := range []struct{ n, x, want float64 }{
		{1000, 530, .03101160}, {9830, 5000, .04413655}, {100, 60, .02844397}, {10, 0, 1},
	} {
		if got := BinomialTail(c.n, .5, c.x); math.Abs(got-c.want) > 1e-7 {
			t.Errorf("P(Bin(%v, 1/2) >= %v) = %.8f, want %.8f", c.n, c.x, got, c.want)
		}
	}
}

func TestNormalQuantile(t *testing.T) {
	for _, c := range []struct{ p, want float64 }{{.5, 0}, {.975, 1.959964}, {.995, 2.575829}, {.001, -3.090232}} {
		got := NormalQuantile(c.p)
		if math.Abs(got-c.want) > 1e-6 || math.Abs(NormalTail(got)-(1-c.p)) > 1e-12 {
			t.Errorf("quantile of %v is %.6f with tail %v, want %.6f", c.p, got, NormalTail(got), c.want)
		}
	}
}

// The quantile undoes the tail where 1-p is 1.
func TestNormalQuantileOfSmallTails(t *testing.T) {
	for _, p := range []float64{1e-8, 2e-9, 1e-9, 1e-10, 1e-16, 1e-40, 1e-300} {
		if q := NormalQuantile(p); math.Abs(NormalTail(-q)/p-1) > 1e-6 {
			t.Errorf("the tail beyond the quantile %v of %v is %v", q, p, NormalTail(-q))
		}
	}
}

// However many draws, the interval is one, and is not narrower than that of fewer.
func TestClopperPearsonOfMany(t *testing.T) {
	for _, n := range []float64{1e8, 1e9, 1e12, math.MaxUint64} {
		for _, share := range []float64{0, 1 / n, 1e-6, .5, 1 - 1e-6, 1} {
			low, high := ClopperPearson(share, n, .05)
			if !(low >= 0 && low <= share && share <= high && high <= 1 && high-low < 5e-4) {
				t.Errorf("%v of %v: %v to %v", share, n, low, high)
			}
		}
	}
}

func TestClopperPearson(t *testing.T) {
	for _, c := range []struct{ x, n, low, high float64 }{
		{0, 10, 0, .308497}, {10, 10, .691503, 1}, {52, 100, .41779, .620995},
	} {
		if low, high := ClopperPearson(c.x/c.n, c.n, .05); math.Abs(low-c.low) > 2e-5 || math.Abs(high-c.high) > 2e-5 {
			t.Errorf("%v of %v: %.6f to %.6f, want %.6f to %.6f", c.x, c.n, low, high, c.low, c.high)
		}
	}
}
