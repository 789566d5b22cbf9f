package baseline_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/oracle"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// binomial draws how many of n are in a share.
func binomial(rng *rand.Rand, n int, share float64) int {
	x := 0
	for range n {
		if rng.Float64() < share {
			x++
		}
	}
	return x
}

// keyOf is the key of a trial.
func keyOf(name string, trial int) sketch.Key {
	return must(sketch.KeyFrom(binary.BigEndian.AppendUint64([]byte("new sources of "+name+" ..."), uint64(trial))))
}

func one(truth bool) float64 {
	if truth {
		return 1
	}
	return 0
}

// Over many keys the number of new sources errs as theory says. Its interval, that of the
// share among the new sources, that of the verdict and that of the lift cover the truth as
// often as they say.
func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		name           string
		baseline, seen int // sources of the baseline; of these in the burst
		fresh          int
		method         baseline.Method
	}{
		{"exact", 800, 100, 150, baseline.Counting},
		{"baseline exact", 1_000, 500, 20_000, baseline.Sampling},
		{"burst exact", 4_000, 100, 900, baseline.Sampling},
		{"half new", 10_000, 5_000, 10_000, baseline.Sampling},
		{"a tenth new", 18_000, 9_000, 2_000, baseline.Sampling},
		{"nine tenths new", 2_000, 1_000, 18_000, baseline.Sampling},
	} {
		trials := 200
		switch {
		case testenv.Long():
			trials = 3_000
		case testing.Short():
			trials = 80
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(len(c.name)), 61))
			const shareNew, shareOld = .6, .05 // of RU
			o := small
			if c.fresh < 1_000 && c.baseline > 1_000 {
				o.SampleSize = 2048 // the burst fits, and leaves enough to compare
			}
			var number, share, verdict, lift, squares, theory float64
			for trial := range trials {
				o.Key = keyOf(c.name, trial)
				ru, oldRU := binomial(rng, c.fresh, shareNew), binomial(rng, c.baseline, shareOld)
				seen := oldRU * c.seen / c.baseline
				usual := snapshotOf(o, mix{0, counts{"RU": oldRU, "US": c.baseline - oldRU}})
				burst := snapshotOf(o, mix{0, counts{"RU": seen, "US": c.seen - seen}},
					mix{fresh, counts{"RU": ru, "CN": c.fresh - ru}})
				n := compare(t, burst, usual, "RU > 50% of sources")
				if n.Method != c.method {
					t.Fatalf("counted by %s, want %s", n.Method, c.method)
				}
				s, actual := n.Report.Sources, float64(ru)/float64(c.fresh)
				covers := func(s attribution.Share) float64 { return one(s.Low <= actual && actual <= s.High) }
				own := liftOf(n, "RU")
				number += one(s.Low <= uint64(c.fresh) && uint64(c.fresh) <= s.High)
				share += covers(own.New)
				verdict += covers(n.Report.Verdicts[0].Share)
				lift += one(own.Ratio.Low <= shareNew/shareOld && shareNew/shareOld <= own.Ratio.High)

				d := float64(s.Value)/float64(c.fresh) - 1
				se := math.Log(float64(s.High)/float64(s.Low)) / 2 / stat.Z
				squares += d * d
				theory += se * se
			}
			n := float64(trials)
			got, want := 100*math.Sqrt(squares/n), 100*math.Sqrt(theory/n)
			t.Logf("%d trials: relative error %.2f %% (theory %.2f); covered: number %.1f %%, share %.1f %%, "+
				"verdict %.1f %%, lift %.1f %%", trials, got, want, 100*number/n, 100*share/n, 100*verdict/n, 100*lift/n)
			least := n*.945 - 2.33*math.Sqrt(n*.945*.055)
			for name, covered := range map[string]float64{"number": number, "share": share, "verdict": verdict, "lift": lift} {
				if covered < least {
					t.Errorf("the interval of the %s covers %v of %d, want at least %.0f", name, covered, trials, least)
				}
			}
			// A standard deviation from n trials has a relative error of 1/sqrt(2n). The
			// interval is conservative for a burst that is exact.
			e := 3 / math.Sqrt(2*n)
			if got > want*(1+e) || got < want*(.85-e)-.01 {
				t.Errorf("relative error is %.2f %%, want %.2f", got, want)
			}
		})
	}
}

// A botnet hits a service that has users, on a day like any other. Over all traffic of its
// minutes it is a part; among the new sources it is nearly everything. What is new is known
// by remembering everybody.
func TestAttackOnAnOrdinaryDay(t *testing.T) {
	testenv.OneGoroutine(t)
	w := world.Real(t)
	for seed := range uint64(3) {
		story := must(scenario.Overlay{
			Quiet: scenario.Quiet{Seed: seed, Rate: 4, Sources: 6_000},
			Bursts: []scenario.Part{{
				Builder: scenario.Botnet{Seed: seed, Sources: 4_000, Origin: world.Origin("BY"), Share: .6, Span: time.Hour},
				After:   16 * time.Hour,
			}},
		}.Build(w.Population))
		attack := story.Bursts()[0]
		for _, size := range []int{1024, 1 << 16} {
			o := attribution.Options{Key: keyOf("a day", int(seed)), SampleSize: size, AssumeHandshake: true}
			usual := must(attribution.NewTally(w.Table, o))
			burst := must(attribution.NewTally(w.Table, o))
			known, fresh := map[netip.Addr]bool{}, oracle.New(w.Table.Lookup, 64)
			for e := range story.Events() {
				f := attribution.Flow{Source: e.Source, Events: e.Events, Bytes: e.Bytes}
				switch {
				case e.Time.Before(attack.Onset):
					usual.AddFlow(f)
					known[oracle.Key(e.Source, 64)] = true
				case e.Time.Before(attack.End):
					burst.AddFlow(f)
					if !known[oracle.Key(e.Source, 64)] {
						fresh.Add(e.Source, e.Events, e.Bytes)
					}
				}
			}
			n := compare(t, burst.Snapshot(), usual.Snapshot(), "BY > 50% of sources")
			all := 0
			for o := range fresh.Sources {
				if o != geo.Reserved {
					all += fresh.Distinct(o)
				}
			}
			truth := float64(fresh.Distinct(world.Origin("BY"))) / float64(all)
			v, s := n.Report.Verdicts[0], n.Report.Sources
			if s.Low > uint64(all) || s.High < uint64(all) || s.Exact && s.Value != uint64(all) {
				t.Errorf("seed %d, sample %d: %d new sources counted as %v", seed, size, all, s)
			}
			if v.Outcome != attribution.Supported || v.Share.Low > truth || v.Share.High < truth {
				t.Errorf("seed %d, sample %d: %v, and %.4f is true", seed, size, v, truth)
			}
			if l := n.Lift[0]; l.Origin != world.Origin("BY") || l.Ratio.Low < 10 {
				t.Errorf("seed %d, sample %d: lift of %v %v", seed, size, l.Origin, l.Ratio)
			}
			if want := size == 1<<16; s.Exact != want || len(n.Caveats) != 0 {
				t.Errorf("seed %d, sample %d: %s with %v", seed, size, n.Method, n.Caveats)
			}
		}
	}
}
