package tally

import (
	"encoding/binary"
	"net/netip"
	"sync"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
)

// pending are sources of single events that wait until there is a whole block of a family. Each
// alone would wait for memory.
type pending struct {
	v4 []uint32
	v6 []source.Source
}

// reset leaves no address behind.
func (p *pending) reset() {
	clear(p.v4)
	clear(p.v6)
	p.v4, p.v6 = p.v4[:0], p.v6[:0]
}

func (p *pending) size() int { return 4*cap(p.v4) + 16*cap(p.v6) }

// Add counts one event of a source.
func (t *Tally) Add(addr netip.Addr) {
	if addr.Is4() {
		a := addr.As4()
		t.add4(binary.BigEndian.Uint32(a[:]))
		return
	}
	if !addr.IsValid() {
		t.AddLost(snapshot.Unread, 1)
		return
	}
	s := t.Mask.Of(addr)
	if s.IsIPv4() {
		t.add4(uint32(s.Lo))
		return
	}
	p := &t.pending
	if p.v6 = append(p.v6, s); uint8(len(p.v6)) <= 1 {
		t.flushDue()
	}
}

// add4 is small enough to be inlined. As a number of 8 bits, a whole block is 0.
func (t *Tally) add4(ip uint32) {
	p := &t.pending
	if p.v4 = append(p.v4, ip); uint8(len(p.v4)) <= 1 {
		t.flushDue()
	}
}

// flushDue counts what is pending when a block of a family is full, or when its first event
// must not wait.
func (t *Tally) flushDue() {
	if len(t.pending.v4) >= block.Size || len(t.pending.v6) >= block.Size || !t.mayWait() {
		t.flushPending()
	}
}

func (t *Tally) flushPending() {
	b := block.Get()
	b.FillIPv4(t.options.Key, t.pending.v4)
	t.AddBlock(b)
	b.FillSources(t.options.Key, t.pending.v6)
	t.AddBlock(b)
	b.Release()
	t.pending.reset()
}

// mayWait reports whether events may be counted later than they come, and in another order. Where
// sources were merged that another database located, it matters which event ends the exact state.
func (t *Tally) mayWait() bool { return t.dense != nil || !t.isForeign() }

// waitingWords is how many words the events of a tally that wait are packed into, at most.
// They fill few lines of a cache, where there are thousands of tallies.
const waitingWords = 64

// buffers are those of tallies for which events wait, so that a tally at rest has none.
var buffers = sync.Pool{New: func() any { return new([waitingWords]uint64) }}

// AddLater counts the event in a place of a block. Use it where a program counts in many
// tallies by turns.
func (t *Tally) AddLater(b *block.Block, place int) {
	if !t.mayWait() {
		t.addPlace(b, place)
		return
	}
	t.await()
	t.waiting = b.AppendTo(t.waiting, place, t.table)
}

// await makes room for an event that waits.
func (t *Tally) await() {
	switch {
	case t.waiting == nil:
		t.waiting = buffers.Get().(*[waitingWords]uint64)[:0]
	case len(t.waiting) > waitingWords-block.MaxPacked:
		t.flush()
	}
}

// settle counts what waits. Everything that depends on counts begins with it.
func (t *Tally) settle() {
	if len(t.pending.v4)+len(t.pending.v6) > 0 {
		t.flushPending()
	}
	if t.waiting != nil {
		t.flush()
		t.release()
	}
}

// release gives the buffer back, with what is in it.
func (t *Tally) release() {
	if t.waiting != nil {
		buffers.Put((*[waitingWords]uint64)(t.waiting[:waitingWords]))
		t.waiting = nil
	}
}

func (t *Tally) flush() {
	b := block.Get()
	b.FillPacked(t.options.Key, t.waiting, t.table)
	t.waiting = t.waiting[:0]
	t.AddBlock(b)
	b.Release()
}
