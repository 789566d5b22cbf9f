package attribution

import (
	"math"
	"testing"
)

// Worked values of the interval at a known number of sources.
func TestCensusInterval(t *testing.T) {
	for _, c := range []struct{ alpha, x, k, n, nEff, low, high float64 }{
		{.05, 8400, 16384, 1_000_000, 16656.890, 0.505073, 0.520313},
		{.01, 8400, 16384, 1_000_000, 16656.890, 0.502687, 0.522696},
		{.05, 8192, 16384, 1_000_000, 16656.890, 0.492377, 0.507623},
		{.05, 0, 16384, 1_000_000, 16656.890, 0, 0.000221},
		{.05, 3, 16384, 1_000_000, 16656.890, 0.000038, 0.000531},
		{.05, 33500, 65536, 100_000, 190155.944, 0.508920, 0.513419},
		{.05, 2100, 4096, 10_000, 6936.976, 0.500858, 0.524522},
		{.05, 2100, 4096, 4_500, 45613.624, 0.508097, 0.517292},
	} {
		s := sampling{k: c.k, nEff: c.k * (c.n - 1) / (c.n - c.k)}
		if math.Abs(s.nEff-c.nEff) > 1e-3 {
			t.Errorf("%v of %v: effective size %.3f, want %.3f", c.k, c.n, s.nEff, c.nEff)
		}
		got := s.share(c.x, c.alpha)
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
		got := partsShare(counted(c.x, c.ex), counted(c.y, c.ey), z)
		if math.Abs(got.Value-c.x/(c.x+c.y)) > 1e-12 || math.Abs(got.Low-c.low) > 1e-6 || math.Abs(got.High-c.high) > 1e-6 {
			t.Errorf("%v of %v: %+v, want %.6f to %.6f", c.x, c.x+c.y, got, c.low, c.high)
		}
	}
	if got := partsShare(counted(0, 0), counted(5, .01), z); got != (Share{}) {
		t.Errorf("nothing of something: %+v", got)
	}
	if got := partsShare(counted(5, .01), counted(0, 0), z); got != (Share{1, 1, 1}) {
		t.Errorf("everything: %+v", got)
	}
}
