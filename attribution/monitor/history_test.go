package monitor

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
)

// flood is a burst that raises everyday traffic to so many times what it is on a
// weekday, and then.
func flood(seed uint64, q scenario.Quiet, after, span time.Duration, times float64) scenario.Part {
	hours := float64((after+span/2)/time.Minute)/60 + 18 - 16 // from the afternoon's peak
	rate := q.Rate * (1 + .6*math.Cos(2*math.Pi*hours/24))
	if q.Days > 1 {
		rate *= 7 / (5 + 2*.7)
	}
	events := (times - 1) * rate * span.Seconds()
	const repeat = 4
	b := scenario.Botnet{Seed: seed, Sources: int(events/repeat) + 1, Repeat: repeat, Span: span}
	if seed%2 == 0 {
		b.Target = "site-009.lagoon.example" // has everyday traffic
	}
	return scenario.Part{Builder: b, After: after}
}

// Without history: bursts of ten times and more are told within two intervals of
// ten seconds, after two minutes to an hour.
func TestWithoutHistory(t *testing.T) {
	runs, all := uint64(1), []float64{10, 30}
	if testenv.Long() {
		runs = 200
	} else {
		all = all[:1]
	}
	for _, rate := range []float64{1.5, 10} { // 20 and 150 events in an interval, in the evening
		if testing.Short() && rate > 2 {
			continue
		}
		for _, times := range all {
			t.Run(fmt.Sprintf("rate=%v/times=%v", rate, times), func(t *testing.T) {
				var h sheet
				for seed := uint64(1); seed <= runs; seed++ {
					q := scenario.Quiet{Seed: seed, Rate: rate, Noise: .1}
					k := seed % 4
					after := time.Duration(125+k*k*k*120+seed%10) * time.Second
					part := flood(seed, q, after, 5*time.Minute, times)
					b := scenario.Overlay{Quiet: q, Bursts: []scenario.Part{part}}
					h.count(seed, watchStory(t, Options{Targets: 256}, b, after+12*time.Minute))
				}
				h.whole.check(t, "all traffic", aims{.99, 2, 1, 1, 100})
				h.target.check(t, "target", aims{.99, 2, 1, 1, 1})
				h.check(t, 1)
				t.Logf("%d runs\n%s", runs, h.rows(fmt.Sprintf("%v a second, ×%v", rate, times)))
			})
		}
	}
}

// With a week of history and intervals of five minutes, half hours of ten times
// or three times the traffic, at all times of day.
func TestWithHistory(t *testing.T) {
	runs, days, targets := uint64(1), uint64(8), -1
	if testenv.Long() {
		runs, days, targets = 25, 9, 0 // with nine bursts each, and as many targets as by default
	}
	for _, c := range []struct {
		times float64
		aims
	}{{10, aims{.99, 3, 1, 1, 100}}, {3, aims{.9, 6, 1, 3, 100}}} {
		t.Run(fmt.Sprintf("times=%v", c.times), func(t *testing.T) {
			if !testenv.Long() && c.times > 3 {
				t.Skip("with -long only")
			}
			var h sheet
			for seed := uint64(1); seed <= runs; seed++ {
				q := scenario.Quiet{Seed: seed, Rate: 1. / 3, Days: 10, Noise: .1}
				o := scenario.Overlay{Quiet: q}
				for k := range (days - 7) * 24 / 5 {
					after := 7*24*time.Hour + time.Duration(k*5*3600+seed*977%3600)*time.Second
					part := flood(seed*100+k, q, after, 30*time.Minute, c.times)
					o.Bursts = append(o.Bursts, part)
				}
				options := Options{Interval: 5 * time.Minute, Retention: 48 * time.Hour, Targets: targets}
				h.count(seed, watchStory(t, options, o, time.Duration(days)*24*time.Hour))
			}
			h.whole.check(t, "all traffic", c.aims)
			h.check(t, .25/7)
			t.Logf("%d runs\n%s", runs, h.rows(fmt.Sprintf("×%v", c.times)))
		})
	}
}

// Weeks with the rhythm of day and week, in which nothing happens.
func TestQuietWeeks(t *testing.T) {
	runs, length := uint64(1), time.Hour
	switch {
	case testenv.Long():
		runs, length = 8, 7*24*time.Hour
	case testing.Short():
		length = 20 * time.Minute
	}
	for _, noise := range []float64{.1, .25} {
		t.Run(fmt.Sprintf("noise=%v", noise), func(t *testing.T) {
			var h sheet
			for seed := uint64(1); seed <= runs; seed++ {
				q := scenario.Quiet{Seed: 100 + seed, Rate: 5, Days: 7, Noise: noise}
				h.count(100+seed, watchStory(t, Options{}, q, length))
			}
			h.check(t, 1)
			t.Logf("%d runs of %v\n%s", runs, length, h.rows(fmt.Sprintf("noise of %v", noise)))
		})
	}
}
