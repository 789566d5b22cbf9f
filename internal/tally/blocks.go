package tally

import (
	"net/netip"

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
	if b.V4 == 0 && b.V6 == block.Size {
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

// addExact counts those that are known first. The others are then looked up at once, so that
// the processor waits for the memory of all of them together. The sample has room for all,
// and the exact state ends behind them.
func (t *Tally) addExact(b *block.Block, from, to int) {
	t.countAll(b, from, to)
	b.LocateSome(t.table, b.Absent.At())
	t.addAbsent(b)
	t.leaveExact()
}

// addAbsent adds the sources of a block that are not in the sample and were located.
func (t *Tally) addAbsent(b *block.Block) {
	singles := b.Plain() && !t.isMixed()
	for i, place := range b.Absent.At() {
		it, hash, o := &b.Absent.Items[i], b.Hashes[place], b.Origins[place]
		if singles {
			t.describe(it, b.Source(int(place)), o, hash, block.Event{Events: 1})
		} else {
			t.describe(it, b.Source(int(place)), o, hash, t.weighed(b.Event(int(place))))
		}
	}
	t.sample.AddBatch(&b.Absent)
}

// countAll counts what the sample has, and notes the places of the others.
func (t *Tally) countAll(b *block.Block, from, to int) {
	if b.Plain() && !t.isMixed() {
		t.sample.CountBatch(b.Hashes[from:to], t.options.Facts, &b.Absent)
		at := b.Absent.At()
		for i := range at {
			at[i] += uint8(from)
		}
		return
	}
	b.Absent.Reset()
	t.sample.Touch(b.Hashes[from:to])
	for i := from; i < to; i++ {
		if !t.countKnown(b.Hashes[i], t.weighed(b.Event(i))) {
			b.Absent.Append(uint8(i))
		}
	}
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
	hashes := b.Hashes[from:to]
	wanted := t.sample.WantBatch(hashes, places[:0])
	var picked [block.Size]uint64
	for k, i := range wanted {
		picked[k] = hashes[i]
	}
	if !b.Plain() || t.isMixed() {
		t.sample.Touch(picked[:len(wanted)])
		for _, i := range wanted {
			place := from + int(i)
			t.addWanted(b.Source(place), b.Origins[place], hashes[i], t.weighed(b.Event(place)))
		}
		return
	}
	t.sample.CountBatch(picked[:len(wanted)], t.options.Facts, &b.Absent)
	at := b.Absent.At()
	for i, k := range at {
		at[i] = uint8(from) + wanted[k]
	}
	t.addAbsent(b)
}
