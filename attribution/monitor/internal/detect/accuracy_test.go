package detect

import (
	"fmt"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
)

// wanted is what a series of a model must reach. Shares are of bursts.
type wanted struct {
	model
	ten   float64 // of ten times, found within 3 intervals at least
	three float64 // of three times, found within 6 intervals at least
	onset float64 // onset within 1 interval, of the bursts of ten times that were found
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
func (o *outcome) follow(s *Series, r *run, f float64, length, after int64) {
	from := r.i
	r.wave = between(from, from+length, f)
	o.n++
	inBurst, mine := s.bursting, false
	for r.i < from+length+after {
		i, y := r.next()
		got := s.Observe(i, y)
		switch {
		case got.State == Began && !inBurst && !mine && i < from+length:
			mine = true
			o.found++
			delay := i - from
			for k := delay; k < int64(len(o.within)); k++ {
				o.within[k]++
			}
			o.delay = append(o.delay, float64(delay))
			o.onset = append(o.onset, float64(abs(got.Onset-from)))
		case got.State == Ended && mine:
			mine = false
			o.ended++
			if got.EndUncertain {
				o.uncertain++
			} else {
				o.end = append(o.end, float64(abs(got.End-from-length)))
			}
		}
	}
	r.wave = nil
}

func (o *outcome) String() string {
	return fmt.Sprintf("n=%.0f found %.3f, in 2/3/6 intervals %.3f/%.3f/%.3f, delay median %.0f p90 %.0f; "+
		"onset ≤1 %.3f, p90 %.0f; end called certain %.2f, of these ≤1 %.3f",
		o.n, o.found/o.n, o.within[1]/o.n, o.within[2]/o.n, o.within[5]/o.n,
		trials.Quantile(o.delay, .5), trials.Quantile(o.delay, .9),
		trials.Share(o.onset, 1), trials.Quantile(o.onset, .9),
		1-o.uncertain/max(1, o.ended), trials.Share(o.end, 1))
}

// With three weeks of history and five-minute intervals, two weeks without a
// burst, then bursts of an hour at all times of day.
func TestSeasonalAccuracy(t *testing.T) {
	const five = 5 * time.Minute
	runs, bursts, factors := 3, 10, []float64{3, 10}
	switch {
	case testenv.Long():
		runs, bursts, factors = 100, 12, []float64{1.5, 2, 3, 10}
	case testing.Short():
		runs = 1
	}
	const falseWeek = .25 // false alarms in a week at most
	for _, w := range []wanted{
		{model: model{name: "A", rate: 5, phi: .5, sd: .1}, ten: .99, three: .6, onset: .9},
		{model: model{name: "B", rate: 100, phi: .7, sd: .1}, ten: .99, three: .9, onset: .99},
		{model: model{name: "C", rate: 5000, phi: .8, sd: .1}, ten: .99, three: .9, onset: .99},
		{model: model{name: "D", rate: 5000, phi: .9, sd: .25}, ten: .9, three: .5, onset: .95},
		{model: model{name: "E", rate: 5000, size: 10, spikes: .001}, ten: .99, three: .5, onset: .95},
	} {
		w.interval, w.day, w.weekend = five, .8, -.3
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var alarms float64
			outcomes := make([]outcome, len(factors))
			for k := range runs {
				r := w.start(uint64(1000+k), 0)
				s := New(Options{Interval: five, Grain: Fine})
				watchFor(s, r, r.i, 21*288)
				alarms += float64(len(watchFor(s, r, r.i, 14*288)))
				state := s.Append(nil)
				for j, f := range factors {
					s := decoded(t, five, Fine, state)
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
			trials.AtMost(t, "false alarms", alarms, falseWeek*2*float64(runs))
			three, ten := &outcomes[len(factors)-2], &outcomes[len(factors)-1]
			trials.AtLeast(t, "×3 within 6 intervals", three.within[5], three.n, w.three)
			trials.AtLeast(t, "×10 within 3 intervals", ten.within[2], ten.n, w.ten)
			trials.AtLeast(t, "onset of ×10", trials.Share(ten.onset, 1)*ten.found, ten.found, w.onset)
		})
	}
}

// Ten-second intervals of a series that was never seen before: bursts of ten
// minutes after two minutes to ten hours; and ten days without a burst, which
// reach from the first minutes over the day that the season takes over.
func TestColdAccuracy(t *testing.T) {
	const ten = 10 * time.Second
	bursts, runs, days, factors := 40, 1, 4, []float64{10}
	switch {
	case testenv.Long():
		bursts, runs, days, factors = 1000, 10, 10, []float64{3, 5, 30, 10}
	case testing.Short():
		bursts = 20
	}
	const falseDay = 1 // false alarms in a day at most
	for _, w := range []struct {
		model
		two   float64 // of ten times, found within 2 intervals at least
		three float64 // and within 3
		onset float64 // onset within 1 interval
	}{
		{model{name: "0.2", rate: .2}, 0, 0, 0},
		{model{name: "1", rate: 1, phi: .5, sd: .1}, .1, .4, .8},
		{model{name: "5", rate: 5, phi: .5, sd: .1}, .97, .99, .98},
		{model{name: "5, size 5", rate: 5, size: 5, spikes: .001}, .8, .95, .9},
		{model{name: "100", rate: 100, phi: .7, sd: .1, spikes: .001}, .99, .99, .98},
		{model{name: "100, size 10, AR .9 of .25", rate: 100, phi: .9, sd: .25, size: 10, spikes: .001}, .95, .98, .95},
		{model{name: "5000", rate: 5000, phi: .8, sd: .1, spikes: .001}, .99, .99, .98},
		{model{name: "5000, AR .9 of .25", rate: 5000, phi: .9, sd: .25, spikes: .001}, .97, .99, .98},
		{model{name: "5000, AR .997 of .25", rate: 5000, phi: .997, sd: .25, spikes: .001}, .99, .99, .98},
		{model{name: "5000, size 10", rate: 5000, size: 10, spikes: .001}, .99, .99, .98},
	} {
		w.interval, w.day, w.weekend = ten, .8, -.3
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var cold, later float64
			for k := range runs {
				r := w.start(uint64(2000+k), time.Duration(k)*7*time.Hour)
				s := New(Options{Interval: ten, Grain: Fine})
				cold += float64(len(watchFor(s, r, r.i, 3*8640)))
				later += float64(len(watchFor(s, r, r.i, (days-3)*8640)))
			}
			t.Logf("%s: %.0f false alarms in the first %d days: %.2f a day; %.0f in %d days after: %.2f a day",
				w.name, cold, 3*runs, cold/float64(3*runs), later, (days-3)*runs, later/float64((days-3)*runs))
			var o outcome // of the last factor
			for _, f := range factors {
				o = outcome{}
				for k := range bursts {
					r := w.start(uint64(3000+k), time.Duration(k)*37*time.Minute)
					s := New(Options{Interval: ten, Grain: Fine})
					watchFor(s, r, r.i, 12+(k%4)*(k%4)*(k%4)*133)
					o.follow(s, r, f, 60, 60)
				}
				t.Logf("%s ×%v: %v", w.name, f, &o)
			}
			trials.AtMost(t, "false alarms in the first days", cold, falseDay*3*float64(runs))
			trials.AtMost(t, "false alarms later", later, falseDay*float64((days-3)*runs))
			trials.AtLeast(t, "×10 within 2 intervals", o.within[1], o.n, w.two)
			trials.AtLeast(t, "×10 within 3 intervals", o.within[2], o.n, w.three)
			trials.AtLeast(t, "onset of ×10", trials.Share(o.onset, 1)*o.found, o.found, w.onset)
		})
	}
}
