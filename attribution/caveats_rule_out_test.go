package attribution_test

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// counting makes a snapshot of the plain world.
func counting(
	o attribution.Options, n map[string]int, more ...func(*attribution.Tally),
) func(*testing.T) attribution.Snapshot {
	return func(*testing.T) attribution.Snapshot {
		tally := spread(o, n)
		for _, add := range more {
			add(tally)
		}
		return tally.Snapshot()
	}
}

// adding adds one flow.
func adding(f attribution.Flow) func(*attribution.Tally) {
	return func(t *attribution.Tally) { t.AddFlow(f) }
}

// flooded makes a snapshot of forged addresses beside n real Russian ones, which are proven.
func flooded(forged, real int, allow func(world.Whole) func(netip.Addr) bool) func(*testing.T) attribution.Snapshot {
	return func(t *testing.T) attribution.Snapshot {
		w := world.Real(t)
		tally := must(attribution.NewTally(w.Table, attribution.Options{Key: world.Key(1)}))
		for i := range real {
			a := netip.AddrFrom4([4]byte{95, byte(24 + i%8), byte(i / 8), byte(1 + i/2048)})
			tally.AddFlow(attribution.Flow{Source: a, Handshake: true})
		}
		var filter func(netip.Addr) bool
		if allow != nil {
			filter = allow(w)
		}
		tally.AddBatch(world.Forge(rand.New(rand.NewPCG(83, 84)), forged, filter))
		return tally.Snapshot()
	}
}

// tampered changes a snapshot as no counting can.
func tampered(s attribution.Snapshot, change func(*snapshot.State)) attribution.Snapshot {
	state := *snapshot.Unwrap(s)
	change(&state)
	return snapshot.Wrap(&state).(attribution.Snapshot)
}

// seldom makes a snapshot of which one packet in 1,000 was looked at, of sources that sent
// 40 and 400.
func seldom(*testing.T) attribution.Snapshot {
	rng := rand.New(rand.NewPCG(1, 2))
	return sampledTally(rng, least, 1000, "lognormal", crowd{"RU", 30_000, 40}, crowd{"US", 30_000, 400}).Snapshot()
}

