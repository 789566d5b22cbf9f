package attribution

import (
	"iter"
	"net/netip"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/sketch"
)

// Tally counts a stream of sources: distinct sources, events and bytes per
// origin.
//
// While at most Options.SampleSize distinct sources have come, it holds them all
// and every number is exact. Beyond, it holds a uniform sample of them, with exact
// counts each, and one HyperLogLog per origin; events and bytes per origin stay
// exact. What was counted before is carried over without loss.
//
// Memory is bounded by the options, whatever comes: a few kilobytes when small,
// 6.3 MB while exact at the default size, and 11 MB beyond with every country
// there is. With a sample of 4,096 and precision 12 it is at most 1.6 MB. In
// general it is 96 to 192 bytes for each source of the sample, and 2^precision
// bytes for each origin beyond the exact state.
//
// A Tally must not be copied. It may be used by one goroutine at a time, except
// that any number may read it ([Tally.Report], [Tally.AppendBinary], being the
// argument of [Tally.Merge]) while none writes; [Shared] is for many writers.
//
// The zero Tally has no table and no key. It can receive an encoding and be
// reported, encoded and merged into others; adding to it panics.
type Tally struct {
	table    *geo.Table
	options  Options
	mask     mask
	asserted facts // of every source, by the options
	sample   *sketch.BottomK
	dense    *dense // nil while exact

	skipped   uint64
	from, to  int64  // span of the traffic in Unix nanoseconds; from > to: unknown
	rate      uint32 // of packet sampling, 1 in so many; at least 1
	finest    uint32 // of the rates of what was merged or decoded; 0: nothing was
	databases databases
	counted   bool // something was counted with table
}

// NewTally returns an empty Tally that locates sources with table. It panics if
// table is nil or an option is out of its documented range.
//
// A source must not change its origin within one tally: the table is pinned until
// [Tally.Reset], and a reloaded one serves the next window.
func NewTally(table *geo.Table, options Options) *Tally {
	if table == nil {
		panic("attribution: NewTally without a table")
	}
	o := options.filled()
	t := &Tally{table: table, options: o, mask: maskOf(o.IPv6Prefix)}
	if o.Handshake {
		t.asserted = handshake
	}
	t.Reset(nil)
	return t
}

// Reset forgets everything and pins table for what comes; nil keeps the table.
func (t *Tally) Reset(table *geo.Table) {
	t.mustCount()
	if table != nil {
		t.table = table
	}
	o := t.options
	sample, err := sketch.NewBottomK(o.Key.ID(), o.SampleSize, o.DropAddresses)
	if err != nil {
		panic(err) // filled has checked the size
	}
	t.sample = sample
	t.dense, t.skipped, t.databases, t.counted = nil, 0, nil, false
	t.rate, t.finest = o.SamplingRate, 0
	t.from, t.to = noSpan()
}

// finestRate is the least of the sampling rates of all that was counted; 0 while
// nothing was.
func (t *Tally) finestRate() uint32 {
	if own := t.options.SamplingRate; t.counted && (t.finest == 0 || own < t.finest) {
		return own
	}
	return t.finest
}

func (t *Tally) mustCount() {
	if t.table == nil {
		panic("attribution: this Tally was decoded and has no key to count with; merge it into one made by NewTally")
	}
}

// Add counts one event of a source. IPv4-mapped addresses are IPv4, zones are
// dropped, and IPv6 addresses are cut to the source prefix before anything else.
// An invalid address is no source; it counts as skipped. Add does not allocate
// in the steady state.
func (t *Tally) Add(addr netip.Addr) {
	d := t.dense
	if d == nil || !addr.IsValid() {
		t.AddN(addr, 1, 0)
		return
	}
	t.mustCount()
	s := t.mask.sourceOf(addr)
	hash := t.options.Key.Hash(s.hi, s.lo)
	o := s.originIn(t.table)
	d.addEvent(o)
	d.sources.Insert(uint8(o), hash)
	t.counted = true
	if t.sample.Wants(hash) {
		t.addWanted(s, o, hash, 1, 0, t.asserted)
	}
}

// AddN counts events and bytes of one source, as a flow record states them.
// Counts saturate at the largest uint64. A source with 0 events is a source.
func (t *Tally) AddN(addr netip.Addr, events, bytes uint64) {
	t.mustCount()
	if !addr.IsValid() {
		t.skipped = addSaturated(t.skipped, 1)
		return
	}
	s := t.mask.sourceOf(addr)
	t.addOne(s, t.options.Key.Hash(s.hi, s.lo), events, bytes, t.asserted)
}

