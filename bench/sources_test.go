package bench

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/internal/testenv"
)

// distinct returns n different IPv4 addresses, drawn evenly over all networks, in the order of their first draw.
func distinct(n int) []uint32 {
	rng := rand.New(rand.NewPCG(1, 2))
	drawn := make([]uint64, 1<<32/64) // a bit for every address
	ips := make([]uint32, 0, n)
	for len(ips) < n {
		ip := load.DrawV4(rng)
		if word, bit := &drawn[ip/64], uint64(1)<<(ip%64); *word&bit == 0 {
			*word |= bit
			ips = append(ips, ip)
		}
	}
	return ips
}

func TestDistinct(t *testing.T) {
	long := distinct(200_000)
	seen := map[uint32]bool{}
	for _, ip := range long {
		if seen[ip] || !load.Table().Lookup4(ip).IsCountry() {
			t.Fatalf("%v: seen before (%v) or without a country", load.Addr4(ip), seen[ip])
		}
		seen[ip] = true
	}
	if !slices.Equal(distinct(1000), long[:1000]) {
		t.Error("1000 addresses are not the first of 200,000")
	}
}

// BenchmarkSources is BenchmarkTally on IPv4 batches from as many distinct sources. All of them have been counted
// before, and then come again at random. With -long there are up to 100 million, which takes 1 GB.
func BenchmarkSources(b *testing.B) {
	most := 30_000
	if testenv.Long() {
		most = 100_000_000
	}
	var all []uint32
	for decade := 100; decade <= most; decade *= 10 {
		for _, n := range []int{decade, 3 * decade} {
			if n > most {
				break
			}
			b.Run(fmt.Sprintf("sources=%d", n), func(b *testing.B) {
				if all == nil {
					all = distinct(most)
				}
				sources := all[:n]
				tally := must(attribution.NewTally(load.Table(), attribution.Options{}))
				for addrs := range load.Batches(sources, batch) {
					tally.AddBatch(addrs)
				}
				near(b, "all", float64(reportOf(b, tally).Sources.Value), n)

				rng := rand.New(rand.NewPCG(3, 4))
				stream := make([]netip.Addr, events)
				for i := range stream {
					stream[i] = load.Addr4(sources[rng.IntN(n)])
				}
				race(b, 1, byAddr, stream, func(addrs []netip.Addr) { paths[0].run(tally, addrs) })
			})
		}
	}
}
