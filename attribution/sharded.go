package attribution

import (
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
)

// ShardedTally is a [Tally] for many goroutines: all of them may add while others take
// snapshots. There is no lock that all of them take. It holds one tally per processor
// (GOMAXPROCS when it is made), each with the memory of one. A goroutine adds to the tally
// of the processor that it runs on, or to any that is free. Make one with
// [NewShardedTally]; the zero ShardedTally is invalid.
//
// A worker that sees many addresses adds them in batches, or owns a Tally whose snapshots
// are merged in the end.
type ShardedTally struct {
	shards []shard
	near   sync.Pool     // of *shard: the pool keeps one near each processor
	next   atomic.Uint32 // shard for a processor that has none
}

type shard struct {
	mu    sync.Mutex
	tally *tally.Tally
	_     [64]byte // no two locks in one cache line
}

// NewShardedTally returns an empty ShardedTally. Its errors are those of [NewTally].
func NewShardedTally(table *geo.Table, o Options) (*ShardedTally, error) {
	s := &ShardedTally{shards: make([]shard, runtime.GOMAXPROCS(0))}
	for i := range s.shards {
		t, err := newTally(table, o)
		if err != nil {
			return nil, err
		}
		s.shards[i].tally = t
	}
	s.near.New = func() any { return &s.shards[int(s.next.Add(1))%len(s.shards)] }
	return s, nil
}

// with runs f on a shard that nobody else uses meanwhile.
func (s *ShardedTally) with(f func(*tally.Tally)) {
	sh := s.acquire()
	defer s.release(sh)
	f(sh.tally)
}

// acquire locks the shard near this processor, or any that is free: a snapshot holds one at
// a time for a few milliseconds, and writers pass it by.
func (s *ShardedTally) acquire() *shard {
	near := s.near.Get().(*shard)
	if near.mu.TryLock() {
		return near
	}
	for i := range s.shards {
		if sh := &s.shards[i]; sh.mu.TryLock() {
			return sh
		}
	}
	near.mu.Lock()
	return near
}

// release makes the shard the one near this processor.
func (s *ShardedTally) release(sh *shard) {
	sh.mu.Unlock()
	s.near.Put(sh)
}

// prepare counts blocks, which it fills and hashes before it takes a shard. All shards have
// the same options, and none changes them.
func (s *ShardedTally) prepare(n int, fill func(b *block.Block, t *tally.Tally, from, to int)) {
	b := block.Get()
	defer b.Release()
	for from := 0; from < n; from += block.Size {
		fill(b, s.shards[0].tally, from, min(from+block.Size, n))
		s.with(func(t *tally.Tally) { t.AddBlock(b) })
	}
}

// Add counts one event of a source, as [Tally.Add] does.
func (s *ShardedTally) Add(addr netip.Addr) { s.with(func(t *tally.Tally) { t.Add(addr) }) }

// AddBatch counts one event of each address, as [Tally.AddBatch] does.
func (s *ShardedTally) AddBatch(addrs []netip.Addr) {
	s.prepare(len(addrs), func(b *block.Block, t *tally.Tally, from, to int) {
		b.FillAddrs(t.Mask, t.Options().Key, addrs[from:to])
	})
}

// AddIPv4 counts one event of each IPv4 address, as [Tally.AddIPv4] does.
func (s *ShardedTally) AddIPv4(addrs []uint32) {
	s.prepare(len(addrs), func(b *block.Block, t *tally.Tally, from, to int) {
		b.FillIPv4(t.Options().Key, addrs[from:to])
	})
}

// AddFlow counts a flow, as [Tally.AddFlow] does.
func (s *ShardedTally) AddFlow(f Flow) {
	s.with(func(t *tally.Tally) { t.AddRecord(f.Source, f.event()) })
}

// AddFlows counts many flows, as [Tally.AddFlows] does.
func (s *ShardedTally) AddFlows(flows []Flow) {
	s.prepare(len(flows), func(b *block.Block, t *tally.Tally, from, to int) { fill(b, t, flows[from:to]) })
}

// AddLost notes lost records, as [Tally.AddLost] does.
func (s *ShardedTally) AddLost(reason Loss, n uint64) {
	s.with(func(t *tally.Tally) { t.AddLost(reason.index(), n) })
}

// ExtendSpan widens the span of the traffic, as [Tally.ExtendSpan] does.
func (s *ShardedTally) ExtendSpan(from, to time.Time) {
	s.with(func(t *tally.Tally) { t.ExtendSpan(from, to) })
}

// Snapshot returns what was counted so far. What is added meanwhile may be in it or not.
func (s *ShardedTally) Snapshot() Snapshot { return s.merged((*tally.Tally).Snapshot) }

// Rotate returns what was counted and begins anew, as [Tally.Rotate] does: every event is in
// exactly one snapshot.
func (s *ShardedTally) Rotate(next *geo.Table) Snapshot {
	return s.merged(func(t *tally.Tally) *snapshot.State { return t.Rotate(next) })
}

// Reset forgets everything that was counted, as [Tally.Reset] does. What is added meanwhile may
// be forgotten too.
func (s *ShardedTally) Reset(next *geo.Table) {
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		sh.tally.Reset(next)
		sh.mu.Unlock()
	}
}

// Format prints the number of shards and the id of the key, never an address. It takes no
// lock.
func (s *ShardedTally) Format(f fmt.State, _ rune) {
	if s == nil || len(s.shards) == 0 {
		fmt.Fprint(f, "attribution.ShardedTally(invalid)")
		return
	}
	key := s.shards[0].tally.Options().Key.ID()
	fmt.Fprintf(f, "attribution.ShardedTally(shards=%d key=%v)", len(s.shards), key)
}

// merged holds each lock for the time of a copy only; merging comes after.
func (s *ShardedTally) merged(take func(*tally.Tally) *snapshot.State) Snapshot {
	whole := &snapshot.State{}
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		part := take(sh.tally)
		sh.mu.Unlock()
		var err error
		if whole, err = snapshot.Merge(whole, part); err != nil {
			panic("attribution: shards differ: " + err.Error()) // only a bug here can do it
		}
	}
	return Snapshot{whole}
}
