package detect

import (
	"math"
	"math/rand/v2"
	"time"
)

// model is a series of known truth: a rate per interval with a rhythm of day and
// week, noise of the rate, and counting.
type model struct {
	name     string
	interval time.Duration
	rate     float64 // per interval
	day      float64 // log-amplitude of the day
	weekend  float64 // log of the weekend's level
	phi, sd  float64 // of the AR(1) noise of the logarithm, sd being its own
	size     float64 // of the negative binomial; 0: Poisson
	spikes   float64 // probability of a single interval of three times the rate
}

// run is a model's series as it goes on.
type run struct {
	model
	rng  *rand.Rand
	i    int64 // interval, from start on
	ar   float64
	wave func(i int64) float64 // factor of a burst; nil: none
}

const monday = 4 * 24 * time.Hour // after 1970 began

// start begins a run at a time after a Monday of 2024.
func (m model) start(seed uint64, after time.Duration) *run {
	week := int64((2820*7*24*time.Hour + monday + after) / m.interval)
	r := &run{model: m, rng: rand.New(rand.NewPCG(seed, 71)), i: week}
	r.ar = r.rng.NormFloat64() * m.sd
	return r
}

func (r *run) next() (i int64, y float64) {
	i = r.i
	r.i++
	at := time.Duration(i) * r.interval
	rate := math.Log(r.rate) + r.day*math.Sin(2*math.Pi*float64(at%day)/float64(day)-1.5)
	if w := (at - monday) % (7 * day) / day; w >= 5 {
		rate += r.weekend
	}
	r.ar = r.phi*r.ar + math.Sqrt(1-r.phi*r.phi)*r.sd*r.rng.NormFloat64()
	rate = math.Exp(rate + r.ar)
	if r.spikes > 0 && r.rng.Float64() < r.spikes {
		rate *= 3
	}
	if r.wave != nil {
		rate *= r.wave(i)
	}
	if r.size > 0 {
		rate *= gamma(r.rng, r.size) / r.size
	}
	return i, poisson(r.rng, rate)
}

func poisson(rng *rand.Rand, mean float64) float64 {
	if mean > 50 {
		return max(0, math.Round(mean+math.Sqrt(mean)*rng.NormFloat64()))
	}
	n, p, limit := 0., rng.Float64(), math.Exp(-mean)
	for p > limit {
		n++
		p *= rng.Float64()
	}
	return n
}

// gamma draws from the gamma distribution of a shape of 1 at least (Marsaglia and
// Tsang 2000).
func gamma(rng *rand.Rand, shape float64) float64 {
	d := shape - 1./3
	for {
		x := rng.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
