package attribution

import (
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"net/netip"
	"sync"
	"testing"

	"github.com/whence-go/whence/sketch"
)

var long = flag.Bool("long", false, "run the statistical tests with all their trials (minutes)")

// Over many keys, that is over many random sketches of the same sources, the
// intervals of rows and verdicts cover the true share as often as they say, and a
// majority that is not there is not found more often than they say.
func TestCoverage(t *testing.T) {
	type setting struct {
		sources, trials, short int
		options                Options
	}
	settings := []setting{
		{1_000, 2_000, 200, Options{}},
		{100_000, 2_000, 60, Options{}},
		{100_000, 2_000, 120, Options{SampleSize: sketch.SmallSampleSize, Precision: 12}},
		{1_000_000, 200, 0, Options{}},
	}
	for _, set := range settings {
		for _, share := range []float64{.1, .5, .52, .9} {
			trials := set.short
			switch {
			case *long:
				trials = set.trials
			case testing.Short():
				trials /= 4
			}
			if trials == 0 {
				continue
			}
			name := fmt.Sprintf("sources=%d/k=%d/share=%v", set.sources, set.options.SampleSize, share)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				cover(t, set.sources, trials, share, set.options)
			})
		}
	}
}

func cover(t *testing.T, sources, trials int, share float64, o Options) {
	addrs := population(sources, share)
	claim := Majority("RU")
	var verdicts, rows, supported, refuted, width float64
	for trial := range trials {
		secret := binary.BigEndian.AppendUint64([]byte("coverage"), uint64(trial))
		key, err := sketch.KeyFrom(binary.BigEndian.AppendUint64(secret, uint64(sources)))
		if err != nil {
			t.Fatal(err)
		}
		o.Key = key
		tally := NewTally(testTable(), o)
		tally.AddBatch(addrs)
		r := tally.Report()
		v := r.Check(claim)
		verdicts += truth(v.Share.Low <= share && share <= v.Share.High)
		width += v.Share.High - v.Share.Low
		for _, row := range r.Origins {
			if row.Origin == tally.origin("RU") {
				rows += truth(row.Share.Low <= share && share <= row.Share.High)
			}
		}
		supported += truth(v.Decision == Supported)
		refuted += truth(v.Decision == Refuted)
	}
	n := float64(trials)
	t.Logf("%d trials: the verdict's interval covers %.2f %%, the row's %.2f %%; supported %.2f %%, refuted %.2f %%; mean width %.3f points",
		trials, 100*verdicts/n, 100*rows/n, 100*supported/n, 100*refuted/n, 100*width/n)

	// Nominal 95 %, at least 94 % asked, measured over n trials.
	if least := n*.94 - 2.33*math.Sqrt(n*.94*.06); verdicts < least || rows < least {
		t.Errorf("verdicts cover %v and rows %v of %d, want at least %.0f", verdicts, rows, trials, least)
	}
	most := n*.025 + 3*math.Sqrt(n*.025*.975)
	if share == .5 && supported > most {
		t.Errorf("a share of exactly one half was called a majority %v times, want at most %.0f", supported, most)
	}
	if share > .5 && refuted > most || share < .5 && supported > most {
		t.Errorf("share %v: supported %v, refuted %v times of %d", share, supported, refuted, trials)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// population is a set of distinct sources, a given share of them in RU. It is the
// same in every trial: in a census only the key is random.
var population = func() func(int, float64) []netip.Addr {
	var mu sync.Mutex
	known := map[string][]netip.Addr{}
	return func(n int, share float64) []netip.Addr {
		mu.Lock()
		defer mu.Unlock()
		name := fmt.Sprint(n, share)
		if known[name] == nil {
			ru := int(math.Round(float64(n) * share))
			for i := range n {
				if i < ru {
					known[name] = append(known[name], ip("RU", i))
				} else {
					known[name] = append(known[name], ip([]string{"US", "CN", "FR"}[i%3], i))
				}
			}
		}
		return known[name]
	}
}()
