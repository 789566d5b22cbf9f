package decide

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// Squares of what changes within a cluster add up between clusters, whatever goes on inside.
func TestSpreadOf(t *testing.T) {
	clusters := snapshot.Clusters{0, 0, 0, 1, 1, 2}
	of := func(by []float64, whole float64) spread {
		var changes []change
		for i, d := range by {
			changes = append(changes, change{int32(i), d})
		}
		return spreadOf(clusters, changes, whole, make([]float64, len(clusters)))
	}
	for _, c := range []struct {
		name   string
		change []float64
		want   spread
	}{
		{"nothing differs", []float64{0, 0, 0, 0, 0, 0}, spread{}},
		{"each on its own", []float64{1, 0, 0, 1, 0, 1}, spread{math.Sqrt(3) / 10, 1}},
		{"all of one cluster", []float64{1, 1, 1, 0, 0, 0}, spread{.3, 3}},
		{"against each other", []float64{1, -1, 0, 0, 0, 0}, spread{0, 0}},
		{"weighted", []float64{2, 2, 0, 0, 0, 3}, spread{.5, 25. / 17}},
	} {
		if got := of(c.change, 10); math.Abs(got.standardError-c.want.standardError) > 1e-12 ||
			math.Abs(got.designEffect-c.want.designEffect) > 1e-12 {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	if got := of([]float64{1, 0, 0, 0, 0, 0}, 0); got != (spread{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

// withColumn is a state with a second database, which says something of every source.
func withColumn(s *snapshot.State, second func(source.Source) geo.Origin) *snapshot.State {
	column := snapshot.Column{Database: snapshot.Database{Name: "second"}}
	for i := range s.Items {
		column.Origins = append(column.Origins, second(snapshot.Source(&s.Items[i])))
	}
	s.Columns = append(s.Columns, column)
	return s
}

// A sample has no order, so that what databases say of it has none either, however large the
// counts are.
func TestOrderOfTheSample(t *testing.T) {
	rng := rand.New(rand.NewPCG(91, 92))
	var items []sketch.Item
	for i := range 900 {
		it := placed(source.IPv4(uint32(5<<24|i<<12|rng.IntN(4096))), []geo.Origin{ru, us, fr}[i%3])
		it.Events, it.Bytes = rng.Uint64()>>12, rng.Uint64()>>20
		items = append(items, it)
	}
	second := func(s source.Source) geo.Origin { return []geo.Origin{ru, us}[s.Lo>>14&1] }
	questions := []Question{
		moreThan(.5, ru), plurality(us), ofUnit(moreThan(.3, ru), plausible.Events),
		ofUnit(plurality(us), plausible.Bytes),
	}
	answer := func() (all []Answer) {
		m := New(withColumn(exactly(items), second))
		for _, q := range questions {
			all = append(all, m.Decide(q, usual))
		}
		return all
	}
	want := answer()
	for range 20 {
		rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		for i, got := range answer() {
			// What changes in a network is summed up in the order in which it comes.
			for what, pair := range map[string][2]stat.Share{
				"share": {got.Share, want[i].Share}, "lead": {got.Lead, want[i].Lead}, "bounds": {*got.Bounds, *want[i].Bounds},
				"opinion": {got.Opinions[1].Share, want[i].Opinions[1].Share},
			} {
				if math.Abs(pair[0].Low-pair[1].Low)+math.Abs(pair[0].High-pair[1].High) > 1e-12 {
					t.Fatalf("question %d: another order has the %s %v, not %v", i, what, pair[0], pair[1])
				}
			}
			if got.Outcome != want[i].Outcome || !slices.Equal(codes(got), codes(want[i])) ||
				got.EffectiveSources != want[i].EffectiveSources || got.Networks != want[i].Networks {
				t.Fatalf("question %d: another order gives\n%+v\nwant\n%+v", i, got, want[i])
			}
		}
	}
}

// Two databases that err independently of each other, by whole /24 or by whole systems: the
// interval of both together covers the true share, where the one that takes the first at its
// word does not.
func TestClusteredErrorCoverage(t *testing.T) {
	const sitesOfSystem = 25
	runs := trials(t, 20, 100, 2000)
	for _, c := range []struct {
		name    string
		share   float64 // that is truly Russian
		error   float64 // of the /24 or systems that a database misplaces
		byAS    bool
		known   bool // which systems there are
		sampled int  // of the sources; 0: all are known
	}{
		{"sites", .5, .05, false, false, 0},
		{"sites, few errors", .5, .01, false, false, 0},
		{"sites, a sample", .5, .2, false, false, 4096},
		{"networks", .5, .06, true, true, 0},
		{"networks, a sample", .5, .1, true, true, 4096},
		// Where most are Russian, most errors make them fewer, in both databases: that is seen
		// by the bounds alone.
		{"one-sided", .8, .05, false, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(len(c.name)), 9))
			var plain, together, bounds, width float64
			for range runs {
				cluster := func(s source.Source) uint64 {
					if c.byAS {
						return s.Lo >> 16
					}
					return s.Lo >> 8
				}
				truly, wrong := map[uint64]bool{}, [2]map[uint64]bool{{}, {}}
				by := func(database int, s source.Source) geo.Origin {
					if g := cluster(s); truly[g] != wrong[database][g] {
						return ru
					}
					return us
				}
				var items []sketch.Item
				want := 0.0
				for i := range uint32(40) {
					for j := range uint32(sitesOfSystem) {
						for k := range uint32(1 + rng.IntN(20)) {
							s := source.IPv4(5<<24 | i<<16 | j<<8 | k)
							g := cluster(s)
							if _, known := truly[g]; !known {
								truly[g] = rng.Float64() < c.share
								wrong[0][g], wrong[1][g] = rng.Float64() < c.error, rng.Float64() < c.error
							}
							want += truth(truly[g])
							items = append(items, placed(s, by(0, s)))
						}
					}
				}
				want /= float64(len(items))
				state := exactly(items)
				if c.sampled > 0 {
					state = sampled(rng, items, c.sampled)
				}
				withColumn(state, func(s source.Source) geo.Origin { return by(1, s) })
				if c.known {
					state.ASNs = &snapshot.ASNs{Names: map[uint32]string{}}
					for i := range state.Items {
						state.ASNs.Numbers = append(state.ASNs.Numbers, 64500+uint32(state.Items[i].Lo>>16&0xff))
					}
				}
				a := New(state).Decide(moreThan(.5, ru), usual)
				covers := func(s stat.Share) float64 { return truth(s.Low <= want+1e-12 && want-1e-12 <= s.High) }
				if len(a.Opinions) != 2 {
					t.Fatalf("%+v", a)
				}
				plain += covers(a.Opinions[0].Share)
				together += covers(a.Share)
				bounds += covers(*a.Bounds)
				width += a.Share.High - a.Share.Low
			}
			n := float64(runs)
			t.Logf("%d trials: the first database covers %.1f %%, both together %.1f %% (mean width %.1f points), "+
				"their bounds %.1f %%", runs, 100*plain/n, 100*together/n, 100*width/n, 100*bounds/n)
			if c.share != .5 {
				together = bounds
			}
			if least := n*.95 - 2.33*math.Sqrt(n*.95*.05); together < least || bounds < least {
				t.Errorf("covers %v, the bounds %v of %v, want at least %.0f", together, bounds, n, least)
			}
			if plain > .7*n {
				t.Errorf("the plain interval covers %v of %v: the test shows nothing", plain, n)
			}
		})
	}
}

// A doubt widens the interval, or leaves it as it is: lost records, forged sources, another
// database, clustered errors, clustered sources, the sample.
func TestDoubtsOnlyWiden(t *testing.T) {
	for seed := range uint64(trials(t, 100, 300, 3000)) {
		rng := rand.New(rand.NewPCG(seed, 93))
		items := sourcesIn(randomNetworks(rng)...)
		for i := range items {
			if rng.IntN(20) == 0 {
				items[i].Part = uint8(geo.Unlocated)
			}
		}
		s := exactly(items)
		s.Lost[rng.IntN(snapshot.Losses)] = uint64(rng.IntN(20))
		for n := range rng.IntN(3) {
			withColumn(s, func(a source.Source) geo.Origin {
				if a.Lo>>16%uint64(5+n) == 0 {
					return []geo.Origin{ru, us, geo.Unlocated}[n]
				}
				return ru
			})
		}
		m := New(s)
		for _, q := range []Question{moreThan(.5, ru), plurality(ru), ofUnit(lessThan(.4, us), plausible.Events)} {
			t1 := m.trial(q, Policy{Confidence: .95, Population: seed%2 == 0})
			if t1.hidden != nil {
				t.Fatalf("seed %d: %v", seed, t1.hidden)
			}
			for d := noDoubt + 1; d < allDoubts; d++ {
				if !t1.present(d) || d == unlocated { // without the unlocated another share is asked for
					continue
				}
				_, joint, _ := t1.without(doubts(0).with(d))
				what := fmt.Sprintf("seed %d, doubt %d, kind %d", seed, d, q.Kind)
				if narrower(t1.joint.share, joint.share) || q.Kind == Plurality && narrower(t1.joint.lead, joint.lead) {
					t.Fatalf("%s: with it %+v, %+v; without %+v, %+v",
						what, t1.joint.share, t1.joint.lead, joint.share, joint.lead)
				}
			}
		}
	}
}
