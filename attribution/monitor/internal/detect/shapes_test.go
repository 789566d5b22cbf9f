package detect

import (
	"math/rand/v2"
	"time"
)

// shape is a burst in traffic of its own, in intervals of ten seconds.
type shape struct {
	name    string
	traffic model
	history time.Duration // before it
	length  time.Duration
	factor  func(t float64) float64 // t seconds after its onset
}

// detector says of each interval whether a burst begins there.
type detector interface {
	begins(i int64, y float64) bool
}

func (s *Series) begins(i int64, y float64) bool { return s.Observe(i, y).State == Began }

const resolution = 10 * time.Second

// flat is traffic of a rate per second.
func flat(rate float64) model {
	return model{interval: resolution, rate: rate * resolution.Seconds()}
}

// restless is traffic with a day and with noise that lasts.
func restless(rate, phi, sd float64) model {
	m := flat(rate)
	m.day, m.phi, m.sd = .8, phi, sd
	return m
}

func times(f float64) func(float64) float64 { return func(float64) float64 { return f } }

// pulses are ten seconds long, with a pause after each.
func pulseTrain(f, pause float64) func(float64) float64 {
	return func(t float64) float64 {
		for t >= 10+pause {
			t -= 10 + pause
		}
		return 1 + (f-1)*truth(t < 10)
	}
}

// average returns the mean factor of an interval that begins t seconds after the onset.
func (b *shape) average(t float64) float64 {
	const parts = 20
	sum := 0.
	for k := range parts {
		at := t + resolution.Seconds()*(float64(k)+.5)/parts
		if at >= 0 && at < b.length.Seconds() {
			sum += b.factor(at)
		} else {
			sum++
		}
	}
	return sum / parts
}

// try shows the shape to a new detector, n times. It returns the seconds from the true
// onset, which lies anywhere in an interval, to the end of the interval that shows it.
func (b *shape) try(seed uint64, n int, start func() detector) (delays []float64) {
	rng := rand.New(rand.NewPCG(seed, 73))
	for k := range n {
		after := time.Duration(rng.IntN(int(day/time.Second))) * time.Second
		r, d := b.traffic.start(seed<<20+uint64(k), after), start()
		onset := float64(r.i+int64(b.history/resolution)) + rng.Float64() // in intervals
		r.wave = func(i int64) float64 { return b.average(10 * (float64(i) - onset)) }
		for last := int64(onset+float64(b.length/resolution)) + 1; r.i <= last; {
			i, y := r.next()
			if d.begins(i, y) && float64(i+1) > onset {
				delays = append(delays, 10*(float64(i+1)-onset))
				break
			}
		}
	}
	return delays
}

// falseAlarms shows a first week and a month of 28 days of traffic to each of n new
// detectors.
func (m model) falseAlarms(seed uint64, n int, start func() detector) (week, month float64) {
	count := func(r *run, d detector, days int64) (alarms float64) {
		for range days * int64(day/m.interval) {
			if d.begins(r.next()) {
				alarms++
			}
		}
		return alarms
	}
	for k := range n {
		r, d := m.start(seed<<20+uint64(k), time.Duration(k)*7*time.Hour), start()
		week += count(r, d, 7)
		month += count(r, d, 28)
	}
	return week, month
}
