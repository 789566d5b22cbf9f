package plausible

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/whence-go/whence/internal/testenv"

	"github.com/whence-go/whence/internal/testenv/world"
)

// trialsFor is how many trials there are with so many sources, for about the same work
// each.
func trialsFor(sources int) int {
	switch {
	case testenv.Long():
		return min(2000, max(100, 8_000_000/sources))
	case testing.Short():
		return min(20, max(1, 10_000/sources))
	}
	return min(100, max(1, 30_000/sources))
}

// Real populations are not accused, though they have what misconfiguration adds: as many
// dark sources and bogons as were ever seen of real ones.
func TestHonestSources(t *testing.T) {
	w := world.Real(t)
	for _, p := range w.Populations() {
		for _, n := range []int{100, 300, 1000, 4096, 16384, 65536} {
			if testing.Short() && n > 16384 {
				continue
			}
			rng := rand.New(rand.NewPCG(uint64(n), uint64(len(p.Name))))
			trials := trialsFor(n)
			accused, suspected := 0, 0
			for trial := range trials {
				addrs := drawn(t, p, w.Population.Sampler(rng.Uint64()), n)
				world.Misconfigure(rng, addrs, darkBackground, bogonBackground)
				o := options()
				o.Key = trialKey(p.Name, trial)
				f := Examine(viewOf(w.Table, o, one(addrs)))
				if f.Spoofing == nil { // a bogon too many
					continue
				}
				if f.Spoofing.Level == Suspected {
					suspected++
				}
				if f.SomeForged() {
					accused++
				}
				if f.MostlyForged() {
					t.Errorf("%s of %d: found %+v", p.Name, n, f.Spoofing)
				}
			}
			t.Logf("%-28s %5d sources, %4d trials: accused %d, suspected %d", p.Name, n, trials, accused, suspected)
			// Two tests, on dark sources and on bogons, each wrong once in a thousand at the
			// most misconfigured; three standard errors more.
			mean := .002 * float64(trials)
			if limit := mean + 3*math.Sqrt(mean) + 1; float64(accused) > limit {
				t.Errorf("%s of %d: %d of %d accused", p.Name, n, accused, trials)
			}
			if suspected*50 > trials {
				t.Errorf("%s of %d: %d of %d suspected", p.Name, n, suspected, trials)
			}
		}
	}
}
