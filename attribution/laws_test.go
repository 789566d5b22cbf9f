package attribution_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// laws runs f on random scenes, with the question that is asked of each. It reports how many
// claims ended in each way, so that a law is not kept for want of verdicts.
func laws(
	t *testing.T, seed uint64,
	f func(t *testing.T, rng *rand.Rand, sc scene, s attribution.Snapshot, q question),
) {
	t.Helper()
	ends := map[attribution.Outcome]int{}
	n := testenv.Trials(40, 300, 3000)
	for i := range uint64(n) {
		rng := rand.New(rand.NewPCG(seed, i))
		sc := randomScene(t, rng)
		s := sc.snapshot()
		q := randomQuestion(rng, s)
		for _, v := range q.of(s).Verdicts {
			ends[v.Outcome]++
		}
		f(t, rng, sc, s, q)
		if t.Failed() {
			t.Fatalf("seed %d of %d: %+v, %d flows, %d lost, claims %v", i, seed, q.policy, len(sc.flows), sc.lost, q.claims)
		}
	}
	for o := attribution.Undecided; o <= attribution.Inadmissible; o++ {
		if ends[o] < n/4 && !testenv.Race {
			t.Errorf("only %d claims of %d scenes are %v: the test shows nothing", ends[o], n, o)
		}
	}
}

// A snapshot reports the same before and after the wire.
func TestLawWire(t *testing.T) {
	laws(t, 1, func(t *testing.T, _ *rand.Rand, _ scene, s attribution.Snapshot, q question) {
		if home, away := q.of(s), q.of(decoded(encoded(s))); !reflect.DeepEqual(home, away) {
			t.Errorf("at home\n%v\nafter the wire\n%v", home, away)
		}
	})
}

// Parts that are counted apart and merged, in any order and grouping, with the wire in
// between or not, report what one tally of everything does.
func TestLawMerge(t *testing.T) {
	laws(t, 2, func(t *testing.T, rng *rand.Rand, sc scene, s attribution.Snapshot, q question) {
		parts := sc.parts(rng, 2+rng.IntN(3))
		want := q.of(s)
		for range 2 {
			rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			for i, p := range parts {
				if rng.IntN(2) == 0 {
					parts[i] = decoded(encoded(p))
				}
			}
			merged := mergedInGroups(rng, slices.Clone(parts))
			if got := q.of(merged); !reflect.DeepEqual(got, want) {
				t.Errorf("of %d parts\n%v\nof one\n%v", len(parts), got, want)
			}
		}
	})
}

// A verdict depends on no other claim, unless they are to hold together, and asking changes
// nothing.
func TestLawOtherClaims(t *testing.T) {
	laws(t, 3, func(t *testing.T, rng *rand.Rand, _ scene, s attribution.Snapshot, q question) {
		before := encoded(s)
		together := q.of(s).Verdicts
		for i, c := range q.claims {
			alone := must(s.Report(q.policy, c)).Verdicts[0]
			if !reflect.DeepEqual(alone, together[i]) {
				t.Errorf("alone\n%+v\nwith others\n%+v", alone, together[i])
			}
		}
		joint := q
		joint.policy.Joint = true
		for i, v := range joint.of(s).Verdicts {
			// Together a claim is decided more rarely, never otherwise.
			if alone := together[i]; v.Outcome != alone.Outcome && isDecided(v) {
				t.Errorf("alone %v, together %v", alone, v)
			}
		}
		if string(encoded(s)) != string(before) {
			t.Error("asking has changed the snapshot")
		}
	})
}

// isDecided reports whether a claim is supported or refuted.
func isDecided(v attribution.Verdict) bool {
	return v.Outcome == attribution.Supported || v.Outcome == attribution.Refuted
}

// flips reports whether one verdict is supported and the other refuted.
func flips(a, b attribution.Verdict) bool {
	return isDecided(a) && isDecided(b) && a.Outcome != b.Outcome
}

