package attribution

import (
	"encoding/binary"
	"net/netip"
	"sync"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/sketch"
)

// blockSize is the number of events that AddBatch takes through each stage
// together: few enough to stay in the first-level cache.
const blockSize = 256

// block is a batch on its way. The stages are loops of their own, each with few
// instructions, so that the processor overlaps the cache misses of many events;
// fused into one loop they take three times as long. IPv4 takes the places from
// the front and IPv6 those from the back, so that each family has its own loops.
type block struct {
	at      [blockSize]uint8 // place of the event in the batch
	hashes  [blockSize]uint64
	ips     [blockSize]uint32 // IPv4
	nets    [blockSize]source // IPv6
	origins [blockSize]geo.Origin
	addrs   [blockSize]netip.Addr // of flows
}

// spareBlocks are shared by all tallies: where there are thousands, a block for each
// would never be in the caches.
var spareBlocks = sync.Pool{New: func() any { return new(block) }}

// addBlock counts one event of each of at most blockSize addresses.
func (t *Tally) addBlock(addrs []netip.Addr) {
	b := spareBlocks.Get().(*block)
	defer spareBlocks.Put(b)
	v4, v6 := t.place(b, addrs)
	if t.dense == nil {
		t.addExactBlock(b, addrs, 0, v4)
		t.addExactBlock(b, addrs, v6, blockSize)
		return
	}
	t.addDenseBlock(b, addrs, 0, v4)
	t.addDenseBlock(b, addrs, v6, blockSize)
}

// place fills b, and locates its sources unless the exact state will know most of
// them already. An address that is no source counts as skipped.
func (t *Tally) place(b *block, addrs []netip.Addr) (v4, v6 int) {
	v4, v6 = b.fill(t.mask, t.options.Key, addrs)
	t.skipped = addSaturated(t.skipped, uint64(len(addrs)-v4-(blockSize-v6)))
	if t.dense != nil {
		b.locate(t.table, v4, v6)
	}
	return v4, v6
}

// fill takes the sources of the valid addresses and their hashes, IPv4 into the
// places before v4, IPv6 into those from v6 on.
func (b *block) fill(m mask, key sketch.Key, addrs []netip.Addr) (v4, v6 int) {
	v6 = blockSize
	for i := range addrs {
		addr := &addrs[i]
		if addr.Is4() {
			a := addr.As4()
			ip := binary.BigEndian.Uint32(a[:])
			place := v4 & (blockSize - 1)
			v4++
			b.at[place] = uint8(i)
			b.ips[place] = ip
			b.hashes[place] = key.Hash(0, mapped<<32|uint64(ip))
			continue
		}
		if !addr.IsValid() {
			continue
		}
		s := m.sourceOf(*addr)
		place := v4
		if s.isIPv4() {
			v4++
			b.ips[place&(blockSize-1)] = uint32(s.lo)
		} else {
			v6--
			place = v6
			b.nets[place&(blockSize-1)] = s
		}
		b.at[place&(blockSize-1)] = uint8(i)
		b.hashes[place&(blockSize-1)] = key.Hash(s.hi, s.lo)
	}
	return v4, v6
}

// locate looks up the sources that fill has placed.
func (b *block) locate(table *geo.Table, v4, v6 int) {
	for i, ip := range b.ips[:v4] {
		b.origins[i] = table.Lookup4(ip)
	}
	for i := v6; i < blockSize; i++ {
		b.origins[i] = table.Lookup6(b.nets[i].hi, b.nets[i].lo)
	}
}

func (t *Tally) addExactBlock(b *block, addrs []netip.Addr, from, to int) {
	for i := from; i < to; i++ {
		if t.dense == nil {
			if _, found := t.sample.Count(b.hashes[i], 1, 0); found {
				if t.asserted != 0 {
					t.sample.Mark(b.hashes[i], uint8(t.asserted))
				}
				continue
			}
		}
		// A new source, or one behind the source that ended the exact state.
		t.addOne(t.mask.sourceOf(addrs[b.at[i]]), b.hashes[i], 1, 0, t.asserted)
	}
}

func (t *Tally) addDenseBlock(b *block, addrs []netip.Addr, from, to int) {
	if from == to {
		return
	}
	t.counted = true
	hashes, origins := b.hashes[from:to], b.origins[from:to]
	registers.InsertBatch(t.dense.sources, origins, hashes)
	for _, o := range origins {
		t.dense.addEvent(o)
	}
	var wanted [blockSize]uint8
	for _, i := range collectWanted(t.sample, hashes, &wanted) {
		if _, found := t.sample.Count(hashes[i], 1, 0); !found {
			t.addNew(t.mask.sourceOf(addrs[b.at[from+int(i)]]), origins[i], hashes[i], 1, 0, t.asserted)
		} else if t.asserted != 0 {
			t.sample.Mark(hashes[i], uint8(t.asserted))
		}
	}
}

// collectWanted puts the places of the hashes that the sample wants into wanted,
// and returns those. It has no branch, since which ones are wanted cannot be
// predicted.
func collectWanted(sample *sketch.BottomK, hashes []uint64, wanted *[blockSize]uint8) []uint8 {
	n := 0
	for i, hash := range hashes {
		wanted[n&(blockSize-1)] = uint8(i)
		if sample.Wants(hash) {
			n++
		}
	}
	return wanted[:n]
}
