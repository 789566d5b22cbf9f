package text

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
	"github.com/whence-go/whence/internal/testenv/world"
)

// randomReport is that of random traffic in the plain world, by random policies and databases, with claims whose limits
// are often as near to the share as can be.
func randomReport(t *testing.T, seed uint64) attribution.Report {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 99))
	chance := func(p float64) bool { return rng.Float64() < p }
	o := attribution.Options{Key: world.Key(3), AssumeHandshake: chance(.7), DropAddresses: chance(.1)}
	if chance(.5) {
		o.SampleSize, o.Precision = 1024, 12
	}
	if chance(.2) {
		o.SamplingRate = uint32(2 + rng.IntN(100))
	}
	tally := world.Must(attribution.NewTally(world.Table(), o))
	if chance(.8) {
		from := world.Built.Add(time.Duration(rng.IntN(9000)-3000) * time.Hour)
		tally.ExtendSpan(from, from.Add(time.Duration(rng.IntN(100))*time.Hour))
	}
	traffic(rng, tally)
	if chance(.3) {
		tally.AddLost(attribution.Loss(rng.IntN(5)), uint64(rng.IntN(50)))
		tally.AddLost(attribution.LostLate, uint64(rng.IntN(3)))
	}
	s := tally.Snapshot()
	if chance(.3) && !o.DropAddresses {
		enrichment := attribution.Enrichment{Databases: []*geo.Table{world.Other(), partly()}[rng.IntN(2):]}
		if enriched, err := s.Enrich(enrichment); err == nil {
			s = enriched
		}
	}
	policy := attribution.Policy{
		Confidence: []float64{0, .9, .99, .9975}[rng.IntN(4)], Population: chance(.2), Joint: chance(.2),
	}
	if chance(.1) {
		policy.Interim = 1 + rng.IntN(3)
	}
	return world.Must(s.Report(policy, randomClaims(rng, world.Must(s.Report(policy)))...))
}

// traffic adds sources of a few countries, some of them in few networks, with events that differ by orders of
// magnitude.
func traffic(rng *rand.Rand, tally *attribution.Tally) {
	for _, code := range []string{"RU", "US", "CN", "FR", "", "reserved", "BY"} {
		n := 0
		switch rng.IntN(4) {
		case 1:
			n = rng.IntN(4)
		case 2:
			n = rng.IntN(60)
		case 3:
			n = rng.IntN(2500)
		}
		step := []int{1, 256, 6_007}[rng.IntN(3)]
		loud := rng.IntN(5) == 0
		for i := range n {
			f := attribution.Flow{Source: world.IP(code, i*step+1), Events: uint64(1 + rng.IntN(4)), Handshake: true}
			f.Bytes = f.Events * uint64(40+rng.IntN(1400))
			if loud && i < 2 {
				f.Events *= 1 << rng.IntN(20)
			}
			tally.AddFlow(f)
		}
	}
	if rng.IntN(4) == 0 {
		for i := range rng.IntN(800) {
			tally.AddFlow(attribution.Flow{Source: world.IP6(i * 3), Bytes: 900, Handshake: true})
		}
	}
}

// partly calls half of Russia Belarusian.
func partly() *geo.Table {
	blocks := world.Blocks()
	delete(blocks, "5.0.0.0/8")
	blocks["5.0.0.0/9"], blocks["5.128.0.0/9"] = "BY", "RU"
	return world.MakeTable(blocks, world.Built)
}

// randomClaims are of all kinds.
func randomClaims(rng *rand.Rand, r attribution.Report) (claims []attribution.Claim) {
	codes := []string{"RU", "US", "CN", "FR", "BY", "NC", "DE"}
	for range 1 + rng.IntN(4) {
		rng.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
		some := codes[:1+rng.IntN(6)*rng.IntN(2)]
		unit := attribution.Unit(rng.IntN(3))
		limit := float64(rng.IntN(101))
		if rng.IntN(2) == 0 { // near the share
			n := uint64(0)
			for _, row := range r.Countries {
				if attribution.Majority(some...).Contains(row.Origin) {
					n += figures.Amount(&row, unit)
				}
			}
			limit = 100*figures.Part(n, figures.Total(&r, unit)) + []float64{0, 0, 1e-7, -1e-7, .01, -.03}[rng.IntN(6)]
			limit = min(max(limit, 0), 100)
		}
		claim := attribution.MoreThan(limit, some...)
		switch rng.IntN(3) {
		case 0:
			claim = attribution.LessThan(limit, some...)
		case 1:
			if rng.IntN(2) == 0 {
				claim = attribution.Plurality(some[0])
			}
		}
		if !claim.IsPlurality() && rng.IntN(4) == 0 {
			claim = claim.Outside()
		}
		claims = append(claims, claim.Of(unit))
	}
	return claims
}
