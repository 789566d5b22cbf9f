package scenario

import (
	"math"
	"math/rand/v2"
	"time"
)

// islanders is who uses the services of a provider in New Caledonia: the
// island, the country it belongs to, and its neighbours. In percent.
var islanders = []part{
	{"NC", 58}, {"FR", 20}, {"AU", 6}, {"NZ", 4}, {"US", 4}, {"PF", 2}, {"VU", 1}, {"WF", 1},
	{"JP", 1}, {"DE", 1}, {"GB", 1}, {"unlocated", 1},
}

// Quiet is everyday traffic, without a burst: by day four times as much as by
// night, on Saturdays and Sundays 70 % of what comes on other days, most of it
// from few sources and to few targets. It begins on a Tuesday at 18 h local time
// (7 h UTC); the targets are site-001.lagoon.example, the most popular, and so
// on.
type Quiet struct {
	Seed uint64

	// Days is how long it lasts; 0 stands for 1.
	Days int

	// Rate is the mean number of events in a second; 0 stands for 2.5.
	Rate float64

	// Sources is the number of usual sources, of which the most come again
	// and again; 0 stands for 5,000.
	Sources int

	// Targets is their number; 0 stands for 400.
	Targets int

	// Noise makes the rate wander around its rhythm: it is the standard
	// deviation of the rate's logarithm, whose correlation falls to 0.7 in
	// five minutes. Real traffic has 0.1 to 0.25; 0 leaves a Poisson process.
	Noise float64
}

// Build implements [Builder].
func (q Quiet) Build(p *Population) (*Scenario, error) {
	q.Days = orDefault(q.Days, 1)
	s := p.Sampler(q.Seed)
	usual, err := drawMix(s, orDefault(q.Sources, 5000), islanders, 0.15)
	if err != nil {
		return nil, err
	}
	span := time.Duration(q.Days) * 24 * time.Hour
	return compose([]wave{{
		seed: q.Seed, senders: regulars{usual}, events: int(orDefault(q.Rate, 2.5) * span.Seconds()),
		from: begin, span: span, rate: q.rates(s.rng),
		targets: names("site-%03d.lagoon.example", orDefault(q.Targets, 400)), volume: one(400, 20_000), via: session,
	}}), nil
}

// rates returns the relative rates of each five minutes.
func (q Quiet) rates(rng *rand.Rand) []float64 {
	const (
		step        = 5 * time.Minute
		ahead       = 11 * time.Hour // local time, of UTC
		peak        = 16             // in the afternoon
		correlation = 0.7
	)
	rates := make([]float64, q.Days*int(24*time.Hour/step))
	noise := q.Noise * rng.NormFloat64()
	for i := range rates {
		local := begin.Add(ahead + time.Duration(i)*step)
		hours := float64(local.Hour()) + float64(local.Minute())/60 - peak
		rates[i] = (1 + 0.6*math.Cos(2*math.Pi*hours/24)) * math.Exp(noise)
		if day := local.Weekday(); day == time.Saturday || day == time.Sunday {
			rates[i] *= 0.7
		}
		noise = correlation*noise + math.Sqrt(1-correlation*correlation)*q.Noise*rng.NormFloat64()
	}
	return rates
}

// FlashCrowd is a burst that is no attack: half an hour of everyday traffic to
// sixty sites, and in it news on one of them, for which twenty thousand people
// of the usual countries come. The crowd grows for four minutes and then goes
// away slowly.
type FlashCrowd struct {
	Seed uint64
}

// Build implements [Builder].
func (f FlashCrowd) Build(p *Population) (*Scenario, error) {
	const visitors, pages = 20_000, 80_000
	s := p.Sampler(f.Seed)
	usual, err := drawMix(s, 3000, islanders, 0.15)
	if err != nil {
		return nil, err
	}
	crowd, err := drawMix(s, visitors, islanders, 0.15)
	if err != nil {
		return nil, err
	}
	// Minute by minute: doubling, then halving every four minutes.
	ramp := []float64{1, 2, 4, 8}
	for len(ramp) < 20 {
		ramp = append(ramp, ramp[len(ramp)-1]*0.84)
	}
	sites := names("site-%03d.lagoon.example", 60)
	news := wave{
		seed: f.Seed, senders: turns{crowd}, events: pages,
		from: begin.Add(10 * time.Minute), span: time.Duration(len(ramp)) * time.Minute, rate: ramp,
		targets: sites[7:8], volume: one(2_000, 90_000), via: session, burst: 1,
	}
	return compose([]wave{{
		seed: f.Seed, senders: regulars{usual}, events: 36_000,
		from: begin, span: 30 * time.Minute,
		targets: sites, volume: one(400, 20_000), via: session,
	}, news}, news.asBurst()), nil
}
