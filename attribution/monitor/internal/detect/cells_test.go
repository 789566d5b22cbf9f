package detect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestGrid(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		grain    Grain
		perCell  int64
		cells    int64
	}{
		{time.Second, Fine, 300, 288},
		{10 * time.Second, Fine, 30, 288},
		{10 * time.Second, Coarse, 90, 96},
		{45 * time.Second, Fine, 8, 240}, // 5 minutes are no multiple of it
		{5 * time.Minute, Fine, 1, 288},
		{5 * time.Minute, Coarse, 3, 96},
		{time.Hour, Fine, 1, 24},
		{time.Hour, Coarse, 1, 24},
		{1500 * time.Millisecond, Fine, 200, 288},
	} {
		d := newGrid(Options{Interval: c.interval, Grain: c.grain})
		if d.perCell != c.perCell || d.cells != c.cells || d.perDay != c.perCell*c.cells {
			t.Errorf("%v: %+v", c.interval, d)
		}
	}
}

// A count comes back to a part in 2,900, and nothing is taken for unknown.
func TestCountCodes(t *testing.T) {
	if encodeCount(0) != 0 || decodeCount(0) != 0 {
		t.Error("0 is not 0")
	}
	for y := 1.; y < math.MaxUint64; y *= 1.7 {
		code := encodeCount(y)
		if got := decodeCount(code); math.Abs(got-y) > (y+1)/2900 || code == unknown {
			t.Errorf("%v became %v, code %d", y, got, code)
		}
	}
	if code := encodeCount(1e300); code == unknown {
		t.Error("too much became unknown")
	}
}

// Cells against a map.
func TestCells(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 72))
	h := cells{limit: 50}
	exact := map[int64]uint16{}
	at := int64(1000)
	for range 2000 {
		at++
		switch rng.IntN(20) {
		case 0:
			at += rng.Int64N(30)
		case 1:
			at += rng.Int64N(200)
		}
		code := uint16(rng.IntN(unknown))
		h.add(at, code)
		exact[at] = code
		if h.next() != at+1 || len(h.codes) > h.limit {
			t.Fatalf("next %d after %d, %d cells", h.next(), at, len(h.codes))
		}
		for c := at - 60; c < at+5; c++ {
			want, ok := exact[c]
			if !ok || c < h.first {
				want = unknown
			}
			if got := h.at(c); got != want {
				t.Fatalf("cell %d: %d, want %d", c, got, want)
			}
		}
	}
	if h.first != at+1-50 && len(h.codes) == 50 {
		t.Errorf("50 cells from %d to %d", h.first, at)
	}
}

func TestMedian(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 72))
	for n := 1; n < 80; n++ {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(rng.IntN(1 + n/2))
		}
		sorted := slices.Sorted(slices.Values(values))
		if got, want := median(values), (sorted[(n-1)/2]+sorted[n/2])/2; got != want {
			t.Errorf("median of %v: %v, want %v", sorted, got, want)
		}
	}
	codes := []uint16{unknown, 7, 3, unknown, 5, 5}
	if m, known := medianCode(codes, 0); known != 4 || m != decodeCount(5) {
		t.Errorf("median %v of %d", m, known)
	}
}

// What the season expects is the median of the days before, between cells on a
// straight line.
func TestSeasonExpects(t *testing.T) {
	d := newGrid(Options{Interval: time.Minute, Grain: Fine})
	s := season{cells: newCells(d)}
	level := func(c int64) float64 { return 1000 + 10*float64(c%d.cells) }
	start := 500 * d.perDay
	for i := start; i < start+8*d.perDay; i++ {
		s.learn(&d, i, level(i/d.perCell))
	}
	c := (start+8*d.perDay)/d.perCell + 100
	for k := range d.perCell {
		got, ok := s.at(&d, c*d.perCell+k)
		want := 1000 + 10*(100+(float64(k)+.5)/float64(d.perCell)-.5)
		if !ok || math.Abs(got-want) > 1 {
			t.Errorf("minute %d of the cell: %v %v, want %v", k, got, ok, want)
		}
	}
	if _, ok := s.at(&d, c*d.perCell+40*d.perDay); ok {
		t.Error("expects something after six weeks without a value")
	}
}

// A weekend is expected once the weekdays have shown that they fit better.
func TestWeekdays(t *testing.T) {
	m := model{interval: 5 * time.Minute, rate: 5000, weekend: -1}
	r := m.start(4, 0)
	s := New(Options{Interval: m.interval, Grain: Fine})
	watchFor(s, r, r.i, 19*288+144) // a Saturday noon
	if !s.season.weekly {
		t.Fatal("Saturday is expected to be a day like any other")
	}
	if mu := s.expect(r.i); math.Abs(mu/(5000*math.Exp(-1))-1) > .05 {
		t.Errorf("expects %v on a Saturday", mu)
	}
	watchFor(s, r, r.i, 144+288-1)
	if mu := s.expect(r.i + 2); math.Abs(mu/5000-1) > .05 {
		t.Errorf("expects %v on a Monday morning", mu)
	}
}

// Weekends are no bursts and no new level, however strong: one that is higher is
// taken for a burst once, until the next shows that it is usual.
func TestStrongWeekends(t *testing.T) {
	for _, c := range []struct {
		weekend float64
		alarms  int
	}{{-2, 0}, {-1, 0}, {-.3, 1}, {1, 2}, {2, 2}} {
		m := model{interval: 5 * time.Minute, rate: 5000, day: .8, weekend: c.weekend, phi: .7, sd: .1}
		r := m.start(8, 0)
		s := New(Options{Interval: m.interval, Grain: Fine})
		start := r.i
		bursts := watchFor(s, r, start, 35*288)
		if len(bursts) > c.alarms {
			t.Errorf("weekend %v: %v", c.weekend, bursts)
		}
		at := r.i
		r.wave = between(at, at+12, 5)
		if got := watchFor(s, r, at, 40); len(got) != 1 || abs(got[0].onset) > 1 || abs(got[0].end-12) > 1 {
			t.Errorf("weekend %v: after five weeks, a burst of an hour became %v", c.weekend, got)
		}
	}
}
