package scenario

import (
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
)

func TestSlowRamp(t *testing.T) {
	s := build(t, SlowRamp{})
	b := s.Bursts()[0]
	if d := b.End.Sub(b.Onset); d != 20*time.Minute || b.Distinct() != 10_000 {
		t.Errorf("%d sources in %v", b.Distinct(), d)
	}
	var quarters [4]float64
	for e := range s.Events() {
		quarters[e.Time.Sub(b.Onset)/(5*time.Minute)]++
	}
	// The quarters of a triangle; five standard deviations.
	for i, got := range quarters {
		want := 60_000 * float64(2*i+1) / 16
		if math.Abs(got-want) > 5*math.Sqrt(want) {
			t.Errorf("events by quarter %v: want %v in quarter %d", quarters, want, i)
		}
	}
}

func TestPulseWave(t *testing.T) {
	s := build(t, PulseWave{Sources: 1000, Repeat: 2})
	bursts := s.Bursts()
	if len(bursts) != 5 {
		t.Fatalf("%d pulses", len(bursts))
	}
	for i, b := range bursts {
		want := begin.Add(time.Duration(i) * 4 * time.Minute)
		if !b.Onset.Equal(want) || b.End.Sub(b.Onset) != 2*time.Minute {
			t.Errorf("pulse %d from %v to %v", i, b.Onset, b.End)
		}
		if b.Distinct() != 1000 || sum(b.Events[:]) != 2000 {
			t.Errorf("pulse %d: %d sources, %d events", i, b.Distinct(), sum(b.Events[:]))
		}
	}
	if total := s.Total(); total.Distinct() != 1000 || sum(total.Events[:]) != 10_000 {
		t.Errorf("%d sources in all, %d events", total.Distinct(), sum(total.Events[:]))
	}
}

func TestCarpetFlood(t *testing.T) {
	s := build(t, CarpetFlood{})
	b := s.Bursts()[0]
	hits := map[string]int{}
	for e := range s.Events() {
		hits[e.Target]++
	}
	if len(b.Targets) != 256 || b.Targets[255] != "203.0.113.255" || len(hits) != 256 {
		t.Errorf("%d targets, %d of them hit", len(b.Targets), len(hits))
	}
	for target, n := range hits {
		if mean := 60_000.0 / 256; math.Abs(float64(n)-mean) > 5.5*math.Sqrt(mean) {
			t.Errorf("%s hit %d times, want about %.0f", target, n, mean)
		}
	}
	b = build(t, CarpetFlood{Sources: 100, Target: "198.51.100.128/30"}).Bursts()[0]
	want := []string{"198.51.100.128", "198.51.100.129", "198.51.100.130", "198.51.100.131"}
	if !slices.Equal(b.Targets, want) {
		t.Errorf("targets %v, want %v", b.Targets, want)
	}
	for _, target := range []string{"x", "203.0.113.1", "10.0.0.0/15", "2001:db8::/120", "203.0.113.0/33"} {
		if _, err := (CarpetFlood{Target: target}).Build(testPopulation()); err == nil {
			t.Errorf("no error for %q", target)
		}
	}
}

func TestTwoVictims(t *testing.T) {
	bursts := build(t, TwoVictims{}).Bursts()
	if len(bursts) != 2 || bursts[0].Targets[0] == bursts[1].Targets[0] || !bursts[1].Onset.Before(bursts[0].End) {
		t.Fatalf("%d bursts", len(bursts))
	}
	for i, want := range []struct {
		o       geo.Origin
		sources uint64
	}{{origin(t, "RU"), 5200}, {origin(t, "BR"), 4200}} {
		if got := bursts[i].Sources[want.o]; got != want.sources {
			t.Errorf("burst %d: %d sources of %v, want %d", i, got, want.o, want.sources)
		}
	}
}

// An overlay takes a quiet scenario whole and of others the bursts, at the times
// asked for, from sources of their own.
func TestOverlay(t *testing.T) {
	quiet := Quiet{Rate: 0.2, Sources: 500}
	at := []time.Duration{2 * time.Hour, time.Hour, 3 * time.Hour}
	s := build(t, Overlay{Quiet: quiet, Bursts: []Part{
		{MailBomb{}, at[0]}, {PulseWave{Sources: 500}, at[1]}, {FlashCrowd{}, at[2]},
	}})
	bursts := s.Bursts()
	if len(bursts) != 7 {
		t.Fatalf("%d bursts, want those of three scenarios", len(bursts))
	}
	for i, n := range []int{0, 1, 6} {
		if want := begin.Add(at[i]); !bursts[n].Onset.Equal(want) {
			t.Errorf("burst %d begins at %v, want %v", n, bursts[n].Onset, want)
		}
	}
	if bursts[0].Distinct() != 6000 || bursts[5].Distinct() != 500 || bursts[6].Distinct() != 20_000 {
		t.Errorf("%d, %d and %d sources", bursts[0].Distinct(), bursts[5].Distinct(), bursts[6].Distinct())
	}
	covered, others := 0, map[netip.Addr]bool{}
	for e := range s.Events() {
		if slices.ContainsFunc(bursts, func(b Burst) bool { return b.Covers(&e) }) {
			covered++
		} else {
			others[e.Source] = true
		}
	}
	// Beside the bursts there is quiet traffic and nothing else.
	alone := build(t, quiet).Total()
	total := s.Total()
	excess := uint64(0)
	for _, b := range bursts {
		excess += sum(b.Events[:])
	}
	if got := sum(total.Events[:]) - excess; got != sum(alone.Events[:]) {
		t.Errorf("%d events beside the bursts, want %d", got, sum(alone.Events[:]))
	}
	if uint64(covered) < excess || covered > int(excess)+200 {
		t.Errorf("%d events covered by bursts of %d", covered, excess)
	}
	if got, most := total.Distinct(), alone.Distinct()+6000+500+20_000; got != most {
		t.Errorf("%d sources, want %d", got, most)
	}

	if s := build(t, Overlay{}); len(s.Bursts()) != 0 || s.Total() != (Counts{}) {
		t.Error("an overlay of nothing has traffic")
	}
	if _, err := (Overlay{Bursts: []Part{{Builder: quiet}}}).Build(testPopulation()); err == nil {
		t.Error("no error for a part without a burst")
	}
}
