package monitor

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "run the statistical tests with all their trials (minutes)")

// wanted is what is asked of a series of a model. Shares are of bursts.
type wanted struct {
	model
	false7 float64 // false alarms in a week at most
	ten    float64 // of ten times, found within 3 intervals at least
	three  float64 // of three times, found within 6 intervals at least
	onset  float64 // onset within 1 interval, of the bursts of ten times that were found
}

// outcome counts what became of bursts.
type outcome struct {
	n, found         float64
	within           [6]float64 // found in the first k+1 intervals
	delay, onset     []float64
	end              []float64 // error where the end was called certain
	uncertain, ended float64
}

// follow feeds a series with a burst of f for length intervals, and enough after
// it to see it end.
func (o *outcome) follow(s *series, r *run, f float64, length, after int64) {
	from := r.i
	r.wave = between(from, from+length, f)
	o.n++
	inBurst, mine := s.bursting, false
	for r.i < from+length+after {
		i, y := r.next()
		got := s.observe(i, y)
		switch {
		case got.state == began && !inBurst && !mine && i < from+length:
			mine = true
			o.found++
			delay := i - from
			for k := delay; k < int64(len(o.within)); k++ {
				o.within[k]++
			}
			o.delay = append(o.delay, float64(delay))
			o.onset = append(o.onset, float64(abs(got.onset-from)))
		case got.state == ended && mine:
			mine = false
			o.ended++
			if got.endUncertain {
				o.uncertain++
			} else {
				o.end = append(o.end, float64(abs(got.end-from-length)))
			}
		}
	}
	r.wave = nil
}

func share(values []float64, most float64) float64 {
	n := 0.
	for _, v := range values {
		n += truth(v <= most)
	}
	return n / max(1, float64(len(values)))
}

func quantile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	return values[min(int(p*float64(len(values))), len(values)-1)]
}

func (o *outcome) String() string {
	return fmt.Sprintf("n=%.0f found %.3f, in 2/3/6 intervals %.3f/%.3f/%.3f, delay median %.0f p90 %.0f; onset ≤1 %.3f, p90 %.0f; end called certain %.2f, of these ≤1 %.3f",
		o.n, o.found/o.n, o.within[1]/o.n, o.within[2]/o.n, o.within[5]/o.n,
		quantile(o.delay, .5), quantile(o.delay, .9), share(o.onset, 1), quantile(o.onset, .9),
		1-o.uncertain/max(1, o.ended), share(o.end, 1))
}

// atLeast fails if got of n is less than a share p would give in 1000 runs but one.
func atLeast(t *testing.T, what string, got, n, p float64) {
	t.Helper()
	if least := n*p - 3.1*math.Sqrt(n*p*(1-p)) - 1; got < least {
		t.Errorf("%s: %.0f of %.0f, want at least %.1f", what, got, n, least)
	}
}

// atMost fails if a count is more than a mean would give in 1000 runs but one.
func atMost(t *testing.T, what string, got, mean float64) {
	t.Helper()
	if most := mean + 3.1*math.Sqrt(mean) + 1; got > most {
		t.Errorf("%s: %.0f, want at most %.1f", what, got, most)
	}
}

// With three weeks of history and five-minute intervals, two weeks without a
// burst, then bursts of an hour at all times of day.
func TestSeasonalAccuracy(t *testing.T) {
	const five = 5 * time.Minute
	runs, bursts, factors := 3, 10, []float64{3, 10}
	switch {
	case *long:
		runs, bursts, factors = 100, 12, []float64{1.5, 2, 3, 10}
	case testing.Short():
		runs = 1
	}
	for _, w := range []wanted{
		{model: model{name: "A", interval: five, rate: 5, day: .8, weekend: -.3, phi: .5, sd: .1}, false7: .25, ten: .99, three: .6, onset: .9},
		{model: model{name: "B", interval: five, rate: 100, day: .8, weekend: -.3, phi: .7, sd: .1}, false7: .25, ten: .99, three: .9, onset: .99},
		{model: model{name: "C", interval: five, rate: 5000, day: .8, weekend: -.3, phi: .8, sd: .1}, false7: .25, ten: .99, three: .9, onset: .99},
		{model: model{name: "D", interval: five, rate: 5000, day: .8, weekend: -.3, phi: .9, sd: .25}, false7: .25, ten: .9, three: .5, onset: .95},
		{model: model{name: "E", interval: five, rate: 5000, day: .8, weekend: -.3, size: 10, spikes: .001}, false7: .25, ten: .99, three: .5, onset: .95},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var alarms float64
			outcomes := make([]outcome, len(factors))
			for k := range runs {
				r := w.start(uint64(1000+k), 0)
				s := newSeries(five, fine)
				watchFor(s, r, r.i, 21*288)
				alarms += float64(len(watchFor(s, r, r.i, 14*288)))
				state := s.append(nil)
				for j, f := range factors {
					s, _, err := decodeSeries(five, fine, state)
					if err != nil {
						t.Fatal(err)
					}
					r := *r
					for range bursts {
						outcomes[j].follow(s, &r, f, 12, 288+25-12)
					}
				}
			}
			t.Logf("%s: %.0f false alarms in %d weeks: %.3f a week", w.name, alarms, 2*runs, alarms/float64(2*runs))
			for j, f := range factors {
				t.Logf("%s ×%v: %v", w.name, f, &outcomes[j])
			}
			atMost(t, "false alarms", alarms, w.false7*2*float64(runs))
			three, ten := &outcomes[len(factors)-2], &outcomes[len(factors)-1]
			atLeast(t, "×3 within 6 intervals", three.within[5], three.n, w.three)
			atLeast(t, "×10 within 3 intervals", ten.within[2], ten.n, w.ten)
			atLeast(t, "onset of ×10", share(ten.onset, 1)*ten.found, ten.found, w.onset)
		})
	}
}

