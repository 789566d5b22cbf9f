package detect

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/wire"
)

var errEncoding = errors.New("invalid encoding")

func reader(b []byte) *wire.Reader { return wire.NewReader("detect", errEncoding, b) }

// decoded reads a series that is the whole of b.
func decoded(t testing.TB, interval time.Duration, g Grain, b []byte) *Series {
	t.Helper()
	r := reader(b)
	s := Read(r, Options{Interval: interval, Grain: g})
	if err := r.Done(); err != nil {
		t.Fatal(err)
	}
	return s
}

// busy returns a series after n intervals of a noisy model with a burst now and
// then, and a routine, and the run it was fed with.
func busy(interval time.Duration, g Grain, n int) (*Series, *run) {
	m := model{interval: interval, rate: 40, day: .8, weekend: -.3, phi: .7, sd: .2}
	r := m.start(uint64(n), 0)
	r.wave = func(i int64) float64 {
		if i%900 < 30 {
			return 12
		}
		if i%60 == 50 {
			return 9
		}
		return 1
	}
	s := New(Options{Interval: interval, Grain: g})
	for range n {
		s.Observe(r.next())
	}
	return s, r
}

// A series that was encoded and read goes on as if it had not been, bit for bit,
// wherever it was stopped.
func TestSeriesEncoding(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		grain    Grain
		stops    []int
	}{
		{10 * time.Second, Coarse, []int{0, 1, 5, 12, 40, 915, 4000, 30_000}},
		{10 * time.Second, Fine, []int{910, 30_000}},
		{5 * time.Minute, Fine, []int{7, 3 * 288, 8*288 + 5, 30 * 288}},
		{time.Hour, Coarse, []int{11, 100, 915, 800}},
		{45 * time.Second, Fine, []int{3, 20_000}},
	} {
		for _, n := range c.stops {
			t.Run(fmt.Sprintf("%v/%d/%d", c.interval, c.grain, n), func(t *testing.T) {
				s, traffic := busy(c.interval, c.grain, n)
				b := s.Append([]byte("before"))
				r := reader(append(b, "rest"...))
				r.Bytes(uint64(len("before")))
				restored := Read(r, Options{Interval: c.interval, Grain: c.grain})
				if r.Err() != nil || r.Len() != len("rest") {
					t.Fatalf("%d bytes left, error %v", r.Len(), r.Err())
				}
				b = b[len("before"):]
				if !bytes.Equal(restored.Append(nil), b) {
					t.Fatal("encodes otherwise than it was decoded")
				}
				for range 2000 {
					i, y := traffic.next()
					if got, want := restored.Observe(i, y), s.Observe(i, y); got != want {
						t.Fatalf("interval %d: got %+v, want %+v", i, got, want)
					}
				}
				if !bytes.Equal(restored.Append(nil), s.Append(nil)) {
					t.Error("the states differ in the end")
				}
			})
		}
	}
}

// A series of a month with bursts, as a file: a change of the layout shows here. So
// does a change of behavior, on the kind of machine that the file is from. On others
// the last bits of logarithms differ.
func TestGolden(t *testing.T) {
	s, _ := busy(time.Hour, Coarse, 30*24+7)
	if runtime.GOARCH == "amd64" {
		testenv.Golden(t, "series.golden", s.Append(nil))
	}
	golden, err := os.ReadFile("testdata/series.golden")
	if err != nil {
		t.Fatal(err)
	}
	if got := decoded(t, time.Hour, Coarse, golden).Append(nil); !bytes.Equal(got, golden) {
		t.Error("what was read encodes to other bytes")
	}
}

// What is damaged is refused, and what is returned instead is a new series.
func TestReadDamaged(t *testing.T) {
	for k, b := range damaged() {
		r := reader(b)
		s := Read(r, Options{Interval: time.Minute, Grain: Coarse})
		if !errors.Is(r.Err(), errEncoding) || s.Next() != 0 || s.Bursting() {
			t.Errorf("number %d, of %d bytes: error %v, next is %d", k, len(b), r.Err(), s.Next())
		}
	}
}

// Peaks and proofs come back as they were.
func TestPeakAndProofEncoding(t *testing.T) {
	peak, proof := Peak{Peak: 320, Before: 1e19, Span: 9 * day}, Proof{Seen: 1e20, Expected: .25}
	b := proof.Append(peak.Append(nil))
	r := reader(b)
	if got := ReadPeak(r); got != peak {
		t.Errorf("peak %+v, want %+v", got, peak)
	}
	if got := ReadProof(r); got != proof || r.Done() != nil {
		t.Errorf("proof %+v, want %+v: %v", got, proof, r.Err())
	}
	for n := range b {
		r := reader(b[:n])
		ReadPeak(r)
		ReadProof(r)
		if r.Err() == nil {
			t.Errorf("%d of %d bytes are enough", n, len(b))
		}
	}
}

