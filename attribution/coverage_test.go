package attribution_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"sync"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

// Over many keys, that is over many random sketches of the same sources, the intervals of
// rows and verdicts cover the true share as often as they say, and a majority that is not
// there is not found more often than they say.
func TestCoverage(t *testing.T) {
	type setting struct {
		sources            int
		short, usual, long int // trials
		options            attribution.Options
	}
	for _, set := range []setting{
		{1_000, 50, 200, 2_000, attribution.Options{}},
		{100_000, 8, 60, 2_000, attribution.Options{}},
		{100_000, 16, 120, 2_000, small},
		{1_000_000, 0, 0, 200, attribution.Options{}},
	} {
		for _, share := range []float64{.1, .5, .52, .9} {
			trials := testenv.Trials(set.short, set.usual, set.long)
			if trials == 0 {
				continue
			}
			name := fmt.Sprintf("sources=%d/k=%d/share=%v", set.sources, set.options.SampleSize, share)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				checkCoverage(t, set.sources, trials, share, set.options)
			})
		}
	}
}

func checkCoverage(t *testing.T, sources, trials int, share float64, o attribution.Options) {
	addrs := crowdOf(sources, share)
	var verdicts, rows, supported, refuted, width float64
	for trial := range trials {
		secret := binary.BigEndian.AppendUint64([]byte("a key for coverage, of trial and size "), uint64(trial))
		o.Key = must(sketch.KeyFrom(binary.BigEndian.AppendUint64(secret, uint64(sources))))
		r := reportOn(tallyOf(o, addrs).Snapshot(), "majority RU")
		v := r.Verdicts[0]
		verdicts += truth(covers(v.Share, share))
		width += v.Share.High - v.Share.Low
		rows += truth(covers(rowOf(r, "RU").Share, share))
		supported += truth(v.Outcome == attribution.Supported)
		refuted += truth(v.Outcome == attribution.Refuted)
	}
	n := float64(trials)
	t.Logf("%d trials: the verdict's interval covers %.2f %%, the row's %.2f %%; supported %.2f %%, refuted %.2f %%; "+
		"mean width %.3f points", trials, 100*verdicts/n, 100*rows/n, 100*supported/n, 100*refuted/n, 100*width/n)

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

// crowdOf is a set of distinct sources, a given share of them Russian. It is the same in
// every trial: in a census only the key is random.
var crowdOf = func() func(int, float64) []netip.Addr {
	var mu sync.Mutex
	known := map[string][]netip.Addr{}
	return func(n int, share float64) []netip.Addr {
		mu.Lock()
		defer mu.Unlock()
		name := fmt.Sprint(n, share)
		if known[name] == nil {
			russians := int(math.Round(float64(n) * share))
			for i := range n {
				code := "RU"
				if i >= russians {
					code = []string{"US", "CN", "FR"}[i%3]
				}
				known[name] = append(known[name], apart(code, i))
			}
		}
		return known[name]
	}
}()
