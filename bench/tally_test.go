package bench

import (
	"math/rand/v2"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/oracle"
)

func rngFor(testing.TB) *rand.Rand { return rand.New(rand.NewPCG(5, 6)) }

func exact(addrs []netip.Addr) *oracle.Tally {
	t := oracle.New(table().Lookup, 64)
	for _, a := range addrs {
		t.Add(a, 1, 0)
	}
	return t
}

// counter is a way into a tally.
type counter interface {
	Add(netip.Addr)
	AddBatch([]netip.Addr)
	Report() *attribution.Report
}

// batch is the number of addresses that a caller hands over at once.
const batch = 4096

// paths are the ways in.
var paths = []struct {
	name string
	make func() counter
	run  func(counter, []netip.Addr)
}{
	{"batch", newTally, func(c counter, addrs []netip.Addr) {
		for len(addrs) > 0 {
			n := min(batch, len(addrs))
			c.AddBatch(addrs[:n])
			addrs = addrs[n:]
		}
	}},
	{"single", newTally, func(c counter, addrs []netip.Addr) {
		t := c.(*attribution.Tally)
		for _, a := range addrs {
			t.Add(a)
		}
	}},
	{"concurrent", newShared, func(c counter, addrs []netip.Addr) {
		var wait sync.WaitGroup
		n := runtime.GOMAXPROCS(0)
		for i := range n {
			part := addrs[len(addrs)*i/n : len(addrs)*(i+1)/n]
			wait.Go(func() {
				for len(part) > 0 {
					k := min(batch, len(part))
					c.AddBatch(part[:k])
					part = part[k:]
				}
			})
		}
		wait.Wait()
	}},
}

func newTally() counter  { return attribution.NewTally(table(), attribution.Options{}) }
func newShared() counter { return attribution.NewShared(table(), attribution.Options{}) }

// checkTally holds a report against exact sets.
func checkTally(t testing.TB, r *attribution.Report, want *oracle.Tally) {
	t.Helper()
	if len(r.Origins) != len(want.Sources) {
		t.Fatalf("%d origins, want %d", len(r.Origins), len(want.Sources))
	}
	for _, row := range r.Origins {
		if got, want := row.Events, want.Volume(row.Origin).Events; got != want {
			t.Fatalf("%v: %d events, want %d", row.Origin, got, want)
		}
		near(t, row.Origin.String(), float64(row.Sources), want.Distinct(row.Origin))
	}
}

func TestTallyCounts(t *testing.T) {
	addrs := workload{"mixed", "uniform"}.draw(rngFor(t), 200_000)
	for _, addrs := range [][]netip.Addr{addrs[:50_000], addrs} {
		want := exact(addrs)
		for _, p := range paths {
			c := p.make()
			p.run(c, addrs)
			checkTally(t, c.Report(), want)
		}
	}
}

// stopwatch adds up what one of the competitors took.
type stopwatch struct {
	took   time.Duration
	events int
}

func (s *stopwatch) time(events int, f func()) {
	start := time.Now()
	f()
	s.took += time.Since(start)
	s.events += events
}

func (s *stopwatch) perEvent() float64 { return float64(s.took.Nanoseconds()) / float64(s.events) }

// turn is the number of events that a competitor gets at a time, enough that the
// caches which another left behind do not matter; the naive pipeline, being slow,
// gets fewer.
const (
	turn      = 1 << 18
	naiveTurn = turn / 32
	turns     = events / turn
)

// BenchmarkTally times whence, the floor and the naive pipeline in turns.
func BenchmarkTally(b *testing.B) {
	for _, p := range paths {
		for _, w := range workloads {
			for _, state := range []string{"exact", "sketched"} {
				b.Run("path="+p.name+"/"+w.String()+"/state="+state, func(b *testing.B) {
					addrs := streamOf(w)
					if state == "exact" {
						addrs = within(addrs, 60_000)
					}
					c := p.make()
					p.run(c, addrs[:batch*8])
					checkTally(b, c.Report(), exact(addrs[:batch*8]))
					if state == "sketched" {
						p.run(c, workload{w.family, "uniform"}.draw(rngFor(b), 1<<18))
					}
					if got := c.Report().Sources.Exact; got != (state == "exact") {
						b.Fatalf("exact: %v", got)
					}
					race(b, addrs, func(addrs []netip.Addr) { p.run(c, addrs) })
				})
			}
		}
	}
}

// within replaces addresses so that at most n different ones remain.
func within(addrs []netip.Addr, n int) []netip.Addr {
	known := make(map[netip.Addr]bool, n)
	var kept []netip.Addr
	out := make([]netip.Addr, len(addrs))
	rng := rand.New(rand.NewPCG(7, 8))
	for i, a := range addrs {
		if !known[a] {
			if len(kept) == n {
				a = kept[rng.IntN(n)]
			} else {
				known[a] = true
				kept = append(kept, a)
			}
		}
		out[i] = a
	}
	return out
}

func race(b *testing.B, addrs []netip.Addr, run func([]netip.Addr)) {
	f, n := newFloor(addrs), newNaive()
	var ours, floors, naives stopwatch
	slow := func(i int) {
		naives.time(naiveTurn, func() {
			for _, a := range addrs[i*turn:][:naiveTurn] {
				n.add(a)
			}
		})
	}
	i := 0
	for b.Loop() {
		// Each comes to addresses that the other has not just drawn into the
		// caches, and both come after the naive pipeline.
		far := (i + turns/2) % turns
		slow(i)
		ours.time(turn, func() { run(addrs[i*turn:][:turn]) })
		slow(far)
		floors.time(turn, func() { f.run(table(), far, far+1, turns) })
		i = (i + 1) % turns
	}
	b.ReportMetric(0, "ns/op") // an operation is a turn of each, which means nothing
	b.ReportMetric(ours.perEvent(), "ns/event")
	b.ReportMetric(ours.perEvent()/floors.perEvent(), "x-floor")
	b.ReportMetric(naives.perEvent()/ours.perEvent(), "x-naive")
}

func BenchmarkFloor(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.String(), func(b *testing.B) {
			f := newFloor(streamOf(w))
			var s stopwatch
			i := 0
			for b.Loop() {
				s.time(turn, func() { f.run(table(), i, i+1, turns) })
				i = (i + 1) % turns
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(s.perEvent(), "ns/event")
		})
	}
}

func BenchmarkNaive(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.String(), func(b *testing.B) {
			addrs := streamOf(w)
			check := newNaive()
			for _, a := range addrs[:batch*8] {
				check.add(a)
			}
			check.check(b, addrs[:batch*8])
			n := newNaive()
			var s stopwatch
			i := 0
			for b.Loop() {
				s.time(naiveTurn, func() {
					for _, a := range addrs[i*naiveTurn : (i+1)*naiveTurn] {
						n.add(a)
					}
				})
				i = (i + 1) % (events / naiveTurn)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(s.perEvent(), "ns/event")
		})
	}
}

// BenchmarkReport is a report from as many origins as there are, all sketched.
func BenchmarkReport(b *testing.B) {
	t := attribution.NewTally(table(), attribution.Options{})
	t.AddBatch(workload{"mixed", "uniform"}.draw(rngFor(b), 1<<20))
	if n := len(t.Report().Origins); n < 200 {
		b.Fatalf("%d origins", n)
	}
	for b.Loop() {
		t.Report()
	}
}
