package attribution

import (
	"encoding/binary"
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
// before v4, IPv6 into those from v6 on, so that each family has its own loop. It
// has no branch that depends on the family, for mixed traffic would mispredict it.
func (b *block) fill(m mask, key sketch.Key, addrs []netip.Addr) (v4, v6 int) {
	v6 = blockSize
	for _, addr := range addrs {
		if !addr.IsValid() {
			continue
		}
		a := addr.As16()
		s := source{binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])}
		is4 := 0
		if s.hi|(s.lo>>32^mapped) == 0 {
			is4 = 1
		}
		s.hi &= m.hi // 0 anyway in IPv4
		s.lo &= m.lo | -uint64(is4)
		v6 -= 1 - is4
		i := (v6 ^ (v6^v4)&-is4) & (blockSize - 1)
		v4 += is4
		b.sources[i] = s
		b.hashes[i] = key.Hash(s.hi, s.lo)
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
	for i, hash := range hashes {
		if t.sample.Wants(hash) {
			t.addSampled(b.sources[from+i], hash, 1, 0)
		}
	}
}
