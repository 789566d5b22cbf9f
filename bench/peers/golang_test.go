package peers

import (
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/bench/internal/load"
)

func openWhence(tb testing.TB, ips []uint32) func() counts {
	return func() counts {
		tally, err := attribution.NewTally(load.Table(), attribution.Options{})
		if err != nil {
			tb.Fatal(err)
		}
		for addrs := range load.Batches(ips, batch) {
			tally.AddBatch(addrs)
		}
		return countsOf(tb, tally.Snapshot())
	}
}

// openSharded counts on as many cores as DuckDB has.
func openSharded(tb testing.TB, ips []uint32) func() counts {
	return func() counts {
		tally, err := attribution.NewShardedTally(load.Table(), attribution.Options{})
		if err != nil {
			tb.Fatal(err)
		}
		var wait sync.WaitGroup
		for part := range slices.Chunk(ips, (len(ips)+threads-1)/threads) {
			wait.Go(func() {
				for addrs := range load.Batches(part, batch) {
					tally.AddBatch(addrs)
				}
			})
		}
		wait.Wait()
		return countsOf(tb, tally.Snapshot())
	}
}

func countsOf(tb testing.TB, s attribution.Snapshot) counts {
	report, err := s.Report(attribution.Policy{})
	if err != nil {
		tb.Fatal(err)
	}
	n := counts{}
	for _, row := range report.Countries {
		n[row.Origin.String()] = row.Sources
	}
	return n
}

func openHyperLogLog(tb testing.TB, ips []uint32) func() counts {
	load.Database()
	return func() counts {
		naive := load.NewNaive()
		for addrs := range load.Batches(ips, batch) {
			for _, a := range addrs {
				naive.Add(a)
			}
		}
		n := counts{}
		for code, c := range naive.Countries {
			n[code] = c.Sources.Estimate()
		}
		return n
	}
}

func openMaps(tb testing.TB, ips []uint32) func() counts {
	db := load.Database()
	return func() counts {
		sources := map[string]map[netip.Addr]struct{}{}
		for addrs := range load.Batches(ips, batch) {
			for _, a := range addrs {
				code := load.Decode(db, a)
				if sources[code] == nil {
					sources[code] = map[netip.Addr]struct{}{}
				}
				sources[code][a] = struct{}{}
			}
		}
		n := counts{}
		for code, set := range sources {
			n[code] = uint64(len(set))
		}
		return n
	}
}
