package scenario

import (
	"math"
	"net/netip"
	"testing"
	"time"
)

// Two weeks show the rhythm of the day and of the week, and the usual sources
// and targets.
func TestQuiet(t *testing.T) {
	const days, rate = 14, 0.5
	s := build(t, Quiet{Days: days, Rate: rate, Sources: 300, Targets: 50})
	if len(s.Bursts()) != 0 {
		t.Error("quiet traffic has a burst")
	}
	const n = days * 86_400 * rate
	var hours [24]float64
	var workday, weekend float64
	sources, targets := map[netip.Addr]int{}, map[string]int{}
	total := 0.0
	for e := range s.Events() {
		if e.Time.Before(begin) || !e.Time.Before(begin.AddDate(0, 0, days)) {
			t.Fatalf("event at %v", e.Time)
		}
		local := e.Time.In(time.FixedZone("", 11*3600))
		hours[local.Hour()]++
		if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
			weekend++
		} else {
			workday++
		}
		if e.Source.Is4() {
			sources[e.Source]++
		}
		targets[e.Target]++
		total++
	}
	if total != n {
		t.Errorf("%v events, want %v", total, n)
	}
	// The mean over an hour around the peak; five standard deviations.
	near := func(what string, got, want, variance float64) {
		t.Helper()
		if math.Abs(got-want) > 5*math.Sqrt(variance) {
			t.Errorf("%s: %.0f events, want about %.0f", what, got, want)
		}
	}
	for h, got := range hours {
		mid := float64(h) + 0.5 - 1.0/24 - 16 // rates hold for the five minutes that they begin
		want := n / 24 * (1 + 0.6*math.Cos(2*math.Pi*mid/24))
		near("hour", got, want, want)
	}
	// Ten workdays and two weekends of 70 %.
	want := n * 4 * 0.7 / (10 + 4*0.7)
	near("weekend", weekend, want, want)
	near("workdays", workday, n-want, want)

	if len(targets) != 50 || targets["site-001.lagoon.example"] < targets["site-050.lagoon.example"]*5 {
		t.Errorf("%d targets, the first hit %d times", len(targets), targets["site-001.lagoon.example"])
	}
	if len(sources) < 200 || len(sources) > 300 {
		t.Errorf("%d IPv4 sources of 300 in all", len(sources))
	}
}

// Noise makes counts vary more than a Poisson process does, and by as much as
// it says.
func TestQuietNoise(t *testing.T) {
	const days, rate, step = 10, 1.0, 300
	for _, noise := range []float64{0, 0.25} {
		counts := make([]float64, days*86_400/step)
		for e := range build(t, Quiet{Days: days, Rate: rate, Noise: noise}).Events() {
			counts[e.Time.Sub(begin)/(step*time.Second)]++
		}
		calm := Quiet{Days: days, Rate: rate}.rates(testPopulation().Sampler(1).rng)
		var sum float64
		for _, r := range calm {
			sum += r
		}
		var residuals, squares, lag float64
		last := 0.0
		for i, c := range counts {
			mean := calm[i] / sum * days * 86_400 * rate
			r := c/mean - 1
			residuals += r
			squares += r*r - 1/mean // less what is Poisson's
			lag += r * last
			last = r
		}
		n := float64(len(counts))
		sd := math.Sqrt(max(0, squares/n))
		// Of 2,880 values with correlation 0.7 some 1,000 are worth as much as
		// independent ones: 2.2 % standard error of a standard deviation.
		if want := math.Sqrt(math.Expm1(noise * noise)); math.Abs(sd-want) > 0.04 {
			t.Errorf("noise %v: counts vary by %.3f, want %.3f", noise, sd, want)
		}
		if noise > 0 {
			if c := lag / squares; c < 0.6 || c > 0.8 {
				t.Errorf("noise %v: correlation %.2f in five minutes, want 0.7", noise, c)
			}
		}
		if math.Abs(residuals/n) > 0.05 {
			t.Errorf("noise %v: counts are off by %.3f on the whole", noise, residuals/n)
		}
	}
}

// A stream holds its sources and its clock, no events.
func TestQuietMemory(t *testing.T) {
	short := build(t, Quiet{Days: 1, Rate: 0.1})
	long := build(t, Quiet{Days: 10, Rate: 0.1})
	play := func(s *Scenario) float64 {
		return testing.AllocsPerRun(1, func() {
			for range s.Events() {
			}
		})
	}
	const others = 20 // the runtime allocates now and then; 80,000 more events would be held
	if a, b := play(short), play(long); b > a+others {
		t.Errorf("playing ten days takes %v allocations, one day %v", b, a)
	}
}

// BenchmarkQuiet times the events of a week.
func BenchmarkQuiet(b *testing.B) {
	const days, rate = 7, 20
	s := build(b, Quiet{Days: days, Rate: rate, Sources: 20_000, Targets: 50_000, Noise: 0.1})
	b.ReportAllocs()
	for b.Loop() {
		for range s.Events() {
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/(days*86_400*rate), "ns/event")
}
