package attribution_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// oddSnapshots hold what honest traffic never brings, and what only a hostile encoding can.
func oddSnapshots() map[string]attribution.Snapshot {
	sampled := with(least, func(o *attribution.Options) { o.SamplingRate = 10 })
	dropped := with(least, func(o *attribution.Options) { o.DropAddresses = true })
	of := func(o attribution.Options, n map[string]int) attribution.Snapshot { return tallied(o, n).Snapshot() }
	even := emptyTally(sampled)
	for i := range 400 {
		even.AddFlow(attribution.Flow{Source: world.IP([]string{"RU", "US"}[i%2], i<<8|i%200+1), Events: 10, Bytes: 5000})
	}
	saturated := func(o attribution.Options, n int) attribution.Snapshot {
		tally := emptyTally(o)
		for i := range n {
			a := world.IP([]string{"RU", "US", ""}[i%3], i)
			tally.AddFlow(attribution.Flow{Source: a, Events: math.MaxUint64, Bytes: math.MaxUint64 - uint64(i)})
		}
		tally.AddLost(attribution.LostLate, math.MaxUint64)
		tally.AddLost(attribution.LostShed, math.MaxUint64)
		return tally.Snapshot()
	}
	lost := emptyTally(least)
	lost.AddBatch(make([]netip.Addr, 900))
	mixed := fullTally(900)
	mixed.AddFlow(attribution.Flow{Source: world.IP("CN", 1), SamplingRate: math.MaxUint32})
	list := map[string]attribution.Snapshot{
		"zero": {}, "empty": emptyTally(least).Snapshot(), "lost": lost.Snapshot(),
		"one": of(least, map[string]int{"RU": 1}), "one, sampled packets": of(sampled, map[string]int{"RU": 1}),
		"one unlocated": of(least, map[string]int{"": 1}), "one reserved": of(least, map[string]int{"reserved": 1}),
		"all reserved": of(least, map[string]int{"reserved": 3000}), "all unlocated": of(least, map[string]int{"": 3000}),
		"hardly any public": of(least, map[string]int{"reserved": 50000, "RU": 20, "US": 20}),
		"dropped":           of(dropped, map[string]int{"RU": 3000, "US": 2000, "": 50}),
		"exact, sampled":    of(sampled, map[string]int{"RU": 300, "US": 300, "": 1}), "even": even.Snapshot(),
		"one country": of(least, map[string]int{"RU": 3000}), "one country, sampled": of(sampled, map[string]int{"RU": 3000}),
		"saturated": saturated(least, 40), "saturated, sampled": saturated(sampled, 4000),
		"any rate": mixed.Snapshot(), "every register full": everyRegisterFull(),
	}
	for _, name := range []string{"one", "all reserved", "hardly any public", "every register full"} {
		sketches := must(attribution.FromSketches(world.Table(), least.Key.ID(), list[name].Sketches()))
		list[name+", from sketches"] = sketches
	}
	return list
}

// everyRegisterFull has as many sources as registers can count.
func everyRegisterFull() attribution.Snapshot {
	return decoded(altered(tallied(least, map[string]int{"RU": 900, "US": 900}).Snapshot(), func(s *snapshot.State) {
		for i := range uint64(1) << s.Precision {
			s.Dense.Sources.Insert(uint8(origin("RU")), i<<(64-s.Precision))
		}
	}))
}

// arbitrary is a snapshot that no traffic need explain: counts, origins, facts and registers
// are anybody's, as in an encoding that somebody made up.
func arbitrary(rng *rand.Rand) attribution.Snapshot {
	return decoded(altered(emptyTally(least).Snapshot(), func(s *snapshot.State) {
		s.Databases = snapshot.Databases{snapshot.DatabaseOf(world.Table())}
		s.DropAddresses = rng.IntN(6) == 0
		if s.Rate, s.Finest = 1, 1; rng.IntN(3) == 0 {
			s.Rate = 1 << rng.IntN(32)
			s.Finest = max(s.Rate>>rng.IntN(3), 1)
		}
		count := func() uint64 { return rng.Uint64()>>rng.IntN(65) + 1 }
		s.Records, s.Lost[rng.IntN(snapshot.Losses)] = count(), count()-1
		origins := []geo.Origin{geo.Unlocated, geo.Reserved, origin("RU"), origin("US"), origin("CN"), origin("BY")}
		rng.Shuffle(len(origins), func(i, j int) { origins[i], origins[j] = origins[j], origins[i] })
		origins = origins[:1+rng.IntN(len(origins))]
		n := []int{1, 2, 40, 400, 1024, 1024}[rng.IntN(6)]
		spread := rng.IntN(20)
		seen := map[[2]uint64]bool{}
		rank := uint64(0)
		for len(s.Items) < n {
			rank += 1 + rng.Uint64()>>(11+rng.IntN(50))
			it := sketch.Item{
				Hash: sketch.HashOf(rank), Lo: 0xffff<<32 | uint64(rng.Uint32()>>spread), Events: count(), Bytes: count(),
				Part: uint8(origins[rng.IntN(len(origins))]), Flags: uint8(rng.IntN(8)),
			}
			if it.Flags > 1 {
				it.Common = uint16(rng.IntN(3))
			}
			if rng.IntN(5) == 0 {
				it.Hi, it.Lo = rng.Uint64()>>spread|1<<61, 0
			}
			if s.DropAddresses {
				it.Hi, it.Lo = 0, 0
			} else if seen[[2]uint64{it.Hi, it.Lo}] {
				continue
			}
			seen[[2]uint64{it.Hi, it.Lo}] = true
			s.Items = append(s.Items, it)
		}
		s.Records = max(s.Records, uint64(n))
		if n == s.SampleSize && rng.IntN(2) == 0 {
			s.Dense = snapshot.NewDense(s.Precision)
			s.Dense.AddItems(s.Items)
			for range 1 + rng.IntN(4) {
				part := origins[rng.IntN(len(origins))]
				s.Dense.AddVolume(part, count(), count())
				for range 1 << rng.IntN(14) {
					s.Dense.Sources.Insert(uint8(part), rng.Uint64()>>rng.IntN(20)<<rng.IntN(50))
				}
			}
		}
		if s.Dense == nil && rng.IntN(4) == 0 {
			v := rng.Float64() * 1e6
			s.Rest = &snapshot.Remainder{Sources: stat.Share{Value: v, Low: v / 2, High: v * 2}}
		}
	}))
}

