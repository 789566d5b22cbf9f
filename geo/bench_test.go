package geo_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

// A probe is an address in the forms that the lookups take.
type probe struct {
	addr   netip.Addr
	hi, lo uint64
}

func (p probe) ip4() uint32 { return uint32(p.lo) }

func newProbe(addr netip.Addr) probe {
	b := addr.As16()
	return probe{addr, binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// uniform returns addresses that are uniform over the ranges of one family, and
// in each over its /64 networks or its IPv4 addresses: no order, no locality,
// the hardest case for the caches.
func uniform(t *geo.Table, is4 bool, n int) []probe {
	ranges := slices.DeleteFunc(slices.Collect(t.Ranges()), func(r geo.Range) bool { return r.First.Is4() != is4 })
	r := rand.New(rand.NewPCG(1, 2))
	probes := make([]probe, n)
	for i := range probes {
		x := ranges[r.IntN(len(ranges))]
		first, last := newProbe(x.First), newProbe(x.Last)
		b := x.First.As16()
		if is4 {
			binary.BigEndian.PutUint32(b[12:], first.ip4()+r.Uint32N(last.ip4()-first.ip4()+1))
			probes[i] = newProbe(netip.AddrFrom16(b).Unmap())
			continue
		}
		binary.BigEndian.PutUint64(b[:8], first.hi+r.Uint64N(last.hi-first.hi+1))
		probes[i] = newProbe(netip.AddrFrom16(b))
	}
	return probes
}

// recurring returns n draws from the first few probes, as from the sources of
// one attack.
func recurring(probes []probe, few int) []probe {
	r := rand.New(rand.NewPCG(3, 4))
	list := make([]probe, len(probes))
	for i := range list {
		list[i] = probes[r.IntN(few)]
	}
	return list
}

var sink int

// BenchmarkLookup measures the throughput of independent lookups in a loop. One
// operation is one lookup.
func BenchmarkLookup(b *testing.B) {
	table, err := dbip.Table()
	if err != nil {
		b.Fatal(err)
	}
	const n = 1 << 20
	all4, all6 := uniform(table, true, n), uniform(table, false, n)
	for _, set := range []struct {
		name   string
		probes []probe
		is4    bool
	}{
		{"family=4/sources=uniform", all4, true},
		{"family=4/sources=20000", recurring(all4, 20000), true},
		{"family=6/sources=uniform", all6, false},
		{"family=6/sources=20000", recurring(all6, 20000), false},
	} {
		ips, his, addrs := make([]uint32, n), make([]uint64, n), make([]netip.Addr, n)
		for i, p := range set.probes {
			ips[i], his[i], addrs[i] = p.ip4(), p.hi, p.addr
		}
		// As many lookups as the benchmark asks for, in blocks of a pipeline's size.
		each := func(name string, lookup func(from, to int) int) {
			b.Run("func="+name+"/"+set.name, func(b *testing.B) {
				const block = 256
				sum := 0
				for i := 0; i < b.N; i += block {
					from := i & (n - 1)
					sum += lookup(from, from+min(block, b.N-i))
				}
				sink += sum
			})
		}
		if set.is4 {
			each("Lookup4", func(from, to int) (sum int) {
				for _, ip := range ips[from:to] {
					sum += int(table.Lookup4(ip))
				}
				return sum
			})
		} else {
			each("Lookup6", func(from, to int) (sum int) {
				for _, hi := range his[from:to] {
					sum += int(table.Lookup6(hi, 0))
				}
				return sum
			})
		}
		each("Lookup", func(from, to int) (sum int) {
			for _, addr := range addrs[from:to] {
				sum += int(table.Lookup(addr))
			}
			return sum
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	table, err := dbip.Table()
	if err != nil {
		b.Fatal(err)
	}
	data, err := table.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := geo.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(data)), "encoded-B")
	b.ReportMetric(float64(table.Size()), "table-B")
}

func BenchmarkRanges(b *testing.B) {
	table, err := dbip.Table()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for range table.Ranges() {
			sink++
		}
	}
}
