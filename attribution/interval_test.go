package attribution

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
		if got := betaQuantile(c.p, c.a, c.b); math.Abs(got-c.want) > 1e-8 {
			t.Errorf("betaQuantile(%v, %v, %v) = %.9f, want %.9f", c.p, c.a, c.b, got, c.want)
		}
	}
	// The quantile undoes the distribution function, also far from the middle.
	for _, a := range []float64{.5, 1, 7, 300, 65536, 3e6} {
		for _, b := range []float64{.5, 2, 40, 1e4, 3e6} {
			for _, p := range []float64{1e-6, .025, .5, .975} {
				if got := betaCDF(betaQuantile(p, a, b), a, b); math.Abs(got-p) > 1e-6 {
					t.Errorf("betaCDF of the %v quantile at a=%v b=%v is %v", p, a, b, got)
				}
			}
		}
	}
}

func TestBinomialTail(t *testing.T) {
	for _, c := range []struct{ n, x, want float64 }{
		{1000, 530, .03101160}, {9830, 5000, .04413655}, {100, 60, .02844397}, {10, 0, 1},
	} {
		if got := binomialTail(c.n, c.x); math.Abs(got-c.want) > 1e-7 {
			t.Errorf("P(Bin(%v, 1/2) >= %v) = %.8f, want %.8f", c.n, c.x, got, c.want)
		}
	}
}

// Worked values of the interval at a known number of sources.
func TestCensusInterval(t *testing.T) {
	for _, c := range []struct{ x, k, n, nEff, low, high float64 }{
		{8400, 16384, 1_000_000, 16656.890, 0.505073, 0.520313},
		{8192, 16384, 1_000_000, 16656.890, 0.492377, 0.507623},
		{0, 16384, 1_000_000, 16656.890, 0, 0.000221},
		{3, 16384, 1_000_000, 16656.890, 0.000038, 0.000531},
		{33500, 65536, 100_000, 190155.944, 0.508920, 0.513419},
		{2100, 4096, 10_000, 6936.976, 0.500858, 0.524522},
		{2100, 4096, 4_500, 45613.624, 0.508097, 0.517292},
	} {
		s := sampling{k: c.k, nEff: c.k * (c.n - 1) / (c.n - c.k)}
		if math.Abs(s.nEff-c.nEff) > 1e-3 {
			t.Errorf("%v of %v: effective size %.3f, want %.3f", c.k, c.n, s.nEff, c.nEff)
		}
		got := s.census(c.x)
		if math.Abs(got.Low-c.low) > 1e-6 || math.Abs(got.High-c.high) > 1e-6 {
			t.Errorf("%v of %v among %v: %.6f to %.6f, want %.6f to %.6f", c.x, c.k, c.n, got.Low, got.High, c.low, c.high)
		}
	}
	// A number of sources that is estimated is taken at its safe side.
	if got, exact := newSampling(16384, 1_000_000), 16656.890; got.nEff >= exact {
		t.Errorf("effective size %.3f with an estimated number, %.3f with the true one", got.nEff, exact)
	}
	if s := newSampling(100, 100); s.nEff < 100 {
		t.Errorf("effective size %v of a complete sample of 100", s.nEff)
	}
}

func counted(n, relErr float64) group {
	return group{sources: n, variance: n * relErr * n * relErr}
}

func TestPartsShare(t *testing.T) {
	for _, c := range []struct{ x, ex, y, ey, low, high float64 }{
		{520000, .008125, 480000, .0035, 0.515671, 0.524326},
		{60000, .008125, 40000, .004, 0.595733, 0.604252},
		{900, 2.5e-4, 100, 2.5e-4, 0.899938, 0.900062},
	} {
		got := partsShare(counted(c.x, c.ex), counted(c.y, c.ey))
		if math.Abs(got.Value-c.x/(c.x+c.y)) > 1e-12 || math.Abs(got.Low-c.low) > 1e-6 || math.Abs(got.High-c.high) > 1e-6 {
			t.Errorf("%v of %v: %+v, want %.6f to %.6f", c.x, c.x+c.y, got, c.low, c.high)
		}
	}
	if got := partsShare(counted(0, 0), counted(5, .01)); got != (Share{}) {
		t.Errorf("nothing of something: %+v", got)
	}
	if got := partsShare(counted(5, .01), counted(0, 0)); got != (Share{1, 1, 1}) {
		t.Errorf("everything: %+v", got)
	}
}
