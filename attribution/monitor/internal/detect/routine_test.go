package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
)

// routineCase is traffic with a job, and how often that may be told.
type routineCase struct {
	name  string
	rate  float64 // in an interval of ten seconds
	day   float64
	grain Grain
	job   job
	first float64 // in the first week, on average
}

func routineCases() []routineCase {
	const min, ten = time.Minute, 10 * time.Minute
	return []routineCase{
		{"every minute, ×4, 1/s", 10, 0, Coarse, job{min, 0, 30, 1, 2, .05}, 5},
		{"every minute, ×30, day", 10, .8, Coarse, job{min, 0, 300, 1, 2, .05}, 5},
		{"every minute, ×40, .05/s", .5, 0, Coarse, job{min, 0, 20, 1, 2, .05}, 5},
		{"every 5 minutes, ×10, 1/s", 10, 0, Coarse, job{5 * min, 0, 200, 2, 2, .05}, 5},
		{"every 10 minutes, ×10, 1/s", 10, 0, Coarse, job{ten, 0, 200, 2, 2, .05}, 9},
		{"every hour, ×17, day", 10, .8, Coarse, job{time.Hour, 0, 500, 3, 2, .05}, 5},
		{"every hour, 50 events, .01/s", .1, 0, Coarse, job{time.Hour, 0, 50, 3, 2, .05}, 5},
		{"every hour, ×9, all traffic", 100, .8, Fine, job{time.Hour, 0, 5000, 6, 2, .05}, 5},
		{"every day, a minute, ×17", 10, .8, Coarse, job{day, 3 * time.Hour, 1000, 6, 2, .05}, 3.5},
		{"every day, 100 events, .01/s", .1, 0, Coarse, job{day, 3 * time.Hour, 100, 6, 2, .05}, 3.5},
		{"every day, half an hour, ×6", 10, .8, Coarse, job{day, 3 * time.Hour, 10000, 180, 2, .05}, 3.5},
	}
}

// What recurs is told a few times, and then no more.
func TestRoutine(t *testing.T) {
	n := testenv.Trials(1, 3, 10)
	for _, c := range routineCases() {
		for _, history := range []int{0, 21} {
			if history > 0 && testing.Short() {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d days before", c.name, history), func(t *testing.T) {
				t.Parallel()
				var first, later, began float64
				for seed := range uint64(n) {
					m := model{interval: resolution, rate: c.rate, day: c.day, phi: .7, sd: .1}
					r, s := m.with(100+seed, c.job), New(Options{Interval: resolution, Grain: c.grain})
					r.from = r.i + int64(history)*s.grid.perDay
					tell(s, r.next, history)
					got := tell(s, r.next, 28)
					first += total(got.proven[:7])
					later += total(got.proven[7:])
					began += total(got.began[7:])
				}
				first, later, began = first/float64(n), later/float64(n), began/float64(n)
				t.Logf("| %s, %d days before | %.1f | %.2f | %.2f |", c.name, history, first, later/3, began/3)
				trials.AtMost(t, "told in the first week", first*float64(n), c.first*float64(n))
				trials.AtMost(t, "told later", later*float64(n), .3*float64(n))
			})
		}
	}
}

// office is a target that has traffic in office hours, and a part of it otherwise.
func office(m model, seed uint64, low float64) *run {
	r := m.start(seed, 0)
	r.wave = func(i int64) float64 {
		at := time.Duration(i) * m.interval
		if week, hour := (at-monday)%(7*day)/day, at%day; week < 5 && hour >= 8*time.Hour && hour < 18*time.Hour {
			return 1
		}
		return low
	}
	return r
}

// Office hours on small targets are no bursts.
func TestOfficeHours(t *testing.T) {
	n := testenv.Trials(2, 6, 20)
	for _, c := range []struct {
		rate, low, size float64
		most            float64 // in a workday of the third week
	}{
		{.1, .01, 0, .1}, {1, 0, 0, .1}, {1, .05, 0, .1}, {3, .01, 0, .1}, {10, .05, 0, .1}, {10, .2, 0, .1},
		{1, 0, 2, .1}, {3, .01, 2, .4}, {10, .05, 2, .4},
	} {
		name := fmt.Sprintf("%v, else ×%v", c.rate, c.low)
		if c.size > 0 {
			name += ", NB 2"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var cold, second, third, began float64
			for seed := range uint64(n) {
				m := model{interval: resolution, rate: c.rate, phi: .7, sd: .1, size: c.size}
				got := tell(New(Options{Interval: resolution, Grain: Coarse}), office(m, seed, c.low).next, 21)
				cold += total(got.proven[:7])
				second += total(got.proven[7:14])
				third += total(got.proven[14:])
				began += total(got.began[14:])
			}
			days := 5 * float64(n)
			t.Logf("| %s | %.2f | %.2f | %.2f | %.2f |", name, cold/days, second/days, third/days, began/days)
			trials.AtMost(t, "told in the third week", third, c.most*days)
		})
	}
}

