package bench

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"sync"
	"testing"

	"github.com/whence-go/whence/attribution"

	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/internal/oracle"
)

// counter is a way into a tally.
type counter interface {
	Add(netip.Addr)
	AddBatch([]netip.Addr)
	Snapshot() attribution.Snapshot
}

func reportOf(t testing.TB, c counter) attribution.Report {
	t.Helper()
	r, err := c.Snapshot().Report(attribution.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
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
	{"concurrent", newSharded, func(c counter, addrs []netip.Addr) {
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

func newTally() counter { return must(attribution.NewTally(load.Table(), attribution.Options{})) }

func newSharded() counter {
	return must(attribution.NewShardedTally(load.Table(), attribution.Options{}))
}

// checkTally compares a report with exact sets.
func checkTally(t testing.TB, r attribution.Report, want *oracle.Tally) {
	t.Helper()
	if len(r.Countries) != countriesOf(want) {
		t.Fatalf("%d countries, want %d", len(r.Countries), countriesOf(want))
	}
	for _, row := range r.Countries {
		if got, want := row.Events, want.Volume(row.Origin).Events; got != want {
			t.Fatalf("%v: %d events, want %d", row.Origin, got, want)
		}
		near(t, row.Origin.String(), float64(row.Sources), want.Distinct(row.Origin))
	}
}

func countriesOf(want *oracle.Tally) (n int) {
	for o := range want.Sources {
		if o.IsCountry() {
			n++
		}
	}
	return n
}

func TestTallyCounts(t *testing.T) {
	addrs := uniform("mixed", 200_000)
	for _, addrs := range [][]netip.Addr{addrs[:50_000], addrs} {
		want := load.Exact(addrs)
		for _, p := range paths {
			c := p.make()
			p.run(c, addrs)
			checkTally(t, reportOf(t, c), want)
		}
	}
}

// turn is the number of events that a competitor gets at a time, enough that the
// caches which another left behind do not matter; the naive pipeline, being slow,
// gets fewer.
const (
	turn      = 1 << 18
	naiveTurn = turn / 32
	turns     = 16
	events    = turns * turn
)

// workloads are the streams that are timed.
var workloads = func() (all []load.Workload) {
	for _, family := range []string{"v4", "v6", "mixed"} {
		for _, sources := range []string{"uniform", "zipf", "recurring", "one"} {
			all = append(all, load.Workload{Family: family, Sources: sources})
		}
	}
	return all
}()

// streamOf makes each stream once; only the last is kept.
var streamOf = func() func(load.Workload) []netip.Addr {
	var last load.Workload
	var addrs []netip.Addr
	return func(w load.Workload) []netip.Addr {
		if w != last {
			last, addrs = w, w.Stream(events)
		}
		return addrs
	}
}()

// others are two million sources that no stream holds; only the last are kept.
var others = func() func(string) []netip.Addr {
	var last string
	var addrs []netip.Addr
	return func(family string) []netip.Addr {
		if family != last {
			last, addrs = family, uniform(family, 1<<21)
		}
		return addrs
	}
}()

// uniform draws n sources that no stream holds.
func uniform(family string, n int) []netip.Addr {
	return load.Workload{Family: family, Sources: "uniform"}.Draw(rand.New(rand.NewPCG(5, 6)), n)
}

// near fails unless an estimate is within 5 standard errors of the truth.
func near(t testing.TB, what string, got float64, want int) {
	t.Helper()
	if se := 1.04 / math.Sqrt(1<<14); math.Abs(got-float64(want)) > 5*se*float64(want)+1 {
		t.Fatalf("%s: %.0f distinct sources, want about %d", what, got, want)
	}
}

// fraction is what a turn takes of a stream that was split by family.
func fraction[T any](all []T, i int) []T { return all[len(all)*i/turns : len(all)*(i+1)/turns] }

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
					first := addrs[:batch*8]
					if state == "sketched" {
						first = append(uniform(w.Family, 1<<18), first...)
					}
					p.run(c, first)
					if got := reportOf(b, c).Sources.Exact; got != (state == "exact") {
						b.Fatalf("exact: %v", got)
					}
					checkTally(b, reportOf(b, c), load.Exact(first))
					if state == "sketched" {
						// A tally that has run for long: millions of others have
						// come, and all of the stream.
						p.run(c, others(w.Family))
						p.run(c, addrs)
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
	v4, v6 := load.Split(addrs)
	f, n := new(load.Floor), load.NewNaive()
	var ours, floors, naives load.Stopwatch
	slow := func(i int) {
		naives.Time(naiveTurn, func() {
			for _, a := range addrs[i*turn:][:naiveTurn] {
				n.Add(a)
			}
		})
	}
	i := 0
	for b.Loop() {
		// Each comes to addresses that the other has not just drawn into the
		// caches, and both come after the naive pipeline.
		far := (i + turns/2) % turns
		slow(i)
		ours.Time(turn, func() { run(addrs[i*turn:][:turn]) })
		slow(far)
		floors.Time(turn, func() { f.Add(fraction(v4, far), fraction(v6, far)) })
		i = (i + 1) % turns
	}
	b.ReportMetric(0, "ns/op") // an operation is a turn of each, which means nothing
	b.ReportMetric(ours.PerEvent(), "ns/event")
	b.ReportMetric(ours.PerEvent()/floors.PerEvent(), "x-floor")
	b.ReportMetric(naives.PerEvent()/ours.PerEvent(), "x-naive")
}

func BenchmarkFloor(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.String(), func(b *testing.B) {
			v4, v6 := load.Split(streamOf(w))
			f := new(load.Floor)
			var s load.Stopwatch
			i := 0
			for b.Loop() {
				s.Time(turn, func() { f.Add(fraction(v4, i), fraction(v6, i)) })
				i = (i + 1) % turns
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(s.PerEvent(), "ns/event")
		})
	}
}

func BenchmarkNaive(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.String(), func(b *testing.B) {
			addrs := streamOf(w)
			check := load.NewNaive()
			for _, a := range addrs[:batch*8] {
				check.Add(a)
			}
			want := load.Exact(addrs[:batch*8])
			for o := range want.Sources {
				near(b, o.String(), float64(check.Countries[o.String()].Sources.Estimate()), want.Distinct(o))
			}
			n := load.NewNaive()
			var s load.Stopwatch
			i := 0
			for b.Loop() {
				s.Time(naiveTurn, func() {
					for _, a := range addrs[i*naiveTurn : (i+1)*naiveTurn] {
						n.Add(a)
					}
				})
				i = (i + 1) % (events / naiveTurn)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(s.PerEvent(), "ns/event")
		})
	}
}

// BenchmarkReport is a snapshot and a report of as many countries as there are, all
// sketched.
func BenchmarkReport(b *testing.B) {
	t := newTally()
	t.AddBatch(uniform("mixed", 1<<20))
	if n := len(reportOf(b, t).Countries); n < 200 {
		b.Fatalf("%d countries", n)
	}
	b.ReportAllocs()
	for b.Loop() {
		reportOf(b, t)
	}
}

// BenchmarkFullReport is all that can be asked of one tally: the report with its tests, two
// claims together, another database, and the networks of the claimed sources.
func BenchmarkFullReport(b *testing.B) {
	t := newTally()
	t.AddBatch(uniform("v4", 1<<20))
	second := attribution.Enrichment{Databases: []*geo.Table{must(routed.Table())}}
	claims := []attribution.Claim{attribution.Majority("US"), attribution.Plurality("US")}
	full := func() attribution.Report {
		s := must(t.Snapshot().Enrich(second))

		return must(s.Report(attribution.Policy{Joint: true}, claims...))
	}
	r := full()
	if n := len(r.Countries); n < 200 || r.Sources.Exact || len(r.Verdicts[0].Opinions) != 2 {
		b.Fatalf("%d countries, exact %v, %d opinions", n, r.Sources.Exact, len(r.Verdicts[0].Opinions))
	}
	b.ReportAllocs()
	for b.Loop() {
		full()
	}
}
