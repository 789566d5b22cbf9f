package attribution

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/whence-go/whence/geo"
)

// world is a set of distinct sources of which a sample is drawn: how many belong
// to each origin.
type world map[geo.Origin]int

// draw returns the report that a tally would give of a world, given a uniform
// sample of k: what a tally does, without the addresses. HyperLogLogs are taken as
// exact, so that only the sample errs.
func (w world) draw(rng *rand.Rand, k int) *Report {
	r := new(Report)
	left, n := k, 0
	for _, sources := range w {
		n += sources
	}
	all := float64(n)
	for o := range r.counted {
		sources, ok := w[geo.Origin(o)]
		if !ok {
			continue
		}
		x := hypergeometric(rng, left, sources, n)
		r.counted[o] = origin{sources: float64(sources), relErr: 1e-9, sampled: float64(x)}
		left, n = left-x, n-sources
	}
	public := float64(k) - r.counted[geo.Reserved].sampled
	// The tally estimates the number of sources with this error.
	estimate := all * (1 + rng.NormFloat64()*math.Sqrt((1-float64(k)/all)/float64(k)))
	r.sampling = newSampling(public, max(estimate, float64(k)+1)*public/float64(k))
	r.sum()
	r.Sources.Exact = false
	return r
}

// hypergeometric draws how many of k, taken without replacement from n of which m
// are marked, are marked: by its normal approximation, which is close where k is
// in the thousands, else one by one.
func hypergeometric(rng *rand.Rand, k, m, n int) int {
	if k == 0 || m == 0 {
		return 0
	}
	if m == n {
		return k
	}
	p, f := float64(m)/float64(n), float64(k)
	if sd := math.Sqrt(f * p * (1 - p) * float64(n-k) / float64(n-1)); sd > 12 {
		x := int(math.Round(f*p + sd*rng.NormFloat64()))
		return min(max(x, 0), min(k, m))
	}
	x := 0
	for range k {
		if rng.IntN(n) < m {
			x++
			m--
		}
		n--
	}
	return x
}