// ruledOut are the claims that no data of their kind can carry. The step that finds it is
// the first.
func ruledOut() []decision {
	const no = attribution.Inadmissible
	busy := attribution.Flow{Source: apart("RU", 1), Events: math.MaxUint64, Bytes: math.MaxUint64}
	cut := func(tally *attribution.Tally) {
		for i := range 100 {
			tally.Add(world.IP("RU", i<<16|i<<8)) // the last octet is 0
		}
	}
	reflect := func(n int, events uint64) func(*attribution.Tally) {
		return func(tally *attribution.Tally) {
			for i := range n {
				tally.AddFlow(attribution.Flow{Source: apart("RU", i), Events: events, Protocol: 17, SourcePort: 123})
			}
		}
	}
	proxy := adding(attribution.Flow{Source: world.IP("reserved", 1), Events: 201})
	return []decision{
		{name: "no ASN database was asked", make: counting(least, map[string]int{"RU": 300, "US": 200}),
			claim: "AS64500 > 50%", want: attribution.Inadmissible, reason: caveat.NotLookedUp},
		{name: "the zero snapshot", make: func(*testing.T) attribution.Snapshot { return attribution.Snapshot{} },
			claim: "majority RU", want: no, reason: caveat.NothingCounted},
		{name: "reserved sources alone", make: counting(least, map[string]int{"reserved": 5}),
			claim: "majority RU", want: no, reason: caveat.NothingCounted},
		{name: "no bytes", make: counting(least, map[string]int{"RU": 60}),
			claim: "RU > 50% of bytes", want: no, reason: caveat.NothingCounted},
		{name: "no source with a country", make: counting(least, map[string]int{"": 50}),
			claim: "RU < 50%", want: no, reason: caveat.NothingLocated},
		{name: "reserved sources fill the sample", make: counting(least, map[string]int{"reserved": 60_000, "RU": 3}),
			claim: "majority RU", want: no, reason: caveat.NothingSampled},
		{
			name: "a second database knows no volume beyond the sample", claim: "majority RU of events",
			make: func(*testing.T) attribution.Snapshot {
				return enriched(spread(least, map[string]int{"RU": 2000}).Snapshot(), world.Other())
			}, want: no, reason: caveat.VolumeUnknown,
		},
		{
			name: "sketches know no volume", claim: "majority RU of events", want: no, reason: caveat.VolumeUnknown,
			make: func(*testing.T) attribution.Snapshot {
				return fromSketches(sketch.Unkeyed, spread(least, map[string]int{"RU": 3000}).Sketches())
			}, also: []caveat.Caveat{
				{Code: caveat.SketchesOnly, Value: 1}, {Code: caveat.UnkeyedHash}, {Code: caveat.ForgeryUntested, Value: 1},
			},
		},
		{name: "counters at their end", make: counting(least, map[string]int{"RU": 100}, adding(busy)),
			claim: "RU > 50% of events", want: no, reason: caveat.Saturated},
		{name: "behind a proxy", make: counting(least, map[string]int{"RU": 200}, proxy),
			claim: "majority RU", want: no, reason: caveat.ProxyInFront,
			also: []caveat.Caveat{{Code: caveat.ReservedPresent, Value: 1}}},
		{name: "cut addresses", make: counting(least, nil, cut), claim: "majority RU", want: no, reason: caveat.Anonymized},
		{name: "reflected sources", make: counting(least, map[string]int{"RU": 100}, reflect(51, 1)),
			claim: "majority RU", want: no, reason: caveat.Reflection,
			also: []caveat.Caveat{{Code: caveat.Reflection, Value: .51, Subject: "sources"}}},
		{name: "reflected events", make: counting(least, map[string]int{"RU": 100}, reflect(40, 10)),
			claim: "RU > 50% of events", want: no, reason: caveat.Reflection,
			also: []caveat.Caveat{{Code: caveat.Reflection, Value: .88, Subject: "events"}}},
		{name: "forged throughout", make: flooded(5000, 0, nil),
			claim: "majority US of events", want: no, reason: caveat.Spoofed},
		{name: "sampling missed most sources", make: seldom, claim: "majority US", want: no, reason: caveat.UnseenSources},
		{name: "events were not read", make: counting(least, map[string]int{"RU": 100}, reading(everyLimit())),
			claim: "majority RU of events", want: no, reason: caveat.EventsNotRead,
			also: []caveat.Caveat{{Code: caveat.ClaimedAddresses, Value: .25}, {Code: caveat.Blocks, Value: 2}}},
		{name: "bytes were not read", make: counting(least, map[string]int{"RU": 100}, reading(everyLimit())),
			claim: "RU < 50% of bytes", want: no, reason: caveat.BytesNotRead},
		{name: "blocks of addresses", make: counting(least, map[string]int{"RU": 100}, reading(everyLimit())),
			claim: "majority RU", want: no, reason: caveat.Blocks,
			also: []caveat.Caveat{{Code: caveat.CutAddresses, Value: 24, Subject: "IPv4"}}},
		{name: "addresses that the reader found cut", claim: "majority RU", want: no, reason: caveat.CutAddresses,
			make: counting(least, map[string]int{"RU": 100}, reading(noted(attribution.NoteCutIPv4, 100, "/24")))},
		{name: "addresses cut to more than a database tells", claim: "RU > 1% of events", want: no,
			make:   counting(least, map[string]int{"RU": 100}, reading(noted(attribution.NoteCutIPv4, 100, "/16"))),
			reason: caveat.CutAddresses, also: []caveat.Caveat{{Code: caveat.CutAddresses, Value: 16, Subject: "IPv4"}}},
		{
			name: "two estimates of one share", claim: "majority RU", want: no, reason: caveat.EstimatorsDisagree,
			make: func(*testing.T) attribution.Snapshot {
				return tampered(spread(least, map[string]int{"RU": 5000, "US": 5000}).Snapshot(), func(s *snapshot.State) {
					d := *s.Dense // what reaches the registers of one country but not the sample
					d.Sources = d.Sources.Clone()
					for i := range uint64(100_000) {
						d.Sources.Insert(uint8(origin("RU")), world.Key(1).Hash(9, i))
					}
					s.Dense = &d
				})
			},
		},
	}
}

// Where several things rule a claim out, the first in the order of the steps is the reason,
// and a share is never stated.
func TestRuledOutSaysNoShare(t *testing.T) {
	for _, d := range ruledOut() {
		v := askUnder(d.policy, d.snapshot(t), d.claim)
		if v.Share != (attribution.Share{}) || v.Lead != nil || v.Margin != 0 || v.GeolocationErrorTolerated != 0 ||
			v.Opinions != nil || v.Bounds != nil || v.Families != nil || v.EffectiveSources != 0 {
			t.Errorf("%s: inadmissible, with numbers: %+v", d.name, v)
		}
		if (v.Sampling != nil) != (v.Reason == caveat.UnseenSources) {
			t.Errorf("%s: what was sampled is %+v", d.name, v.Sampling)
		}
	}
}
