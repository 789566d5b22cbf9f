package attribution

import (
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/whence-go/whence/geo"
)

// Shared is a [Tally] for many goroutines: all of them may add while others
// report. There is no lock that all of them take. It holds one Tally per
// processor (GOMAXPROCS when it is made), each with the memory of one, and a report
// takes that of two more for as long as it runs; a goroutine adds to the one of the
// processor that it runs on, or to any that is free. Make one with [NewShared]; the
// zero Shared is invalid.
//
// A worker that sees many addresses does better to add them in batches, or to own
// a Tally that is merged in the end.
type Shared struct {
	shards []shard
	near   sync.Pool     // of *shard: the pool keeps one near each processor
	next   atomic.Uint32 // shard for a processor that has none

	scratch sync.Pool // of *Tally, for reports: megabytes that need not be new each time
}

type shard struct {
	mu    sync.Mutex
	tally *Tally
	_     [64]byte // no two locks in one cache line
}

// NewShared returns an empty Shared; it panics where [NewTally] does.
func NewShared(table *geo.Table, options Options) *Shared {
	s := &Shared{shards: make([]shard, runtime.GOMAXPROCS(0))}
	for i := range s.shards {
		s.shards[i].tally = NewTally(table, options)
	}
	s.scratch.New = func() any { return new(Tally) }
	s.near.New = func() any { return &s.shards[int(s.next.Add(1))%len(s.shards)] }
	return s
}

// with runs f on a shard that nobody else uses meanwhile.
func (s *Shared) with(f func(*Tally)) {
	sh := s.acquire()
	defer s.release(sh)
	f(sh.tally)
}

// acquire locks the shard near this processor, or any that is free: a report
// holds one at a time for a few milliseconds, and writers pass it by.
func (s *Shared) acquire() *shard {
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
func (s *Shared) release(sh *shard) {
	sh.mu.Unlock()
	s.near.Put(sh)
}

// Add counts one event of a source, as [Tally.Add] does.
func (s *Shared) Add(addr netip.Addr) { s.AddN(addr, 1, 0) }

// AddN counts events and bytes of one source, as [Tally.AddN] does.
func (s *Shared) AddN(addr netip.Addr, events, bytes uint64) {
	s.with(func(t *Tally) { t.AddN(addr, events, bytes) })
}

// AddFlow counts a flow, as [Tally.AddFlow] does.
func (s *Shared) AddFlow(f Flow) {
	s.with(func(t *Tally) { t.AddFlow(f) })
}

// AddFlows counts many flows, as [Tally.AddFlows] does.
func (s *Shared) AddFlows(flows []Flow) {
	s.with(func(t *Tally) { t.AddFlows(flows) })
}

// AddBatch counts one event of each address, as [Tally.AddBatch] does.
func (s *Shared) AddBatch(addrs []netip.Addr) {
	s.with(func(t *Tally) { t.AddBatch(addrs) })
}

// Window says what [Tally.Window] says.
func (s *Shared) Window(from, to time.Time) {
	s.with(func(t *Tally) { t.Window(from, to) })
}

// Tally returns a copy of all that was counted so far, for the caller alone. What
// is added meanwhile may be in it or not.
func (s *Shared) Tally() *Tally {
	whole := new(Tally)
	s.copyTo(whole)
	return whole
}

// Report returns the report of all that was counted so far. Like [Shared.Tally] it
// copies one shard at a time, while writers use the others.
func (s *Shared) Report() *Report {
	whole := s.scratch.Get().(*Tally)
	defer s.scratch.Put(whole)
	s.copyTo(whole)
	return whole.Report()
}

// copyTo holds each lock for the time of a copy only; merging comes after.
func (s *Shared) copyTo(whole *Tally) {
	s.shards[0].copyTo(whole)
	if len(s.shards) == 1 {
		return
	}
	part := s.scratch.Get().(*Tally)
	defer s.scratch.Put(part)
	for i := range s.shards[1:] {
		s.shards[1+i].copyTo(part)
		if err := whole.Merge(part); err != nil {
			panic("attribution: shards differ: " + err.Error()) // only a bug here can do it
		}
	}
}

func (sh *shard) copyTo(t *Tally) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	t.copyFrom(sh.tally)
}

// Take closes a window: it returns all that was counted, for the caller alone, and
// begins anew, so that every event is in exactly one window. table is pinned for
// what comes; nil keeps the table.
func (s *Shared) Take(table *geo.Table) *Tally {
	var whole *Tally
	for i := range s.shards {
		taken := s.shards[i].take(table)
		if whole == nil {
			whole = taken
		} else if err := whole.Merge(taken); err != nil {
			panic("attribution: shards differ: " + err.Error()) // only a bug here can do it
		}
	}
	return whole
}

func (sh *shard) take(table *geo.Table) *Tally {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	taken := sh.tally
	if table == nil {
		table = taken.table
	}
	sh.tally = NewTally(table, taken.options)
	return taken
}
