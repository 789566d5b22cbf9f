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
	rows [rows][]cell
	log  uint8 // log2 of the cells in a row
}

type cell struct{ events, sources uint32 }

func newCells(logSlots int) cells {
	c := cells{log: uint8(logSlots + logCellsPerSlot)}
	n := 1 << c.log
	all := make([]cell, rows*n)
	for i := range c.rows {
		c.rows[i] = all[i*n:][:n:n]
	}
	return c
}

// at returns the cells of a target. The rows take their places from bits of the
// hash that no other row uses.
func (c *cells) at(target uint64) (p0, p1, p2 *cell) {
	log := c.log & 63
	r0, r1, r2 := c.rows[0], c.rows[1], c.rows[2]
	return &r0[target&uint64(len(r0)-1)], &r1[target>>log&uint64(len(r1)-1)], &r2[target>>(2*log&63)&uint64(len(r2)-1)]
}

// add adds to the weight of a target and returns the estimate of it.
func (c *cells) add(target uint64, w Weight) Weight {
	p0, p1, p2 := c.at(target)
	events := saturated32(uint64(min(p0.events, p1.events, p2.events)) + min(w.Events, math.MaxUint32))
	sources := saturated32(uint64(min(p0.sources, p1.sources, p2.sources)) + w.Sources)
	p0.raise(events, sources)
	p1.raise(events, sources)
	p2.raise(events, sources)
	return Weight{uint64(events), uint64(sources)}
}

func saturated32(n uint64) uint32 { return uint32(min(n, math.MaxUint32)) }

func (p *cell) raise(events, sources uint32) {
	p.events = max(p.events, events)
	p.sources = max(p.sources, sources)
}

// raise makes the estimate of a target at least w.
func (c *cells) raise(target uint64, w Weight) {
	p0, p1, p2 := c.at(target)
	for _, p := range []*cell{p0, p1, p2} {
		p.raise(saturated32(w.Events), saturated32(w.Sources))
	}
}

// mean returns what a cell would hold on average if all that there is were in the
// cells.
func (c *cells) mean(total uint64) float64 { return float64(total) / float64(len(c.rows[0])) }

func (c *cells) halve() {
	for _, row := range c.rows {
		for i := range row {
			row[i].events /= 2
			row[i].sources /= 2
		}
	}
}

// pairs is a Bloom filter of (target, source) pairs. The bits of a pair lie in
// one word, so that a pair costs one cache miss.
type pairs struct {
	words []uint64
	held  int
	shift uint8 // 64 - log2(len(words))
}

const (
	logWordsPerSlot = 7
	pairsPerWord    = 8 // held at most, on average
)

func newPairs(logSlots int) pairs {
	log := logSlots + logWordsPerSlot
	return pairs{words: make([]uint64, 1<<log), shift: uint8(64 - log)}
}

func (p *pairs) clear() {
	clear(p.words)
	p.held = 0
}

// add returns 1 if a pair was not held yet, else 0.
func (p *pairs) add(target, source uint64) (fresh uint64) {
	// The constants differ, so that a pair and its reverse do too.
	hi, lo := bits.Mul64(target^0x9e3779b97f4a7c15, source^0xd1b54a32d192ed03)
	hash := hi ^ lo
	word := &p.words[hash>>(p.shift&63)]
	bit := uint64(1)<<(hash&63) | 1<<(hash>>6&63) | 1<<(hash>>12&63) | 1<<(hash>>18&63)
	if *word&bit != bit {
		fresh = 1
	}
	*word |= bit
	p.held += int(fresh)
	if p.held == len(p.words)*pairsPerWord {
		p.clear() // a fuller filter would pass over new pairs
	}
	return fresh
}
