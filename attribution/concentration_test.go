package attribution_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// The network with most of the claimed sources is the one that plain maps find, and so are
// the numbers of networks. Of two with equally many it is the lower one.
func TestLargestNetwork(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	told := 0
	for range testenv.Trials(50, 200, 1000) {
		tally := emptyTally(least)
		claimed, all := map[netip.Prefix]int{}, map[netip.Prefix]bool{}
		seen := map[netip.Addr]bool{}
		crowd := rng.IntN(60)
		for i := range 300 {
			a := apart("RU", rng.IntN(1<<16))
			switch {
			case i < crowd:
				a = world.IP("RU", rng.IntN(256))
			case i%5 == 0:
				a = apart6(rng.IntN(1 << 16))
			case i%5 == 1:
				a = apart("US", rng.IntN(1<<16))
			}
			tally.Add(a)
			if seen[a] {
				continue
			}
			seen[a] = true
			bits := 24
			if a.Is6() {
				bits = 48
			}
			site := netip.PrefixFrom(a, bits).Masked()
			if all[site] = true; a.Is6() || a.As4()[0] == 5 {
				claimed[site]++
			}
		}
		most, n := netip.Prefix{}, 0
		for site, sources := range claimed {
			if n += sources; sources > claimed[most] ||
				sources == claimed[most] && (!most.IsValid() || site.Addr().Less(most.Addr())) {
				most = site
			}
		}
		v := ask(tally.Snapshot(), "majority RU")
		if int(v.Networks) != len(all) || int(v.NetworksClaimed) != len(claimed) {
			t.Fatalf("%d of %d networks, want %d of %d", v.NetworksClaimed, v.Networks, len(claimed), len(all))
		}
		share := float64(claimed[most]) / float64(n)
		got, ok := valueOf(v, caveat.PrefixConcentrated)
		if ok != (share > .1) || ok && got != share {
			t.Fatalf("%v, %v; want %v in %v", got, ok, share, most)
		}
		for _, c := range v.Caveats {
			if c.Code == caveat.PrefixConcentrated {
				if told++; c.Subject != most.String() {
					t.Fatalf("%v, want %v", c, most)
				}
			}
		}
	}
	if told < 10 && !testenv.Race {
		t.Errorf("a concentration was told of %d times: the test shows nothing", told)
	}
}

// A list that holds a tenth of the claimed sources is no news, one that holds more is. Of few
// sources nothing is said, and of a sample only what is certain.
func TestListedSources(t *testing.T) {
	list := attribution.Enrichment{Lists: []*geo.PrefixSet{listOf("hosting.txt", "5.200.128.0/17")}}
	for _, c := range []struct {
		on, off int
		want    bool
	}{
		{90, 810, false}, {91, 810, true}, {4, 25, false}, {4, 26, true}, {3, 27, false}, // exact
		{1200, 9800, false}, {1900, 9100, true}, // a sample of 1,024
	} {
		tally := spread(least, map[string]int{"RU": c.off, "US": 100})
		for i := range c.on {
			tally.Add(world.IP("RU", 200<<16|(128+i/250)<<8|i%250+1))
		}
		v := ask(must(tally.Snapshot().Enrich(list)), "RU > 5%")
		share, ok := valueOf(v, caveat.ListedSources)
		if ok != c.want || ok && c.on+c.off < 920 && share != float64(c.on)/float64(c.on+c.off) {
			t.Errorf("%d of %d on a list: %v, %v", c.on, c.on+c.off, v, share)
		}
	}
}
