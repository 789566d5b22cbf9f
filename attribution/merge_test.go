package attribution_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// However traffic is split, and in whatever order and grouping the parts are merged, the
// bytes are the same, on both sides of the exact state, and also if a Tally merges.
func TestMergeIsCanonical(t *testing.T) {
	for _, perCountry := range []int{50, 120, 130, 150, 3000} {
		addrs := everywhere(5, 20_000, perCountry)
		want := tallyOf(least, addrs).Snapshot()
		for seed := range uint64(6) {
			rng := rand.New(rand.NewPCG(seed, 2))
			tallies := make([]*attribution.Tally, 1+rng.IntN(6))
			for i := range tallies {
				tallies[i] = emptyTally(least)
			}
			for _, addr := range addrs {
				tallies[rng.IntN(len(tallies))].Add(addr)
			}
			var parts []attribution.Snapshot
			for _, tally := range tallies {
				parts = append(parts, decoded(encoded(tally.Snapshot())))
			}
			into := tallies[0]
			for _, part := range parts[1:] {
				if err := into.Merge(part); err != nil {
					t.Fatal(err)
				}
			}
			what := fmt.Sprintf("%d addresses per country, seed %d", perCountry, seed)
			mustEqual(t, what+", in a tally", into.Snapshot(), want)
			mustEqual(t, what+", at once", must(attribution.Merge(parts...)), want)
			mustEqual(t, what+", in groups", mergedInGroups(rng, parts), want)
		}
	}
}

// mergedInGroups merges two of the parts until one is left, and checks that merging writes
// neither.
func mergedInGroups(rng *rand.Rand, parts []attribution.Snapshot) attribution.Snapshot {
	parts = slices.Clone(parts)
	for len(parts) > 1 {
		rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		a, b := encoded(parts[0]), encoded(parts[1])
		whole := must(attribution.Merge(parts[0], parts[1]))
		if !bytes.Equal(a, encoded(parts[0])) || !bytes.Equal(b, encoded(parts[1])) {
			panic("merging wrote a snapshot")
		}
		parts = append(parts[2:], whole)
	}
	return parts[0]
}

// A merge that does not fit is a MismatchError that names both sides, and changes nothing.
func TestMergeRefusesWhatDoesNotFit(t *testing.T) {
	tally := tallied(least, map[string]int{"RU": 3})
	before := tally.Snapshot()
	key, otherKey := least.Key.ID().String(), world.Key(2).ID().String()
	for what, c := range map[string]struct {
		change func(*attribution.Options)
		a, b   string
	}{
		"key":                {func(o *attribution.Options) { o.Key = world.Key(2) }, key, otherKey},
		"precision":          {func(o *attribution.Options) { o.Precision = 13 }, "12", "13"},
		"IPv6 prefix length": {func(o *attribution.Options) { o.IPv6PrefixLen = 48 }, "64", "48"},
	} {
		other := tallied(with(least, c.change), map[string]int{"US": 1}).Snapshot()
		_, merged := attribution.Merge(before, other)
		for way, err := range map[string]error{"Merge": merged, "Tally.Merge": tally.Merge(other)} {
			var mismatch *sketch.MismatchError
			switch {
			case !errors.Is(err, attribution.ErrMismatch) || !errors.As(err, &mismatch):
				t.Errorf("%s with another %s: %v, want a MismatchError", way, what, err)
			case *mismatch != sketch.MismatchError{What: what, A: c.a, B: c.b}:
				t.Errorf("%s with another %s: %+v", way, what, mismatch)
			case !strings.Contains(err.Error(), c.a) || !strings.Contains(err.Error(), c.b):
				t.Errorf("%s with another %s: %q does not name both", way, what, err)
			}
		}
		if s, err := attribution.Merge(other, attribution.Snapshot{}, other); err != nil || s.KeyID() != other.KeyID() {
			t.Errorf("with itself and nothing: %v, %v", s, err)
		}
	}
	mustEqual(t, "after refused merges", tally.Snapshot(), before)
}

// Merging two of them ends at 64 databases.
func TestMergeOfTooManyDatabases(t *testing.T) {
	var parts []attribution.Snapshot
	for i := range 65 {
		table := world.MakeTable(map[string]string{"5.0.0.0/8": "RU"}, world.Built.AddDate(0, 0, i))
		tally := must(attribution.NewTally(table, least))
		tally.Add(world.IP("RU", i))
		parts = append(parts, tally.Snapshot())
	}
	whole := must(attribution.Merge(parts[:64]...))
	if n := len(decoded(encoded(whole)).Databases()); n != 64 {
		t.Errorf("%d databases, want 64", n)
	}
	_, err := attribution.Merge(whole, parts[64])
	if !errors.Is(err, attribution.ErrMismatch) || !strings.Contains(err.Error(), "databases 65 together and at most 64") {
		t.Errorf("a 65th database: %v", err)
	}
}

