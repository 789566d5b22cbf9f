package peers

import (
	"flag"
	"fmt"
	"math"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/whence-go/whence/bench/internal/load"
)

// workload is what all peers count.
var workload = load.Workload{Family: "v4", Sources: "uniform"}

// events is the length of the stream that is timed.
const events = 1 << 20

// batch is the number of addresses that are handed over at once where that is
// how it is done.
const batch = 4096

// threads is the number of those that use more than one.
const threads = 2

// A peer is another way to count distinct sources per country.
type peer struct {
	name string

	// rival is the peer it takes turns with, "" for those that are whence.
	rival string

	// standardError is the relative one of its counts, 0 if they are exact.
	standardError float64

	// open makes everything ready for counting addresses, or skips. What it returns
	// counts all of them from nothing; of this the time is taken.
	open func(tb testing.TB, ips []uint32) (count func() counts)

	// version says of what is measured which one it is; "" if it is not there,
	// nil if go.mod says it.
	version func() string
}

// counts are distinct sources per country.
type counts map[string]uint64

// Standard errors of HyperLogLogs with 2^14 and with 64 registers.
var (
	registers16384 = 1.04 / math.Sqrt(1<<14)
	registers64    = 1.04 / math.Sqrt(1<<6)
)

var peers = []peer{
	{name: "whence", standardError: registers16384, open: openWhence},
	{name: "whence-sharded", rival: "whence", standardError: registers16384, open: openSharded},
	{name: "maps", rival: "whence", open: openMaps},
	{name: "hyperloglog", rival: "whence", standardError: registers16384, open: openHyperLogLog},
	{name: "duckdb", rival: "whence", standardError: registers64,
		open: openDuckDB("approx_count_distinct(ip)"), version: duckdbVersion},
	{name: "duckdb-exact", rival: "whence", open: openDuckDB("count(DISTINCT ip)")},
	{name: "redis", rival: "whence", standardError: registers16384, open: openRedis, version: redisVersion},
	{name: "attribute", standardError: registers16384, open: openAttribute},
	{name: "goaccess", rival: "attribute", open: openGoAccess, version: goAccessVersion},
}

func named(name string) peer {
	for _, p := range peers {
		if p.name == name {
			return p
		}
	}
	panic("no peer " + name)
}

// exact counts by remembering every address.
func exact(ips []uint32) counts {
	var addrs []netip.Addr
	for part := range load.Batches(ips, batch) {
		addrs = append(addrs, part...)
	}
	n := counts{}
	for o, sources := range load.Exact(addrs).Sources {
		n[o.String()] = uint64(len(sources))
	}
	return n
}

// check holds the counts of a peer against exact ones: 5 of its standard errors
// and one source are allowed.
func (p peer) check(tb testing.TB, got, want counts) {
	tb.Helper()
	if len(got) != len(want) {
		tb.Fatalf("%s: %d countries, want %d", p.name, len(got), len(want))
	}
	for code, distinct := range want {
		allowed := 0.0
		if p.standardError > 0 {
			allowed = 5*p.standardError*float64(distinct) + 1
		}
		if math.Abs(float64(got[code])-float64(distinct)) > allowed {
			tb.Fatalf("%s: %s: %d distinct sources, want %d within %.0f", p.name, code, got[code], distinct, allowed)
		}
	}
}

func TestPeers(t *testing.T) {
	ips, _ := load.Split(workload.Stream(1 << 17)) // more than whence counts exactly
	want := exact(ips)
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			count := p.open(t, ips)
			p.check(t, count(), want)
			p.check(t, count(), want) // it begins anew
		})
	}
}

func BenchmarkPeers(b *testing.B) {
	ips, _ := load.Split(workload.Stream(events))
	want := exact(ips)
	for _, p := range peers {
		b.Run("peer="+p.name+"/"+workload.String(), func(b *testing.B) {
			count := p.open(b, ips)
			p.check(b, count(), want)
			rival := func() counts { return nil }
			if p.rival != "" {
				rival = named(p.rival).open(b, ips)
				named(p.rival).check(b, rival(), want)
			}
			var theirs, ours load.Stopwatch
			for b.Loop() {
				runtime.GC() // nobody sweeps up after another
				ours.Time(events, func() { rival() })
				runtime.GC()
				theirs.Time(events, func() { count() })
			}
			b.ReportMetric(0, "ns/op") // an operation is a turn of each
			b.ReportMetric(theirs.PerEvent(), "ns/event")
			if p.rival != "" {
				b.ReportMetric(theirs.PerEvent()/ours.PerEvent(), "x-whence")
			}
		})
	}
}

// TestMain heads benchmark results with the versions of what is measured, in the
// form of their other "key: value" lines.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() != "" {
		for _, p := range peers {
			if p.version == nil {
				continue
			}
			if v := strings.TrimSpace(p.version()); v != "" {
				fmt.Printf("%s: %s\n", p.name, v)
			}
		}
	}
	os.Exit(m.Run())
}
