package monitor

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
)

// stories are attacks laid over a quiet evening, and what a monitor must make of
// them.
var stories = []struct {
	name    string
	burst   scenario.Builder
	length  time.Duration // to watch
	targets bool          // its target is told, not only all traffic
	found   time.Duration // after the onset, at the latest
	edge    time.Duration // of the onset, and of the end
	fade    bool          // it has no sharp end
}{
	{"botnet", scenario.Botnet{Seed: 1, Repeat: 3}, 18 * time.Minute, true, 20 * time.Second, 10 * time.Second, false},
	{"two victims", scenario.TwoVictims{Seed: 1}, 20 * time.Minute, true, 20 * time.Second, 10 * time.Second, false},
	{"carpet", scenario.CarpetFlood{Seed: 1}, 20 * time.Minute, true, 20 * time.Second, 10 * time.Second, false},
	{"spoofed", scenario.SpoofedFlood{Seed: 1}, 20 * time.Minute, true, 20 * time.Second, 10 * time.Second, false},
	{"reflection", scenario.Reflection{Seed: 1}, 20 * time.Minute, true, 20 * time.Second, 10 * time.Second, false},
	{"slow ramp", scenario.SlowRamp{Seed: 1}, 38 * time.Minute, true, 5 * time.Minute, 5 * time.Minute, false},
	{"flash crowd", scenario.FlashCrowd{Seed: 1}, 50 * time.Minute, true, time.Minute, time.Minute, true},
}

// Every attack is found in time, on its target and in all traffic, from its onset to
// its end; the country shares of its new sources are those of the attack; nothing
// else is told.
func TestStories(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			if testing.Short() && story.length > 18*time.Minute {
				t.Skip("a long story")
			}
			_, s, told := play(t, Options{}, overHour(10*time.Minute, story.burst), story.length)
			bursts := s.Bursts()
			var hit []Target
			for i := range bursts {
				for _, name := range bursts[i].Targets {
					hit = append(hit, ParseTarget(name))
				}
			}
			var network Target // of a carpet
			if len(bursts[0].Targets) > 1 {
				network = Networks.Of(hit[0])
			}
			for _, b := range told {
				if b.Target != (Target{}) && !slices.Contains(hit, b.Target) && b.Target != network {
					t.Errorf("of a target that was not hit: %v", b)
				}
			}
			judge := func(target Target, truth *scenario.Burst) {
				i := slices.IndexFunc(told, func(b Burst) bool { return b.Target == target })
				ended := final(told, target)
				if i < 0 || len(ended) != 1 {
					t.Fatalf("%v: told %d times, %d ended", target, len(told), len(ended))
				}
				b := ended[0]
				delay, onset, end := told[i].End.Sub(truth.Onset), b.Onset.Sub(truth.Onset), b.End.Sub(truth.End)
				off, more := 0.0, 0.0
				if b.NewSources != nil {
					for _, row := range b.NewSources.Report.Countries {
						off = max(off, math.Abs(row.Share.Value-truth.Share(row.Origin)))
					}
					more = float64(b.NewSources.Report.Sources.Value)/float64(truth.Distinct()) - 1
				}
				t.Logf("%q: found after %v, onset %v off, end %v off; share of excess at most %.3f off, its sources %+.3f",
					target.String(), delay, onset, end, off, more)
				if delay > story.found || onset.Abs() > story.edge || !story.fade && end.Abs() > story.edge {
					t.Errorf("%v: from %v to %v, first told until %v; want %v to %v",
						target, b.Onset, b.End, told[i].End, truth.Onset, truth.End)
				}
				// Everyday sources that come for the first time are new, too, and the
				// longer it lasts the more of them there are.
				if limit := 0.05 + story.edge.Minutes()/100; off > limit {
					t.Errorf("%v: a share is %.3f off\n%v", target, off, b.NewSources)
				}
			}
			for i := range bursts {
				if len(bursts) == 1 {
					judge(Target{}, &bursts[i])
				}
				if story.targets && network.IsZero() {
					judge(ParseTarget(bursts[i].Targets[0]), &bursts[i])
				} else if story.targets {
					judge(network, &bursts[i])
				}
			}
		})
	}
}

// What one country sends beyond its usual share shows as lift.
func TestNewSources(t *testing.T) {
	if testing.Short() {
		t.Skip("one more story")
	}
	ru, _ := geo.ParseOrigin("RU")
	o := Options{Claims: []attribution.Claim{attribution.Majority("RU")}}
	_, s, told := play(t, o, overHour(10*time.Minute, scenario.Botnet{Seed: 1, Repeat: 3}), 18*time.Minute)
	truth := s.Bursts()[0]
	ended := final(told, Target{})
	if len(ended) != 1 || ended[0].NewSources == nil {
		t.Fatalf("%v", told)
	}
	e := ended[0].NewSources
	if len(e.Lift) == 0 || e.Lift[0].Origin != ru || e.Lift[0].Ratio.Low < 10 {
		t.Errorf("%v", e)
	}
	if v := ended[0].NewSources.Report.Verdicts; len(v) != 1 || truth.Share(ru) < 0.5 ||
		v[0].Outcome == attribution.Refuted {
		t.Errorf("%v, want the share %.3f", v, truth.Share(ru))
	}
}
