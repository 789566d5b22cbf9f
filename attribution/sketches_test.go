package attribution_test

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"net/netip"
	"testing"

	"github.com/axiomhq/hyperloglog"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// hashOf is the hash of a source as the documentation says, by the public API alone.
func hashOf(key sketch.Key, addr netip.Addr) uint64 {
	b := addr.As16()
	half := func(b []byte) (v uint64) {
		for _, x := range b {
			v = v<<8 | uint64(x)
		}
		return v
	}
	hi, lo := half(b[:8]), half(b[8:])
	if !addr.Unmap().Is4() {
		lo = 0 // a /64
	}
	return key.Hash(hi, lo)
}

// sketchesOf counts addresses as a program does that has only the sketches, one per country.
func sketchesOf(key sketch.Key, addrs []netip.Addr, precision uint8, sparse bool) map[geo.Origin]*hyperloglog.Sketch {
	sketches := map[geo.Origin]*hyperloglog.Sketch{}
	for _, addr := range addrs {
		if !addr.IsValid() {
			continue
		}
		o := world.Table().Lookup(addr)
		if sketches[o] == nil {
			sketches[o] = must(hyperloglog.NewSketch(precision, sparse))
		}
		sketches[o].InsertHash(hashOf(key, addr))
	}
	return sketches
}

// fromSketches makes a snapshot in the plain world.
func fromSketches(id sketch.KeyID, s iter.Seq2[geo.Origin, *hyperloglog.Sketch]) attribution.Snapshot {
	return must(attribution.FromSketches(world.Table(), id, s))
}

// Sketches of a tally and sketches that were made of the same hashes elsewhere are the same
// registers, dense or sparse: they give the rows that the tally gives.
func TestSketchesAreTheRegistersOfTheTally(t *testing.T) {
	for _, perCountry := range []int{30, 3000} {
		addrs := everywhere(11, 30_000, perCountry)
		tally := tallyOf(least, addrs)
		own := fromSketches(least.Key.ID(), tally.Sketches())
		for _, sparse := range []bool{false, true} {
			elsewhere := fromSketches(least.Key.ID(), maps.All(sketchesOf(least.Key, addrs, 12, sparse)))
			mustEqual(t, fmt.Sprintf("%d per country, sparse %v", perCountry, sparse), elsewhere, own)
		}
		elsewhere := fromSketches(least.Key.ID(), maps.All(sketchesOf(world.Key(2), addrs, 12, false)))
		if bytes.Equal(encoded(elsewhere), encoded(own)) {
			t.Error("another key made the same registers")
		}
		mustEqual(t, "there and back", fromSketches(least.Key.ID(), own.Sketches()), own)

		want, got := reportOn(tally.Snapshot()), reportOn(own)
		if got.Basis != attribution.BasisSketches || got.Events+got.Bytes+got.Records != 0 || got.SampleSize != 0 {
			t.Errorf("%d per country: basis %q, %d events", perCountry, got.Basis, got.Events)
		}
		if len(got.Countries) != len(want.Countries) {
			t.Fatalf("%d countries, want %d", len(got.Countries), len(want.Countries))
		}
		for _, row := range want.Countries {
			again := rowOf(got, row.Origin.String())
			if want.Sources.Exact {
				if math.Abs(again.Share.Value-row.Share.Value) > .1 {
					t.Errorf("%v: %v, want about %v", row.Origin, again, row)
				}
			} else if again.Sources != row.Sources || again.Share != row.Share {
				t.Errorf("%v: %v, want %v", row.Origin, again, row)
			}
			if again.Events != 0 || again.Bytes != 0 {
				t.Errorf("%v: %d events", row.Origin, again.Events)
			}
		}
		if got.Reserved.Sources == 0 || got.Unlocated.Sources == 0 {
			t.Errorf("reserved %v, unlocated %v", got.Reserved, got.Unlocated)
		}
	}
}