// Ten-second intervals of a series that was never seen before: bursts of ten
// minutes after two minutes to ten hours; and ten days without a burst, which
// reach from the first minutes over the day that the season takes over.
func TestColdAccuracy(t *testing.T) {
	const ten = 10 * time.Second
	trials, runs, days, factors := 40, 1, 4, []float64{10}
	switch {
	case *long:
		trials, runs, days, factors = 1000, 10, 10, []float64{3, 5, 30, 10}
	case testing.Short():
		trials = 20
	}
	for _, w := range []struct {
		model
		falseDay float64 // false alarms a day at most
		two      float64 // of ten times, found within 2 intervals at least
		three    float64 // and within 3
		onset    float64 // onset within 1 interval
	}{
		{model{name: "0.2", interval: ten, rate: .2, day: .8, weekend: -.3}, 1, 0, 0, 0},
		{model{name: "1", interval: ten, rate: 1, day: .8, weekend: -.3, phi: .5, sd: .1}, 1, .1, .4, .8},
		{model{name: "5", interval: ten, rate: 5, day: .8, weekend: -.3, phi: .5, sd: .1}, 1, .97, .99, .98},
		{model{name: "5, size 5", interval: ten, rate: 5, day: .8, weekend: -.3, size: 5, spikes: .001}, 1, .8, .95, .9},
		{model{name: "100", interval: ten, rate: 100, day: .8, weekend: -.3, phi: .7, sd: .1, spikes: .001}, 1, .99, .99, .98},
		{model{name: "100, size 10, AR .9 of .25", interval: ten, rate: 100, day: .8, weekend: -.3, phi: .9, sd: .25, size: 10, spikes: .001}, 1, .95, .98, .95},
		{model{name: "5000", interval: ten, rate: 5000, day: .8, weekend: -.3, phi: .8, sd: .1, spikes: .001}, 1, .99, .99, .98},
		{model{name: "5000, AR .9 of .25", interval: ten, rate: 5000, day: .8, weekend: -.3, phi: .9, sd: .25, spikes: .001}, 1, .97, .99, .98},
		{model{name: "5000, AR .997 of .25", interval: ten, rate: 5000, day: .8, weekend: -.3, phi: .997, sd: .25, spikes: .001}, 1, .99, .99, .98},
		{model{name: "5000, size 10", interval: ten, rate: 5000, day: .8, weekend: -.3, size: 10, spikes: .001}, 1, .99, .99, .98},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var cold, later float64
			for k := range runs {
				r := w.start(uint64(2000+k), time.Duration(k)*7*time.Hour)
				s := newSeries(ten, fine)
				cold += float64(len(watchFor(s, r, r.i, 3*8640)))
				later += float64(len(watchFor(s, r, r.i, (days-3)*8640)))
			}
			t.Logf("%s: %.0f false alarms in the first %d days: %.2f a day; %.0f in %d days after: %.2f a day", w.name,
				cold, 3*runs, cold/float64(3*runs), later, (days-3)*runs, later/float64((days-3)*runs))
			var o outcome // of the last factor
			for _, f := range factors {
				o = outcome{}
				for k := range trials {
					r := w.start(uint64(3000+k), time.Duration(k)*37*time.Minute)
					s := newSeries(ten, fine)
					watchFor(s, r, r.i, 12+(k%4)*(k%4)*(k%4)*133)
					o.follow(s, r, f, 60, 60)
				}
				t.Logf("%s ×%v: %v", w.name, f, &o)
			}
			atMost(t, "false alarms in the first days", cold, w.falseDay*3*float64(runs))
			atMost(t, "false alarms later", later, w.falseDay*float64((days-3)*runs))
			atLeast(t, "×10 within 2 intervals", o.within[1], o.n, w.two)
			atLeast(t, "×10 within 3 intervals", o.within[2], o.n, w.three)
			atLeast(t, "onset of ×10", share(o.onset, 1)*o.found, o.found, w.onset)
		})
	}
}
