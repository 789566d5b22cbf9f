package attribution

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

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

// Over many keys the number of new sources errs as theory says, by either way, and
// its interval, that of the share among them and that of the lift cover the truth
// as often as they say.
func TestExcessCoverage(t *testing.T) {
	for _, c := range []struct {
		name           string
		baseline, seen int // sources of the baseline; of these in the burst
		fresh          int
		method         Method
	}{
		{"exact", 800, 100, 150, ByCounting},
		{"baseline exact", 1_000, 500, 20_000, BySample},
		{"burst exact", 4_000, 100, 900, BySample},
		{"half new", 10_000, 5_000, 10_000, BySample},
		{"a tenth new", 18_000, 9_000, 2_000, BySample},
		{"nine tenths new", 2_000, 1_000, 18_000, BySample},
	} {
		trials := 200
		switch {
		case *long:
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
			var total, share, verdict, lift, bySample, byParts, theoryParts, theorySample float64
			for trial := range trials {
				key, err := sketch.KeyFrom(binary.BigEndian.AppendUint64([]byte("excess of "+c.name+" ..."), uint64(trial)))
				if err != nil {
					t.Fatal(err)
				}
				o.Key = key
				ru, oldRU := binomial(rng, c.fresh, shareNew), binomial(rng, c.baseline, shareOld)
				seen := oldRU * c.seen / c.baseline
				type counts = map[string]int
				baseline := tallyMix(o, mix{0, counts{"RU": oldRU, "US": c.baseline - oldRU}})
				burst := tallyMix(o, mix{0, counts{"RU": seen, "US": c.seen - seen}}, mix{fresh, counts{"RU": ru, "CN": c.fresh - ru}})
				e := excess(t, burst, baseline)
				if e.Method != c.method {
					t.Fatalf("counted by %s, want %s", e.Method, c.method)
				}
				s, actual := e.Report.Sources, float64(ru)/float64(c.fresh)
				total += truth(s.Low <= uint64(c.fresh) && uint64(c.fresh) <= s.High)
				covers := func(s Share) float64 { return truth(s.Low <= actual && actual <= s.High) }
				own := slices.IndexFunc(e.Lift, func(l Lift) bool { return l.Origin == burst.origin("RU") })
				share += covers(e.Lift[own].New)
				verdict += covers(e.Report.Check(Majority("RU")).Share)
				q := e.Lift[own].Ratio
				lift += truth(q.Low <= shareNew/shareOld && shareNew/shareOld <= q.High)

				rest := burst.less(baseline)
				bySample += square(float64(s.Distinct)/float64(c.fresh) - 1)
				byParts += square(rest.new/float64(c.fresh) - 1)
				theoryParts += rest.variance / square(float64(c.fresh))
				theorySample += square(math.Log(float64(s.High)/float64(s.Low)) / 2 / z)
			}
			n := float64(trials)
			rms := func(sum float64) float64 { return 100 * math.Sqrt(sum/n) }
			t.Logf("%d trials: relative error by sample %.2f %% (theory %.2f), by HyperLogLogs %.2f %% (theory %.2f); covered: number %.1f %%, share %.1f %%, verdict %.1f %%, lift %.1f %%",
				trials, rms(bySample), rms(theorySample), rms(byParts), rms(theoryParts), 100*total/n, 100*share/n, 100*verdict/n, 100*lift/n)
			least := n*.945 - 2.33*math.Sqrt(n*.945*.055)
			for name, covered := range map[string]float64{"number": total, "share": share, "verdict": verdict, "lift": lift} {
				if covered < least {
					t.Errorf("the interval of the %s covers %v of %d, want at least %.0f", name, covered, trials, least)
				}
			}
			// A standard deviation from n trials has a relative error of 1/sqrt(2n).
			// That of HyperLogLogs is conservative below 10 sources a register.
			e := 3 / math.Sqrt(2*n)
			// The interval of the sample is so for a burst that is exact.
			if got, want := rms(bySample), rms(theorySample); got > want*(1+e) || got < want*(.85-e)-.01 {
				t.Errorf("relative error by sample is %.2f %%, want %.2f", got, want)
			}
			if got, want := rms(byParts), rms(theoryParts); got > want*(1+e) || got < want*.6 {
				t.Errorf("relative error by HyperLogLogs is %.2f %%, want %.2f", got, want)
			}
		})
	}
}

// The number of new sources has the relative standard error that was found by
// simulation apart from this code, of a million sources on both sides, half of the
// baseline's among those of the burst.
func TestExcessStandardError(t *testing.T) {
	rows := []struct{ fresh, bySample, byParts float64 }{ // part of the million, percent, percent
		{.01, 7.7, 12.2}, {.05, 3.4, 5.2}, {.1, 2.3, 3.6}, {.3, 1.2, 1.9}, {.5, .91, 1.44}, {.9, .79, .87},
	}
	sources, trials := 1_000_000, 60
	o := Options{SampleSize: 16_384, Precision: 14}
	if !*long { // a tenth of all
		sources, trials, rows = 100_000, 25, rows[2:4]
		o.SampleSize = 1_638
	}
	for _, row := range rows {
		var bySample, byParts float64
		n := row.fresh * float64(sources)
		old := sources - int(n)
		for trial := range trials {
			key, err := sketch.KeyFrom(binary.BigEndian.AppendUint64([]byte("standard error ..."), uint64(trial)))
			if err != nil {
				t.Fatal(err)
			}
			o.Key = key
			baseline, burst := NewTally(testTable(), o), NewTally(testTable(), o)
			addrs := population(sources, 1)
			baseline.AddBatch(addrs[:old])
			burst.AddBatch(addrs[old/2:])
			r := excess(t, burst, baseline).Report
			bySample += square(float64(r.Sources.Distinct)/n-1) / float64(trials)
			byParts += square(burst.less(baseline).new/n-1) / float64(trials)
		}
		wantSample := row.bySample * math.Sqrt(16_384/float64(o.SampleSize))
		slack := 3 / math.Sqrt(2*float64(trials))
		for name, c := range map[string][2]float64{"sample": {bySample, wantSample}, "HyperLogLogs": {byParts, row.byParts}} {
			got := 100 * math.Sqrt(c[0])
			t.Logf("%v new: by %s %.2f %%, want %.2f", row.fresh, name, got, c[1])
			if math.Abs(got-c[1]) > slack*c[1] {
				t.Errorf("%v new: relative error by %s %.2f %%, want %.2f", row.fresh, name, got, c[1])
			}
		}
	}
}