// Claims on sources are decided on registers, those on events are not, and caveats say why,
// also when the sketches were merged with a tally, through the wire, in whatever order.
func TestClaimsOnSketches(t *testing.T) {
	stored := tallied(least, map[string]int{"RU": 6000, "US": 2000})
	sketches := fromSketches(least.Key.ID(), stored.Sketches())
	today := tallied(least, map[string]int{"RU": 500, "FR": 30})
	merged := must(attribution.Merge(today.Snapshot(), sketches))
	mustEqual(t, "turned round", must(attribution.Merge(sketches, today.Snapshot())), merged)
	into := tallied(least, map[string]int{"RU": 500, "FR": 30})
	if err := into.Merge(sketches); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "in a tally", into.Snapshot(), merged)

	for name, s := range map[string]attribution.Snapshot{
		"alone": sketches, "merged": merged, "decoded": decoded(encoded(merged)),
		"merged twice": must(attribution.Merge(merged, today.Snapshot(), merged)),
	} {
		r := reportOn(s, "RU > 60%", "RU < 30%", "plurality US", "RU > 10% of events", "RU > 10% of bytes")
		want := []attribution.Outcome{
			attribution.Supported, attribution.Refuted, attribution.Refuted, attribution.Inadmissible, attribution.Inadmissible,
		}
		for i, v := range r.Verdicts {
			if v.Outcome != want[i] {
				t.Errorf("%s: %v, want %v", name, v, want[i])
			}
			if (want[i] == attribution.Inadmissible) != (v.Reason == caveat.VolumeUnknown) {
				t.Errorf("%s: %v: reason %q", name, v, v.Reason)
			}
			if !has(v, caveat.SketchesOnly) || !has(v, caveat.ForgeryUntested) || has(v, caveat.UnkeyedHash) {
				t.Errorf("%s: %v, want SKETCHES_ONLY and FORGERY_UNTESTED", name, v)
			}
		}
		if r.Basis != attribution.BasisSketches || r.Sources.Exact {
			t.Errorf("%s: basis %q, exact %v", name, r.Basis, r.Sources.Exact)
		}
		if _, err := s.Enrich(everything(t)); !errors.Is(err, attribution.ErrNoAddresses) {
			t.Errorf("%s enriched: %v, want ErrNoAddresses", name, err)
		}
		for source := range s.Sample() {
			t.Fatalf("%s: a source %+v", name, source)
		}
	}
}

// After a merge of sketches a tally says how many sources there are, and goes on.
func TestTallyGoesOnAfterSketches(t *testing.T) {
	tally := tallied(least, map[string]int{"US": 300})
	stored := fromSketches(least.Key.ID(), tallied(least, map[string]int{"RU": 5000}).Sketches())
	if err := tally.Merge(stored); err != nil {
		t.Fatal(err)
	}
	for i := range 700 {
		tally.Add(world.IP("FR", i))
	}
	for what, n := range map[string]sketch.Estimate{"tally": tally.Distinct(), "decoded": {
		Value: float64(reportOn(decoded(encoded(tally.Snapshot()))).Sources.Value), RelErr: .01,
	}} {
		if low, high := n.Interval(5); low > 6000 || high < 6000 || n.Exact() {
			t.Errorf("%s: %+v sources, want about 6,000", what, n)
		}
	}
	counted := tallied(least, map[string]int{"US": 300, "FR": 700})
	mustEqual(t, "merged later", tally.Snapshot(), must(attribution.Merge(stored, counted.Snapshot())))
}

// Sketches made with the Insert of axiomhq can be used, and the verdict warns that anybody can
// choose addresses that bend them.
func TestUnkeyedSketches(t *testing.T) {
	stored := map[geo.Origin]*hyperloglog.Sketch{}
	for code, n := range map[string]int{"RU": 3000, "US": 1000} {
		sk := hyperloglog.New()
		for i := range n {
			sk.Insert(world.IP(code, i).AsSlice())
		}
		stored[origin(code)] = sk
	}
	s := fromSketches(sketch.Unkeyed, maps.All(stored))
	r := reportOn(s, "RU > 60%", "RU > 60% of events")
	for _, v := range r.Verdicts {
		if !has(v, caveat.UnkeyedHash) || !has(v, caveat.SketchesOnly) {
			t.Errorf("%v, want UNKEYED_HASH and SKETCHES_ONLY", v)
		}
	}
	if v := r.Verdicts[0]; v.Outcome != attribution.Supported || v.Share.Low > .75 || v.Share.High < .75 {
		t.Errorf("%v, want 0.75", v)
	}
	keyed := emptyTally(attribution.Options{Key: world.Key(1)}).Snapshot()
	if _, err := attribution.Merge(s, keyed); !errors.Is(err, attribution.ErrMismatch) {
		t.Errorf("merged with keyed hashes: %v", err)
	}
	if s.KeyID() != sketch.Unkeyed {
		t.Errorf("key %v", s.KeyID())
	}
}

