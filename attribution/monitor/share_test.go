package monitor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// siege is an attack on one target with everyday newcomers, and how much of either is RU.
type siege struct {
	sources int     // that attack
	russian float64 // part of them
	length  float64 // seconds
	rate    float64 // newcomers a second, of the target
	usually float64 // part of these that is RU
	again   bool    // they come again, some often and some seldom
	history float64 // seconds
}

func (s siege) String() string {
	again := ""
	if s.again {
		again = ", who come again"
	}
	return fmt.Sprintf("%d sources (%.0f %%) in %.0f s amid %g/s (%.0f %%)%s, after %.0f s",
		s.sources, 100*s.russian, s.length, s.rate, 100*s.usually, again, s.history)
}

var sieges = []siege{
	{200, .5, 60, 1, .05, false, 3000},
	{200, .5, 300, 1, .05, false, 3000},
	{200, .5, 600, 1, .05, false, 1200},
	{50, .9, 120, .3, .05, false, 3000},
	{50, .1, 300, .3, .5, false, 2000},
	{1000, .2, 60, 3, .05, false, 1500},
	{1000, .6, 600, 3, .3, false, 3000},
	{100, .5, 30, .1, .05, false, 600},
	{100, 1, 100, 2, 0, false, 900},
	{100, 0, 100, 2, .3, false, 900},
	{300, .5, 60, 2, .05, true, 2000},
	{300, .5, 600, 2, .05, true, 1500},
	{1000, .3, 300, 5, .3, true, 1000},
	{60, .8, 100, 1, .05, true, 600},
}

// besiege has a monitor watch it, and returns the final reports, of all traffic and of the
// target, if the attack was found.
func besiege(rng *rand.Rand, s siege) (ended []Burst) {
	victim := TargetName("victim")
	var events []Event
	add := func(t float64, code string, i int, target Target) {
		flow := flowOf(world.IP(code, int(uint32(i)*0x9e3779b1%(1<<24))))
		events = append(events, Event{Time: at(t), Target: target, Flow: flow})
	}
	end := s.history + s.length
	visitors := 0
	for t := rng.ExpFloat64() / s.rate; t < end+400; t += rng.ExpFloat64() / s.rate {
		visitors++
		who := visitors
		if s.again { // by a power law
			who = int(math.Pow(rng.Float64(), 3) * 20_000)
		}
		code := "US"
		if float64(who*7919%10_007) < s.usually*10_007 {
			code = "RU"
		}
		for n := range 1 + rng.IntN(3) { // a visit
			add(t+20*float64(n)*rng.Float64(), code, who, victim)
		}
	}
	for t := rng.ExpFloat64() / 2; t < end+400; t += rng.ExpFloat64() / 2 {
		add(t, "FR", rng.IntN(5000), TargetName(fmt.Sprint("other-", rng.IntN(10))))
	}
	russians := int(math.Round(s.russian * float64(s.sources)))
	for i := range s.sources * 30 {
		code, who := "US", i%s.sources
		if who < russians {
			code = "RU"
		}
		add(s.history+s.length*rng.Float64(), code, 1<<20+who, victim)
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	m := newMonitorWith(world.Table(), Options{
		Targets: 16, Claims: []attribution.Claim{attribution.Majority("RU")},
		Tally: attribution.Options{AssumeHandshake: true},
	})
	m.Observe(events...)
	m.Advance(at(end + 1000))
	for b := range m.Bursts() {
		if b.Final && (b.Target.IsZero() || b.Target == victim) && b.Onset.Before(at(end)) && b.End.After(at(s.history)) {
			ended = append(ended, b)
		}
	}
	return ended
}

// The share that is reported of the new sources is that of the attack: its interval holds
// it, whoever comes for the first time anyway, in all traffic as on the target.
func TestShareOfTheAttack(t *testing.T) {
	testenv.OneGoroutine(t)
	runs := 6
	switch {
	case testenv.Long():
		runs = 150
	case testing.Short():
		runs = 1
	}
	var covered, all [2]float64
	for k, s := range sieges {
		var hit, n, width, off [2]float64
		for seed := range runs {
			rng := rand.New(rand.NewPCG(uint64(seed), uint64(1000+k)))
			for _, b := range besiege(rng, s) {
				if b.NewSources == nil {
					continue
				}
				i := 0
				if b.Target.IsZero() {
					i = 1
				}
				share := b.NewSources.Report.Verdicts[0].Share
				truth := math.Round(s.russian*float64(s.sources)) / float64(s.sources)
				n[i]++
				width[i] += share.High - share.Low
				off[i] += share.Value - truth
				if share.Low <= truth+1e-9 && truth-1e-9 <= share.High {
					hit[i]++
				}
			}
		}
		for i, of := range []string{"its target", "all traffic"} {
			t.Logf("%v, %s: %.0f of %.0f covered, %+.3f off, width %.2f", s, of, hit[i], n[i], off[i]/n[i], width[i]/n[i])
			covered[i], all[i] = covered[i]+hit[i], all[i]+n[i]
			trials.AtLeast(t, fmt.Sprintf("%v, %s", s, of), hit[i], n[i], .93)
		}
	}
	for i, of := range []string{"its target", "all traffic"} {
		trials.AtLeast(t, of, covered[i], all[i], .93)
		if all[i] < .5*float64(runs*len(sieges)) {
			t.Errorf("%s: %.0f found", of, all[i])
		}
	}
}
