package monitor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// sessions are visits of single sources, each of some dozens of events within minutes, over
// so many hours, amid a little other traffic; and a burst of so many sources with n events
// each in the last but one, over so many minutes.
func sessions(rng *rand.Rand, hours, sources, n, minutes int) (events []Event) {
	end := 3600 * float64(hours)
	add := func(t float64, code string, i int) {
		target := TargetName(fmt.Sprint("page-", i%7))
		flow := flowOf(world.IP(code, int(uint32(i)*0x9e3779b1%(1<<24))))
		events = append(events, Event{Time: at(t), Flow: flow, Target: target})
	}
	who := 0
	for t := rng.ExpFloat64() * 100; t < end; t += rng.ExpFloat64() * 100 {
		who++
		length := 20 + 160*rng.Float64()
		for range 10 + rng.IntN(60) {
			add(t+length*rng.Float64(), "US", who)
		}
	}
	for t := rng.ExpFloat64() * 10; t < end; t += rng.ExpFloat64() * 10 {
		add(t, "FR", rng.IntN(5000))
	}
	for i := range sources * n {
		add(end-7200+60*float64(minutes)*rng.Float64(), "RU", i%sources)
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	return events
}

// What one source does is one decision: a visitor who reads many pages is no burst of all
// traffic. A hundred sources that send five events each within half an hour are one.
func TestVisitorsAreNoBurst(t *testing.T) {
	testenv.OneGoroutine(t)
	runs, hours := 4, 24
	switch {
	case testenv.Long():
		runs, hours = 20, 7*24
	case testing.Short():
		runs = 2
	}
	alarms, found := 0., 0.
	for seed := range uint64(runs) {
		m := newMonitorWith(world.Table(), Options{Targets: 16})
		m.Observe(sessions(rand.New(rand.NewPCG(seed, 8)), hours, 100, 5, 10)...)
		onset := at(3600 * float64(hours-2))
		seen := false
		for b := range m.Bursts() {
			if !b.Target.IsZero() {
				continue
			}
			if b.End.After(onset) && b.Onset.Before(onset.Add(600e9)) {
				seen = true
			} else {
				alarms++
			}
		}
		if seen {
			found++
		}
	}
	days := float64(runs*hours) / 24
	t.Logf("%.1f false alarms a day, %.0f of %d bursts found", alarms/days, found, runs)
	trials.AtMost(t, "false alarms", alarms, days)
	trials.AtLeast(t, "bursts found", found, float64(runs), .9)
}
