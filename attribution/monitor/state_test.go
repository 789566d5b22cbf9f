package monitor

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"
)

// busy returns a series after n intervals of a noisy model with a burst now and
// then, and the run it was fed with.
func busy(interval time.Duration, g grain, n int) (*series, *run) {
	m := model{interval: interval, rate: 40, day: .8, weekend: -.3, phi: .7, sd: .2}
	r := m.start(uint64(n), 0)
	r.wave = func(i int64) float64 {
		if i%900 < 30 {
			return 12
		}
		return 1
	}
	s := newSeries(interval, g)
	for range n {
		s.observe(r.next())
	}
	return s, r
}

// A series that was encoded and decoded goes on as if it had not been, bit for
// bit, wherever it was stopped.
func TestSeriesState(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		grain    grain
		stops    []int
	}{
		{10 * time.Second, coarse, []int{0, 1, 5, 12, 40, 915, 4000, 30_000}},
		{10 * time.Second, fine, []int{910, 30_000}},
		{5 * time.Minute, fine, []int{7, 3 * 288, 8*288 + 5, 30 * 288}},
		{time.Hour, coarse, []int{11, 100, 915, 800}},
		{45 * time.Second, fine, []int{3, 20_000}},
	} {
		for _, n := range c.stops {
			t.Run(fmt.Sprintf("%v/%d/%d", c.interval, c.grain, n), func(t *testing.T) {
				s, r := busy(c.interval, c.grain, n)
				b := s.append(nil)
				restored, rest, err := decodeSeries(c.interval, c.grain, append(b, "rest"...))
				if err != nil || string(rest) != "rest" {
					t.Fatalf("%d bytes left, error %v", len(rest), err)
				}
				if !bytes.Equal(restored.append(nil), b) {
					t.Fatal("encodes otherwise than it was decoded")
				}
				for range 2000 {
					i, y := r.next()
					if got, want := restored.observe(i, y), s.observe(i, y); got != want {
						t.Fatalf("interval %d: got %+v, want %+v", i, got, want)
					}
				}
				if !bytes.Equal(restored.append(nil), s.append(nil)) {
					t.Error("the states differ in the end")
				}
			})
		}
	}
}

func TestDecodeSeriesDamaged(t *testing.T) {
	for _, b := range damaged() {
		if _, rest, err := decodeSeries(time.Minute, coarse, b); !errors.Is(err, ErrInvalid) {
			t.Errorf("%d bytes: error %v, %d left", len(b), err, len(rest))
		}
	}
}

// damaged are encodings that cannot be.
func damaged() (all [][]byte) {
	s, _ := busy(time.Minute, coarse, 6000)
	for _, n := range []int{0, 1, 3, 30, 200, 5000} {
		all = append(all, s.append(nil)[:min(n, len(s.append(nil))-1)])
	}
	for _, damage := range []func(*series){
		func(s *series) { s.recent.mean = nan },
		func(s *series) { s.recent.n = 1e9 },
		func(s *series) { s.level = -1 / zero },
		func(s *series) { s.record.before = 1e300 },
		func(s *series) { s.seen = s.next + 1 },
		func(s *series) { s.next = -1 },
		func(s *series) { s.onset = s.next + 1 },
		func(s *series) { s.first = make([]float64, 12) },
		func(s *series) { s.season.cells.first = s.next },
		func(s *series) { s.season.sum = nan },
		func(s *series) { s.season.known = 1000 },
		func(s *series) { s.season.dailyError.value = 2 },
		func(s *series) { s.each.noise.s2 = nan },
		func(s *series) { s.each.noise.square = 0 },
		func(s *series) { s.each.noise.stride = 0 },
		func(s *series) { s.each.noise.pairs[3].y = float32(nan) },
		func(s *series) { s.each.noise.pairs[3].mu = -1 },
		func(s *series) { s.each.byZ.sum = nan },
		func(s *series) { s.each.byCount.since = s.next + 1 },
		func(s *series) { s.each.trail[0] = 241 },
		func(s *series) { s.sums.trail = make(trail, keptSums+1) },
		func(s *series) { s.cell.mu = nan },
	} {
		s, _ := busy(time.Minute, coarse, 6000)
		damage(s)
		all = append(all, s.append(nil))
	}
	return all
}

var (
	zero float64
	nan  = zero / zero
)

// What decodes encodes as it was, and takes any count without harm.
func FuzzDecodeSeries(f *testing.F) {
	for _, b := range damaged() {
		f.Add(b)
	}
	for _, n := range []int{0, 5, 100, 5000} {
		s, _ := busy(time.Minute, coarse, n)
		f.Add(s.append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, rest, err := decodeSeries(time.Minute, coarse, b)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if got := s.append(nil); !bytes.Equal(got, b[:len(b)-len(rest)]) {
			t.Fatal("encodes otherwise")
		}
		for k, y := range []float64{0, 1, 1e19, nan, -1, 5, 5, 5, 1e5, 3} {
			i := s.next + int64(k*k*k*k)
			if r := s.observe(i, y); r.z != r.z || r.baseline != r.baseline || r.state != quiet && r.onset > i {
				t.Fatalf("interval %d: %+v", i, r)
			}
		}
		if _, _, err := decodeSeries(time.Minute, coarse, s.append(nil)); err != nil {
			t.Fatal("cannot be decoded after it went on: ", err)
		}
	})
}
