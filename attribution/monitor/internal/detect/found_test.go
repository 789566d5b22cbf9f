package detect

import (
	"fmt"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
)

func start() detector { return New(Options{Interval: resolution, Grain: Fine}) }

// promise is what becomes of a shape: the share that is found, and in how many seconds
// half of all are.
type promise struct {
	shape
	found  float64
	within float64
}

func promises() []promise {
	const hours, min = 2 * time.Hour, time.Minute
	noisy := restless(1, .9, .2)
	return []promise{
		{shape{"×2, 60 s, 1/s", flat(1), hours, min, times(2)}, .85, 50},
		{shape{"×1.5, an hour, 1/s", flat(1), hours, time.Hour, times(1.5)}, .99, 150},
		{shape{"×2, an hour, 10/s", flat(10), hours, time.Hour, times(2)}, .99, 30},
		{shape{"×10, 10 s, 1/s", flat(1), hours, resolution, times(10)}, .97, 12},
		{shape{"×10, 5 s, 10/s", flat(10), hours, 5 * time.Second, times(10)}, .97, 12},
		{shape{"×3, 300 s, 1/s, day and noise", noisy, 4 * day, 5 * min, times(3)}, .85, 60},
		{shape{"pulses ×3 each minute, 1/s", flat(1), hours, 10 * min, pulseTrain(3, 50)}, .97, 250},
		{shape{"pulses ×3 each 5 minutes, 1/s", flat(1), hours, time.Hour, pulseTrain(3, 290)}, .88, 1250},
		{shape{"pulses ×5 each 5 minutes, 1/s", flat(1), hours, time.Hour, pulseTrain(5, 290)}, .99, 320},
		{shape{"ramp of an hour to ×3, 1/s", flat(1), hours, time.Hour,
			func(t float64) float64 { return 1 + t/1800 }}, .99, 1000},
		{shape{"×4, an hour, .05/s", flat(.05), hours, time.Hour, times(4)}, .99, 150},
		{shape{"×5, an hour, .2/s", flat(.2), hours, time.Hour, times(5)}, .99, 50},
	}
}

// What a burst must be like to be found, and how soon.
func TestFound(t *testing.T) {
	n := 40
	switch {
	case testenv.Long():
		n = 400
	case testing.Short():
		n = 16
	}
	for k, p := range promises() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			n := n
			if p.history > day {
				n /= 4
			}
			delays := p.try(uint64(k+1), n, start)
			soon := trials.Share(delays, p.within) * float64(len(delays))
			t.Logf("| %s | %.2f | %.0f | %.0f |", p.name, float64(len(delays))/float64(n),
				trials.Quantile(delays, .5), trials.Quantile(delays, .9))
			trials.AtLeast(t, "found", float64(len(delays)), float64(n), p.found)
			trials.AtLeast(t, "found soon", soon, float64(n), p.found/2)
		})
	}
}

// The share of bursts of ten minutes that is found, and after how many seconds.
func TestFoundBySize(t *testing.T) {
	if !testenv.Long() {
		t.Skip("a table, with -long")
	}
	for _, rate := range []float64{.01, .1, 1, 10, 100} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			t.Parallel()
			line := fmt.Sprintf("| %v |", rate)
			for _, f := range []float64{1.5, 2, 3, 5, 10} {
				const n = 200
				b := shape{"", flat(rate), 2 * time.Hour, 10 * time.Minute, times(f)}
				delays := b.try(uint64(1000*rate+f), n, start)
				line += fmt.Sprintf(" %.2f, %.0f |", float64(len(delays))/n, trials.Quantile(delays, .5))
			}
			t.Log(line)
		})
	}
}

// calms are kinds of traffic without bursts: of steady rates, and of days and weeks with a
// rhythm and with noise.
func calms() []model {
	kind := func(name string, rate float64, change func(*model)) model {
		m := flat(rate)
		m.name = name
		change(&m)
		return m
	}
	steady := func(*model) {}
	weekly := func(m *model) { m.day, m.weekend = .8, -.3 }
	noise := func(phi, sd float64) func(*model) {
		return func(m *model) { weekly(m); m.phi, m.sd = phi, sd }
	}
	bursty := func(size float64) func(*model) {
		return func(m *model) { m.day, m.size, m.spikes = .8, size, .001 }
	}
	return []model{
		kind("flat, .01/s", .01, steady),
		kind("flat, .1/s", .1, steady),
		kind("flat, 1/s", 1, steady),
		kind("flat, 10/s", 10, steady),
		kind("day and weekend, 1/s", 1, weekly),
		kind("day and weekend, 10/s", 10, weekly),
		kind("noise of minutes, 1/s", 1, noise(.9, .2)),
		kind("noise of minutes, 10/s", 10, noise(.9, .2)),
		kind("noise of a quarter hour, 1/s", 1, noise(.99, .3)),
		kind("noise of an hour, 10/s", 10, noise(.997, .25)),
		kind("bursty, NB 5 and spikes, 10/s", 10, bursty(5)),
		kind("bursty, NB 2 and spikes, 1/s", 1, bursty(2)),
	}
}

// No kind of traffic has more than twice as many false alarms as are put up with, once its
// week is known, nor more than two in the first week if one a month is.
func TestFalseAlarms(t *testing.T) {
	months, rates := 1, []float64{1, 16}
	if testenv.Long() {
		months, rates = 24, []float64{1, 4, 16}
	}
	for k, m := range calms() {
		t.Run(m.name, func(t *testing.T) {
			if testing.Short() && k%4 != 2 {
				t.Skip("one kind of four in a short run")
			}
			t.Parallel()
			var weeks, later string
			for _, rate := range rates {
				one := func() detector { return New(Options{Interval: resolution, FalseAlarms: rate}) }
				week, month := m.falseAlarms(uint64(50+k), months, one)
				weeks += fmt.Sprintf(" %.2f |", week/float64(months))
				later += fmt.Sprintf(" %.2f |", month/float64(months))
				trials.AtMost(t, "false alarms in the first week", week, (1+rate)*float64(months))
				trials.AtMost(t, "false alarms in a month", month, 2*rate*float64(months))
			}
			t.Logf("| %s |%s%s", m.name, weeks, later)
		})
	}
}

// What more false alarms find, and less.
func TestFoundByFalseAlarms(t *testing.T) {
	if !testenv.Long() {
		t.Skip("a table, with -long")
	}
	for k, p := range promises()[:6] {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			const n = 100
			line := "| " + p.name + " |"
			for _, rate := range []float64{1, 4, 16} {
				delays := p.try(uint64(200+k), n, func() detector { return New(Options{Interval: resolution, FalseAlarms: rate}) })
				line += fmt.Sprintf(" %.2f, %.0f |", float64(len(delays))/n, trials.Quantile(delays, .5))
			}
			t.Log(line)
		})
	}
}
