package attribution

import (
	"math/bits"
	"net/netip"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/sketch"
)

// dense is what a Tally counts with once it cannot hold every source: one cell
// per origin.
type dense struct {
	cells     [geo.MaxOrigins]cell
	id        sketch.KeyID
	precision int
}

// cell holds the counts of one origin.
type cell struct {
	events, bytes uint64
	sources       *sketch.Distinct // nil: the origin has not come
}

func newDense(id sketch.KeyID, precision int) *dense {
	return &dense{id: id, precision: precision}
}

// of returns the cell of an origin, ready to count.
func (d *dense) of(o geo.Origin) *cell {
	c := &d.cells[o]
	if c.sources == nil {
		c.sources = sketch.NewDistinct(d.id, d.precision)
	}
	return c
}

func (d *dense) count(o geo.Origin, hash, events, bytes uint64) {
	c := d.of(o)
	c.events = addSaturated(c.events, events)
	c.bytes = addSaturated(c.bytes, bytes)
	c.sources.Insert(hash)
}

func addSaturated(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	return sum | -carry
}

// blockSize is the number of events that AddBatch takes through each stage
// together.
const blockSize = 256

// addBlock counts at most blockSize addresses in the dense state. The stages are
// apart so that the processor overlaps the cache misses of many sources: first
// all look-ups, then all registers.
func (t *Tally) addBlock(addrs []netip.Addr) {
	var (
		sources [blockSize]source
		hashes  [blockSize]uint64
		origins [blockSize]geo.Origin
	)
	n := 0
	for _, addr := range addrs {
		if !addr.IsValid() {
			t.skipped++
			continue
		}
		s := t.mask.sourceOf(addr)
		i := n & (blockSize - 1)
		sources[i] = s
		origins[i] = s.originIn(t.table)
		hashes[i] = t.options.Key.Hash(s.hi, s.lo)
		n++
	}
	t.counted = t.counted || n > 0
	for i := range hashes[:n] {
		c := t.dense.of(origins[i])
		c.events++
		c.sources.Insert(hashes[i])
	}
	for i, hash := range hashes[:n] {
		if t.sample.Wants(hash) {
			t.addSampled(sources[i], hash, 1, 0)
		}
	}
}
