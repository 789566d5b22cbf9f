package geo

import (
	"encoding/binary"
	"net/netip"
)

// A span is a closed interval of addresses of one family.
type span struct{ first, last uint128 }

func spanOf(p netip.Prefix) span {
	first := number(p.Addr())
	return span{first, first.add(mask128(uint(p.Addr().BitLen() - p.Bits())))}
}

// A family holds what is different in the two address families.
type family struct {
	bits    int
	last    uint128
	special []span         // in address order
	public  []netip.Prefix // all the rest, in address order
}

var (
	ipv4 = newFamily(32, special4)
	ipv6 = newFamily(128, special6)
)

func newFamily(bits int, special []netip.Prefix) *family {
	f := &family{bits: bits, last: mask128(uint(bits))}
	next := uint128{}
	for _, p := range special {
		s := spanOf(p)
		f.public = f.appendPrefixes(f.public, next, s.first)
		f.special = append(f.special, s)
		next = s.last.next()
	}
	return f
}

// appendPrefixes appends the fewest prefixes that cover the addresses from
// first to before end.
func (f *family) appendPrefixes(list []netip.Prefix, first, end uint128) []netip.Prefix {
	for first.less(end) {
		n := min(first.trailingZeros(), uint(f.bits))
		for end.prev().sub(first).less(mask128(n)) {
			n--
		}
		list = append(list, netip.PrefixFrom(f.addr(first), f.bits-int(n)))
		first = first.add(mask128(n)).next()
	}
	return list
}

// addr returns the address with number n.
func (f *family) addr(n uint128) netip.Addr {
	if f.bits == 32 {
		return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n.lo))))
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], n.hi)
	binary.BigEndian.PutUint64(b[8:], n.lo)
	return netip.AddrFrom16(b)
}

// A run begins at first and ends before the next run of its list, or with its
// family.
type run struct {
	first  uint128
	origin Origin
}

// runs collects the maximal runs that cover a family in address order. Special
// space is Reserved whatever it is covered with.
type runs struct {
	family  *family
	list    []run
	next    uint128 // the first address not yet covered, unless full
	full    bool
	special int // blocks of the family that are behind next
}

// cover gives to o all addresses up to last that are not yet covered.
func (r *runs) cover(last uint128, o Origin) {
	for !r.full && !last.less(r.next) {
		end, origin := last, o
		if r.special < len(r.family.special) {
			s := r.family.special[r.special]
			if r.next.less(s.first) {
				if !end.less(s.first) {
					end = s.first.prev()
				}
			} else {
				origin = Reserved
				if !end.less(s.last) {
					end = s.last
					r.special++
				}
			}
		}
		if n := len(r.list); n == 0 || r.list[n-1].origin != origin {
			r.list = append(r.list, run{r.next, origin})
		}
		r.next = end.next()
		r.full = end == r.family.last
	}
}

// close covers the rest with Unlocated and returns the runs.
func (r *runs) close() []run {
	r.cover(r.family.last, Unlocated)
	return r.list
}

// within returns list with every address Unlocated that is in no country of
// mask. Both cover the family f.
func within(f *family, list, mask []run) []run {
	out := runs{family: f}
	for i, j := 0, 0; ; {
		o := list[i].origin
		if !mask[j].origin.IsCountry() {
			o = Unlocated
		}
		a, b := lastOf(f, list, i), lastOf(f, mask, j)
		if b.less(a) {
			out.cover(b, o)
			j++
			continue
		}
		out.cover(a, o)
		if i++; i == len(list) {
			return out.list
		}
		if a == b {
			j++
		}
	}
}

// lastOf returns the last address of the run list[i].
func lastOf(f *family, list []run, i int) uint128 {
	if i+1 == len(list) {
		return f.last
	}
	return list[i+1].first.prev()
}

// countUnits counts, per origin, the units of 2^unit addresses that are not Reserved.
// A unit counts for the origin of its first address.
func countUnits(f *family, list []run, unit uint) (count [MaxOrigins]uint64) {
	up := mask128(unit)
	for i, r := range list {
		if r.origin == Reserved {
			continue
		}
		// No public run reaches the end of the 128-bit numbers, so that
		// neither sum overflows.
		end := lastOf(f, list, i).next().add(up).shr(unit)
		count[r.origin] += end.sub(r.first.add(up).shr(unit)).lo
	}
	return count
}

// countWithin counts, per origin of list, the IPv4 addresses that are not Reserved
// and lie in a country of mask.
func countWithin(list, mask []run) (count [MaxOrigins]uint64) {
	for i, j, next := 0, 0, uint64(0); i < len(list); {
		a, b := lastOf(ipv4, list, i).lo, lastOf(ipv4, mask, j).lo
		last := min(a, b)
		if o := list[i].origin; o != Reserved && mask[j].origin.IsCountry() {
			count[o] += last + 1 - next
		}
		next = last + 1
		if a == last {
			i++
		}
		if b == last {
			j++
		}
	}
	return count
}