// AddBatch counts one event of each address, as Add does; it is the fast way
// in. It keeps no reference to addrs.
func (t *Tally) AddBatch(addrs []netip.Addr) {
	t.mustCount()
	for len(addrs) > 0 {
		n := min(len(addrs), blockSize)
		t.addBlock(addrs[:n])
		addrs = addrs[n:]
	}
}

func (t *Tally) addOne(s source, hash, events, bytes uint64, known facts) {
	if t.dense == nil {
		// While the sample holds every source, it knows the origin of one that
		// came before.
		if _, found := t.sample.Count(hash, events, bytes); !found {
			t.addNew(s, s.originIn(t.table), hash, events, bytes, known)
		} else if known != 0 {
			t.sample.Mark(hash, uint8(known))
		}
		return
	}
	o := s.originIn(t.table)
	t.counted = true
	t.dense.count(o, hash, events, bytes)
	if t.sample.Wants(hash) {
		t.addWanted(s, o, hash, events, bytes, known)
	}
}

// addWanted counts in the sample, beyond the exact state.
func (t *Tally) addWanted(s source, o geo.Origin, hash, events, bytes uint64, known facts) {
	if _, found := t.sample.Count(hash, events, bytes); !found {
		t.addNew(s, o, hash, events, bytes, known)
	} else if known != 0 {
		t.sample.Mark(hash, uint8(known))
	}
}

// addNew takes a source into the sample that is not in it, and ends the exact
// state when the sample can no longer hold everything.
func (t *Tally) addNew(s source, o geo.Origin, hash, events, bytes uint64, known facts) {
	t.counted = true
	t.sample.Add(sketch.Item{
		Hash: hash, Hi: s.hi, Lo: s.lo, Events: events, Bytes: bytes, Part: uint8(o), Flags: uint8(known),
	})
	t.leaveExact()
}

// leaveExact moves what the sample holds into the dense form as soon as the
// sample has more than it will keep.
func (t *Tally) leaveExact() {
	if t.dense == nil && !t.sample.Exact() {
		t.fillDense()
	}
}

func (t *Tally) fillDense() { t.dense = t.asDense() }

// asDense is the dense form of what t has counted. It never writes t.
func (t *Tally) asDense() *dense {
	if t.dense != nil {
		return t.dense
	}
	d := newDense(t.options.Precision)
	var come [geo.MaxOrigins]bool
	origins := 0
	for it := range t.sample.Kept() {
		if o := geo.Origin(it.Part); !come[o] {
			come[o] = true
			origins++
		}
	}
	d.sources.Grow(origins)
	for it := range t.sample.Kept() {
		d.count(geo.Origin(it.Part), it.Hash, it.Events, it.Bytes)
	}
	return d
}

// Window says that the traffic spans at least the time between from and to; it
// only ever widens. The times are reported, and compared with the age of the
// database; nothing is read from the clock. A zero time, or a span that ends
// before it begins, is ignored.
func (t *Tally) Window(from, to time.Time) {
	if from.IsZero() || to.Before(from) {
		return
	}
	t.from, t.to = min(t.from, nanoseconds(from)), max(t.to, nanoseconds(to))
}

// Sampled is a source that a Tally holds, with its exact counts.
type Sampled struct {
	Prefix        netip.Prefix // IPv4 address, or IPv6 prefix; zero if addresses are dropped
	Origin        geo.Origin
	Events, Bytes uint64
	Handshake     bool // the source completed one, as [Flow] or the options said
	Reflector     bool // it sent what looks like answers that were not asked for
}

// Sampled walks the sources that the tally holds, in no particular order: all of
// them while it is exact, and beyond a uniform sample of Options.SampleSize. The
// source that made most events need not be in a sample.
func (t *Tally) Sampled() iter.Seq[Sampled] {
	return func(yield func(Sampled) bool) {
		if t.sample == nil {
			return
		}
		for it := range t.sample.Items() {
			known := facts(it.Flags)
			s := Sampled{
				Origin: geo.Origin(it.Part), Events: it.Events, Bytes: it.Bytes,
				Handshake: known&handshake != 0, Reflector: known&reflector != 0,
			}
			if t.sample.KeepsItems() {
				s.Prefix = source{it.Hi, it.Lo}.prefix(t.options.IPv6Prefix)
			}
			if !yield(s) {
				return
			}
		}
	}
}
