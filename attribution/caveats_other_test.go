package attribution_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// otherWays are decided claims that another way of counting would decide otherwise.
func otherWays() []decision {
	const yes = attribution.Supported
	sixes := func(tally *attribution.Tally) {
		for i := range 225 {
			tally.Add(apart6(i))
		}
	}
	// 10 networks of 30 Russian sources, beside 200 of one.
	clustered := func(tally *attribution.Tally) {
		for i := range 300 {
			tally.Add(world.IP("RU", i%10<<16|i/10+1))
		}
	}
	return []decision{
		{name: "registers leave it open", claim: "majority RU", want: yes,
			make: func(*testing.T) attribution.Snapshot { return secondEstimate() },
			also: []caveat.Caveat{{Code: caveat.SecondEstimate}}},
		{name: "IPv4 alone refutes it", make: counting(least, map[string]int{"RU": 100, "US": 200}, sixes),
			claim: "majority RU", want: yes, also: []caveat.Caveat{
				{Code: caveat.FamiliesDiffer, Value: 1. / 3, Subject: "IPv4"}, {Code: caveat.ForgeryUntested, Value: 225. / 525},
			}},
		{name: "by networks it is refuted", make: counting(least, map[string]int{"US": 200}, clustered),
			claim: "majority RU", want: yes, also: []caveat.Caveat{
				{Code: caveat.NetworksDiffer, Value: 10. / 210}, {Code: caveat.ClusteredSources},
			}},
		{name: "the same sources as a sample leave it open", make: counting(least, map[string]int{"RU": 52, "US": 48}),
			claim: "majority RU", want: yes, also: []caveat.Caveat{{Code: caveat.FewSources, Value: 100}}},
		{
			// Single /16 move both ways, so that errors would have to add up one way.
			name: "errors of one side overturn it", claim: "RU > 60%", want: yes,
			make: disagreeing(map[string]int{"RU": 180, "US": 76}, singleMoves(30)),
			also: []caveat.Caveat{{Code: caveat.OneSidedErrors}},
		},
		{
			name: "packets per source differ", claim: "RU < 95%", want: yes,
			make: func(*testing.T) attribution.Snapshot {
				tally := emptyTally(with(least, func(o *attribution.Options) { o.SamplingRate = 2 }))
				for i := range 250 {
					tally.AddFlow(attribution.Flow{Source: apart("RU", i), Events: 2 + uint64(i%3)})
					tally.AddFlow(attribution.Flow{Source: apart("US", i), Events: 40})
				}
				return tally.Snapshot()
			}, also: []caveat.Caveat{{Code: caveat.SamplingRateSensitive}, {Code: caveat.PacketSampled, Value: 2}},
		},
	}
}

// singleMoves moves every other of the first n Russian /16 to the United States, and as many
// back.
func singleMoves(n int) map[string]string {
	moved := map[string]string{}
	for i := range n {
		moved[netip.PrefixFrom(world.IP("RU", 2*i<<16), 16).String()] = "US"
		moved[netip.PrefixFrom(world.IP("US", 2*i<<16), 16).String()] = "RU"
	}
	return moved
}

// spanning says that the traffic came at that many days after the database was built.
func spanning(from, to int) func(*attribution.Tally) {
	return func(t *attribution.Tally) {
		t.ExtendSpan(world.Built.AddDate(0, 0, from), world.Built.AddDate(0, 0, to))
	}
}

