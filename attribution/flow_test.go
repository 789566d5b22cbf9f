package attribution_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// kindsOfFlow are flows and what each says about its source.
var kindsOfFlow = []struct {
	flow                 attribution.Flow
	handshake, reflector bool
}{
	{attribution.Flow{Protocol: 6, SourcePort: 443, TCPFlags: 0x12}, false, true},
	{attribution.Flow{Protocol: 6, SourcePort: 443, TCPFlags: 0x12, Handshake: true}, true, false},
	{attribution.Flow{Protocol: 6, SourcePort: 40000, TCPFlags: 0x02}, false, false},
	{attribution.Flow{Protocol: 6, SourcePort: 443, TCPFlags: 0x1a}, false, false}, // with data
	{attribution.Flow{Protocol: 6, SourcePort: 123}, false, false},
	{attribution.Flow{Protocol: 17, SourcePort: 123}, false, true},
	{attribution.Flow{Protocol: 17, SourcePort: 443}, false, true}, // no client of QUIC sends from it
	{attribution.Flow{Protocol: 17, SourcePort: 4500}, false, true},
	{attribution.Flow{Protocol: 17, SourcePort: 40000}, false, false},
	{attribution.Flow{Protocol: 6, TCPFlags: 0x14}, false, true},
	{attribution.Flow{Handshake: true}, true, false},
	{attribution.Flow{SourcePort: 53}, false, false}, // of what protocol?
}

// What a flow says about its source is kept with the source, and nothing else changes.
func TestFactsOfFlows(t *testing.T) {
	for _, n := range []int{600, 3000} { // exact, beyond
		var flows, plain []attribution.Flow
		kind := map[netip.Prefix]int{}
		for i := range n {
			f := kindsOfFlow[i%len(kindsOfFlow)].flow
			f.Source = world.IP("RU", i)
			if i%7 == 0 {
				f.Source = world.IP6(i)
			}
			f.Events, f.Bytes = uint64(i%5), uint64(i)
			kind[must(f.Source.Prefix(map[bool]int{true: 32, false: 64}[f.Source.Is4()]))] = i % len(kindsOfFlow)
			flows = append(flows, f)
			plain = append(plain, attribution.Flow{Source: f.Source, Events: f.Events, Bytes: f.Bytes})
		}
		with, without := emptyTally(least), emptyTally(least)
		with.AddFlows(flows)
		without.AddFlows(plain)
		for s := range with.Snapshot().Sample() {
			want := kindsOfFlow[kind[s.Prefix]]
			if s.Handshake != want.handshake || s.Reflector != want.reflector {
				t.Fatalf("%v: handshake %v, reflector %v, want %+v", s.Prefix, s.Handshake, s.Reflector, want)
			}
		}
		a, b := reportOn(with.Snapshot()), reportOn(without.Snapshot())
		if fmt.Sprint(a.Countries, a.Events, a.Bytes, a.Sources) != fmt.Sprint(b.Countries, b.Events, b.Bytes, b.Sources) {
			t.Errorf("%d flows: the facts changed the counts:\n%v\n%v", n, a, b)
		}
	}
}

// Facts of one source add up over its flows, and over merges.
func TestFactsUnite(t *testing.T) {
	a := world.IP("RU", 1)
	first, second := emptyTally(least), emptyTally(least)
	first.AddFlow(attribution.Flow{Source: a, Handshake: true})
	first.Add(a) // takes nothing back
	second.AddFlow(attribution.Flow{Source: a, Protocol: 17, SourcePort: 53})
	whole := must(attribution.Merge(first.Snapshot(), second.Snapshot()))
	if err := first.Merge(second.Snapshot()); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "merged in a tally", first.Snapshot(), whole)
	for s := range whole.Sample() {
		if !s.Handshake || !s.Reflector || s.Events != 3 {
			t.Errorf("%+v, want both facts and 3 events", s)
		}
	}
}

