package geo

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"sort"
)

// A value is a span of addresses of one family with the number of what it holds.
type value struct {
	span
	number uint32
}

// values are spans of both families, disjoint and in address order.
type values struct{ v4, v6 valueList }

// A valueList is the spans of one family. Its index, made by seal, has for every
// pair of first bytes the number of spans that begin before them: most searches
// then end within one cache line.
type valueList struct {
	list  []value
	index []uint32
}

const indexed = 1 << 16

// of returns those of the family of an address with that many bits.
func (v *values) of(bits int) *valueList {
	if bits == 32 {
		return &v.v4
	}
	return &v.v6
}

// seal makes the lists ready for lookups.
func (v *values) seal() {
	for _, f := range []*family{ipv4, ipv6} {
		l := v.of(f.bits)
		l.list = slices.Clip(l.list)
		if len(l.list) == 0 {
			continue
		}
		l.index = make([]uint32, indexed+1)
		next := 0
		for i, e := range l.list {
			for begin := int(e.first.shr(uint(f.bits - 16)).lo); next <= begin; next++ {
				l.index[next] = uint32(i)
			}
		}
		for ; next <= indexed; next++ {
			l.index[next] = uint32(len(l.list))
		}
	}
}

// lookup finds the number of the span that addr is in. IPv4-mapped addresses are
// IPv4, and zones are ignored.
func (v *values) lookup(addr netip.Addr) (number uint32, ok bool) {
	var buf [32]byte // with room for a zone
	switch b, _ := addr.AppendBinary(buf[:0]); {
	case len(b) == 0:
		return 0, false
	case len(b) == 4:
		a := uint64(binary.BigEndian.Uint32(b))
		return v.v4.find(uint128{0, a}, a>>16)
	default:
		a := uint128{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:16])}
		if a.hi == 0 && a.lo>>32 == 0xffff {
			a.lo &= 0xffffffff
			return v.v4.find(a, a.lo>>16)
		}
		return v.v6.find(a, a.hi>>48)
	}
}

// find looks for a, whose first two bytes are top.
func (l *valueList) find(a uint128, top uint64) (number uint32, ok bool) {
	if len(l.list) == 0 {
		return 0, false
	}
	low, high := l.index[top], l.index[top+1]
	begin := l.list[low:high]
	i := int(low) + sort.Search(len(begin), func(i int) bool { return a.less(begin[i].first) }) - 1
	if i < 0 || l.list[i].last.less(a) {
		return 0, false
	}
	return l.list[i].number, true
}

// appendValue appends a span that begins no earlier than the last of the list,
// leaving out what that one has of it, and joins neighbours of one number.
func appendValue(list []value, next value) []value {
	n := len(list)
	if n == 0 || list[n-1].last.less(next.first) && (list[n-1].last.next() != next.first || list[n-1].number != next.number) {
		return append(list, next)
	}
	last := &list[n-1]
	switch {
	case !last.last.less(next.last):
	case last.number == next.number:
		last.last = next.last
	default:
		next.first = last.last.next()
		return append(list, next)
	}
	return list
}

// merged sorts spans that all have one number, and joins those that overlap or
// touch.
func merged(list []value) []value {
	slices.SortFunc(list, func(a, b value) int {
		switch {
		case a.first.less(b.first):
			return -1
		case b.first.less(a.first):
			return 1
		}
		return 0
	})
	out := list[:0]
	for _, v := range list {
		out = appendValue(out, v)
	}
	return out
}