// aboutTheData are decided claims on data that have something about them.
func aboutTheData() []decision {
	const yes, no = attribution.Supported, attribution.Refuted
	few := map[string]int{"RU": 51, "US": 49}
	most := map[string]int{"RU": 600, "US": 200}
	careful := func(w world.Whole) func(netip.Addr) bool {
		return func(a netip.Addr) bool { return w.IsRouted(a) && !world.IsDark(a) }
	}
	return []decision{
		{name: "little error would overturn it", make: counting(least, few), claim: "majority RU", want: yes,
			also: []caveat.Caveat{{Code: caveat.Fragile}, {Code: caveat.SingleDatabase}}},
		{name: "a database that was asked already", claim: "majority RU", want: yes,
			make: func(*testing.T) attribution.Snapshot { return enriched(spread(least, most).Snapshot(), world.Table()) },
			also: []caveat.Caveat{{Code: caveat.SameDatabase, Value: 2}}},
		{name: "an old database", make: counting(least, most, spanning(91, 91)), claim: "majority RU", want: yes,
			also: []caveat.Caveat{{Code: caveat.DatabaseAge, Value: 91}}},
		{name: "a database of later", make: counting(least, most, spanning(-365, -365)), claim: "majority RU", want: yes,
			also: []caveat.Caveat{{Code: caveat.DatabaseAge, Value: -365}}},
		{name: "a second database that is old", claim: "majority RU", want: yes,
			make: func(*testing.T) attribution.Snapshot {
				old := nested(world.Blocks(), world.Built.AddDate(0, 0, -200))
				return enriched(counting(least, most, spanning(0, 0))(nil), old)
			}, also: []caveat.Caveat{{Code: caveat.DatabaseAge, Value: 200, Subject: "Test-Country"}}},
		{name: "two databases located it", claim: "majority RU", want: yes,
			make: func(*testing.T) attribution.Snapshot {
				other := must(attribution.NewTally(world.Other(), least))
				other.Add(apart("US", 1))
				return must(attribution.Merge(spread(least, most).Snapshot(), other.Snapshot()))
			}, also: []caveat.Caveat{{Code: caveat.MixedDatabases, Value: 2}}},
		{name: "reserved sources", make: counting(least, map[string]int{"RU": 600, "US": 200, "reserved": 7}),
			claim: "majority RU", want: yes, also: []caveat.Caveat{{Code: caveat.ReservedPresent, Value: 7}}},
		{name: "traffic of two days", make: counting(least, most, spanning(1, 3)), claim: "majority RU", want: yes,
			also: []caveat.Caveat{{Code: caveat.AddressChurn, Value: 48}}},
		{name: "packets were sampled", claim: "majority RU of events", want: yes,
			make: counting(with(least, func(o *attribution.Options) { o.SamplingRate = 100 }), most),
			also: []caveat.Caveat{{Code: caveat.PacketSampled, Value: 100}}},
		{name: "two sampling rates", claim: "majority RU of events", want: yes,
			make: counting(least, most, adding(attribution.Flow{Source: apart("US", 1), SamplingRate: 3})),
			also: []caveat.Caveat{{Code: caveat.PacketSampled, Value: 3}, {Code: caveat.MixedSamplingRates, Value: 1}}},
		{name: "sketches with a public hash", claim: "majority RU", want: yes,
			make: func(*testing.T) attribution.Snapshot { return fromSketches(1, spread(least, most).Sketches()) },
			also: []caveat.Caveat{{Code: caveat.SketchesOnly, Value: 1}, {Code: caveat.UnkeyedHash}}},
		{name: "addresses are not kept", claim: "majority RU", want: yes,
			make: counting(with(least, func(o *attribution.Options) { o.DropAddresses = true }), most),
			also: []caveat.Caveat{{Code: caveat.ForgeryUntested, Value: 1}}},
		{name: "spread as forged ones", make: flooded(5000, 0, careful), claim: "RU > 50%", want: no,
			also: []caveat.Caveat{{Code: caveat.SpoofingSuspected, Value: 5000}}},
		{name: "some are forged", make: flooded(600, 5400, nil), claim: "majority RU", want: yes,
			also: []caveat.Caveat{{Code: caveat.SpoofingPartial}}},
		{name: "some reflectors", make: counting(least, most, adding(attribution.Flow{
			Source: apart("CN", 1), Protocol: 17, SourcePort: 53}), reflectors(9)),
			claim: "majority RU", want: yes, also: []caveat.Caveat{{Code: caveat.ReflectorsPresent}}},
		{name: "clients wrote the addresses", claim: "majority RU", want: yes,
			make: counting(least, most, reading(noted(attribution.NoteClaimed, 400, ""))),
			also: []caveat.Caveat{{Code: caveat.ClaimedAddresses, Value: .5}}},
		{name: "events of blocks", claim: "majority RU of events", want: yes,
			make: counting(least, most, reading(noted(attribution.NoteBlocks, 3, "768"))),
			also: []caveat.Caveat{{Code: caveat.Blocks, Value: 3}}},
		{name: "cut addresses, of events", claim: "majority RU of events", want: yes,
			make: func(*testing.T) attribution.Snapshot {
				tally := emptyTally(least)
				for i := range 100 {
					tally.Add(world.IP("RU", i<<16|i<<8))
				}
				return tally.Snapshot()
			}, also: []caveat.Caveat{{Code: caveat.Anonymized, Value: 1}}},
	}
}

// reflectors adds so many of them.
func reflectors(n int) func(*attribution.Tally) {
	return func(t *attribution.Tally) {
		for i := range n {
			t.AddFlow(attribution.Flow{Source: apart("FR", i), Protocol: 17, SourcePort: 123})
		}
	}
}

