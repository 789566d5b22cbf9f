package bench

import (
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/bench/internal/load"
)

// feed counts addresses in batches and times nothing else. They come as integers: a stream
// of netip.Addr would be scanned by the garbage collector, which is part of a life.
type feed func(s *load.Stopwatch, t *attribution.Tally, ips []uint32)

func feedIPv4(s *load.Stopwatch, t *attribution.Tally, ips []uint32) {
	for part := range slices.Chunk(ips, batch) {
		s.Time(len(part), func() { t.AddIPv4(part) })
	}
}

var addrs = make([]netip.Addr, 0, batch) // of feedAddrs, that it allocates nothing

func feedAddrs(s *load.Stopwatch, t *attribution.Tally, ips []uint32) {
	for part := range slices.Chunk(ips, batch) {
		addrs = addrs[:0]
		for _, ip := range part {
			addrs = append(addrs, load.Addr4(ip))
		}
		s.Time(len(part), func() { t.AddBatch(addrs) })
	}
}

// BenchmarkLife times the whole life of a tally, from nothing until it has counted so many
// sources, each of which comes once; and the same with the memory of a life before. Sources
// are others in every turn. In between come the same sources again, which is the steady state:
//
//	ns/event   of a whole life
//	x-steady   to the steady state of the same tally
//	x-reused   of a life with memory of another, to the steady state
//	x-hinted   of a life that knows how many come, to the steady state
//	x-floor    of a whole life, to the better floor on sources that it has not seen either, with
//	           empty registers that are its already
//	x-held     memory that a life allocates, to what the tally then holds
//	B/reused   memory that a life with memory of another allocates
func BenchmarkLife(b *testing.B) {
	pool := distinct(1 << 21)
	for _, input := range []string{"addr", "ipv4"} {
		take := map[string]feed{"addr": feedAddrs, "ipv4": feedIPv4}[input]
		for _, n := range []int{10_000, 60_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("sources=%d/input=%s", n, input), func(b *testing.B) { lives(b, n, pool, take) })
		}
	}
}

func lives(b *testing.B, n int, pool []uint32, take feed) {
	hinted := attribution.Options{ExpectedSources: n}
	reused := must(attribution.NewTally(load.Table(), attribution.Options{}))
	var life, steady, again, expecting, unused load.Stopwatch
	var floor [2]load.Stopwatch
	f := newFloors(1)
	var allocated, reallocated, held uint64
	turn := 0
	next := func() []uint32 {
		turn++
		return pool[turn%(len(pool)/n)*n:][:n]
	}
	warm := func() *attribution.Tally { // with memory that the life before had
		reused.Reset(nil)
		take(&unused, reused, next())
		reused.Reset(nil)
		return reused
	}
	check(b, warm(), next(), take)
	check(b, must(attribution.NewTally(load.Table(), hinted)), next(), take)
	for b.Loop() {
		ips := next()
		var t *attribution.Tally
		allocated += during(func() {
			start := time.Now()
			t = must(attribution.NewTally(load.Table(), attribution.Options{}))
			life.Since(start)
			take(&life, t, ips)
		})
		held += uint64(t.Size())
		for range max(1, 100_000/n) {
			take(&steady, t, ips)
		}
		t = warm()
		ips = next()
		reallocated += during(func() { take(&again, t, ips) })

		start := time.Now()
		t = must(attribution.NewTally(load.Table(), hinted))
		expecting.Since(start)
		take(&expecting, t, next())

		for i := range f {
			f[i][0].Reset()
			ips = next()
			floor[i].Time(n, func() { f[i][0].AddIPv4(ips) })
		}
	}
	b.ReportMetric(0, "ns/op") // an operation is one life of each kind
	b.ReportMetric(life.PerEvent(), "ns/event")
	b.ReportMetric(life.PerEvent()/steady.PerEvent(), "x-steady")
	b.ReportMetric(again.PerEvent()/steady.PerEvent(), "x-reused")
	b.ReportMetric(expecting.PerEvent()/steady.PerEvent(), "x-hinted")
	b.ReportMetric(life.PerEvent()/min(floor[0].PerEvent(), floor[1].PerEvent()), "x-floor")
	b.ReportMetric(float64(allocated)/float64(held), "x-held")
	b.ReportMetric(float64(reallocated)/float64(b.N), "B/reused")
}

// check sees to it that an empty tally counts right.
func check(b *testing.B, t *attribution.Tally, ips []uint32, take feed) {
	b.Helper()
	var s load.Stopwatch
	take(&s, t, ips)
	r := reportOf(b, t)
	near(b, "all", float64(r.Sources.Value), len(ips))
	if r.Events != uint64(len(ips)) || r.Sources.Exact != (len(ips) <= 65_536) {
		b.Fatalf("%d events, exact: %v", r.Events, r.Sources.Exact)
	}
}

// during returns how many bytes are allocated while f runs.
func during(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