// A claim on each kind of world is decided wrongly as seldom as it should be, and
// intervals are neither too short nor too long.
func TestSimulatedDecisions(t *testing.T) {
	ru, us, cn := testTable().Lookup(ip("RU", 0)), testTable().Lookup(ip("US", 0)), testTable().Lookup(ip("CN", 0))
	others := func(n, each int) world {
		w := world{}
		for o := range geo.Countries() {
			if o != ru && len(w) < n {
				w[o] = each
			}
		}
		return w
	}
	with := func(w world, o geo.Origin, n int) world { w[o] = n; return w }
	const k = 4096
	trials := 4_000
	switch {
	case *long:
		trials = 20_000
	case testing.Short():
		trials = 500
	}
	for _, c := range []struct {
		name  string
		world world
		claim Claim
		truth float64 // share that the interval must cover; negative: not asked
		// Bounds in percent: of coverage, of false support, of false refutation.
		// What is false follows from the world.
		coverLow, coverHigh        float64
		supportedLow, supportedMax float64
		refutedMax                 float64
	}{
		{"half", world{ru: 500_000, us: 500_000}, Majority("RU"), .5, 94.4, 97, 1.9, 3.1, 3.1},
		{"half, sample nearly complete", world{ru: 2500, us: 2500}, Majority("RU"), .5, 94.4, 99, 0, 3.1, 3.1},
		{"half, many reserved", world{ru: 100_000, us: 100_000, geo.Reserved: 200_000}, Majority("RU"), .5, 94.4, 97, 1.9, 3.1, 3.1},
		{"half, reserved, nearly complete", world{ru: 1500, us: 1500, geo.Reserved: 2000}, Majority("RU"), .5, 94.4, 99, 0, 3.1, 3.1},
		{"half, unlocated all elsewhere", world{ru: 500_000, us: 450_000, geo.Unlocated: 50_000}, Majority("RU"), .5, 96, 98.5, 1.9, 3.1, .1},
		{"half, unlocated all there", world{ru: 450_000, us: 500_000, geo.Unlocated: 50_000}, Majority("RU"), .5, 96, 98.5, 0, .1, 3.1},
		{"small share", world{ru: 10_000, us: 990_000}, MoreThan(1, "RU"), .01, 94.4, 98, 1, 3.1, 3.1},
		{"tie of two", world{ru: 400_000, us: 400_000, cn: 200_000}, Plurality("RU"), -1, 0, 0, 1.9, 3.1, 3.1},
		{"tie with the unlocated", world{ru: 400_000, us: 350_000, geo.Unlocated: 50_000}, Plurality("RU"), -1, 0, 0, 1.9, 3.1, .1},
		{"barely first of twenty", with(others(19, 50_000), ru, 50_010), Plurality("RU"), -1, 0, 0, 0, 100, 3.1},
	} {
		rng := rand.New(rand.NewPCG(uint64(len(c.name)), 77))
		var covered, supported, refuted, inadmissible float64
		for range trials {
			v := c.world.draw(rng, k).Check(c.claim)
			covered += truth(v.Share.Low <= c.truth && c.truth <= v.Share.High)
			supported += truth(v.Decision == Supported)
			refuted += truth(v.Decision == Refuted)
			inadmissible += truth(v.Decision == Inadmissible)
		}
		// Three standard errors of a proportion near the bound, for these trials
		// rather than for 20,000.
		slack := 3 * 100 * math.Sqrt(.03*.97/float64(trials))
		if trials == 20_000 {
			slack = 0
		}
		percent := 100 / float64(trials)
		t.Logf("%-32s covered %.2f %%, supported %.2f %%, refuted %.2f %%, inadmissible %.3f %%", c.name, covered*percent, supported*percent, refuted*percent, inadmissible*percent)
		if c.truth >= 0 && (covered*percent < c.coverLow-slack || covered*percent > c.coverHigh+slack) {
			t.Errorf("%s: covered %.2f %%, want %v to %v", c.name, covered*percent, c.coverLow, c.coverHigh)
		}
		if s := supported * percent; s < c.supportedLow-slack || s > c.supportedMax+slack {
			t.Errorf("%s: supported %.2f %%, want %v to %v", c.name, s, c.supportedLow, c.supportedMax)
		}
		if s := refuted * percent; s > c.refutedMax+slack {
			t.Errorf("%s: refuted %.2f %%, want at most %v", c.name, s, c.refutedMax)
		}
		if inadmissible > 3 { // 0.3 to 1.3 are expected
			t.Errorf("%s: inadmissible %v times", c.name, inadmissible)
		}
	}
}

// However rare the claimed country is in the sample, honest counts are not called
// damaged more often than a distance of 4 standard errors allows, and counts that
// differ by it are.
func TestSimulatedDisagreement(t *testing.T) {
	ru, us := testTable().Lookup(ip("RU", 0)), testTable().Lookup(ip("US", 0))
	rng := rand.New(rand.NewPCG(5, 78))
	for _, expected := range []float64{.2, 1, 3, 10, 30, 1000} {
		const n, k = 1_000_000, 4096
		trials := 4_000
		if testing.Short() {
			trials = 500
		}
		honest := world{ru: int(expected / k * n), us: n - int(expected/k*n)}
		alarms := 0
		for range trials {
			if honest.draw(rng, k).Check(Majority("RU")).Decision == Inadmissible {
				alarms++
			}
		}
		if alarms > 3 { // 0.3 are expected at 4 standard errors
			t.Errorf("%v expected in the sample: %d of %d honest counts called damaged", expected, alarms, trials)
		}
		missed := 0
		for range 200 {
			r := honest.draw(rng, k)
			more := 40 + 5*math.Sqrt(expected)*2
			r.counted[ru].sampled += more
			r.counted[us].sampled -= more
			if r.Check(Majority("RU")).Decision != Inadmissible {
				missed++
			}
		}
		if missed > 0 {
			t.Errorf("%v expected in the sample: %d of 200 tampered counts passed", expected, missed)
		}
	}
}
