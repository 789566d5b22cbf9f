package decide

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// randomNetworks are up to 60 of them, large and small, pure or mixed, and more or less
// Russian as a whole.
func randomNetworks(rng *rand.Rand) (list []networks) {
	size, lean := 1<<rng.IntN(9), rng.Float64()
	for range 1 + rng.IntN(60) {
		n := 1 + rng.IntN(size)
		claimed := 0
		switch {
		case rng.IntN(3) == 0:
			claimed = rng.IntN(n + 1)
		case rng.Float64() < lean:
			claimed = n
		}
		list = append(list, networks{1, n, claimed, 0})
	}
	return list
}

// What holds of the interval of clustered sources, whatever they are.
func TestPropertiesOfClusters(t *testing.T) {
	population := Policy{Confidence: .95, Population: true}
	q := moreThan(.5, ru)
	supported, merged := 0, 0
	for seed := range uint64(trials(t, 150, 500, 5000)) {
		rng := rand.New(rand.NewPCG(seed, 31))
		list := randomNetworks(rng)
		items := sourcesIn(list...)
		m := matterOf(items)
		e := m.products(m.cases[0], q).own()
		a := m.Decide(q, population)

		if e.least() > e.n || e.least() < 1-1e-9 {
			t.Fatalf("seed %d: n* is %v of %v sources", seed, e.least(), e.n)
		}
		if a.Outcome == Supported {
			if supported++; e.least() < 5.33 {
				t.Fatalf("seed %d: a majority is supported on %v independent sources", seed, e.least())
			}
		}

		// Order does not matter: sums are of whole numbers.
		rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		if b := matterOf(items).Decide(q, population); b.Share != a.Share || b.EffectiveSources != a.EffectiveSources {
			t.Fatalf("seed %d: in another order %+v, want %+v", seed, b, a)
		}

		// One source per network is worth one, and the interval is that of independent ones.
		apart := make([]sketch.Item, 0, len(items))
		for i, it := range items {
			apart = append(apart, placed(source.IPv4(uint32(i)<<16|1), snapshot.Origin(&it)))
		}
		low, high := stat.ClopperPearson(e.share, e.n, population.alpha())
		b := matterOf(apart).Decide(q, population)
		if b.Share.Low != low || b.Share.High != high || b.EffectiveSources != e.n {
			t.Fatalf("seed %d: one per network gives %+v on %v, want %v to %v", seed, b.Share, b.EffectiveSources, low, high)
		}

		// Two networks of one country that become one never say more.
		var pure []int
		russian := rng.IntN(2)
		for i, n := range list {
			if n.claimed == russian*n.sources {
				pure = append(pure, i)
			}
		}
		if len(pure) < 2 {
			continue
		}
		one, other := pure[0], pure[len(pure)-1]
		list[one].sources += list[other].sources
		list[one].claimed += list[other].claimed
		list[other] = networks{}
		if b := matterOf(sourcesIn(list...)).Decide(q, population); narrower(b.Share, a.Share) {
			t.Fatalf("seed %d: merging two networks narrows %+v to %+v", seed, a.Share, b.Share)
		}
		merged++
	}
	if supported < 10 || merged < 50 {
		t.Errorf("%d majorities were supported and %d networks merged: the test shows nothing", supported, merged)
	}
}

func narrower(a, b stat.Share) bool { return a.Low > b.Low+1e-12 || a.High < b.High-1e-12 }

// Whoever has a /32 of IPv6 has 2^32 sources, which weigh as one network.
func TestTunnelWeighsAsOneNetwork(t *testing.T) {
	tunnel := func(n int) []sketch.Item {
		items := sourcesIn(networks{4000, 1, 0, 0})
		for i := range uint64(n) {
			items = append(items, placed(source.Source{Hi: 0x2a021234<<32 | i<<8}, ru))
		}
		return items
	}
	block := append(sourcesIn(networks{4000, 1, 0, 0}), sourcesIn(networks{1, 20000, 20000, 0})...)
	for i := range block[4000:] {
		block[4000+i].Lo += 5000 << 16 // a /16 of its own
	}
	six, four := matterOf(tunnel(20_000)), matterOf(block)
	q := moreThan(.5, ru)
	a, b := six.products(six.cases[0], q).own(), four.products(four.cases[0], q).own()
	if a != b || math.Abs(a.least()-1.439986) > 1e-6 {
		t.Errorf("by a /32 %+v, by a /16 %+v", a, b)
	}
	// A census of them is one of a handful of owners, and does not decide.
	if got := six.Decide(q, usual); got.Outcome != Undecided || got.Reason != caveat.ClusteredSources {
		t.Errorf("%+v", got)
	}
	// 4,000 of one /32 beside as many networks weigh as 4.
	half := matterOf(tunnel(4000))
	if e := half.products(half.cases[0], q).own(); math.Abs(e.least()-3.999) > 1e-3 {
		t.Errorf("half of all in one /32 weigh as %v", e.least())
	}
}

// The draw of sources is one of networks: the interval at n* covers the share of the
// population that they come from, where that of independent sources does not.
func TestClusteredCoverage(t *testing.T) {
	population := Policy{Confidence: .95, Population: true}
	n := trials(t, 200, 600, 4000)
	for _, c := range []struct {
		name string
		size func(*rand.Rand) int
		lean float64 // of a network: how far from one half at most
	}{
		{"equal, pure", func(*rand.Rand) int { return 12 }, .5},
		{"geometric, pure", func(r *rand.Rand) int { return 1 + int(10*r.ExpFloat64()) }, .5},
		{"geometric, leaning", func(r *rand.Rand) int { return 1 + int(10*r.ExpFloat64()) }, .3},
	} {
		rng := rand.New(rand.NewPCG(uint64(len(c.name)), 32))
		var clustered, plain float64
		for range n {
			var list []networks
			for range 80 {
				size, share := c.size(rng), .5+c.lean
				if rng.IntN(2) == 0 {
					share = .5 - c.lean
				}
				claimed := 0
				for range size {
					if rng.Float64() < share {
						claimed++
					}
				}
				list = append(list, networks{1, size, claimed, 0})
			}
			m := matterOf(sourcesIn(list...))
			a := m.Decide(moreThan(.5, ru), population)
			clustered += truth(a.Share.Low <= .5 && .5 <= a.Share.High)
			e := m.products(m.cases[0], moreThan(.5, ru)).own()
			low, high := stat.ClopperPearson(e.share, e.n, .05)
			plain += truth(low <= .5 && .5 <= high)
		}
		t.Logf("%s: %d draws of 80 networks: by networks it covers %.1f %%, by single sources %.1f %%",
			c.name, n, 100*clustered/float64(n), 100*plain/float64(n))
		if least := float64(n)*.95 - 3*math.Sqrt(float64(n)*.95*.05); clustered < least {
			t.Errorf("%s: covers %v of %d, want at least %.0f", c.name, clustered, n, least)
		}
		if plain > .85*float64(n) {
			t.Errorf("%s: single sources cover %v of %d: the test shows nothing", c.name, plain, n)
		}
	}
}
