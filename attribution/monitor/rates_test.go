package monitor

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Routers that look at packets with different rates see one attack: one burst, whose share of
// the packets is that of all of them, and not of those that were looked at.
func TestAttackSeenAtSeveralRates(t *testing.T) {
	var bursts []Burst
	m := newMonitorWith(world.Table(), Options{
		Claims: []attribution.Claim{must(attribution.ParseClaim("RU > 80% of events"))},
		Notify: func(b Burst) { bursts = append(bursts, b) },
	})
	victim := TargetAddr(netip.MustParseAddr("203.0.113.9"))
	rng := rand.New(rand.NewPCG(3, 4))
	rates := []uint32{1, 100, 1000}
	for s := range 1800 {
		var events []Event
		add := func(n int, country func(router int) string, sources int) {
			for range n {
				router := rng.IntN(3)
				events = append(events, Event{Time: at(float64(s) + rng.Float64()), Target: victim, Flow: attribution.Flow{
					Source: world.IP(country(router), rng.IntN(sources)), SamplingRate: rates[router], Bytes: 60,
				}})
			}
		}
		add(3, func(int) string { return "FR" }, 200)
		if s >= 1200 && s < 1500 { // what the router at 1:1 sees comes from elsewhere, and is next to nothing
			add(60, func(router int) string { return []string{"US", "RU", "RU"}[router] }, 1500)
		}
		m.Observe(events...)
	}
	m.Advance(at(2400))
	last := bursts[len(bursts)-1]
	if len(last.Children) != 1 || last.Children[0].Target != victim || !last.Final ||
		last.Onset.Sub(at(1200)).Abs() > 10*time.Second ||
		last.End.Sub(at(1500)).Abs() > 10*time.Second {
		t.Fatalf("%d reports; the last is %v to %v", len(bursts), last.Onset, last.End)
	}
	v := last.NewSources.Report.Verdicts[0]
	if v.Outcome != attribution.Supported || v.Share.Value < .99 {
		t.Errorf("%v", v)
	}
	// A third of 60 a second for 300 seconds at each rate, within five standard deviations.
	if want := 300 * 20 * (1 + 100 + 1000.); math.Abs(float64(last.Report.Events)-want) > 5*math.Sqrt(6000)*1100 {
		t.Errorf("%d events are estimated, want about %.0f", last.Report.Events, want)
	}
	if last.PeakEvents > 1000 {
		t.Errorf("the peak has %d events, which is more than were told", last.PeakEvents)
	}
}
