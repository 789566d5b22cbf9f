package bench

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"testing"

	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/geo"
)

// BenchmarkOrigins is BenchmarkTally on IPv4 batches from as many countries, those
// with most networks: each country has registers of its own, 16 KiB that must be
// in a cache.
func BenchmarkOrigins(b *testing.B) {
	all := uniform("v4", events)
	count := map[geo.Origin]int{}
	for _, a := range all {
		count[load.Table().Lookup(a)]++
	}
	var byCount []geo.Origin
	for o := range count {
		byCount = append(byCount, o)
	}
	slices.SortFunc(byCount, func(x, y geo.Origin) int {
		return cmp.Or(cmp.Compare(count[y], count[x]), cmp.Compare(x, y))
	})
	for _, n := range []int{1, 10, 50, len(byCount)} {
		b.Run("origins="+strconv.Itoa(n), func(b *testing.B) {
			kept := slices.DeleteFunc(slices.Clone(all), func(a netip.Addr) bool {
				return slices.Index(byCount, load.Table().Lookup(a)) >= n
			})
			rng := rand.New(rand.NewPCG(9, 10))
			for len(kept) < events { // the same again, in another order
				kept = append(kept, kept[rng.IntN(len(kept))])
			}
			p := paths[0]
			c := p.make()
			p.run(c, kept)
			checkTally(b, reportOf(b, c), load.Exact(kept))
			race(b, 1, byAddr, kept, func(addrs []netip.Addr) { p.run(c, addrs) })
		})
	}
}
