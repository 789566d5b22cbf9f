package geo

import (
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

func TestUint128(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() uint64 {
		return []uint64{0, 1, 1 << 63, math.MaxUint64, r.Uint64(), r.Uint64() >> r.IntN(64)}[r.IntN(6)]
	}
	toBig := func(a uint128) *big.Int {
		b := new(big.Int).SetUint64(a.hi)
		return b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(a.lo))
	}
	wrap := func(b *big.Int) *big.Int { return b.And(b, toBig(mask128(128))) }
	for range 5000 {
		a, b, n := uint128{word(), word()}, uint128{word(), word()}, uint(r.IntN(129))
		x, y := toBig(a), toBig(b)
		for name, pair := range map[string][2]*big.Int{
			"add":  {toBig(a.add(b)), wrap(new(big.Int).Add(x, y))},
			"sub":  {toBig(a.sub(b)), wrap(new(big.Int).Sub(x, y))},
			"shl":  {toBig(a.shl(n)), wrap(new(big.Int).Lsh(x, n))},
			"shr":  {toBig(a.shr(n)), new(big.Int).Rsh(x, n)},
			"mask": {toBig(mask128(n)), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), n), big.NewInt(1))},
			"zeros": {
				big.NewInt(int64(a.trailingZeros())),
				big.NewInt(min(128, int64(x.TrailingZeroBits())+int64(128*(1-x.Sign())))),
			},
		} {
			if pair[0].Cmp(pair[1]) != 0 {
				t.Fatalf("%s of %v, %v, %d: %x, want %x", name, a, b, n, pair[0], pair[1])
			}
		}
		if a.less(b) != (x.Cmp(y) < 0) {
			t.Fatalf("%v less %v: %v", a, b, a.less(b))
		}
		buf := a.appendUvarint([]byte{7})
		in := reader{data: append(buf[1:], 9)}
		if got := in.uvarint128(); got != a || in.err != nil || len(in.data) != 1 {
			t.Fatalf("varint of %v came back as %v, %v", a, got, in.err)
		}
	}
}

// TestSpecialSpace compares the blocks with the size that the registry's entries
// add up to: 592,708,864 addresses, 13.80 % of IPv4.
func TestSpecialSpace(t *testing.T) {
	var sum uint64
	for _, s := range ipv4.special {
		sum += s.last.sub(s.first).lo + 1
	}
	if sum != 592708864 {
		t.Errorf("%d special IPv4 addresses, %.4f %% of all", sum, float64(sum)/(1<<32)*100)
	}
	if share := float64(sum) / (1 << 32); math.Round(share*1e4) != 1380 {
		t.Errorf("special share of IPv4 is %v, want 13.80 %%", share)
	}
	for _, f := range []*family{ipv4, ipv6} {
		var all uint128
		for _, s := range f.special {
			all = all.add(s.last.sub(s.first)).next()
		}
		for i, p := range f.public {
			s := spanOf(p)
			all = all.add(s.last.sub(s.first)).next()
			if p != p.Masked() || i > 0 && !spanOf(f.public[i-1]).last.less(s.first) {
				t.Errorf("public prefix %v is out of order", p)
			}
			for _, x := range f.special {
				if !s.last.less(x.first) && !x.last.less(s.first) {
					t.Errorf("public prefix %v meets special space", p)
				}
			}
		}
		if all != f.last.next() {
			t.Errorf("IPv%d: special and public space add up to %v", f.bits, all)
		}
	}
}

func mustTable(t testing.TB, info Info, list4, list6 []run) *Table {
	t.Helper()
	table, err := newTable(info, list4, list6, [MaxOrigins]uint64{})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestReservedAddresses(t *testing.T) {
	table := mustTable(t, Info{}, (&runs{family: ipv4}).close(), (&runs{family: ipv6}).close())
	for want, list := range map[Origin][]string{
		Reserved: {
			"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
			"169.254.0.0", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.7",
			"192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.9",
			"203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255",
			"::", "::1", "::ffff:10.0.0.1", "64:ff9b::808:808", "100::1", "1fff:ffff::", "2001::1", "2001:1ff:ffff::",
			"2001:db8::1", "2002:808:808::1", "3fff::1", "3fff:fff:ffff::", "4000::", "5f00::1", "fc00::1",
			"fe80::1%eth0", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		},
		Unlocated: {
			"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
			"192.0.1.0", "192.0.3.0", "192.88.98.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
			"::ffff:8.8.8.8", "2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2003::", "3ffe:ffff::",
			"3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		},
	} {
		for _, s := range list {
			if got := table.Lookup(netip.MustParseAddr(s)); got != want {
				t.Errorf("%s is %v, want %v", s, got, want)
			}
		}
	}
	if got := table.Lookup(netip.Addr{}); got != Unlocated {
		t.Errorf("the zero Addr is %v", got)
	}
	space := table.Space()
	if space.IPv4[Unlocated] != 1 || space.IPv6[Unlocated] != 1 || space.IPv4[Reserved] != 0 {
		t.Errorf("shares of an empty table: %v, %v", space.IPv4[:2], space.IPv6[:2])
	}
}

func TestCoverKeepsSpecial(t *testing.T) {
	all := runs{family: ipv4}
	all.cover(ipv4.last, 7)
	all.cover(ipv4.last, 8)
	list := all.close()
	for i, r := range list {
		special := slices.ContainsFunc(ipv4.special, func(s span) bool {
			return !r.first.less(s.first) && !s.last.less(r.first)
		})
		if want := map[bool]Origin{true: Reserved, false: 7}[special]; r.origin != want {
			t.Errorf("run %d from %v has origin %d", i, ipv4.addr(r.first), r.origin)
		}
	}
	// The last two blocks are neighbors, and nothing is outside the first
	// and the last.
	if want := 2*(len(special4)-1) - 1; len(list) != want {
		t.Errorf("%d runs, want %d", len(list), want)
	}
}

// What is routed of each origin is what an address-by-address count gives, whatever
// way the ranges of the two tables lie.
func TestCountWithin(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		const first, span = 9<<24 + 1<<24 - 300, 600 // across the beginning of 10.0.0.0/8
		random := func() []run {
			out := runs{family: ipv4}
			out.cover(uint128{0, first - 1}, Unlocated)
			for at := uint64(first); at < first+span; {
				at += 1 + r.Uint64N(40)
				out.cover(uint128{0, at}, []Origin{Unlocated, 5, 6}[r.IntN(3)])
			}
			return out.close()
		}
		list, mask := random(), random()
		at := func(list []run, ip uint64) Origin {
			i := len(list) - 1
			for (uint128{0, ip}).less(list[i].first) {
				i--
			}
			return list[i].origin
		}
		var want [MaxOrigins]uint64
		for ip := uint64(first); ip < first+2*span; ip++ {
			if o := at(list, ip); o != Reserved && at(mask, ip).IsCountry() {
				want[o]++
			}
		}
		if got := countWithin(list, mask); got != want {
			t.Fatalf("%v within %v: %v, want %v", list, mask, got[:8], want[:8])
		}
	}
}
