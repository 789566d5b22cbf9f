package plausible

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Sources that send far more than the rest stand out, however the rest is spread.
func TestHeavySources(t *testing.T) {
	lognormal := func(rng *rand.Rand) uint64 { return 1 + uint64(math.Exp(1.5*rng.NormFloat64()+1)) }
	// first is so many sources with so many events, before sources with one each.
	first := func(n int, events uint64) func(int, *rand.Rand) uint64 {
		return func(i int, _ *rand.Rand) uint64 {
			if i < n {
				return events
			}
			return 1
		}
	}
	for _, c := range []struct {
		name    string
		events  func(i int, rng *rand.Rand) uint64
		sources int
		want    uint64  // heavy sources
		median  float64 // events
		share   float64 // of all events, at least
	}{
		{"all once", first(0, 0), 1000, 0, 0, 0},
		{"all a thousand times", first(1000, 1000), 1000, 0, 1000, 0},
		{"two behind a translation", func(i int, rng *rand.Rand) uint64 {
			if i < 2 {
				return 20_000
			}
			return lognormal(rng)
		}, 1000, 2, 3, .5},
		{"once, and three far beyond", first(3, 300), 1000, 3, 1, .4},
		{"far beyond, but little of all", first(1, 90), 1000, 1, 1, .08},
		{"too few to tell", first(3, 300), leastHeavy - 1, 0, 0, 0},
		{"just enough to tell", first(3, 300), leastHeavy, 3, 1, .9},
		{"five doublings", first(1, 31), 1000, 0, 0, 0},
		{"one makes most", first(1, 5000), 1000, 1, 1, .8},
		{"as many as there can be", first(2, math.MaxUint64/4), 1000, 2, 1, .99},
	} {
		rng := rand.New(rand.NewPCG(1, 1))
		var records []record
		for i := range c.sources {
			records = append(records, record{world.IP("RU", i), block.Event{Events: c.events(i, rng)}})
		}
		h := Examine(viewOf(world.Table(), options(), records)).Heavy
		if h.Sources != c.want || h.Share < c.share || h.Share > 1 {
			t.Errorf("%s: %+v, want %d sources", c.name, h, c.want)
		}
		if c.want > 0 && (math.Abs(h.Median-c.median) > 1 || h.Above < h.Median) {
			t.Errorf("%s: %+v, want a median of %v", c.name, h, c.median)
		}
	}
}

// A step holds the numbers up to its end, and small numbers have one each.
func TestLogSteps(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for i := range 2000 {
		e := uint64(i + 1)
		if i >= 1000 {
			e = rng.Uint64()>>rng.IntN(50) | 1
		}
		step := logStep(float64(e))
		end := endOf(step)
		if step < 0 || step >= logSteps || end < float64(e)*(1-1e-15) || end > float64(e)*1.07 {
			t.Errorf("%d is in step %d, which ends at %v", e, step, end)
		}
		if e < 16 && end != float64(e) {
			t.Errorf("%d shares a step with others up to %v", e, end)
		}
		if next := logStep(end + 1); end < 1<<52 && next <= step {
			t.Errorf("step %d ends at %v, but holds what follows", step, end)
		}
	}
}