// damaged are encodings that cannot be.
func damaged() (all [][]byte) {
	s, _ := busy(time.Minute, Coarse, 6000)
	for _, n := range []int{0, 1, 3, 30, 200, 5000} {
		all = append(all, s.Append(nil)[:min(n, len(s.Append(nil))-1)])
	}
	for _, damage := range []func(*Series){
		func(s *Series) { s.recent.mean = nan },
		func(s *Series) { s.recent.n = 1e9 },
		func(s *Series) { s.level = -1 / zero },
		func(s *Series) { s.peaks.before = 1e300 },
		func(s *Series) { s.seen = s.next + 1 },
		func(s *Series) { s.next = -1 },
		func(s *Series) { s.onset = s.next + 1 },
		func(s *Series) { s.first = make([]float64, 12) },
		func(s *Series) { s.season.cells.first = s.next },
		func(s *Series) { s.season.sum = nan },
		func(s *Series) { s.season.known = 1000 },
		func(s *Series) { s.season.dailyError.value = 2 },
		func(s *Series) { s.each.noise.s2 = nan },
		func(s *Series) { s.each.noise.square = 0 },
		func(s *Series) { s.each.noise.stride = 0 },
		func(s *Series) { s.each.noise.pairs[3].y = float32(nan) },
		func(s *Series) { s.each.noise.pairs[3].mu = -1 },
		func(s *Series) { s.each.byZ.sum = nan },
		func(s *Series) { s.each.byCount.since = s.next + 1 },
		func(s *Series) { s.each.trail[0] = 241 },
		func(s *Series) { s.weak = factors },
		func(s *Series) { s.falling.sum = mostFall + 1 },
		func(s *Series) { s.falling.since = s.next + 1 },
		func(s *Series) { s.older.mean = nan },
		func(s *Series) { s.each.noise.sure = -1 },
		func(s *Series) { s.each.weak[1].sum = nan },
		func(s *Series) { s.each.weak[0].since = -1 },
		func(s *Series) { s.each.weak[2].tail.high = 1e9 },
		func(s *Series) { s.each.weak[3].tail.raised = .5 },
		func(s *Series) { s.each.pending = -2 },
		func(s *Series) { s.each.noted = s.each.blocks.counts + 1 },
		func(s *Series) { s.sums.learned = 1e9 },
		func(s *Series) { s.sums.trail = make(trail, keptSums+1) },
		func(s *Series) { s.cell.mu = nan },
		func(s *Series) { s.cell.top = -1 },
		func(s *Series) { s.peaks.rest = nan },
		func(s *Series) { s.departed.usual = -1 },
		func(s *Series) { s.each.noise.busy = nan },
		func(s *Series) { s.habits.routines = make([]routine, mostRoutines+1) },
		func(s *Series) { s.habits.routines[0].period = 1 },
		func(s *Series) { s.habits.routines[0].length = s.habits.routines[0].period },
		func(s *Series) { s.habits.routines[0].next = s.next + 1e6 },
		func(s *Series) { s.habits.routines[0].share = 2 },
		func(s *Series) { s.habits.routines[0].amount = nan },
		func(s *Series) { s.habits.visits = make([]visit, mostVisits+1) },
		func(s *Series) { s.habits.visits[0].at = s.next + 1 },
		func(s *Series) { s.habits.visits[0].amount = float32(nan) },
		func(s *Series) { s.habits.chart = visitClip + 1 },
	} {
		s, _ := busy(time.Minute, Coarse, 6000)
		damage(s)
		all = append(all, s.Append(nil))
	}
	return all
}

var (
	zero float64
	nan  = zero / zero
)

// What is read encodes as it was, and takes any count without harm.
func FuzzRead(f *testing.F) {
	for _, b := range damaged() {
		f.Add(b)
	}
	for _, n := range []int{0, 5, 100, 5000} {
		s, _ := busy(time.Minute, Coarse, n)
		f.Add(s.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := reader(b)
		s := Read(r, Options{Interval: time.Minute, Grain: Coarse})
		if err := r.Err(); err != nil {
			if !errors.Is(err, errEncoding) {
				t.Fatal(err)
			}
			return
		}
		if got := s.Append(nil); !bytes.Equal(got, b[:r.At()]) {
			t.Fatal("encodes otherwise")
		}
		for k, y := range []float64{0, 1, 1e19, nan, -1, 5, 5, 5, 1e5, 3} {
			i := s.next + int64(k*k*k*k)
			if r := s.Observe(i, y); r.Z != r.Z || r.Baseline != r.Baseline || r.State != Quiet && r.Onset > i {
				t.Fatalf("interval %d: %+v", i, r)
			}
		}
		decoded(t, time.Minute, Coarse, s.Append(nil))
	})
}
