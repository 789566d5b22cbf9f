package attribution_test

import (
	"math"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Who counted a handful of sources, or the sources of a handful of networks, has counted
// them; but a majority of them says nothing. Then the interval of as many independent
// sources decides, and it may be decisive.
func TestFewSources(t *testing.T) {
	together := func(code string, i int) netip.Addr { return world.IP(code, i+1) } // in one /16
	for _, c := range []struct {
		ru, us int
		addr   func(string, int) netip.Addr
		claim  string
		want   attribution.Outcome
		reason caveat.Code
	}{
		// Of one network, however many there are.
		{1, 0, together, "majority RU", attribution.Undecided, caveat.FewSources},
		{2, 0, together, "majority RU", attribution.Undecided, caveat.FewSources},
		{3, 0, together, "majority RU", attribution.Undecided, caveat.FewSources},
		{5, 0, together, "majority RU", attribution.Undecided, caveat.FewSources},
		{29, 0, together, "majority RU", attribution.Undecided, caveat.FewSources},
		{30, 0, together, "majority RU", attribution.Undecided, caveat.ClusteredSources},
		{5000, 0, together, "majority RU", attribution.Undecided, caveat.ClusteredSources},
		{5000, 0, together, "RU > 1%", attribution.Supported, ""}, // one source that may be anybody's bears out 2.5 %

		// Each in a network of its own.
		{5, 0, apart, "majority RU", attribution.Undecided, caveat.FewSources},
		{6, 0, apart, "majority RU", attribution.Supported, ""},
		{0, 6, apart, "majority RU", attribution.Refuted, ""},
		{25, 0, apart, "majority RU", attribution.Supported, ""},
		{14, 11, apart, "majority RU", attribution.Undecided, caveat.FewSources},
		{21, 4, apart, "majority RU", attribution.Supported, ""},
		{20, 9, apart, "majority RU", attribution.Undecided, caveat.FewSources},
		{20, 10, apart, "majority RU", attribution.Supported, ""}, // 30 are a census
		{16, 14, apart, "majority RU", attribution.Supported, ""},
		{15, 15, apart, "majority RU", attribution.Refuted, ""},
		{14, 11, apart, "plurality RU", attribution.Undecided, caveat.FewSources},
		{22, 3, apart, "plurality RU", attribution.Supported, ""},
		{3, 22, apart, "plurality RU", attribution.Refuted, ""},
	} {
		tally := emptyTally(least)
		for i := range c.ru {
			tally.Add(c.addr("RU", i))
		}
		for i := range c.us {
			tally.Add(c.addr("US", i))
		}
		v := ask(tally.Snapshot(), c.claim)
		if v.Outcome != c.want || v.Reason != c.reason {
			t.Errorf("%s with %d to %d: %v, want %v %s", c.claim, c.ru, c.us, v, c.want, c.reason)
		}
		if value, ok := valueOf(v, caveat.FewSources); ok && value != float64(c.ru+c.us) {
			t.Errorf("%d sources: FEW_SOURCES says %v", c.ru+c.us, value)
		}
		if value, ok := valueOf(v, caveat.ClusteredSources); ok && value != v.EffectiveSources {
			t.Errorf("%v: CLUSTERED_SOURCES says %v, worth %v", v, value, v.EffectiveSources)
		}
	}
}

// Networks are /16 of IPv4 and /32 of IPv6. Below ten equal ones the sources are those of a
// handful of owners; ten are a census.
func TestHandfulOfNetworks(t *testing.T) {
	for _, family := range []string{"IPv4", "IPv6"} {
		for _, n := range []int{9, 10} {
			tally := emptyTally(least)
			for i := range n * 50 {
				a := world.IP("RU", i/50<<16|i%50<<8|1)
				if family == "IPv6" {
					b := apart6(i / 50).As16()
					b[5] = byte(i % 50)
					a = netip.AddrFrom16(b)
				}
				tally.Add(a)
			}
			v := ask(tally.Snapshot(), "RU > 80%")
			want := map[int]attribution.Outcome{9: attribution.Undecided, 10: attribution.Supported}[n]
			if v.Outcome != want || math.Abs(v.EffectiveSources-float64(n)) > 1e-9 || v.NetworksClaimed != v.Networks {
				t.Errorf("%d networks of %s: %v, worth %v", n, family, v, v.EffectiveSources)
			}
		}
	}
}

// What a tunnel gives away for nothing, one /48 with any number of /64, decides no claim.
func TestOneTunnel(t *testing.T) {
	for _, rate := range []uint32{1, 2} { // of one record
		tally := emptyTally(with(least, func(o *attribution.Options) { o.AssumeHandshake = true }))
		add := func(a netip.Addr, rate uint32) {
			tally.AddFlow(attribution.Flow{Source: a, Events: 20, SamplingRate: rate})
		}
		for i := range 20_000 {
			add(netip.AddrFrom16([16]byte{0x2a, 0x02, 5: 1, 6: byte(i >> 8), 7: byte(i), 15: 1}), 1)
		}
		for i := range 3_000 {
			add(world.IP("US", i<<8|1), rate)
			rate = 1
		}
		for _, claim := range []string{"majority RU", "plurality RU"} {
			v := ask(tally.Snapshot(), claim)
			if v.Outcome != attribution.Undecided || v.Reason != caveat.ClusteredSources || v.EffectiveSources > 2 {
				t.Errorf("%v, worth %v", v, v.EffectiveSources)
			}
		}
	}
}

// A sampler of packets makes nothing of networks: what is clustered is so among sampled packets, too.
func TestClustersAmongSampledPackets(t *testing.T) {
	for _, rate := range []uint32{1, 2} {
		tally := emptyTally(attribution.Options{Key: world.Key(1), SamplingRate: rate, AssumeHandshake: true})
		add := func(a netip.Addr) { tally.AddFlow(attribution.Flow{Source: a, Events: 20}) }
		for i := range 5000 {
			add(world.IP("RU", i%20<<16|i/20+1)) // 20 networks of 250
		}
		for i := range 4000 {
			add(apart("US", i))
		}
		s := tally.Snapshot()
		v, p := ask(s, "majority RU"), askUnder(attribution.Policy{Population: true}, s, "majority RU")
		if v.Outcome != attribution.Supported || !has(v, caveat.ClusteredSources) || !has(v, caveat.NetworksDiffer) {
			t.Errorf("1 in %d: %v", rate, v)
		}
		if p.Outcome != attribution.Undecided || p.Reason != caveat.ClusteredSources || p.Share.Low > .43 {
			t.Errorf("1 in %d, as a population: %v", rate, p)
		}
	}
}

// A census of clustered sources stands, and says as how many independent sources they speak
// of others. A claim about others is undecided.
func TestClusteredCensus(t *testing.T) {
	table := nested(map[string]string{"5.0.0.0/8": "RU", "64.0.0.0/4": "US"}, world.Built)
	for _, o := range []attribution.Options{{Key: world.Key(1)}, least} { // exact; a sample
		tally := must(attribution.NewTally(table, o))
		for i := range 5000 {
			tally.Add(world.IP("RU", i%20<<16|i/20+1)) // 20 networks of 250
		}
		for i := range 4000 {
			tally.Add(netip.AddrFrom4([4]byte{byte(64 + i/256), byte(i), 1, 1}))
		}
		s := tally.Snapshot()
		v := ask(s, "RU > 45%")
		p := askUnder(attribution.Policy{Population: true}, s, "RU > 45%")
		if p.Outcome != attribution.Undecided || p.Reason != caveat.ClusteredSources {
			t.Errorf("as a population: %v", p)
		}
		if v.Outcome != attribution.Supported || !has(v, caveat.ClusteredSources) {
			t.Errorf("as a census: %v", v)
		}
		if !reportOn(s).Sources.Exact {
			if has(v, caveat.NetworksDiffer) { // large networks are more surely in a sample
				t.Errorf("networks are counted in a sample: %v", v)
			}
			continue
		}
		// The worked values of these networks.
		if math.Abs(v.EffectiveSources-64.593301) > 1e-6 || v.Networks != 4020 || v.NetworksClaimed != 20 {
			t.Errorf("%d of %d networks, worth %v", v.NetworksClaimed, v.Networks, v.EffectiveSources)
		}
		if share, _ := valueOf(v, caveat.NetworksDiffer); math.Abs(share-20./4020) > 1e-12 {
			t.Errorf("by networks %v, want %v", share, 20./4020)
		}
		if math.Abs(p.Share.Low-.426572) > 1e-6 || math.Abs(p.Share.High-.679277) > 1e-6 {
			t.Errorf("as a population %v", p.Share)
		}
	}
}

// A claim on events or bytes is about few senders anyway, and stands with a word of it.
func TestFewSendersOfEvents(t *testing.T) {
	tally := spread(least, map[string]int{"RU": 10, "US": 9})
	for _, claim := range []string{"RU > 50% of events", "plurality RU of events"} {
		v := ask(tally.Snapshot(), claim)
		if v.Outcome != attribution.Supported || !has(v, caveat.FewSources) || v.Networks != 0 || v.EffectiveSources != 0 {
			t.Errorf("%v", v)
		}
	}
}
