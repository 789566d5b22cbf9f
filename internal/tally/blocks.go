package tally

import (
	"net/netip"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/internal/snapshot"
)

// AddBatch counts one event of each address.
func (t *Tally) AddBatch(addrs []netip.Addr) {
	b := block.Get()
	defer b.Release()
	for len(addrs) > 0 {
		n := min(len(addrs), block.Size)
		b.FillAddrs(t.Mask, t.options.Key, addrs[:n])
		t.AddBlock(b)
		addrs = addrs[n:]
	}
}

// AddIPv4 counts one event of each IPv4 address.
func (t *Tally) AddIPv4(ips []uint32) {
	b := block.Get()
	defer b.Release()
	for len(ips) > 0 {
		n := min(len(ips), block.Size)
		b.FillIPv4(t.options.Key, ips[:n])
		t.AddBlock(b)
		ips = ips[n:]
	}
}

// AddBlock counts the events of a block that was hashed with the key of t.
func (t *Tally) AddBlock(b *block.Block) {
	if b.Invalid > 0 {
		t.AddLost(snapshot.Unread, uint64(b.Invalid))
	}
	switch {
	case b.V4 == 0 && b.V6 == block.Size:
		return
	case !t.mayWait():
		t.addInTurn(b)
		return
	}
	if b.Plain() {
		t.note(b.V4+block.Size-b.V6, 0)
	}
	for _, part := range [][2]int{{0, b.V4}, {b.V6, block.Size}} {
		from, to := part[0], part[1]
		if !b.Plain() {
			for i := from; i < to; i++ {
				t.note(1, b.Event(i).SamplingRate)
			}
		}
		switch {
		case from == to:
		case t.dense == nil:
			t.addExact(b, from, to)
		default:
			b.Locate(t.table) // the part before may have ended the exact state
			t.addDense(b, from, to)
		}
	}
}

// addInTurn counts the events of a block in the order in which they came.
func (t *Tally) addInTurn(b *block.Block) {
	var places [block.Size]int // by order, from 1; 0: none
	for _, part := range [][2]int{{0, b.V4}, {b.V6, block.Size}} {
		for place := part[0]; place < part[1]; place++ {
			places[b.At[place]] = place + 1
		}
	}
	for _, place := range places {
		if place > 0 {
			t.addPlace(b, place-1)
		}
	}
}

// AddSelected counts the events in some places of a block.
func (t *Tally) AddSelected(b *block.Block, places []uint8) {
	for _, place := range places {
		t.addPlace(b, int(place))
	}
}

func (t *Tally) addPlace(b *block.Block, i int) {
	e, hash := b.Event(i), b.Hashes[i]
	t.note(1, e.SamplingRate)
	e = t.weighed(e)
	switch {
	case t.dense != nil:
		t.own()
		o := b.Origin(i, t.table)
		t.dense.AddVolume(o, e.Events, e.Bytes)
		t.dense.Sources.Insert(uint8(o), hash)
		if t.sample.Wants(hash) {
			t.addWanted(b.Source(i), o, hash, e)
		}
	case !t.countKnown(hash, e):
		t.addNew(b.Source(i), b.Origin(i, t.table), hash, e)
	}
}

// addExact counts what comes while the sample has every source. It has room for all of a block,
// and the exact state ends behind it.
func (t *Tally) addExact(b *block.Block, from, to int) {
	t.addPlaces(b, block.InOrder[from:to], b.Hashes[from:to])
	t.leaveExact()
}

func (t *Tally) addDense(b *block.Block, from, to int) {
	t.own()
	hashes, origins := b.Hashes[from:to], b.Origins[from:to]
	registers.InsertBatch(t.dense.Sources, origins, hashes)
	if b.Plain() && !t.isMixed() {
		for _, o := range origins {
			addEvent(t.dense, o)
		}
	} else {
		for i, o := range origins {
			e := t.weighed(b.Event(from + i))
			t.dense.AddVolume(o, e.Events, e.Bytes)
		}
	}
	t.addSample(b, from, to)
}

// addSample counts in the sample, beyond the exact state.
func (t *Tally) addSample(b *block.Block, from, to int) {
	var places [block.Size]uint8
	var hashes [block.Size]uint64
	wanted := t.sample.WantBatch(b.Hashes[from:to], places[:0])
	for k, i := range wanted {
		hashes[k] = b.Hashes[from+int(i)]
		wanted[k] += uint8(from)
	}
	t.addPlaces(b, wanted, hashes[:len(wanted)])
}

// addPlaces counts the events in some places of a block, which have these hashes, in the
// sample. Those that are new are looked up together, so that the processor waits for the memory
// of all of them at once.
func (t *Tally) addPlaces(b *block.Block, places []uint8, hashes []uint64) {
	batch, singles := &b.Batch, b.Plain() && !t.isMixed()
	if singles {
		t.sample.CountBatch(batch, hashes, t.options.Facts)
	} else {
		for k, place := range places {
			e := t.weighed(b.Event(int(place)))
			t.describe(&batch.Items[k], b.Source(int(place)), geo.Unlocated, hashes[k], e)
		}
		t.sample.CountItems(batch, len(places))
	}
	fresh := batch.Absent() // numbers among places, of which we make places
	for k, i := range fresh {
		fresh[k] = places[i]
	}
	b.LocateSome(t.table, fresh)
	for k, place := range fresh {
		it, o := &batch.Items[k], b.Origins[place]
		if singles {
			t.describe(it, b.Source(int(place)), o, b.Hashes[place], block.Event{Events: 1})
		} else {
			it.Part = uint8(o)
		}
	}
	t.sample.AddBatch(batch)
}
