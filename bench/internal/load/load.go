// Package load makes what the benchmarks run on and against: streams of
// addresses, the memory floor and the naive pipeline.
package load

import (
	"encoding/binary"
	"iter"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/internal/oracle"
	"github.com/whence-go/whence/internal/source"
)

// Table returns the embedded table, which is decoded once.
var Table = sync.OnceValue(func() *geo.Table {
	t, err := dbip.Table()
	if err != nil {
		panic(err)
	}
	return t
})

// span is a range of one origin, in the form that drawing from it needs: the
// first address and how many /32 or /64 follow.
type span struct{ first, more uint64 }

var spans = sync.OnceValue(func() (s struct{ v4, v6 []span }) {
	for r := range Table().Ranges() {
		if r.First.Is4() {
			a, b := uint64(bits4(r.First)), uint64(bits4(r.Last))
			s.v4 = append(s.v4, span{a, b - a})
		} else {
			a, b := high6(r.First), high6(r.Last)
			s.v6 = append(s.v6, span{a, b - a})
		}
	}
	return s
})

func bits4(addr netip.Addr) uint32 {
	b := addr.As4()
	return binary.BigEndian.Uint32(b[:])
}

var subnets = source.MaskOf(64)

// high6 takes an address apart as whence does: Addr.As16 would wait for its own result.
func high6(addr netip.Addr) uint64 { return subnets.Of(addr).Hi }

// Addr4 returns the IPv4 address whose first byte is the most significant of ip.
func Addr4(ip uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)})
}

// Batches yields IPv4 addresses n at a time as they are decoded, into memory that is used again.
// All of them at once would be scanned by the garbage collector, beside whoever is timed.
func Batches(ips []uint32, n int) iter.Seq[[]netip.Addr] {
	return func(yield func([]netip.Addr) bool) {
		addrs := make([]netip.Addr, 0, n)
		for part := range slices.Chunk(ips, n) {
			addrs = addrs[:0]
			for _, ip := range part {
				addrs = append(addrs, Addr4(ip))
			}
			if !yield(addrs) {
				return
			}
		}
	}
}

// DrawV4 picks a network of the table, then an address in it: the worst case for
// caches, since small networks come as often as large ones.
func DrawV4(rng *rand.Rand) uint32 {
	s := spans().v4[rng.IntN(len(spans().v4))]
	return uint32(s.first + rng.Uint64N(s.more+1))
}

// DrawV6 is DrawV4 for IPv6.
func DrawV6(rng *rand.Rand) netip.Addr {
	s := spans().v6[rng.IntN(len(spans().v6))]
	hi := s.first
	if s.more < 1<<63 {
		hi += rng.Uint64N(s.more + 1)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], rng.Uint64())
	return netip.AddrFrom16(b)
}

// Workload is a kind of stream.
type Workload struct {
	Family  string // v4, v6, or mixed: every fourth is IPv6
	Sources string // uniform, zipf, recurring (20,000 that come again and again), one
}

// String returns the workload as a part of a benchmark's name.
func (w Workload) String() string { return "family=" + w.Family + "/sources=" + w.Sources }

// Draw returns n sources of the family, hardly any of them twice.
func (w Workload) Draw(rng *rand.Rand, n int) []netip.Addr {
	addrs := make([]netip.Addr, n)
	for i := range addrs {
		if w.Family == "v6" || w.Family == "mixed" && i%4 == 0 {
			addrs[i] = DrawV6(rng)
		} else {
			addrs[i] = Addr4(DrawV4(rng))
		}
	}
	return addrs
}

// Stream returns the addresses of n events in the order in which they come, the
// same at every call.
func (w Workload) Stream(n int) []netip.Addr {
	rng := rand.New(rand.NewPCG(1, 2))
	repeated := func(sources int, next func() uint64) []netip.Addr {
		drawn := w.Draw(rng, sources)
		addrs := make([]netip.Addr, n)
		for i := range addrs {
			addrs[i] = drawn[next()]
		}
		return addrs
	}
	switch w.Sources {
	case "uniform":
		return w.Draw(rng, n)
	case "zipf":
		return repeated(1<<20, rand.NewZipf(rng, 1.1, 10, 1<<20-1).Uint64)
	case "recurring":
		return repeated(20_000, func() uint64 { return rng.Uint64N(20_000) })
	case "one":
		return repeated(1, func() uint64 { return 0 })
	}
	panic("load: no sources named " + w.Sources)
}

// Exact counts addresses by remembering all of them.
func Exact(addrs []netip.Addr) *oracle.Tally {
	t := oracle.New(Table().Lookup, 64)
	for _, a := range addrs {
		t.Add(a, 1, 0)
	}
	return t
}

// Stopwatch adds up what one of several competitors took, who run in turns so
// that the machine's drifting speed favours none. Its zero value is ready.
type Stopwatch struct {
	took   time.Duration
	events int
}

// Time times f, which counts the given number of events.
func (s *Stopwatch) Time(events int, f func()) {
	start := time.Now()
	f()
	s.took += time.Since(start)
	s.events += events
}

// Since adds the time since start, without any event.
func (s *Stopwatch) Since(start time.Time) { s.took += time.Since(start) }

// Add adds what another stopwatch has measured.
func (s *Stopwatch) Add(other Stopwatch) {
	s.took += other.took
	s.events += other.events
}

// PerEvent returns the nanoseconds per event over all that was timed.
func (s *Stopwatch) PerEvent() float64 { return float64(s.took.Nanoseconds()) / float64(s.events) }