var oddClaims = []string{
	"majority RU", "outside RU < 10%", "outside RU > 40%", "RU,US > 50%", "KP < 1%", "KP > 0%", "RU > 100%",
	"RU < 100%", "plurality RU", "plurality KP", "outside RU > 50%", "majority RU of events", "majority RU of bytes",
	"plurality US of events", "plurality US of bytes", "outside RU < 0.1% of events", "KP < 1% of bytes",
}

var oddPolicies = []attribution.Policy{
	{}, {Population: true}, {Joint: true}, {Population: true, Joint: true}, {Interim: 1 << 30},
	{Interim: math.MaxInt32, Joint: true}, {Confidence: math.Nextafter(1, 0), Joint: true}, {Confidence: .5},
}

// wellFormed checks what holds of every report, whatever was counted: its JSON reads back as
// the same report, and every share and interval lies between 0 and 1, that of a lead between
// -1 and 1.
func wellFormed(t *testing.T, what string, r attribution.Report) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	var again attribution.Report
	if err := json.Unmarshal(b, &again); err != nil || jsonOf(again) != string(b) {
		t.Errorf("%s: read back as another report: %v", what, err)
	}
	if text := r.String(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Errorf("%s: %s", what, text)
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		t.Fatal(err)
	}
	walkShares(tree, "", func(path string, low, value, high float64) {
		least := 0.0
		if strings.HasSuffix(path, ".lead") {
			least = -1
		}
		if !(low >= least && low <= high && high <= 1 && value >= least && value <= 1) {
			t.Errorf("%s: %s is %v [%v, %v]", what, path, value, low, high)
		}
	})
}

// walkShares calls f with every share in a tree of JSON, and the path to it.
func walkShares(tree any, path string, f func(path string, low, value, high float64)) {
	switch tree := tree.(type) {
	case []any:
		for i, e := range tree {
			walkShares(e, fmt.Sprint(path, ".", i), f)
		}
	case map[string]any:
		low, _ := tree["low"].(float64)
		high, bounded := tree["high"].(float64)
		if value, ok := tree["value"].(float64); ok && bounded && path != ".sources" {
			f(path, low, value, high)
		}
		for k, e := range tree {
			walkShares(e, path+"."+k, f)
		}
	}
}

// useSnapshot does with a snapshot whatever this package can do.
func useSnapshot(t *testing.T, name string, s attribution.Snapshot) {
	t.Helper()
	variants := map[string]attribution.Snapshot{name: s, name + ", without addresses": s.WithoutAddresses()}
	if e, err := s.Enrich(attribution.Enrichment{Databases: []*geo.Table{world.Other(), world.Table()}}); err == nil {
		variants[name+", enriched"] = e
	}
	if twice, err := attribution.Merge(s, s); err == nil {
		variants[name+", merged"] = twice
	}
	if o := least; s.KeyID() == o.Key.ID() {
		if whole, err := attribution.Merge(tallied(o, map[string]int{"RU": 90, "FR": 5}).Snapshot(), s); err == nil {
			variants[name+", merged with another"] = whole
		}
	}
	if sketches, err := attribution.FromSketches(world.Table(), s.KeyID(), s.Sketches()); err != nil {
		t.Errorf("%s: its own sketches: %v", name, err)
	} else {
		variants[name+", its sketches"] = sketches
	}
	for what, v := range variants {
		for i, p := range oddPolicies {
			if i > 0 && what != name {
				break
			}
			wellFormed(t, fmt.Sprintf("%s under %+v", what, p), reportUnder(p, v, oddClaims...))
		}
		data := encoded(v)
		var again attribution.Snapshot
		if err := again.UnmarshalBinary(data); err != nil {
			t.Errorf("%s: its own encoding: %v", what, err)
		} else if !bytes.Equal(encoded(again), data) {
			t.Errorf("%s: another snapshot after the wire", what)
		} else if jsonOf(reportOn(again, oddClaims...)) != jsonOf(reportOn(v, oddClaims...)) {
			t.Errorf("%s: another report after the wire", what)
		}
		for range v.Sample() {
		}
	}
}

func TestOddSnapshots(t *testing.T) {
	for name, s := range oddSnapshots() {
		t.Run(name, func(t *testing.T) { useSnapshot(t, name, s) })
	}
}

func TestArbitrarySnapshots(t *testing.T) {
	seeds := uint64(40)
	if testing.Short() {
		seeds = 12
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			useSnapshot(t, "arbitrary", arbitrary(rand.New(rand.NewPCG(71, seed))))
		})
	}
}
