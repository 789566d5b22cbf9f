package geo

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// A scan is the table that is too slow to be wrong: the longest prefix that contains an
// address has its origin, and special-purpose space has none.
type scan map[netip.Prefix]Origin

func (s scan) lookup(addr netip.Addr) Origin {
	if !addr.IsValid() {
		return Unlocated
	}
	addr = addr.Unmap().WithZone("")
	special := special6
	if addr.Is4() {
		special = special4
	}
	for _, p := range special {
		if p.Contains(addr) {
			return Reserved
		}
	}
	return s.longest(addr)
}

// longest returns the origin of the longest prefix that contains addr.
func (s scan) longest(addr netip.Addr) Origin {
	longest, origin := -1, Unlocated
	for p, o := range s {
		if p.Contains(addr) && p.Bits() > longest {
			longest, origin = p.Bits(), o
		}
	}
	return origin
}

// randomScan returns prefixes of all lengths, nested and in special space.
func randomScan(r *rand.Rand, n int) scan {
	s := scan{}
	var list []netip.Prefix
	for len(s) < n {
		var p netip.Prefix
		switch r.IntN(4) {
		case 0:
			p = netip.PrefixFrom(ipv4.addr(uint128{0, uint64(r.Uint32())}), 4+r.IntN(29))
		case 1:
			p = netip.PrefixFrom(ipv6.addr(uint128{1<<61 | r.Uint64()>>3, r.Uint64()}), 4+r.IntN(125))
		default: // near another one
			if len(list) == 0 {
				continue
			}
			near := list[r.IntN(len(list))]
			size := near.Addr().BitLen()
			bits := min(size, near.Bits()+r.IntN(20))
			a := number(near.Addr())
			noise := uint128{r.Uint64(), r.Uint64()}.shr(uint(128 - (size - near.Bits())))
			if near.Bits() == size {
				noise = uint128{}
			}
			f := ipv6
			if size == 32 {
				f = ipv4
			}
			p = netip.PrefixFrom(f.addr(a.add(noise)), bits)
		}
		p = p.Masked()
		list = append(list, p)
		s[p] = firstCountry + Origin(r.IntN(4))
	}
	return s
}

// table compiles the scan, from the answers that it gives at each end of its prefixes.
func (s scan) table(t testing.TB) *Table {
	t.Helper()
	var list [2][]run
	for i, f := range []*family{ipv4, ipv6} {
		var ends []uint128 // the last addresses before something may change
		for p := range s {
			if p.Addr().BitLen() != f.bits {
				continue
			}
			x := spanOf(p)
			if ends = append(ends, x.last); x.first != (uint128{}) {
				ends = append(ends, x.first.prev())
			}
		}
		slices.SortFunc(ends, func(a, b uint128) int { return f.addr(a).Compare(f.addr(b)) })
		r := runs{family: f}
		for _, end := range ends {
			r.cover(end, s.longest(f.addr(end)))
		}
		list[i] = r.close()
	}
	return mustTable(t, Info{Name: "scan"}, list[0], list[1])
}

// probes returns the addresses at and next to every boundary, and random ones.
func (s scan) probes(r *rand.Rand) []netip.Addr {
	list := []netip.Addr{{}, netip.MustParseAddr("::ffff:5.6.7.8"), netip.MustParseAddr("2a00::1%eth0")}
	for p := range s {
		x, f := spanOf(p), ipv6
		if p.Addr().Is4() {
			f = ipv4
		}
		list = append(list, f.addr(x.first), f.addr(x.first.prev()), f.addr(x.last), f.addr(x.last.next()))
	}
	for range 2000 {
		list = append(list, ipv4.addr(uint128{0, uint64(r.Uint32())}),
			ipv6.addr(uint128{1<<61 | r.Uint64()>>3, r.Uint64()}), ipv6.addr(uint128{r.Uint64(), r.Uint64()}))
	}
	return list
}

// compareWithScan compares every way to look up, and the ranges, with the linear scan.
func compareWithScan(t *testing.T, table *Table, s scan, addrs []netip.Addr) {
	t.Helper()
	ranges := slices.Collect(table.Ranges())
	for _, addr := range addrs {
		want := s.lookup(addr)
		if got := table.Lookup(addr); got != want {
			t.Fatalf("Lookup(%v) = %v, want %v", addr, got, want)
		}
		if !addr.IsValid() {
			continue
		}
		plain := addr.Unmap().WithZone("")
		n := number(plain)
		direct := table.Lookup6
		if plain.Is4() {
			direct = func(_, lo uint64) Origin { return table.Lookup4(uint32(lo)) }
		}
		if got := direct(n.hi, n.lo); got != want {
			t.Fatalf("Lookup4 or 6 of %v is %v, want %v", addr, got, want)
		}
		at, found := slices.BinarySearchFunc(ranges, plain, func(r Range, a netip.Addr) int {
			return r.First.Compare(a)
		})
		if !found {
			at--
		}
		inRange := Unlocated
		if at >= 0 && plain.Compare(ranges[at].Last) <= 0 {
			inRange = ranges[at].Origin
		}
		if inRange != want && want != Reserved {
			t.Fatalf("the ranges have %v for %v, want %v", inRange, addr, want)
		}
	}
}
