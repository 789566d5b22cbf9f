package stat

import (
	"math"
	"testing"
)

// Worked values of the interval at a known number of things.
func TestSamplingShare(t *testing.T) {
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
		s := Sampling{K: c.k, NEff: c.k * (c.n - 1) / (c.n - c.k)}
		if math.Abs(s.NEff-c.nEff) > 1e-3 {
			t.Errorf("%v of %v: effective size %.3f, want %.3f", c.k, c.n, s.NEff, c.nEff)
		}
		got := s.Share(c.x, c.alpha)
		if math.Abs(got.Low-c.low) > 1e-6 || math.Abs(got.High-c.high) > 1e-6 || got.Value != c.x/c.k {
			t.Errorf("%v of %v among %v: %.6f to %.6f, want %.6f to %.6f", c.x, c.k, c.n, got.Low, got.High, c.low, c.high)
		}
	}
}

// A number that is only estimated is taken at its safe side, and a population is so large
// that the sample is nothing of it.
func TestNewSampling(t *testing.T) {
	if got, exact := NewSampling(16384, 1_000_000), 16656.890; got.NEff >= exact || got.NEff <= got.K {
		t.Errorf("effective size %.3f with an estimated number, %.3f with the true one", got.NEff, exact)
	}
	if s := NewSampling(100, 100); s.NEff < 100 {
		t.Errorf("effective size %v of a complete sample of 100", s.NEff)
	}
	if s := NewSampling(0, 100); s != (Sampling{}) {
		t.Errorf("a sample of nothing: %+v", s)
	}
	s := NewSampling(1000, 2000)
	if p := s.Population(); p.NEff != 1000 || p.K != 1000 {
		t.Errorf("as a population: %+v", p)
	}
	if w := s.Within(250); w.K != 250 || w.N != 500 {
		t.Errorf("of a quarter of the sample: %+v", w)
	}
	if w := s.Without(250); w.K != 750 || w.N != 1500 {
		t.Errorf("without a quarter of the sample: %+v", w)
	}
	if e := s.StandardError(0); e <= 0 {
		t.Errorf("the standard error of a share of 0 is %v", e)
	}
}

func counted(n, relErr float64) Number { return Number{n, n * relErr * n * relErr} }

// Worked values of the share of one estimated number in two.
func TestOddsShare(t *testing.T) {
	for _, c := range []struct{ x, ex, y, ey, low, high float64 }{
		{520000, .008125, 480000, .0035, 0.515671, 0.524326},
		{60000, .008125, 40000, .004, 0.595733, 0.604252},
		{900, 2.5e-4, 100, 2.5e-4, 0.899938, 0.900062},
	} {
		got := OddsShare(counted(c.x, c.ex), counted(c.y, c.ey), Z)
		off := math.Max(math.Abs(got.Low-c.low), math.Abs(got.High-c.high))
		if math.Abs(got.Value-c.x/(c.x+c.y)) > 1e-12 || off > 1e-6 {
			t.Errorf("%v of %v: %+v, want %.6f to %.6f", c.x, c.x+c.y, got, c.low, c.high)
		}
	}
	if got := OddsShare(counted(0, 0), counted(5, .01), Z); got != (Share{}) {
		t.Errorf("nothing of something: %+v", got)
	}
	if got := OddsShare(counted(5, .01), counted(0, 0), Z); got != (Share{1, 1, 1}) {
		t.Errorf("everything: %+v", got)
	}
}

func TestShares(t *testing.T) {
	a, b := Share{.5, .4, .6}, Share{.3, .2, .45}
	for _, c := range []struct {
		name      string
		got, want Share
	}{
		{"with", a.With(b), Share{.5, .2, .6}},
		{"least", a.Least(b), Share{.3, .2, .45}},
		{"scaled", a.Scaled(.5), Share{.25, .2, .3}},
		{"positive", Share{.1, -.2, .4}.Positive(), Share{.1, 0, .4}},
		{"exact", ExactShare(1, 4), Share{.25, .25, .25}},
		{"exact of nothing", ExactShare(0, 0), Share{}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	if n := (Number{10, 5}).Less(Number{4, 2}); n != (Number{6, 3}) {
		t.Errorf("10 less 4 is %v", n)
	}
	if e := counted(200, .1).RelErr(); math.Abs(e-.1) > 1e-12 || (Number{0, 0}).RelErr() != 0 {
		t.Errorf("relative error %v", e)
	}
}
