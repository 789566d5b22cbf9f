package sketch

import (
	"bytes"
	"math"
)

const (
	rows            = 2
	logCellsPerSlot = 7 // in each row
)

// pages are parts of a table in which something may be. The others are all zero, and need not
// be gone through when a period ends in which little came. They are bytes, since a byte is found
// quickly among many.
type pages []byte // inUse, or 0

const (
	logPage = 6 // of the places in a page
	inUse   = 1
)

func newPages(places int) pages { return make(pages, places>>logPage) }

// each calls do with the first place of every page in use, and that of the next. It returns
// whether the page is still in use.
func (p pages) each(do func(from, to int) bool) {
	for i := 0; ; i++ {
		next := bytes.IndexByte(p[i:], inUse)
		if next < 0 {
			return
		}
		if i += next; !do(i<<logPage, (i+1)<<logPage) {
			p[i] = 0
		}
	}
}

// cells is a count-min sketch of two counts, with conservative update: a cell is
// at least the largest weight of the targets that share it, and at most their sum.
type cells struct {
	cells   []cell // row by row
	used    pages
	log     uint8  // log2 of the cells in a row
	touched uint32 // keeps the compiler from leaving out what touch reads
}

type cell struct{ events, sources uint32 }

func newCells(logSlots int) cells {
	log := logSlots + logCellsPerSlot
	return cells{cells: make([]cell, rows<<log), used: newPages(rows << log), log: uint8(log)}
}

// at returns the places of a target's cells, one in each row, from bits of the
// hash that the other does not use.
func (c *cells) at(target uint64) [rows]uint32 {
	log := c.log & 31
	row := uint32(1) << log
	mask := row - 1
	return [rows]uint32{uint32(target) & mask, uint32(target>>32)&mask | row}
}

// raise makes the estimate of a target at least w.
func (c *cells) raise(target uint64, w Weight) {
	for _, at := range c.at(target) {
		p := &c.cells[at]
		c.used[at>>logPage] = inUse
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

// touch reads the cells of events, all at the same time, and notes that they are in use.
func (c *cells) touch(events []looseEvent) {
	cells, used := c.cells, c.used
	read := uint32(0)
	for i := range events {
		at := &events[i].at
		used[at[0]>>logPage], used[at[1]>>logPage] = inUse, inUse
		read |= cells[at[0]].events | cells[at[1]].events
	}
	c.touched = read
}

// add counts events until the estimate of a target exceeds the limit. It returns
// how many it counted, and that estimate.
func (c *cells) add(events []looseEvent, limit Weight) (n int, estimate Weight) {
	cells := c.cells
	maxEvents, maxSources := saturated32(limit.Events), saturated32(limit.Sources)
	for n := range events {
		e := &events[n]
		p0, p1 := &cells[e.at[0]], &cells[e.at[1]]
		c0, c1 := *p0, *p1
		w := cell{
			add32(min(c0.events, c1.events), e.events),
			add32(min(c0.sources, c1.sources), e.sources),
		}
		p0.events, p0.sources = max(c0.events, w.events), max(c0.sources, w.sources)
		p1.events, p1.sources = max(c1.events, w.events), max(c1.sources, w.sources)
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
	c.used.each(func(from, to int) bool {
		var left cell
		for i := from; i < to; i++ {
			p := &c.cells[i]
			p.events, p.sources = p.events/2, p.sources/2
			left.events, left.sources = left.events|p.events, left.sources|p.sources
		}
		return left != cell{}
	})
}
