package scenario

import (
	"math"
	"time"
)

// islanders is who uses the services of a provider in New Caledonia: the
// island, the country it belongs to, and its neighbours. In percent.
var islanders = []part{
	{"NC", 58}, {"FR", 20}, {"AU", 6}, {"NZ", 4}, {"US", 4}, {"PF", 2}, {"VU", 1}, {"WF", 1},
	{"JP", 1}, {"DE", 1}, {"GB", 1}, {"unlocated", 1},
}

// QuietDay is a day without an attack: 200,000 events from five thousand usual
// sources to four hundred targets, four times as many in the afternoon as twelve
// hours before. It has no burst.
type QuietDay struct {
	Seed uint64
}

// Build implements [Builder].
func (q QuietDay) Build(p *Population) (*Scenario, error) {
	usual, err := drawMix(p.Sampler(q.Seed), 5000, islanders, 0.15)
	if err != nil {
		return nil, err
	}
	rhythm := make([]float64, 24*12)
	for i := range rhythm {
		hours := float64(i)/12 + 2 // since the peak at 16 h; it begins at 18 h local time
		rhythm[i] = 1 + 0.6*math.Cos(2*math.Pi*hours/24)
	}
	sc := &Scenario{waves: []wave{{
		seed: q.Seed, senders: regulars{usual}, events: 200_000,
		from: begin, span: 24 * time.Hour, rate: rhythm,
		targets: names("site-%03d.lagoon.example", 400), volume: one(400, 20_000), via: session,
	}}}
	return sc.finish(), nil
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
	onset := begin.Add(10 * time.Minute)
	span := time.Duration(len(ramp)) * time.Minute
	sc := &Scenario{
		truth: Truth{Target: sites[7], Onset: onset, End: onset.Add(span)},
		waves: []wave{{
			seed: f.Seed, senders: regulars{usual}, events: 36_000,
			from: begin, span: 30 * time.Minute,
			targets: sites, volume: one(400, 20_000), via: session,
		}, {
			seed: f.Seed, senders: turns{crowd}, events: pages,
			from: onset, span: span, rate: ramp,
			targets: sites[7:8], volume: one(2_000, 90_000), via: session,
		}},
	}
	return sc.finish(), nil
}
