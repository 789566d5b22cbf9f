package attribution

import (
	"net/netip"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/sketch"
)

// blockSize is the number of events that AddBatch takes through each stage
// together: few enough to stay in the first-level cache.
const blockSize = 256

// block is a batch on its way. The stages are loops of their own, each with few
// instructions, so that the processor overlaps the cache misses of many events;
// fused into one loop they take three times as long.
type block struct {
	sources [blockSize]source // IPv4 from the front, IPv6 from the back
	hashes  [blockSize]uint64
	origins [blockSize]geo.Origin
}

// addBlock counts one event of each of at most blockSize addresses.
func (t *Tally) addBlock(addrs []netip.Addr) {
	if t.block == nil {
		t.block = new(block)
	}
	b := t.block
	v4, v6 := b.fill(t.mask, t.options.Key, addrs)
	t.skipped += uint64(len(addrs) - v4 - (blockSize - v6))
	if t.dense == nil {
		t.addExactBlock(0, v4)
		t.addExactBlock(v6, blockSize)
		return
	}
	for i := range v4 {
		b.origins[i] = t.table.Lookup4(uint32(b.sources[i].lo))
	}
	for i := v6; i < blockSize; i++ {
		b.origins[i] = t.table.Lookup6(b.sources[i].hi, b.sources[i].lo)
	}
	t.addDenseBlock(0, v4)
	t.addDenseBlock(v6, blockSize)
}

// fill takes the sources and hashes of the valid addresses: IPv4 into the places
// before v4, IPv6 into those from v6 on, so that each family has a loop of its own.
func (b *block) fill(m mask, key sketch.Key, addrs []netip.Addr) (v4, v6 int) {
	v6 = blockSize
	for _, addr := range addrs {
		if !addr.IsValid() {
			continue
		}
		s := m.sourceOf(addr)
		i := v4
		if s.isIPv4() {
			v4++
		} else {
			v6--
			i = v6
		}
		b.sources[i&(blockSize-1)] = s
		b.hashes[i&(blockSize-1)] = key.Hash(s.hi, s.lo)
	}
	return v4, v6
}

func (t *Tally) addExactBlock(from, to int) {
	b := t.block
	for i := from; i < to; i++ {
		if t.dense != nil { // since a source of this block
			t.addOne(b.sources[i], b.hashes[i], 1, 0)
			continue
		}
		if _, found := t.sample.Count(b.hashes[i], 1, 0); !found {
			t.addSampled(b.sources[i], b.hashes[i], 1, 0)
		}
	}
}

func (t *Tally) addDenseBlock(from, to int) {
	t.counted = t.counted || from < to
	b := t.block
	hashes, origins := b.hashes[from:to], b.origins[from:to]
	sketch.InsertBatch(t.dense.sources, origins, hashes)
	for _, o := range origins {
		t.dense.events[o]++
	}
	// Collected without a branch, since which ones are wanted cannot be
	// predicted.
	var wanted [blockSize]uint8
	n := 0
	for i, hash := range hashes {
		wanted[n&(blockSize-1)] = uint8(i)
		if t.sample.Wants(hash) {
			n++
		}
	}
	for _, i := range wanted[:n] {
		t.addSampled(b.sources[from+int(i)], hashes[i], 1, 0)
	}
}
