package attribution

import (
	"fmt"
	"iter"
	"net/netip"
	"time"

	"github.com/axiomhq/hyperloglog"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// Tally counts a stream of sources: distinct sources, events and bytes per country.
// [Tally.Snapshot] says what it has counted.
//
// While there are at most [Options.SampleSize] distinct sources, it holds all of them and
// every number is exact. Beyond, it holds a uniform sample of them, with exact counts each,
// and one HyperLogLog per country. Events and bytes per country stay exact. Nothing is lost
// in between.
//
// Memory is bounded by the options: a few kilobytes when small, 3.7 MB while exact at the
// default size, and 10 MB beyond with every country there is. With a sample of 4,096 and
// precision 12 it is at most 1.6 MB. From 1,000 sources on it is 56 to 114 bytes for each while
// exact. Beyond, it is 89 bytes for each source of the sample at the default size, up to 119 at the
// smallest, and 2^Precision + 256 bytes for each country.
//
// A Tally is for one goroutine at a time; [ShardedTally] is for many. It must not be
// copied. Make one with [NewTally]; the zero Tally is invalid.
type Tally struct {
	t *tally.Tally
}

// NewTally returns an empty Tally that locates sources with table, which stays pinned until
// [Tally.Rotate]. The error says that an option is out of its range, or that there is no
// table. It wraps [ErrInvalidOptions].
func NewTally(table *geo.Table, o Options) (*Tally, error) {
	t, err := newTally(table, o)
	if err != nil {
		return nil, err
	}
	return &Tally{t}, nil
}

func newTally(table *geo.Table, o Options) (*tally.Tally, error) {
	if table == nil {
		return nil, fmt.Errorf("attribution: %w: no table", ErrInvalidOptions)
	}
	internal, err := o.internal()
	if err != nil {
		return nil, err
	}
	return tally.New(table, internal), nil
}

// Add counts one event of a source. IPv4-mapped addresses are IPv4, zones are dropped, and
// IPv6 addresses are cut to the source prefix first. An invalid address is a lost record,
// [LostUnread]. Some events wait to be counted together, for speed; whatever reads the Tally
// counts them first. Add does not allocate in the steady state.
func (t *Tally) Add(addr netip.Addr) { t.t.Add(addr) }

// AddBatch counts one event of each address; it is the fast way in. It keeps no reference to
// addrs.
func (t *Tally) AddBatch(addrs []netip.Addr) { t.t.AddBatch(addrs) }

// AddIPv4 counts one event of each IPv4 address, which is a number in host byte order, as
// packet readers and flow collectors have it. It is the fastest way in.
func (t *Tally) AddIPv4(addrs []uint32) { t.t.AddIPv4(addrs) }

// AddFlow counts the events and bytes of a flow, and keeps what it says about its source.
// Counts saturate at the largest uint64.
func (t *Tally) AddFlow(f Flow) { t.t.AddRecord(f.Source, f.event()) }

// AddFlows counts every flow as [Tally.AddFlow] does; it is the fast way in. It keeps no
// reference to flows.
func (t *Tally) AddFlows(flows []Flow) {
	b := block.Get()
	defer b.Release()
	for len(flows) > 0 {
		n := min(len(flows), block.Size)
		fill(b, t.t, flows[:n])
		t.t.AddBlock(b)
		flows = flows[n:]
	}
}

// fill prepares at most block.Size flows for a tally.
func fill(b *block.Block, t *tally.Tally, flows []Flow) {
	b.Begin()
	for i := range flows {
		f := &flows[i]
		b.Put(i, t.Mask, f.Source, f.event())
	}
	b.Hash(t.Options().Key)
}

// AddLost notes n records that are in no count, by the reason why. They are part of every
// verdict: what they were may be anywhere. A reason that is not one of the constants counts
// as [LostUnread].
func (t *Tally) AddLost(reason Loss, n uint64) { t.t.AddLost(reason.index(), n) }

// ExtendSpan says that the traffic spans at least the time from from to to; the span only
// widens. It is reported and compared with the age of the database. No clock is read. A zero
// time, or a span that ends before it begins, is ignored.
func (t *Tally) ExtendSpan(from, to time.Time) { t.t.ExtendSpan(from, to) }

// Merge adds everything that a snapshot has counted, see [Merge]. The database of t is one
// of the 64 that there may be. An error wraps [ErrMismatch] and names both sides; t is then
// unchanged.
func (t *Tally) Merge(s Snapshot) error {
	if err := t.t.Merge(s.state()); err != nil {
		return fmt.Errorf("attribution: %w", err)
	}
	return nil
}

// Snapshot returns what was counted so far, as an immutable copy.
func (t *Tally) Snapshot() Snapshot { return Snapshot{t.t.Snapshot()} }

// Rotate returns what was counted and begins anew, so that every event is in exactly one
// snapshot. It locates what comes with next, or with the same table if that is nil. It keeps
// the memory of the sample for the next count, unless this one needed little of it.
func (t *Tally) Rotate(next *geo.Table) Snapshot { return Snapshot{t.t.Rotate(next)} }

// Reset forgets everything that was counted and begins anew, as [Tally.Rotate] does. It keeps
// the memory for the next count, which then allocates nothing if it is about as large.
func (t *Tally) Reset(next *geo.Table) { t.t.Reset(next) }

// Sketches yields the sources of each origin as a HyperLogLog of
// github.com/axiomhq/hyperloglog, in ascending order of origins. Its Insert hashes with a
// public constant. Add to one only hashes of the same key, with InsertHash: [sketch.Key.Hash]
// of the two halves of the 16-byte address. IPv4 has the form ::ffff:192.0.2.1, and IPv6 is
// cut to the source prefix.
func (t *Tally) Sketches() iter.Seq2[geo.Origin, *hyperloglog.Sketch] { return t.Snapshot().Sketches() }

// Distinct returns the number of distinct sources so far, reserved ones included: exactly up
// to [Options.SampleSize], beyond it as the sample estimates it. It is cheap, except after a
// merge of what [FromSketches] made: then the registers estimate it.
func (t *Tally) Distinct() sketch.Estimate { return t.t.Distinct() }

// Size returns about how many bytes t holds. It is cheap.
func (t *Tally) Size() int { return t.t.Size() }

// Format prints the number of sources and the id of the key, never an address. It must not run
// while another goroutine uses t.
func (t *Tally) Format(f fmt.State, _ rune) {
	if t == nil || t.t == nil {
		fmt.Fprint(f, "attribution.Tally(invalid)")
		return
	}
	printCount(f, "Tally", t.Distinct(), t.t.Options().Key.ID())
}
