// Package tally has the mutable state that counts a stream of sources, and makes
// snapshots of it.
package tally

import (
	"cmp"
	"math"
	"net/netip"
	"sync"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/sketch"
)

// Options are those of attribution.Options, checked and with every default filled in.
type Options struct {
	Key           sketch.Key
	SampleSize    int
	Precision     int
	IPv6PrefixLen int
	DropAddresses bool
	SamplingRate  uint32
	Facts         uint8 // of every source

	ExpectedSources int // 0: unknown
}

// ProcessKey is the random key of all in this process that count and were given none.
var ProcessKey = sync.OnceValue(sketch.NewKey)

// Tally counts. While there are at most SampleSize distinct sources it holds them all in a
// bottom-k sample and nothing else. Beyond, events and sources go into one dense cell per
// origin, and the sample becomes a uniform one. It must not be copied and is not safe for
// concurrent use.
type Tally struct {
	// These never change: others prepare blocks by them while somebody counts.
	options Options
	Mask    source.Mask

	spare   *snapshot.Dense // empty: the memory of a count before; nil: none
	pending pending         // see Add
	waiting []uint64        // packed events, see AddLater; nil: none
	counts
}

// counts are what begins anew.
type counts struct {
	table  *geo.Table
	sample *sketch.BottomK
	dense  *snapshot.Dense // nil while exact
	shared bool            // a snapshot has dense too: it is copied before it is written
	merged bool            // databases may have another than that of table, see isForeign

	unsampled    bool // registers came without a sample
	records      uint64
	lost         [snapshot.Losses]uint64
	limits       snapshot.Limits
	from, to     int64
	rate, finest uint32             // of what was counted; 0: nothing was
	databases    snapshot.Databases // of what was merged
	located      bool               // something was counted with table,
	database     snapshot.Databases // which is of this one; nil: not asked yet
}

// New returns an empty tally. The options are valid.
func New(table *geo.Table, o Options) *Tally {
	t := &Tally{options: o, Mask: source.MaskOf(o.IPv6PrefixLen)}
	t.reset(table)
	return t
}

// Reset forgets everything and begins anew, with another table unless it is nil. It keeps
// the memory for as much to come, unless most of it was not needed.
func (t *Tally) Reset(next *geo.Table) {
	if next == nil {
		next = t.table
	}
	t.release()
	t.pending.reset()
	t.spare = nil
	if t.dense != nil && !t.shared {
		t.spare = t.dense
		t.spare.Reset()
	}
	t.reset(next)
}

func (t *Tally) reset(table *geo.Table) {
	o, sample := t.options, t.sample
	if sample != nil && sample.K() == o.SampleSize && sample.KeepsItems() != o.DropAddresses {
		sample.Reset() // what was merged has not changed its shape
	} else {
		var err error
		if sample, err = sketch.NewBottomK(o.Key.ID(), o.SampleSize, o.DropAddresses); err != nil {
			panic("tally: " + err.Error()) // the options were checked
		}
	}
	sample.Grow(o.ExpectedSources)
	t.counts = counts{table: table, sample: sample}
	t.from, t.to = snapshot.NoSpan()
}

// Options returns the options. It may run beside any other method.
func (t *Tally) Options() Options { return t.options }

// Table returns the table that locates.
func (t *Tally) Table() *geo.Table { return t.table }

// AddLost notes n records that are in no count.
func (t *Tally) AddLost(reason int, n uint64) {
	t.lost[reason] = snapshot.AddSaturated(t.lost[reason], n)
}

// AddLimits notes limits of records that are counted here.
func (t *Tally) AddLimits(l snapshot.Limits) { t.limits = t.limits.With(l) }

// ExtendSpan widens the span of the traffic.
func (t *Tally) ExtendSpan(from, to time.Time) {
	if from.IsZero() || to.Before(from) {
		return
	}
	t.from, t.to = min(t.from, nanoseconds(from)), max(t.to, nanoseconds(to))
}

// nanoseconds is Unix time, clamped to what 64 bits hold (years 1678 to 2262).
func nanoseconds(t time.Time) int64 {
	const last = math.MaxInt64/1_000_000_000 - 1 // second
	switch s := t.Unix(); {
	case s > last:
		return math.MaxInt64
	case s < -last:
		return math.MinInt64
	}
	return t.UnixNano()
}

// note counts records that were looked at, 1 in rate; 0 stands for the rate of the options.
func (t *Tally) note(records int, rate uint32) {
	t.records = snapshot.AddSaturated(t.records, uint64(records))
	t.located = true
	if rate == 0 {
		rate = t.options.SamplingRate
	}
	if rate != t.rate || rate != t.finest {
		t.addRate(rate)
	}
}

// addRate takes the sampling rate of something that is about to be counted. If it is another
// one than so far, everything counts for as many as its rate says from then on.
func (t *Tally) addRate(rate uint32) {
	if t.rate != 0 && !t.isMixed() && rate != t.rate && t.rate > 1 {
		t.sample.Scale(uint64(t.rate))
		if t.own(); t.dense != nil {
			t.dense.Scale(t.rate)
		}
	}
	t.rate = max(t.rate, rate)
	if t.finest == 0 || rate < t.finest {
		t.finest = rate
	}
}

// isMixed reports whether what was counted has several sampling rates.
func (t *Tally) isMixed() bool { return t.rate != t.finest }

// weighed is an event for as many as its rate says, once rates differ.
func (t *Tally) weighed(e block.Event) block.Event {
	if t.isMixed() {
		rate := cmp.Or(e.SamplingRate, t.options.SamplingRate)
		e.Events, e.Bytes = snapshot.Scaled(e.Events, rate), snapshot.Scaled(e.Bytes, rate)
	}
	return e
}

