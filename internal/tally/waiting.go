package tally

import (
	"net/netip"
	"sync"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
)

// Add counts one event of a source. It waits until there is a whole block of them: each alone
// would wait for memory.
func (t *Tally) Add(addr netip.Addr) {
	if !addr.IsValid() {
		t.AddLost(snapshot.Unread, 1)
		return
	}
	t.pending = append(t.pending, t.Mask.Of(addr))
	if len(t.pending) >= block.Size {
		t.flushPending()
	}
}

func (t *Tally) flushPending() {
	b := block.Get()
	b.FillSources(t.options.Key, t.pending)
	t.pending = t.pending[:0]
	t.AddBlock(b)
	b.Release()
}

// waitingWords is how many words the events of a tally that wait are packed into, at most.
// They fill few lines of a cache, where there are thousands of tallies.
const waitingWords = 64

// buffers are those of tallies for which events wait, so that a tally at rest has none.
var buffers = sync.Pool{New: func() any { return new([waitingWords]uint64) }}

// AddLater counts the event in a place of a block. Use it where a program counts in many
// tallies by turns.
func (t *Tally) AddLater(b *block.Block, place int) {
	if t.dense == nil && t.isForeign() { // it matters when the exact state ends
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
	if len(t.pending) > 0 {
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
