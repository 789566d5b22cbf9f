package geo

import (
	"fmt"
	"slices"
)

// A table4 finds the origin of an IPv4 address with three loads and no branch: 18 bits
// of the address index the root, 6 the middle, 8 a leaf. Equal blocks are stored once.
// A block of one origin is a block like any other. A test for it would cost more in
// mispredicted branches than the loads, which hit the cache.
//
// A middle cell numbers its leaf block in 16 bits. The few databases with more leaf
// blocks spread them over banks, and the root says which.
type table4 struct {
	root *[1 << 18]uint32 // high byte: bank; rest: first cell of the middle block
	mid  []uint16
	leaf []Origin
}

const (
	bankBlocks = 1 << 16
	maxLeafs   = 1 << 20 // 256 MB; databases of countries have 10 to 30 thousand
)

type (
	midBlock  [64]uint16
	leafBlock [256]Origin
)

type builder4 struct {
	table4
	list []run
	at   int // the run that holds the current address

	// Of the current bank: where each block is, and, since most blocks have
	// one origin, where those are, plus one.
	bank      uint32
	mids      map[midBlock]uint32
	leafs     map[leafBlock]uint16
	wholeMid  [MaxOrigins]uint32
	wholeLeaf [MaxOrigins]uint32
}

// newTable4 compiles list into at most about limit leaf blocks.
func newTable4(list []run, limit int) (table4, error) {
	b := builder4{list: list}
	b.root = new([1 << 18]uint32)
	b.startBank(0)
	for i := range b.root {
		first := uint32(i) << 14
		o, alike := b.alike(first, 14)
		if alike && b.wholeMid[o] != 0 {
			b.root[i] = b.wholeMid[o] - 1
			continue
		}
		if len(b.leaf) > limit*len(leafBlock{}) {
			return table4{}, fmt.Errorf("%w: more than %d blocks of IPv4 addresses", ErrTooLarge, limit)
		}
		if len(b.leafs)+len(midBlock{}) > bankBlocks {
			b.startBank(b.bank + 1)
		}
		b.root[i] = b.bank<<24 | b.middle(first)
		if alike {
			b.wholeMid[o] = b.root[i] + 1
		}
	}
	b.mid, b.leaf = slices.Clone(b.mid), slices.Clone(b.leaf)
	return b.table4, nil
}

func (b *builder4) startBank(bank uint32) {
	b.bank = bank
	b.mids = make(map[midBlock]uint32, len(b.list)/16)
	b.leafs = make(map[leafBlock]uint16, min(bankBlocks, len(b.list)/16))
	clear(b.wholeMid[:])
	clear(b.wholeLeaf[:])
	if short := int(bank)*bankBlocks*len(leafBlock{}) - len(b.leaf); short > 0 {
		b.leaf = append(b.leaf, make([]Origin, short)...)
	}
}

// alike returns the origin of the address first, and whether all 2^width
// addresses from there have it. Calls must ascend.
func (b *builder4) alike(first uint32, width uint) (Origin, bool) {
	for b.at+1 < len(b.list) && b.list[b.at+1].first.lo <= uint64(first) {
		b.at++
	}
	return b.list[b.at].origin,
		b.at+1 == len(b.list) || b.list[b.at+1].first.lo-uint64(first) >= 1<<width
}

// middle returns the first cell of the middle block for the /18 network first.
func (b *builder4) middle(first uint32) uint32 {
	var block midBlock
	for i := range block {
		block[i] = b.leafNumber(first + uint32(i)<<8)
	}
	cell, ok := b.mids[block]
	if !ok {
		cell = uint32(len(b.mid))
		b.mids[block] = cell
		b.mid = append(b.mid, block[:]...)
	}
	return cell
}

// leafNumber returns the number in its bank of the leaf block for the /24
// network first.
func (b *builder4) leafNumber(first uint32) uint16 {
	o, alike := b.alike(first, 8)
	if alike && b.wholeLeaf[o] != 0 {
		return uint16(b.wholeLeaf[o] - 1)
	}
	var block leafBlock
	for i := 0; i < len(block); {
		o, _ := b.alike(first+uint32(i), 0)
		end := len(block)
		if b.at+1 < len(b.list) {
			end = int(min(uint64(end), b.list[b.at+1].first.lo-uint64(first)))
		}
		for ; i < end; i++ {
			block[i] = o
		}
	}
	n, ok := b.leafs[block]
	if !ok {
		n = uint16(len(b.leafs))
		b.leafs[block] = n
		b.leaf = append(b.leaf, block[:]...)
	}
	if alike {
		b.wholeLeaf[o] = uint32(n) + 1
	}
	return n
}

// runs returns the maximal runs.
func (t *table4) runs() []run {
	const midLen, leafLen = len(midBlock{}), len(leafBlock{})
	single := make([]bool, len(t.leaf)/leafLen) // blocks of one origin
	for i := range single {
		single[i] = alike(t.leaf[i*leafLen:][:leafLen])
	}
	r := runs{family: ipv4}
	for i := 0; i < len(t.root); i++ {
		cell := t.root[i]
		base := int(cell>>24) * bankBlocks
		mid := t.mid[cell&0xffffff:][:midLen]
		if single[base+int(mid[0])] && alike(mid) {
			for i+1 < len(t.root) && t.root[i+1] == cell {
				i++
			}
			r.cover(uint128{0, uint64(i+1)<<14 - 1}, t.leaf[(base+int(mid[0]))*leafLen])
			continue
		}
		for j, n := range mid {
			first := uint64(i*midLen+j) * uint64(leafLen)
			block := t.leaf[(base+int(n))*leafLen:][:leafLen]
			if single[base+int(n)] {
				r.cover(uint128{0, first | 0xff}, block[0])
				continue
			}
			for k, o := range block {
				r.cover(uint128{0, first | uint64(k)}, o)
			}
		}
	}
	return r.list
}

func alike[T comparable](block []T) bool {
	for _, v := range block {
		if v != block[0] {
			return false
		}
	}
	return true
}

func (t *table4) size() int { return 4*len(t.root) + 2*len(t.mid) + len(t.leaf) }