// What is given twice counts once, and what is empty not at all.
func TestSketchesAreUnited(t *testing.T) {
	pairs := func(yield func(geo.Origin, *hyperloglog.Sketch) bool) {
		for _, code := range []string{"RU", "US", "RU"} {
			sk := hyperloglog.New()
			for i := range map[string]int{"RU": 40}[code] {
				sk.InsertHash(hashOf(least.Key, world.IP(code, i)))
			}
			if !yield(origin(code), sk) {
				return
			}
		}
	}
	r := reportOn(fromSketches(9, pairs))
	if len(r.Countries) != 1 || r.Sources.Value < 38 || r.Sources.Value > 42 {
		t.Errorf("%v, want RU alone with 40", r)
	}
	empty := fromSketches(9, maps.All(map[geo.Origin]*hyperloglog.Sketch{origin("RU"): hyperloglog.New()}))
	if v := reportOn(decoded(encoded(empty)), "majority RU").Verdicts[0]; v.Reason != caveat.NothingCounted {
		t.Errorf("of an empty sketch: %v", v)
	}
}

// What is no sketch, or no origin, or does not fit, is an error and no panic.
func TestFromSketchesRefuses(t *testing.T) {
	type sketches = map[geo.Origin]*hyperloglog.Sketch
	good := func(p uint8) *hyperloglog.Sketch { return must(hyperloglog.NewSketch(p, true)) }
	ru, us := origin("RU"), origin("US")
	for name, c := range map[string]struct {
		table    *geo.Table
		sketches sketches
		want     error
	}{
		"no table":       {nil, nil, attribution.ErrInvalidOptions},
		"a nil sketch":   {world.Table(), sketches{ru: nil}, attribution.ErrInvalidEncoding},
		"a zero sketch":  {world.Table(), sketches{ru: {}}, attribution.ErrInvalidEncoding},
		"no origin":      {world.Table(), sketches{254: good(14)}, attribution.ErrInvalidEncoding},
		"precision 11":   {world.Table(), sketches{ru: good(11)}, attribution.ErrInvalidEncoding},
		"precision 18":   {world.Table(), sketches{ru: good(18)}, attribution.ErrInvalidEncoding},
		"two precisions": {world.Table(), sketches{ru: good(12), us: good(14)}, attribution.ErrMismatch},
	} {
		s, err := attribution.FromSketches(c.table, 9, maps.All(c.sketches))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		mustEqual(t, name, s, attribution.Snapshot{})
	}
	var mismatch *sketch.MismatchError
	_, err := attribution.FromSketches(world.Table(), 9, maps.All(sketches{ru: good(12), us: good(14)}))
	if !errors.As(err, &mismatch) || mismatch.What != "precision" || mismatch.A == mismatch.B {
		t.Errorf("two precisions: %v", err)
	}
}

// Of few sources registers decide no more than the sources themselves do, and neither do they of a population.
func TestFewSketchedSources(t *testing.T) {
	for _, c := range []map[string]int{
		{"RU": 1}, {"RU": 3}, {"RU": 5, "US": 1}, {"RU": 3, "US": 2}, {"RU": 25}, {"RU": 14, "US": 11},
		{"RU": 110, "US": 90}, {"RU": 520, "US": 480},
	} {
		tally := emptyTally(least)
		for code, n := range c {
			for i := range n {
				tally.Add(apart(code, i))
			}
		}
		sources := tally.Snapshot()
		sketches := fromSketches(least.Key.ID(), sources.Sketches())
		for _, p := range []attribution.Policy{{}, {Population: true}, {Interim: 2}} {
			for _, claim := range []string{"majority RU", "plurality RU", "majority US", "RU < 50%"} {
				want, got := askUnder(p, sources, claim), askUnder(p, sketches, claim)
				if got.Outcome != want.Outcome || has(got, caveat.FewSources) != has(want, caveat.FewSources) {
					t.Errorf("%v, %+v: %v by sketches, %v by sources", c, p, got, want)
				}
				if !covers(got.Share, want.Share.Value) {
					t.Errorf("%v, %+v: %v by sketches, %v by sources", c, p, got.Share, want.Share)
				}
			}
		}
	}
}