// Snapshots of different sample sizes merge to the smaller one, in whatever order.
func TestMergeOfSampleSizes(t *testing.T) {
	large := least
	large.SampleSize = 4096
	for _, n := range []struct{ large, small int }{
		{10, 10}, {1030, 1}, {3000, 1200}, {3000, 0}, {9000, 9000}, {9000, 20},
	} {
		a, b := tallied(large, map[string]int{"RU": n.large}), tallied(least, map[string]int{"US": n.small})
		want := must(attribution.Merge(a.Snapshot(), b.Snapshot()))
		mustEqual(t, fmt.Sprint(n, " turned round"), must(attribution.Merge(b.Snapshot(), a.Snapshot())), want)
		one := tallied(least, map[string]int{"RU": n.large, "US": n.small})
		mustEqual(t, fmt.Sprint(n, " as one tally"), want, one.Snapshot())
		parts := [2]attribution.Snapshot{a.Snapshot(), b.Snapshot()}
		if err := errors.Join(a.Merge(parts[1]), b.Merge(parts[0])); err != nil {
			t.Fatal(err)
		}
		mustEqual(t, fmt.Sprint(n, " in the large tally"), a.Snapshot(), want)
		mustEqual(t, fmt.Sprint(n, " in the small tally"), b.Snapshot(), want)
		if r := reportOn(want); r.Sources.Exact != (n.large+n.small <= 1024) {
			t.Errorf("%v: exact is %v", n, r.Sources.Exact)
		}
	}
}

// What has no addresses makes the whole have none, in whatever order, exact or not.
func TestMergeWithDroppedAddresses(t *testing.T) {
	o := least
	o.DropAddresses = true
	for _, c := range []struct{ drop, keep int }{{5000, 5000}, {100, 100}, {100, 5000}, {5000, 100}} {
		dropping, keeping := tallied(o, map[string]int{"RU": c.drop}), tallied(least, map[string]int{"US": c.keep})
		want := must(attribution.Merge(dropping.Snapshot(), keeping.Snapshot()))
		turned := must(attribution.Merge(keeping.Snapshot(), dropping.Snapshot()))
		mustEqual(t, fmt.Sprintf("%+v turned round", c), turned, want)
		first := tallied(least, map[string]int{"RU": c.drop})
		later := must(attribution.Merge(keeping.Snapshot(), first.Snapshot())).WithoutAddresses()
		mustEqual(t, fmt.Sprintf("%+v dropped later", c), later, want)
		both := []attribution.Snapshot{dropping.Snapshot(), keeping.Snapshot()}
		if err := errors.Join(dropping.Merge(both[1]), keeping.Merge(both[0])); err != nil {
			t.Fatal(err)
		}
		for _, s := range []attribution.Snapshot{dropping.Snapshot(), keeping.Snapshot()} {
			mustEqual(t, fmt.Sprintf("%+v in a tally", c), s, want)
		}
		for s := range want.Sample() {
			if s.Prefix.IsValid() {
				t.Fatalf("%+v: an address is kept: %v", c, s.Prefix)
			}
		}
	}
}

// Snapshots that several databases located merge, and say so. One that counted nothing names
// no database.
func TestMergeOfSeveralDatabases(t *testing.T) {
	a := tallied(least, map[string]int{"FR": 3})
	other := must(attribution.NewTally(world.Other(), least))
	if err := errors.Join(a.Merge(other.Snapshot()), a.Merge(a.Snapshot())); err != nil {
		t.Fatal(err)
	}
	if r := reportOn(a.Snapshot()); len(r.LocatedBy) != 1 || r.Sources.Value != 3 || r.Events != 6 {
		t.Errorf("after nothing and itself: %v", r)
	}
	other.Add(world.IP("FR", 1))
	other.Add(world.IP("RU", 1))
	whole := must(attribution.Merge(a.Snapshot(), other.Snapshot()))
	mustEqual(t, "turned round", must(attribution.Merge(other.Snapshot(), a.Snapshot())), whole)
	r := reportOn(whole, "FR > 50%")
	newer := world.Other().Info().SHA256
	if len(r.LocatedBy) != 2 || !r.LocatedBy[0].Built.Equal(world.Built) || r.LocatedBy[1].SHA256 != newer {
		t.Errorf("located by %+v", r.LocatedBy)
	}
	if v := r.Verdicts[0]; !has(v, caveat.MixedDatabases) {
		t.Errorf("%v, want MIXED_DATABASES", v)
	}
	if r.Sources.Value != 4 || rowOf(r, "US").Sources != 1 || rowOf(r, "FR").Events != 7 {
		t.Errorf("merged: %v", r)
	}
}

// A merge keeps what both sides were looked up in: of each source what its side knows.
func TestMergeKeepsCommonEnrichments(t *testing.T) {
	add := everything(t)
	plain := tallied(least, map[string]int{"RU": 300, "US": 5}).Snapshot()
	more := tallied(least, map[string]int{"RU": 40, "US": 200, "FR": 3000}).Snapshot()
	a, b := must(plain.Enrich(add)), must(more.Enrich(add))
	whole := must(attribution.Merge(a, b))
	mustEqual(t, "enriched before and after", whole, must(must(attribution.Merge(plain, more)).Enrich(add)))
	mustEqual(t, "turned round", must(attribution.Merge(b, a)), whole)
	mustEqual(t, "one side alone", must(attribution.Merge(a, more)), must(attribution.Merge(plain, more)))
	mustEqual(t, "with nothing", must(attribution.Merge(a, attribution.Snapshot{})), a)

	lists := must(more.Enrich(attribution.Enrichment{Lists: add.Lists[:1]}))
	tables := must(more.Enrich(attribution.Enrichment{Databases: []*geo.Table{world.Other(), world.Table()}}))
	for name, c := range map[string]struct {
		s    attribution.Snapshot
		want attribution.Enrichment
	}{
		"one list":  {lists, attribution.Enrichment{Lists: add.Lists[:1]}},
		"one table": {tables, attribution.Enrichment{Databases: add.Databases}},
	} {
		mustEqual(t, name, must(attribution.Merge(a, c.s)), must(must(attribution.Merge(plain, more)).Enrich(c.want)))
	}
}