// One more database, one more lost record and one more unlocated source never turn supported
// into refuted, or back. The first two never decide what was open either.
func TestLawOneMore(t *testing.T) {
	changes := map[string]int{}
	laws(t, 4, func(t *testing.T, rng *rand.Rand, sc scene, s attribution.Snapshot, q question) {
		lost, unlocated := sc, sc
		lost.lost++
		unlocated.flows = append(slices.Clone(sc.flows), attribution.Flow{Source: unknown(rng), Bytes: 700})
		more := map[string]attribution.Snapshot{"lost record": lost.snapshot(), "unlocated source": unlocated.snapshot()}
		if !sc.options.DropAddresses {
			more["database"] = enriched(s, randomDatabase(rng, 5))
		}
		want := q.of(s).Verdicts
		for what, other := range more {
			for i, v := range q.of(other).Verdicts {
				if flips(v, want[i]) {
					t.Errorf("one more %s turns\n%v\ninto\n%v", what, want[i], v)
				}
				if what != "unlocated source" && isDecided(v) && !isDecided(want[i]) {
					t.Errorf("one more %s decides\n%v\nas\n%v", what, want[i], v)
				}
				if v.Outcome != want[i].Outcome {
					changes[what]++
				}
			}
		}
	})
	t.Logf("outcomes that one more changed to undecided or inadmissible: %v", changes)
	for _, what := range []string{"database", "lost record"} {
		if changes[what] == 0 {
			t.Errorf("one more %s changed nothing at all: the test shows nothing", what)
		}
	}
}

// A limit that a reader knows of decides nothing: a claim that it does not rule out ends as
// before, with the same share.
func TestLawLimits(t *testing.T) {
	ruledOut := 0
	laws(t, 6, func(t *testing.T, rng *rand.Rand, sc scene, s attribution.Snapshot, q question) {
		more := randomAccount(rng)
		more.Lost = nil
		tally := emptyTally(sc.options)
		if err := tally.Merge(s.WithoutAddresses()); err != nil {
			t.Fatal(err)
		}
		tally.AddAccount(more)
		before := q.of(s.WithoutAddresses()).Verdicts
		for i, v := range q.of(tally.Snapshot()).Verdicts {
			switch {
			case v.Outcome == attribution.Inadmissible:
				if before[i].Outcome != attribution.Inadmissible {
					ruledOut++
				}
			case v.Outcome != before[i].Outcome || v.Share != before[i].Share || v.Reason != before[i].Reason:
				t.Errorf("%+v turns\n%v\ninto\n%v", more, before[i], v)
			}
		}
	})
	if ruledOut == 0 {
		t.Error("no limit rules anything out: the test shows nothing")
	}
}

// unknown is an address that no database of the plain world locates.
func unknown(rng *rand.Rand) netip.Addr { return world.IP("", 1<<23|rng.IntN(1<<22)<<1|1) }

// What is reported is well formed: it is read from its JSON as it was, shares lie within
// their intervals, and caveats are those that may be.
func TestLawWellFormed(t *testing.T) {
	laws(t, 5, func(t *testing.T, _ *rand.Rand, _ scene, s attribution.Snapshot, q question) {
		r := q.of(s)
		roundTrip(t, "random", r)
		checkShares(t, reflect.ValueOf(&r).Elem())
		if text := r.String(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Error(text)
		}
		for i, v := range r.Verdicts {
			checkCaveats(t, v)
			if v.Claim != q.claims[i] || v.Interim != q.policy.Interim {
				t.Errorf("%v instead of %v", v, q.claims[i])
			}
			if n := len(v.Opinions); n > 0 && n != 1+len(r.Databases) || n == 0 && v.Bounds != nil {
				t.Errorf("%v: %d opinions of %d further databases", v, n, len(r.Databases))
			}
			if v.EffectiveSources > float64(r.SampleSize)*(1+1e-12) || v.NetworksClaimed > v.Networks {
				t.Errorf("%v: %v effective sources of %d, %d of %d networks",
					v, v.EffectiveSources, r.SampleSize, v.NetworksClaimed, v.Networks)
			}
		}
	})
}

// checkShares checks that every share is one, with its value within its interval; of the
// lead of one country over another, that it is a difference of two.
func checkShares(t *testing.T, v reflect.Value) {
	t.Helper()
	visit("", v, func(path string, v reflect.Value) {
		s, ok := v.Interface().(attribution.Share)
		if !ok {
			return
		}
		least := 0.0
		if strings.Contains(path, ".Lead") {
			least = -1
		}
		const tiny = 1e-9
		if !(s.Low >= least && s.Low <= s.Value+tiny && s.Value <= s.High+tiny && s.High <= 1) {
			t.Errorf("%s is %s", path, fmt.Sprint(s.Value, " [", s.Low, ", ", s.High, "]"))
		}
	})
}
