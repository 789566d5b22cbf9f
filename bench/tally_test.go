package bench

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
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
	AddIPv4([]uint32)
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

// path is a way in.
type path struct {
	name string
	make func() counter
	run  func(counter, []netip.Addr)
	ipv4 func(counter, []uint32)
}

// workers is the number of goroutines that use it.
func (p *path) workers() int {
	if p.name == "concurrent" {
		return runtime.GOMAXPROCS(0)
	}
	return 1
}

var paths = []path{
	{"batch", newTally, inBatches(counter.AddBatch), inBatches(counter.AddIPv4)},
	{"single", newTally, func(c counter, addrs []netip.Addr) {
		t := c.(*attribution.Tally)
		for _, a := range addrs {
			t.Add(a)
		}
	}, nil},
	{"concurrent", newSharded, onAllCores(inBatches(counter.AddBatch)), onAllCores(inBatches(counter.AddIPv4))},
}

func inBatches[T any](add func(counter, []T)) func(counter, []T) {
	return func(c counter, events []T) {
		for part := range slices.Chunk(events, batch) {
			add(c, part)
		}
	}
}

func onAllCores[T any](run func(counter, []T)) func(counter, []T) {
	return func(c counter, events []T) {
		inParts(runtime.GOMAXPROCS(0), events, func(_ int, part []T) { run(c, part) })
	}
}

// inParts has each of some goroutines take its part of a stream.
func inParts[T any](workers int, events []T, take func(worker int, part []T)) {
	var wait sync.WaitGroup
	for w := range workers {
		part := events[len(events)*w/workers : len(events)*(w+1)/workers]
		wait.Go(func() { take(w, part) })
	}
	wait.Wait()
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

// events is the length of a stream.
const events = 1 << 22

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

// BenchmarkTally times whence beside the floor and the naive pipeline.
func BenchmarkTally(b *testing.B) {
	for _, p := range paths {
		for _, w := range workloads {
			for _, state := range []string{"exact", "sketched"} {
				b.Run("path="+p.name+"/"+w.String()+"/state="+state, func(b *testing.B) {
					c, addrs := p.make(), streamOf(w)
					if state == "exact" {
						addrs = within(addrs, 60_000)
					}
					settle(b, c, w, addrs, state == "exact", p.run)
					race(b, p.workers(), byAddr, addrs, func(addrs []netip.Addr) { p.run(c, addrs) })
				})
			}
		}
	}
}

// settle checks that c counts the first events of a stream right, and has it come to its
// steady state: beyond the exact one, millions of others have come, and all of the stream.
func settle(b *testing.B, c counter, w load.Workload, addrs []netip.Addr, exact bool, run func(counter, []netip.Addr)) {
	first := addrs[:batch*8]
	if !exact {
		first = append(uniform(w.Family, 1<<18), first...)
	}
	run(c, first)
	if got := reportOf(b, c).Sources.Exact; got != exact {
		b.Fatalf("exact: %v", got)
	}
	checkTally(b, reportOf(b, c), load.Exact(first))
	if !exact {
		run(c, others(w.Family))
	}
	run(c, addrs)
}

// BenchmarkIPv4 is BenchmarkTally with addresses as integers, on one core and on all.
func BenchmarkIPv4(b *testing.B) {
	for _, p := range paths {
		if p.ipv4 == nil {
			continue
		}
		for _, w := range workloads {
			if w.Family != "v4" {
				continue
			}
			b.Run("path="+p.name+"/sources="+w.Sources+"/state=sketched", func(b *testing.B) {
				c, addrs := p.make(), streamOf(w)
				settle(b, c, w, addrs, false, p.run)
				ips, _ := load.Split(addrs)
				race(b, p.workers(), byIPv4, ips, func(ips []uint32) { p.ipv4(c, ips) })
			})
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