// A level that lasts is told when it comes. The day after is not one more.
func TestStep(t *testing.T) {
	n := testenv.Trials(2, 5, 20)
	for _, c := range []struct {
		interval time.Duration
		grain    Grain
		factor   float64
	}{
		{resolution, Coarse, 1.2}, {resolution, Coarse, 2}, {resolution, Coarse, 10}, {resolution, Fine, 2},
		{5 * time.Minute, Fine, 1.2}, {5 * time.Minute, Fine, 2}, {5 * time.Minute, Fine, 10},
	} {
		t.Run(fmt.Sprintf("%v, ×%v, grain %d", c.interval, c.factor, c.grain), func(t *testing.T) {
			t.Parallel()
			var first, second, week float64
			for seed := range uint64(n) {
				m := model{interval: c.interval, rate: 10 * c.interval.Seconds(), day: .8, weekend: -.3, phi: .7, sd: .1}
				r, s := m.start(seed, 0), New(Options{Interval: c.interval, Grain: c.grain})
				tell(s, r.next, 23)
				r.wave = between(r.i+s.grid.perDay/3, math.MaxInt64, c.factor)
				got := tell(s, r.next, 10)
				first, second, week = first+got.began[0], second+total(got.began[1:3]), week+total(got.began[3:])
			}
			all := float64(n)
			t.Logf("| %v, ×%v | %.2f | %.2f | %.2f |", c.interval, c.factor, first/all, second/all, week/all)
			trials.AtMost(t, "on the two days after", second, .05*all)
		})
	}
}

// A burst upon a routine is found as if there were none, also when the job runs. One upon a
// job of half an hour is a multiple of what comes then.
func TestBurstUponRoutine(t *testing.T) {
	if testenv.Race {
		t.Skip("medians of too few trials")
	}
	n := testenv.Trials(6, 20, 100)
	for _, c := range routineCases() {
		if c.rate < 10 {
			continue
		}
		for _, f := range []float64{3, 10} {
			t.Run(fmt.Sprintf("×%v upon %s", f, c.name), func(t *testing.T) {
				t.Parallel()
				m := model{interval: resolution, rate: c.rate, day: c.day, phi: .7, sd: .1}
				found := func(j job) (share, delay float64) {
					r, s := m.with(7, j), New(Options{Interval: resolution, Grain: c.grain})
					tell(s, r.next, 10)
					state, rng := s.Append(nil), rand.New(rand.NewPCG(1, 75))
					var delays []float64
					for k := range n {
						s := decoded(t, resolution, c.grain, state)
						other := *r.run
						other.rng = rand.New(rand.NewPCG(uint64(k), 76))
						r := cron{run: &other, job: r.job, all: j.length > 60, extra: map[int64]float64{}}
						after := rng.Int64N(s.grid.perDay)
						if k%2 == 0 { // as the job runs
							after = s.grid.intervals(j.at) + s.grid.intervals(j.every)*rng.Int64N(int64(day/j.every))
						}
						from := r.i + after
						r.wave = between(from, from+60, f)
						for r.i < from+60 {
							i, y := r.next()
							if got := s.Observe(i, y); got.State == Began && i >= from || got.State == Running && i == from+1 {
								delays = append(delays, float64(i+1-from))
								break
							}
						}
					}
					return float64(len(delays)) / float64(n), trials.Quantile(delays, .5)
				}
				none := c.job
				none.size = 0
				share, delay := found(c.job)
				plain, plainDelay := found(none)
				t.Logf("| ×%v upon %s | %.2f, %.0f s | %.2f, %.0f s |", f, c.name, plain, 10*plainDelay, share, 10*delay)
				trials.AtLeast(t, "found", share*float64(n), float64(n), min(.95, plain-.02))
				if delay > plainDelay+5 {
					t.Errorf("found after %.0f intervals, without the job after %.0f", delay, plainDelay)
				}
			})
		}
	}
}