// AddRecord counts one record.
func (t *Tally) AddRecord(addr netip.Addr, e block.Event) {
	if !addr.IsValid() {
		t.AddLost(snapshot.Unread, 1)
		return
	}
	t.note(1, e.SamplingRate)
	s := t.Mask.Of(addr)
	t.addOne(s, t.options.Key.Hash(s.Hi, s.Lo), t.weighed(e))
}

func (t *Tally) addOne(s source.Source, hash uint64, e block.Event) {
	if t.dense == nil {
		// While the sample holds every source, it knows the origin of one that came before.
		if !t.countKnown(hash, e) {
			t.addNew(s, s.OriginIn(t.table), hash, e)
		}
		return
	}
	t.own()
	o := s.OriginIn(t.table)
	t.dense.AddVolume(o, e.Events, e.Bytes)
	t.dense.Sources.Insert(uint8(o), hash)
	if t.sample.Wants(hash) {
		t.addWanted(s, o, hash, e)
	}
}

// addWanted counts in the sample, beyond the exact state.
func (t *Tally) addWanted(s source.Source, o geo.Origin, hash uint64, e block.Event) {
	if !t.countKnown(hash, e) {
		t.addNew(s, o, hash, e)
	}
}

// countKnown counts a source that is in the sample, and reports whether it is.
func (t *Tally) countKnown(hash uint64, e block.Event) bool {
	if _, found := t.sample.Count(hash, e.Events, e.Bytes); !found {
		return false
	}
	if facts := t.options.Facts | e.Facts; facts != 0 {
		t.sample.Mark(hash, facts, e.Port) // no port comes without a fact
	}
	return true
}

// addNew takes a source into the sample that is not in it, and ends the exact state when
// the sample can no longer hold everything.
func (t *Tally) addNew(s source.Source, o geo.Origin, hash uint64, e block.Event) {
	var it sketch.Item
	t.describe(&it, s, o, hash, e)
	t.sample.Add(it)
	t.leaveExact()
}

// describe writes an item field by field. A copy of one would be read 16 bytes at a time right
// after it was written 8 at a time, and wait for that.
func (t *Tally) describe(it *sketch.Item, s source.Source, o geo.Origin, hash uint64, e block.Event) {
	it.Hash, it.Hi, it.Lo, it.Events, it.Bytes = hash, s.Hi, s.Lo, e.Events, e.Bytes
	it.Part, it.Flags, it.Common = uint8(o), t.options.Facts|e.Facts, e.Port
}

// own makes the dense form one that no snapshot has.
func (t *Tally) own() {
	if t.shared {
		d := *t.dense
		d.Sources = t.dense.Sources.Clone()
		t.dense, t.shared = &d, false
	}
}

// leaveExact moves what the sample holds into the dense form as soon as the sample has more
// than it will keep.
func (t *Tally) leaveExact() {
	if t.dense == nil && !t.sample.Exact() {
		t.fillDense()
	}
}

func (t *Tally) fillDense() {
	if t.dense = t.spare; t.dense == nil {
		t.dense = snapshot.NewDense(t.options.Precision)
	}
	t.spare = nil
	origins := 0
	for _, n := range t.sample.Parts() {
		origins += min(n, 1)
	}
	t.dense.Sources.Grow(min(origins+origins/8, geo.MaxOrigins)) // more will come
	var parts [block.Size]geo.Origin
	var hashes [block.Size]uint64
	n := 0
	for it := range t.sample.Kept() {
		parts[n], hashes[n] = snapshot.Origin(&it), it.Hash
		t.dense.AddVolume(parts[n], it.Events, it.Bytes)
		if n++; n == block.Size {
			registers.InsertBatch(t.dense.Sources, parts[:], hashes[:])
			n = 0
		}
	}
	registers.InsertBatch(t.dense.Sources, parts[:n], hashes[:n])
}

// addEvent is AddVolume for one event without bytes. The branch is never taken, but for
// counts that came over the wire.
func addEvent(d *snapshot.Dense, o geo.Origin) {
	if d.Events[o] != math.MaxUint64 {
		d.Events[o]++
	}
}

// Distinct is the number of distinct sources so far, reserved ones included.
func (t *Tally) Distinct() sketch.Estimate {
	t.settle()
	if t.unsampled {
		return t.dense.Distinct()
	}
	return t.sample.Distinct()
}

// Threshold is about the rank up to which every source is in the sample, and never more.
func (t *Tally) Threshold() uint64 {
	t.settle()
	if t.dense == nil || t.sample.Len() < t.sample.K() {
		return math.MaxUint64
	}
	part := float64(t.sample.K()-1) / t.sample.Distinct().Value
	return uint64(math.Ldexp(min(part, 1)*(1-1e-9), 64))
}

// Knows reports whether a source is in the sample.
func (t *Tally) Knows(hash uint64) bool {
	t.settle()
	_, found := t.sample.Count(hash, 0, 0)
	return found
}

// Exact reports whether t holds every source.
func (t *Tally) Exact() bool {
	t.settle()
	return t.dense == nil
}

// Records is the number of records counted.
func (t *Tally) Records() uint64 {
	t.settle()
	return t.records
}

// Lost is the number of records that are in no count, by reason.
func (t *Tally) Lost() [snapshot.Losses]uint64 { return t.lost }

// Size is about how many bytes t holds.
func (t *Tally) Size() int {
	const fixed, cells = 512, 4096
	t.settle()
	n := fixed + t.sample.Size() + t.pending.size()
	for _, d := range []*snapshot.Dense{t.dense, t.spare} {
		if d != nil {
			n += cells + d.Sources.Size()
		}
	}
	return n
}
