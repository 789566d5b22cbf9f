package detect

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

// What a series foresees in an interval that is open is there when the interval closes with
// more, and asking changes nothing. Single intervals of ten times the rate are foreseen.
func TestForesees(t *testing.T) {
	foreseen, began, large := 0, 0, 0
	for seed := range uint64(testenv.Trials(400, 2000, 20_000)) {
		rng := rand.New(rand.NewPCG(seed, 22))
		m := model{interval: 10 * time.Second, rate: math.Exp(rng.Float64() * 5), day: rng.Float64(), phi: .9,
			sd: .3 * rng.Float64(), spikes: .01 * rng.Float64()}
		if seed%4 == 0 {
			m.interval = time.Hour // with a season
		}
		r, s := m.start(seed, 0), New(m.interval, Grain(seed%2))
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
		if y := counts[len(counts)-1]; y >= 25*max(m.rate*math.E, 4) {
			if large++; !foresees {
				t.Errorf("seed %d: %v not foreseen at %.3g", seed, counts, m.rate)
			}
		}
		if !foresees {
			continue
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
	if foreseen < 30 || 10*began < 8*foreseen || large < 10 {
		t.Errorf("%d foreseen, of which a copy finds %d; %d large counts", foreseen, began, large)
	}
}