// What the options assume holds for every source that this tally counts, whichever way it
// comes in, and for no source that it only merged.
func TestAssumeHandshake(t *testing.T) {
	o := least
	o.AssumeHandshake = true
	for _, n := range []int{300, 3000} {
		assuming := emptyTally(o)
		if err := assuming.Merge(tallied(least, map[string]int{"RU": n}).Snapshot()); err != nil {
			t.Fatal(err)
		}
		var addrs []netip.Addr
		for i := range 2 * n / 3 {
			addrs = append(addrs, world.IP("RU", i))
		}
		assuming.AddBatch(addrs[:n/3])
		for _, a := range addrs[n/3:] {
			assuming.Add(a)
		}
		for s := range assuming.Snapshot().Sample() {
			a := s.Prefix.Addr().As4()
			i := int(a[1])<<16 | int(a[2])<<8 | int(a[3])
			if s.Handshake != (i < len(addrs)) {
				t.Fatalf("%d sources: handshake of number %d is %v", n, i, s.Handshake)
			}
		}
	}
}

// No events stand for one.
func TestEventsZeroStandsForOne(t *testing.T) {
	for _, n := range []int{50, 3000} {
		zero, one := emptyTally(least), emptyTally(least)
		var flows []attribution.Flow
		for i := range n {
			flows = append(flows, attribution.Flow{Source: world.IP("RU", i), Bytes: 7})
			one.AddFlow(attribution.Flow{Source: world.IP("RU", i), Events: 1, Bytes: 7})
		}
		zero.AddFlows(flows)
		mustEqual(t, fmt.Sprint(n, " sources"), zero.Snapshot(), one.Snapshot())
		if r := reportOn(zero.Snapshot()); r.Events != uint64(n) {
			t.Errorf("%d events, want %d", r.Events, n)
		}
	}
}

// One sampling rate for all flows is the same whether the options or the flows say it.
func TestSamplingRateOfFlows(t *testing.T) {
	o := least
	o.SamplingRate = 100
	for _, n := range []int{50, 3000} {
		byOptions, byFlows, mixed := emptyTally(o), emptyTally(least), emptyTally(o)
		for i := range n {
			f := attribution.Flow{Source: world.IP("RU", i), Events: 3}
			byOptions.AddFlow(f)
			mixed.AddFlow(attribution.Flow{Source: f.Source, Events: 3, SamplingRate: uint32(i % 2 * 100)})
			f.SamplingRate = 100
			byFlows.AddFlow(f)
		}
		mustEqual(t, "the flows say it", byFlows.Snapshot(), byOptions.Snapshot())
		mustEqual(t, "some flows say it", mixed.Snapshot(), byOptions.Snapshot())
		v := reportOn(byFlows.Snapshot(), "RU > 50% of events")
		if v.SamplingRate != 100 || v.FinestSamplingRate != 100 {
			t.Errorf("1 in %d, finest 1 in %d; want 1 in 100", v.SamplingRate, v.FinestSamplingRate)
		}
		if !has(v.Verdicts[0], caveat.PacketSampled) || has(v.Verdicts[0], caveat.MixedSamplingRates) {
			t.Errorf("caveats of one rate: %v", v.Verdicts[0])
		}
	}
	r := reportOn(tallied(least, map[string]int{"RU": 5}).Snapshot())
	if r.SamplingRate != 1 || r.FinestSamplingRate != 1 {
		t.Errorf("nothing said, and reported 1 in %d", r.SamplingRate)
	}
}

