package geo

import (
	"fmt"
	"net/netip"
)

// A span is a closed interval of addresses of one family.
type span struct{ first, last uint128 }

func spanOf(p netip.Prefix) span {
	first := number(p.Addr())
	return span{first, first.add(mask128(uint(p.Addr().BitLen() - p.Bits())))}
}

// A family is what the two address families differ in.
type family struct {
	bits    int
	last    uint128
	special []span // in address order
	public  []span // the gaps between them
}

var (
	ipv4 = newFamily(32, special4)
	ipv6 = newFamily(128, special6)
)

func newFamily(bits int, special []netip.Prefix) *family {
	f := &family{bits: bits, last: mask128(uint(bits))}
	if bits == 128 {
		f.last = uint128{^uint64(0), ^uint64(0)}
	}
	next := uint128{}
	for _, p := range special {
		s := spanOf(p)
		if next.less(s.first) {
			f.public = append(f.public, span{next, s.first.prev()})
		}
		f.special = append(f.special, s)
		next = s.last.next()
	}
	return f
}

// addr returns the address with number n.
func (f *family) addr(n uint128) netip.Addr {
	if f.bits == 32 {
		return netip.AddrFrom4([4]byte{byte(n.lo >> 24), byte(n.lo >> 16), byte(n.lo >> 8), byte(n.lo)})
	}
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(n.hi>>(56-8*i)), byte(n.lo>>(56-8*i))
	}
	return netip.AddrFrom16(b)
}

// A run begins at first and ends before the next run of its list, the last one
// with its family.
type run struct {
	first  uint128
	origin Origin
}

// runs collects maximal runs that cover a family: what nobody adds is
// Unlocated, what is special is Reserved whatever is added.
type runs struct {
	family  *family
	list    []run
	next    uint128 // the first address not yet covered
	full    bool    // next has wrapped around
	special int     // specials passed so far
}

func newRuns(f *family) *runs { return &runs{family: f} }

// add gives first to last to o. Calls must ascend.
func (r *runs) add(first, last uint128, o Origin) error {
	if last.less(first) || r.full || first.less(r.next) || r.family.last.less(last) {
		return fmt.Errorf("%w: network %v-%v out of order", ErrDamaged, r.family.addr(first), r.family.addr(last))
	}
	if r.next.less(first) {
		r.cover(first.prev(), Unlocated)
	}
	r.cover(last, o)
	return nil
}

// close covers what is left and returns the list.
func (r *runs) close() []run {
	if !r.full {
		r.cover(r.family.last, Unlocated)
	}
	return r.list
}

// cover extends the covered space to last.
func (r *runs) cover(last uint128, o Origin) {
	for !r.full && !last.less(r.next) {
		end, origin := last, o
		if r.special < len(r.family.special) {
			s := r.family.special[r.special]
			switch {
			case r.next.less(s.first):
				if s.first.compare(end) <= 0 {
					end = s.first.prev()
				}
			default:
				origin = Reserved
				if s.last.compare(end) <= 0 {
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
