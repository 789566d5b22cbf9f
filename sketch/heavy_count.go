package sketch

import (
	"math"
	"math/bits"
)

const (
	rows            = 3
	logCellsPerSlot = 6 // in a row
)

// cells is a count-min sketch of two counts, with conservative update: a cell is
// at least the largest weight of the targets that share it, and at most their sum.
type cells struct {
	cells []cell // row by row
	log   uint8  // log2 of the cells in a row
}

type cell struct{ events, sources uint32 }

func newCells(logSlots int) cells {
	log := logSlots + logCellsPerSlot
	return cells{make([]cell, rows<<log), uint8(log)}
}

// at returns the places of a target's cells, one in each row. A row takes its
// place from bits of the hash that no other uses.
func (c *cells) at(target uint64) [rows]uint32 {
	log := c.log & 31
	row := uint32(1) << log
	mask := row - 1
	return [rows]uint32{uint32(target) & mask, uint32(target>>log)&mask | row, uint32(target>>(2*log))&mask + 2*row}
}

// raise makes the estimate of a target at least w.
func (c *cells) raise(target uint64, w Weight) {
	for _, at := range c.at(target) {
		p := &c.cells[at]
		p.events = max(p.events, saturated32(w.Events))
		p.sources = max(p.sources, saturated32(w.Sources))
	}
}

// looseEvent is an event of a target without a slot, as the cells need it.
type looseEvent struct {
	at              [rows]uint32
	events, sources uint32
	number          uint8 // in its block
}

// add counts events until the estimate of a target exceeds the limit. It returns
// how many it counted, and that estimate.
func (c *cells) add(events []looseEvent, limit Weight) (n int, estimate Weight) {
	cells := c.cells
	maxEvents, maxSources := saturated32(limit.Events), saturated32(limit.Sources)
	for n := range events {
		e := &events[n]
		p0, p1, p2 := &cells[e.at[0]], &cells[e.at[1]], &cells[e.at[2]]
		c0, c1, c2 := *p0, *p1, *p2
		w := cell{
			add32(min(c0.events, c1.events, c2.events), e.events),
			add32(min(c0.sources, c1.sources, c2.sources), e.sources),
		}
		p0.events, p0.sources = max(c0.events, w.events), max(c0.sources, w.sources)
		p1.events, p1.sources = max(c1.events, w.events), max(c1.sources, w.sources)
		p2.events, p2.sources = max(c2.events, w.events), max(c2.sources, w.sources)
		if w.events > maxEvents || w.sources > maxSources {
			return n + 1, Weight{uint64(w.events), uint64(w.sources)}
		}
	}
	return len(events), Weight{}
}

func saturated32(n uint64) uint32 { return uint32(min(n, math.MaxUint32)) }

// add32 is the sum, or the greatest number if that is less.
func add32(a, b uint32) uint32 {
	sum := uint64(a) + uint64(b)
	return uint32(sum) | -uint32(sum>>32)
}

func (c *cells) halve() {
	for i := range c.cells {
		c.cells[i].events /= 2
		c.cells[i].sources /= 2
	}
}

// pairs is a Bloom filter of (target, source) pairs. The bits of a pair lie in
// one word, so that a pair costs one cache miss.
type pairs struct {
	words []uint64
	free  int   // pairs that it can still take
	shift uint8 // 64 - log2(len(words))
}

const (
	logWordsPerSlot = 7
	pairsPerWord    = 8 // held at most, on average
	bitsPerPair     = 4
)

func newPairs(logSlots int) pairs {
	log := logSlots + logWordsPerSlot
	return pairs{words: make([]uint64, 1<<log), free: pairsPerWord << log, shift: uint8(64 - log)}
}

// held returns the number of pairs that were added since the filter was empty.
func (p *pairs) held() int { return pairsPerWord*len(p.words) - p.free }

func (p *pairs) clear() {
	clear(p.words)
	p.free = pairsPerWord * len(p.words)
}

// add adds the pairs in order, and puts 1 into fresh where one was not held yet,
// else 0.
func (p *pairs) add(fresh []uint8, targets, sources []uint64) {
	fresh, sources = fresh[:len(targets)], sources[:len(targets)]
	words, shift, free := p.words, p.shift&63, p.free
	for i, target := range targets {
		// The constants differ, so that a pair and its reverse do too.
		hi, lo := bits.Mul64(target^0x9e3779b97f4a7c15, sources[i]^0xd1b54a32d192ed03)
		hash := hi ^ lo
		word := &words[hash>>shift]
		bit := uint64(1)<<(hash&63) | 1<<(hash>>6&63) | 1<<(hash>>12&63) | 1<<(hash>>18&63)
		held := *word
		*word = held | bit
		var new uint8
		if held&bit != bit {
			new = 1
		}
		fresh[i] = new
		if free -= int(new); free == 0 {
			p.clear() // a fuller filter would pass over new pairs
			free = p.free
		}
	}
	p.free = free
}
