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

// at returns the cells of a target, one of each row. A row takes its place from
// bits of the hash that no other uses.
func (c *cells) at(target uint64) [rows]*cell {
	mask, log := uint64(1)<<(c.log&63)-1, c.log&63
	return [rows]*cell{&c.rows[0][target&mask], &c.rows[1][target>>log&mask], &c.rows[2][target>>(2*log&63)&mask]}
}

// raise makes the estimate of a target at least w.
func (c *cells) raise(target uint64, w Weight) {
	for _, p := range c.at(target) {
		p.events = max(p.events, uint32(min(w.Events, math.MaxUint32)))
		p.sources = max(p.sources, uint32(min(w.Sources, math.MaxUint32)))
	}
}

// touch brings the cells of some targets into the cache. It does so little for
// each that the processor overlaps the misses of many, for which add does too
// much. Inlined, it would come to nothing.
//
//go:noinline
func (c *cells) touch(order []uint8, targets []uint64) (sum uint32) {
	for _, i := range order {
		at := c.at(targets[i])
		sum += at[0].events + at[1].events + at[2].events
	}
	return sum
}

// add adds to the weights of the targets with the numbers in order until the
// estimate of one exceeds the limit. It returns how many it added, and that
// estimate.
func (c *cells) add(order []uint8, e eventBlock, limit Weight) (n int, estimate Weight) {
	mask, log := uint64(1)<<(c.log&63)-1, c.log&63
	row0, row1, row2 := c.rows[0], c.rows[1], c.rows[2]
	maxEvents, maxSources := uint32(min(limit.Events, math.MaxUint32)), uint32(min(limit.Sources, math.MaxUint32))
	targets, events, fresh := e.targets, e.events, e.fresh
	for n, i := range order {
		target := targets[i]
		p0, p1, p2 := &row0[target&mask], &row1[target>>log&mask], &row2[target>>(2*log&63)&mask]
		events := add32(min(p0.events, p1.events, p2.events), uint32(min(events[i], math.MaxUint32)))
		sources := add32(min(p0.sources, p1.sources, p2.sources), uint32(fresh[i]))
		p0.events, p0.sources = max(p0.events, events), max(p0.sources, sources)
		p1.events, p1.sources = max(p1.events, events), max(p1.sources, sources)
		p2.events, p2.sources = max(p2.events, events), max(p2.sources, sources)
		if events > maxEvents || sources > maxSources {
			return n + 1, Weight{uint64(events), uint64(sources)}
		}
	}
	return len(order), Weight{}
}

// add32 is the sum, or the greatest number if that is less.
func add32(a, b uint32) uint32 {
	sum := uint64(a) + uint64(b)
	return uint32(sum) | -uint32(sum>>32)
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
