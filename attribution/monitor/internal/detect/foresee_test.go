package detect

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

// One interval of ten times the rate is foreseen, and half as much again is not.
func TestForeseesStrong(t *testing.T) {
	for seed := range uint64(20) {
		m := model{interval: 10 * time.Second, rate: 10}
		r, s := m.start(seed, 0), New(Options{Interval: m.interval, Grain: Coarse})
		for range 360 {
			s.Observe(r.next())
		}
		if !s.Foresees(100) || !s.Foresees(45, 40) || s.Foresees(15) || s.Foresees(15, 12) {
			t.Errorf("seed %d: %t %t %t %t", seed, s.Foresees(100), s.Foresees(45, 40), s.Foresees(15), s.Foresees(15, 12))
		}
	}
	if New(Options{Interval: time.Minute, Grain: Fine}).Foresees(1e6) {
		t.Error("a series without a past foresees")
	}
}

// Half of what a routine brings is no burst, and far more than it brings is one.
func TestForeseesNoRoutine(t *testing.T) {
	m := model{interval: 10 * time.Second, rate: 10}
	r, s := m.start(1, 0), New(Options{Interval: m.interval, Grain: Coarse})
	job := func(i int64) float64 {
		if i%60 == 7 {
			return 200
		}
		return 0
	}
	for range 12 * 360 {
		i, y := r.next()
		s.Observe(i, y+job(i))
	}
	for s.Next()%60 != 7 {
		s.Observe(r.next())
	}
	if s.Foresees(110) || !s.Foresees(600) {
		t.Errorf("half of a job is foreseen: %t; three times as much: %t", s.Foresees(110), s.Foresees(600))
	}
}

// What a series foresees in an interval that is open is there when the interval closes with
// more, and asking changes nothing.
func TestForesees(t *testing.T) {
	foreseen, began := 0, 0
	for seed := range uint64(testenv.Trials(400, 2000, 20_000)) {
		rng := rand.New(rand.NewPCG(seed, 22))
		m := model{interval: 10 * time.Second, rate: math.Exp(rng.Float64() * 5), day: rng.Float64(), phi: .9,
			sd: .3 * rng.Float64(), spikes: .01 * rng.Float64()}
		if seed%4 == 0 {
			m.interval = time.Hour // with a season
		}
		r, s := m.start(seed, 0), New(Options{Interval: m.interval, Grain: Grain(seed % 2)})
		for range 20 + rng.IntN(400) {
			s.Observe(r.next())
		}
		if s.Bursting() {
			continue
		}
		var counts, later []float64
		for range 1 + rng.IntN(2) {
			_, y := r.next()
			y = math.Floor(y * math.Exp(3*rng.Float64()))
			counts = append(counts, y)
			later = append(later, y+math.Floor(y*rng.ExpFloat64()*float64(rng.IntN(2))))
		}
		before := s.Append(nil)
		foresees, f := s.Foresees(counts...), s.Fork()
		if !bytes.Equal(f.Append(nil), before) {
			t.Fatalf("seed %d: a fork is not a copy", seed)
		}
		next := s.Next()
		for k, y := range counts {
			f.Observe(next+int64(k), y)
		}
		if !bytes.Equal(s.Append(nil), before) {
			t.Fatalf("seed %d: asking has changed the series", seed)
		}
		if !foresees {
			continue
		}
		if n := len(counts) - 1; counts[n] < s.Least() && !s.Foresees(counts[:n]...) {
			t.Errorf("seed %d: foreseen by %v, the least is %g", seed, counts, s.Least())
		}
		if foreseen++; !f.Bursting() {
			continue // the copy knows better
		}
		began++
		seen := false
		for k, y := range later {
			seen = s.Observe(next+int64(k), y).State != Quiet || seen
		}
		if !seen {
			t.Errorf("seed %d: foreseen by %v, and not found in %v", seed, counts, later)
		}
	}
	if foreseen < 30 || 2*began < foreseen {
		t.Errorf("%d foreseen, of which a copy finds %d", foreseen, began)
	}
}
