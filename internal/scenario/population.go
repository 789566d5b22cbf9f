package scenario

import (
	"cmp"
	"encoding/binary"
	"iter"
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
	taken *taken                  // by parts of one scenario; nil: each sampler begins anew
	part  uint64                  // number of the part, which makes its draws different
	pools [2][geo.MaxOrigins]pool // IPv4, IPv6
}

// pool is a set of keys as ranges in ascending order.
type pool struct {
	ranges []poolRange
	total  uint64
}

type poolRange struct {
	first uint64
	start uint64 // number of keys in the ranges before
}

type keyRange struct{ first, last uint64 }

func (p *pool) add(ranges ...keyRange) {
	for _, r := range ranges {
		p.ranges = append(p.ranges, poolRange{r.first, p.total})
		p.total += r.last - r.first + 1
	}
}

// at returns the i-th key, and the range that it lies in.
func (p *pool) at(i uint64) (uint64, keyRange) {
	n := sort.Search(len(p.ranges), func(n int) bool { return p.ranges[n].start > i }) - 1
	r := p.rangeAt(n)
	return r.first + i - p.ranges[n].start, r
}

func (p *pool) rangeAt(n int) keyRange {
	end := p.total
	if n+1 < len(p.ranges) {
		end = p.ranges[n+1].start
	}
	r := p.ranges[n]
	return keyRange{r.first, r.first + end - r.start - 1}
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
	var announced [2][]keyRange
	if routed != nil {
		for f, r := range keyRanges(routed) {
			announced[f] = append(announced[f], r.keyRange)
		}
	}
	unused := blocks(silent)
	taken := blocks(leaks, nowhere, silent)
	world := blocks([]string{"0.0.0.0/0", "2000::/3"})
	next := [2]uint64{world[ipv4][0].first, world[ipv6][0].first} // the key after the last range
	var parts, kept []keyRange
	gap := func(f int, end uint64) {
		if next[f] < end {
			parts = without(parts[:0], keyRange{next[f], end - 1}, taken[f])
			p.pools[f][geo.Unlocated].add(parts...)
		}
	}
	for f, r := range keyRanges(table) {
		gap(f, r.first)
		next[f] = r.last + 1
		parts = without(parts[:0], r.keyRange, unused[f])
		pool := &p.pools[f][r.origin]
		if routed == nil {
			pool.add(parts...)
			continue
		}
		for _, part := range parts {
			kept = within(kept[:0], part, announced[f])
			pool.add(kept...)
		}
	}
	for f := range next {
		gap(f, world[f][0].last+1)
		p.pools[f][geo.Reserved].add(blocks(leaks)[f]...)
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

type originRange struct {
	keyRange
	origin geo.Origin
}

// keyRanges yields the ranges of a table as keys, with their family. An IPv6 key
// belongs to the range that holds the first address of its /64 network.
func keyRanges(t *geo.Table) iter.Seq2[int, originRange] {
	return func(yield func(int, originRange) bool) {
		for r := range t.Ranges() {
			k := originRange{keyRange{key(r.First), key(r.Last)}, r.Origin}
			f := ipv4
			if r.First.Is6() {
				f = ipv6
				if first := r.First.As16(); binary.BigEndian.Uint64(first[8:]) != 0 {
					k.first++
				}
			}
			if k.first <= k.last && !yield(f, k) {
				return
			}
		}
	}
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
func blocks(lists ...[]string) (out [2][]keyRange) {
	for _, s := range slices.Concat(lists...) {
		p := netip.MustParsePrefix(s)
		f, bits := ipv4, 32
		if p.Addr().Is6() {
			f, bits = ipv6, 64
		}
		first := key(p.Addr())
		out[f] = append(out[f], keyRange{first, first + 1<<(bits-p.Bits()) - 1})
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b keyRange) int { return cmp.Compare(a.first, b.first) })
	}
	return out
}

// within appends to dst the parts of r that lie in list. In this and in
// without, the ranges of list are disjoint and ascending.
func within(dst []keyRange, r keyRange, list []keyRange) []keyRange {
	for _, other := range list[firstNotBefore(list, r):] {
		if other.first > r.last {
			break
		}
		dst = append(dst, keyRange{max(r.first, other.first), min(r.last, other.last)})
	}
	return dst
}

// without appends to dst the parts of r that do not lie in list.
func without(dst []keyRange, r keyRange, list []keyRange) []keyRange {
	for _, other := range list[firstNotBefore(list, r):] {
		if other.first > r.last {
			break
		}
		if other.first > r.first {
			dst = append(dst, keyRange{r.first, other.first - 1})
		}
		r.first = other.last + 1
	}
	if r.first <= r.last {
		dst = append(dst, r)
	}
	return dst
}

// firstNotBefore returns the number of ranges of list that end before r.
func firstNotBefore(list []keyRange, r keyRange) int {
	return sort.Search(len(list), func(i int) bool { return list[i].last >= r.first })
}
