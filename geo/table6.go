package geo

import (
	"fmt"
	"slices"
)

// A table6 finds the origin of an IPv6 address in a trie. The 17 bits after the leading
// 001 index the root. Then every four bits index a node, which is one cache line. A cell
// is the number of the next node. The first MaxOrigins nodes stand for the origins
// themselves and lead only to themselves, so that the steps down to a /48 network need
// no branch. Few databases go further often. Equal nodes are stored once.
type table6 struct {
	root  *[1 << 17]uint32
	nodes [][16]uint32
	split []run // the /64 networks of more than one origin, in address order
}

// divided in a cell means a /64 network of more than one origin, which split resolves.
// It is not the number of any country.
const divided = MaxOrigins - 1

// maxNodes allows 512 MB; databases of countries have 60 thousand nodes.
const maxNodes = 1 << 23

// lookup returns the origin of an address in 2000::/3.
func (t *table6) lookup(hi, lo uint64) Origin {
	nodes := t.nodes
	n := t.root[hi>>44&(1<<17-1)]
	n = nodes[n][hi>>40&15]
	n = nodes[n][hi>>36&15]
	n = nodes[n][hi>>32&15]
	n = nodes[n][hi>>28&15]
	n = nodes[n][hi>>24&15]
	n = nodes[n][hi>>20&15]
	n = nodes[n][hi>>16&15]
	if n >= divided {
		return t.lookupLong(n, hi, lo)
	}
	return Origin(n)
}

// lookupLong continues at the /48 network of hi with node n.
func (t *table6) lookupLong(n uint32, hi, lo uint64) Origin {
	for shift := uint(12); n >= MaxOrigins; shift -= 4 {
		n = t.nodes[n][hi>>shift&15]
	}
	if n != divided {
		return Origin(n)
	}
	return t.split[runAt(t.split, uint128{hi, lo})].origin
}

// runAt returns the place of the run that holds a. There must be one.
func runAt(list []run, a uint128) int {
	low, high := 0, len(list)
	for low+1 < high {
		if m := int(uint(low+high) / 2); a.less(list[m].first) {
			high = m
		} else {
			low = m
		}
	}
	return low
}

type builder6 struct {
	table6
	list  []run64
	at    int // the run that holds the current address
	known map[[16]uint32]uint32
	limit int
}

// A run64 is a run of /64 networks.
type run64 struct {
	first uint64
	cell  uint32 // an origin or divided
}

// newTable6 compiles list into at most about limit nodes.
func newTable6(list []run, limit int) (table6, error) {
	b := builder6{
		limit: limit,
		list:  make([]run64, 0, len(list)),
		known: make(map[[16]uint32]uint32, len(list)/4),
	}
	b.divide(list)
	b.root = new([1 << 17]uint32)
	b.nodes = make([][16]uint32, MaxOrigins, MaxOrigins+len(list)/4)
	for o := range b.nodes {
		for i := range b.nodes[o] {
			b.nodes[o][i] = uint32(o)
		}
	}
	for i := range b.root {
		b.root[i] = b.cell(1<<61|uint64(i)<<44, 44)
	}
	if len(b.nodes) > limit {
		return table6{}, fmt.Errorf("%w: more than %d blocks of IPv6 networks", ErrTooLarge, limit)
	}
	b.nodes = slices.Clone(b.nodes)
	return b.table6, nil
}

// divide sets b.list to the runs of whole /64 networks, and b.split to those
// that begin in, or reach into, the others.
func (b *builder6) divide(list []run) {
	for i := 0; i < len(list); i++ {
		r := list[i]
		inside := r.first.lo != 0
		if !inside {
			inside = i+1 < len(list) && list[i+1].first.hi == r.first.hi
		}
		if !inside {
			b.list = append(b.list, run64{r.first.hi, uint32(r.origin)})
			continue
		}
		hi := r.first.hi
		if r.first.lo != 0 {
			b.split = append(b.split, run{uint128{hi, 0}, list[i-1].origin})
		}
		b.split = append(b.split, r)
		for ; i+1 < len(list) && list[i+1].first.hi == hi; i++ {
			b.split = append(b.split, list[i+1])
		}
		b.list = append(b.list, run64{hi, divided})
		if i+1 == len(list) || list[i+1].first != (uint128{hi + 1, 0}) {
			b.list = append(b.list, run64{hi + 1, uint32(list[i].origin)})
		}
	}
}

// cell returns the cell for the 2^width /64 networks from first. Calls must
// ascend.
func (b *builder6) cell(first uint64, width uint) uint32 {
	for b.at+1 < len(b.list) && b.list[b.at+1].first <= first {
		b.at++
	}
	if b.at+1 == len(b.list) || b.list[b.at+1].first-first >= 1<<width {
		return b.list[b.at].cell
	}
	var node [16]uint32
	if len(b.nodes) > b.limit {
		return 0 // newTable6 gives up
	}
	for i := range node {
		node[i] = b.cell(first+uint64(i)<<(width-4), width-4)
	}
	n, ok := b.known[node]
	if !ok {
		n = uint32(len(b.nodes))
		b.known[node] = n
		b.nodes = append(b.nodes, node)
	}
	return n
}

// runs returns the maximal runs.
func (t *table6) runs() []run {
	r := runs{family: ipv6}
	for i, n := range t.root {
		if i+1 < len(t.root) && n == t.root[i+1] && n < divided {
			continue
		}
		t.walk(&r, n, 1<<61|uint64(i)<<44, 44)
	}
	return r.close()
}

func (t *table6) walk(r *runs, n uint32, first uint64, width uint) {
	last := uint128{first + 1<<width - 1, ^uint64(0)}
	switch {
	case n >= MaxOrigins:
		for i, n := range t.nodes[n] {
			t.walk(r, n, first+uint64(i)<<(width-4), width-4)
		}
	case n == divided:
		for i := runAt(t.split, uint128{first, 0}); i < len(t.split) && t.split[i].first.hi <= last.hi; i++ {
			end := lastOf(ipv6, t.split, i)
			if last.less(end) {
				end = last
			}
			r.cover(end, t.split[i].origin)
		}
	default:
		r.cover(last, Origin(n))
	}
}

func (t *table6) size() int { return 4*len(t.root) + 64*len(t.nodes) + 24*len(t.split) }