// Events of which one stands for a thousand packets count for a thousand of those of which
// each is one, whatever brought them together and in which order.
func TestMixedSamplingRates(t *testing.T) {
	coarse := least
	coarse.SamplingRate = 1000
	a, b := tallied(coarse, map[string]int{"RU": 1000}), tallied(least, map[string]int{"US": 1000})
	later, earlier, one := emptyTally(least), emptyTally(least), emptyTally(coarse)
	for i := range 1000 {
		ru, us := attribution.Flow{Source: world.IP("RU", i), SamplingRate: 1000}, world.IP("US", i)
		later.AddFlows([]attribution.Flow{ru, {Source: us}})
		earlier.AddFlows([]attribution.Flow{{Source: us, SamplingRate: 1}})
		one.AddFlow(ru)
	}
	for i := range 1000 {
		earlier.AddFlow(attribution.Flow{Source: world.IP("RU", i), SamplingRate: 1000})
		one.AddFlow(attribution.Flow{Source: world.IP("US", i), SamplingRate: 1})
	}
	collector := emptyTally(least)
	for _, tally := range []*attribution.Tally{b, a} {
		if err := collector.Merge(tally.Snapshot()); err != nil {
			t.Fatal(err)
		}
	}
	want := must(attribution.Merge(a.Snapshot(), b.Snapshot()))
	for name, s := range map[string]attribution.Snapshot{
		"fine, coarse": must(attribution.Merge(b.Snapshot(), a.Snapshot())), "collected": collector.Snapshot(),
		"in turn": later.Snapshot(), "fine first": earlier.Snapshot(), "coarse first": one.Snapshot(),
		"decoded": decoded(encoded(want)),
	} {
		mustEqual(t, name, s, want)
		r := reportOn(s, "RU > 90% of events", "US > 40% of events", "US > 40%")
		if r.SamplingRate != 1000 || r.FinestSamplingRate != 1 || r.Events != 1_001_000 {
			t.Errorf("%s: 1 in %d, finest 1 in %d, %d events", name, r.SamplingRate, r.FinestSamplingRate, r.Events)
		}
		v := r.Verdicts[0]
		if v.Outcome != attribution.Supported || !has(v, caveat.MixedSamplingRates) || !near(v.Share.Value, 1000./1001) {
			t.Errorf("%s: %v", name, v)
		}
		if v := r.Verdicts[1]; v.Outcome != attribution.Refuted {
			t.Errorf("%s: %v", name, v)
		}
	}
	same := must(attribution.Merge(a.Snapshot(), a.Snapshot()))
	v := reportOn(same, "RU > 40% of events").Verdicts[0]
	if v.Outcome != attribution.Supported || has(v, caveat.MixedSamplingRates) {
		t.Errorf("one rate: %v", v)
	}
}

// The order and grouping in which states of several rates are merged change nothing, and what
// one tally counts is what several do, dense ones and batches of addresses among them.
func TestMixedSamplingRatesInAnyOrder(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 7))
		o := with(least, func(o *attribution.Options) { o.SampleSize = 1024 })
		whole := emptyTally(o)
		var parts []attribution.Snapshot
		for range 4 {
			usual := []uint32{1, 1, 7, 100}[rng.IntN(4)]
			part := emptyTally(with(o, func(o *attribution.Options) { o.SamplingRate = usual }))
			for range rng.IntN(4) {
				rate := []uint32{0, 1, 7, 100}[rng.IntN(4)]
				var flows []attribution.Flow
				for range rng.IntN(700) {
					flows = append(flows, attribution.Flow{
						Source: apart([]string{"RU", "US", "FR"}[rng.IntN(3)], rng.IntN(900)), Events: uint64(1 + rng.IntN(3)),
						Bytes: uint64(rng.IntN(1500)), SamplingRate: rate,
					})
				}
				part.AddFlows(flows)
				for i := range flows {
					flows[i].SamplingRate = cmp.Or(rate, usual)
				}
				whole.AddFlows(flows)
			}
			parts = append(parts, part.Snapshot())
		}
		want := whole.Snapshot()
		rng.Shuffle(4, func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		left := must(attribution.Merge(parts...))
		pairs := must(attribution.Merge(
			must(attribution.Merge(parts[0], parts[1])), must(attribution.Merge(parts[2], parts[3]))))
		mustEqual(t, fmt.Sprint(seed, ": one by one and in pairs"), pairs, left)
		mustEqual(t, fmt.Sprint(seed, ": all in one"), want, left)
	}
}
