package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The number that comes lies in its interval as often as it should, whatever the rate.
func TestPredictCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	const runs = 4000
	poisson := func(mean float64) float64 {
		n := 0.
		for at := rng.ExpFloat64(); at < mean; at += rng.ExpFloat64() {
			n++
		}
		return n
	}
	for _, c := range []struct{ seen, times, spread float64 }{
		{.5, 1, 0}, {3, 4, 0}, {20, 1, 0}, {20, 10, 0}, {300, .1, 0}, {100, 1, .04},
	} {
		within := 0
		for range runs {
			rate := c.seen
			if c.spread > 0 {
				rate *= max(1+math.Sqrt(c.spread)*rng.NormFloat64(), 0)
			}
			came := poisson(rate * c.times)
			p := Predict(poisson(c.seen), Share{c.times, c.times, c.times}, c.spread, .05)
			if p.Low > p.Value || p.Value > p.High {
				t.Fatalf("%v: %v", c, p)
			}
			if p.Low <= came && came <= p.High {
				within++
			}
		}
		if got := float64(within) / runs; got < .95-3.1*math.Sqrt(.95*.05/runs) {
			t.Errorf("%v: %.3f are covered", c, got)
		}
	}
}

// A rate that may change widens the interval, and one of which nothing is known leaves
// anything possible.
func TestPredictTheEnds(t *testing.T) {
	narrow := Predict(50, Share{2, 2, 2}, 0, .05)
	for name, wide := range map[string]Share{
		"a lower rate":  Predict(50, Share{2, 1, 2}, 0, .05),
		"a higher rate": Predict(50, Share{2, 2, 3}, 0, .05),
		"a spread":      Predict(50, Share{2, 2, 2}, .1, .05),
		"confidence":    Predict(50, Share{2, 2, 2}, 0, .001),
	} {
		if wide.Low > narrow.Low || wide.High < narrow.High || wide == narrow {
			t.Errorf("%s: %v, without %v", name, wide, narrow)
		}
	}
	inf := math.Inf(1)
	if got := Predict(0, Share{Value: 1, High: inf}, 0, .05); got.Low != 0 || got.High != inf {
		t.Errorf("nothing known: %v", got)
	}
	if got := Predict(7, Share{2, 2, 2}, 0, 1); got != (Share{14, 14, 14}) {
		t.Errorf("no confidence: %v", got)
	}
	if got := Predict(7, Share{}, 0, .05); got != (Share{}) {
		t.Errorf("no time: %v", got)
	}
	// P(N = 0) is 1/sqrt(2) after none was seen, in as long a time.
	if got := Predict(0, Share{1, 1, 1}, 0, .6); got.High != 0 {
		t.Errorf("none seen: %v", got)
	}
}