// aboutTheSenders are decided claims of which it matters who is behind the number.
func aboutTheSenders() []decision {
	const yes = attribution.Supported
	most := map[string]int{"RU": 600, "US": 200}
	events := func(code string, from, to int, n uint64) func(*attribution.Tally) {
		return func(t *attribution.Tally) {
			for i := from; i < to; i++ {
				t.AddFlow(attribution.Flow{Source: apart(code, i), Events: n, Bytes: 10 * n})
			}
		}
	}
	gathered := func(tally *attribution.Tally) {
		for i := range 120 {
			tally.Add(world.IP("RU", 0x70_0700|i+1)) // 5.112.7.0/24
		}
	}
	return []decision{
		{name: "one source makes most events", make: counting(least, most, events("RU", 0, 1, 2000)),
			claim: "majority RU of events", want: yes, also: []caveat.Caveat{{Code: caveat.DominantSource}}},
		{name: "a source that is not in the sample does", claim: "majority RU of events", want: yes,
			make: unsampledVolume, also: []caveat.Caveat{{Code: caveat.UnsampledVolume}}},
		{name: "a few send far more", make: counting(least, most, events("RU", 0, 4, 200)),
			claim: "majority RU", want: yes, also: []caveat.Caveat{{Code: caveat.HeavySources, Value: 804. / 1600}}},
		{name: "a handful with thousands each", make: counting(least, nil, events("RU", 0, 10, 1000)),
			claim: "majority RU of events", want: yes, also: []caveat.Caveat{
				{Code: caveat.ManyPerSource, Value: 1000}, {Code: caveat.FewSources, Value: 10},
			}},
		{name: "the first by sources is not the first by events", make: counting(least, most, events("US", 0, 200, 30)),
			claim: "majority RU", want: yes, also: []caveat.Caveat{
				{Code: caveat.RankDiffers, Value: 2, Subject: "events"}, {Code: caveat.RankDiffers, Value: 2, Subject: "bytes"},
			}},
		{name: "one /24 has a sixth", make: counting(least, most, gathered), claim: "majority RU", want: yes,
			also: []caveat.Caveat{{Code: caveat.PrefixConcentrated, Value: 120. / 720, Subject: "5.112.7.0/24"}}},
		{name: "nearly all are in hosting networks", claim: "majority RU", want: yes,
			make: func(t *testing.T) attribution.Snapshot {
				return must(spread(least, most).Snapshot().Enrich(attribution.Enrichment{
					Lists: []*geo.PrefixSet{listOf("hosting", "5.0.0.0/8", "3.0.0.0/9")},
				}))
			}, also: []caveat.Caveat{{Code: caveat.Hosted}, {Code: caveat.ListedSources, Value: 1, Subject: "hosting"}}},
		{name: "one system has all, and lists have some", claim: "majority RU", want: yes,
			make: func(t *testing.T) attribution.Snapshot {
				return must(spread(least, most).Snapshot().Enrich(attribution.Enrichment{
					ASNs: asnTable(t, map[string]uint32{"5.0.0.0/8": 64500}),
					Lists: []*geo.PrefixSet{
						listOf("vpn.txt", "5.0.0.0/9"), listOf("hosting.txt", "5.0.0.0/10"), listOf("tor.txt", "3.0.0.0/8"),
					},
				}))
			}, also: []caveat.Caveat{
				{Code: caveat.NetworkConcentrated, Value: 1, Subject: "AS64500 Net 64500"},
				{Code: caveat.ListedSources, Subject: "vpn.txt"}, {Code: caveat.ListedSources, Subject: "hosting.txt"},
			}},
	}
}

// unsampledVolume is a snapshot beyond the exact state, whose busiest source is not in the
// sample.
func unsampledVolume(*testing.T) attribution.Snapshot {
	tally := spread(least, map[string]int{"RU": 4000})
	in := map[netip.Addr]bool{}
	for source := range tally.Snapshot().Sample() {
		in[source.Prefix.Addr()] = true
	}
	for i := range 4000 {
		if a := apart("RU", i); !in[a] {
			tally.AddFlow(attribution.Flow{Source: a, Events: 50_000})
			break
		}
	}
	return tally.Snapshot()
}

// What has nothing about it has no caveat; a claim that is far from the limit on a young
// database, by many sources everywhere that nobody forged.
func TestNoCaveatWithoutReason(t *testing.T) {
	tally := spread(attribution.Options{Key: world.Key(1), AssumeHandshake: true}, map[string]int{"RU": 6000, "US": 4000})
	tally.ExtendSpan(world.Built, world.Built.Add(time.Hour))
	for _, claim := range []string{"majority RU", "RU < 80%", "plurality RU", "US < 50% of events"} {
		if v := ask(tally.Snapshot(), claim); v.Outcome != attribution.Supported || len(v.Caveats) != 0 {
			t.Errorf("%v", v)
		}
	}
}
