package scenario

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"sort"

	"github.com/whence-go/whence/geo"
)

// A source is drawn and told from others by its key: the number of its IPv4
// address, or the upper half of its IPv6 address. The two do not meet, because
// global IPv6 addresses begin at 2000::.

// Population knows where the sources of each origin can be. It is immutable and
// safe for concurrent use: one serves any number of scenarios.
type Population struct {
	table *geo.Table
	pools [2][geo.MaxOrigins]pool // IPv4, IPv6
}

// pool is a set of keys as ranges in ascending order.
type pool struct {
	ranges []keyRange
	start  []uint64 // number of keys in the ranges before each
	total  uint64
}

type keyRange struct {
	first, last uint64
	origin      geo.Origin // of a country; nothing else needs it
}

func (p *pool) add(r keyRange) {
	p.ranges = append(p.ranges, r)
	p.start = append(p.start, p.total)
	p.total += r.last - r.first + 1
}

// at returns the i-th key, and the range that it lies in.
func (p *pool) at(i uint64) (uint64, keyRange) {
	n := sort.Search(len(p.start), func(n int) bool { return p.start[n] > i }) - 1
	r := p.ranges[n]
	return r.first + i - p.start[n], r
}

// silent lists the /8 blocks that are assigned and located but have no public
// users (most are the United States Department of Defense's). No real
// population has sources there, and that is how forged addresses give
// themselves away.
var silent = []string{
	"6.0.0.0/8", "7.0.0.0/8", "11.0.0.0/8", "21.0.0.0/8", "22.0.0.0/8", "26.0.0.0/8", "28.0.0.0/8",
	"29.0.0.0/8", "30.0.0.0/8", "33.0.0.0/8", "55.0.0.0/8", "214.0.0.0/8", "215.0.0.0/8",
}

// leaks lists the blocks from which reserved sources reach a collector by
// mistake: those that networks use inside and forget to translate (RFC 1918,
// RFC 6598).
var leaks = []string{"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"}

// nowhere lists the other special-purpose blocks, of IPv6 those in 2000::/3.
var nowhere = []string{
	"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
}

// NewPopulation returns the population of a table: under each country its
// addresses, under [geo.Unlocated] the public ones of no country, and under
// [geo.Reserved] private IPv4 addresses. Where routed is not nil, countries keep
// only the addresses for which routed, too, has an origin: no real source sends
// from a network that nobody announces.
func NewPopulation(table, routed *geo.Table) *Population {
	p := &Population{table: table}
	private, special, unused := blocks(leaks), blocks(nowhere), blocks(silent)
	located := keyRanges(table)
	var announced [2][]keyRange
	if routed != nil {
		announced = keyRanges(routed)
	}
	everything := blocks([]string{"0.0.0.0/0", "2000::/3"})
	for f := range p.pools {
		countries := without(located[f], unused[f])
		if routed != nil {
			countries = within(countries, announced[f])
		}
		rest := everything[f]
		for _, list := range [][]keyRange{private[f], special[f], unused[f], located[f]} {
			rest = without(rest, list)
		}
		for _, r := range countries {
			p.pools[f][r.origin].add(r)
		}
		for _, r := range rest {
			p.pools[f][geo.Unlocated].add(r)
		}
		for _, r := range private[f] {
			p.pools[f][geo.Reserved].add(r)
		}
	}
	return p
}

// bySpace returns the countries that have IPv4 addresses, the largest first.
func (p *Population) bySpace() []geo.Origin {
	var list []geo.Origin
	for o := range geo.Countries() {
		if p.pools[ipv4][o].total > 0 {
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b geo.Origin) int {
		return cmp.Compare(p.pools[ipv4][b].total, p.pools[ipv4][a].total)
	})
	return list
}

const (
	ipv4 = iota
	ipv6
)

// keyRanges returns the ranges of a table as keys, by family. An IPv6 key belongs
// to the range that holds the first address of its /64 network.
func keyRanges(t *geo.Table) (list [2][]keyRange) {
	for r := range t.Ranges() {
		k := keyRange{key(r.First), key(r.Last), r.Origin}
		f := ipv4
		if r.First.Is6() {
			f = ipv6
			if first := r.First.As16(); binary.BigEndian.Uint64(first[8:]) != 0 {
				k.first++
			}
		}
		if k.first <= k.last {
			list[f] = append(list[f], k)
		}
	}
	return list
}

func key(a netip.Addr) uint64 {
	if a.Is4() {
		b := a.As4()
		return uint64(binary.BigEndian.Uint32(b[:]))
	}
	b := a.As16()
	return binary.BigEndian.Uint64(b[:])
}

// blocks returns prefixes as ranges of keys in ascending order, by family.
func blocks(prefixes []string) (list [2][]keyRange) {
	for _, s := range prefixes {
		p := netip.MustParsePrefix(s)
		f, bits := ipv4, 32
		if p.Addr().Is6() {
			f, bits = ipv6, 64
		}
		first := key(p.Addr())
		list[f] = append(list[f], keyRange{first: first, last: first + 1<<(bits-p.Bits()) - 1})
	}
	return list
}

// within returns the parts of a's ranges that lie in b's. In this and in
// without, the ranges of each list are disjoint and ascending.
func within(a, b []keyRange) []keyRange {
	var out []keyRange
	for _, r := range a {
		for len(b) > 0 && b[0].last < r.first {
			b = b[1:]
		}
		for _, other := range b {
			if other.first > r.last {
				break
			}
			out = append(out, keyRange{max(r.first, other.first), min(r.last, other.last), r.origin})
		}
	}
	return out
}

// without returns the parts of a's ranges that do not lie in b's.
func without(a, b []keyRange) []keyRange {
	var out []keyRange
	for _, r := range a {
		for len(b) > 0 && b[0].last < r.first {
			b = b[1:]
		}
		for _, other := range b {
			if other.first > r.last {
				break
			}
			if other.first > r.first {
				out = append(out, keyRange{r.first, other.first - 1, r.origin})
			}
			r.first = other.last + 1
		}
		if r.first <= r.last {
			out = append(out, r)
		}
	}
	return out
}
