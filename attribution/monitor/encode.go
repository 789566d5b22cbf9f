package monitor

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/wire"
)

// encoder gathers the body of a checkpoint. Large parts that never change are not
// copied. What a method writes is read by the method of decoder of the same name.
type encoder struct {
	parts    [][]byte
	b        []byte
	size     int
	retained []stored // those that are named by their place
}

const copied = 1 << 10 // bytes; longer ones are parts of their own

func (e *encoder) flush() {
	if len(e.b) > 0 {
		e.parts = append(e.parts, e.b)
		e.size += len(e.b)
		e.b = nil
	}
}

func (e *encoder) uint(values ...uint64) {
	for _, v := range values {
		e.b = binary.AppendUvarint(e.b, v)
	}
}

func (e *encoder) int(values ...int64) { e.b = wire.AppendInts(e.b, values...) }

// bool encodes a truth and returns it.
func (e *encoder) bool(v bool) bool {
	e.b = wire.AppendBools(e.b, v)
	return v
}

// blob encodes bytes that nobody changes later.
func (e *encoder) blob(data []byte) {
	e.uint(uint64(len(data)))
	if len(data) < copied {
		e.b = append(e.b, data...)
		return
	}
	e.flush()
	e.parts = append(e.parts, data)
	e.size += len(data)
}

func (e *encoder) tally(t *tally.Tally) {
	var data []byte
	if t != nil {
		data = t.Snapshot().Bare().Append(nil)
	}
	e.blob(data)
}

func (e *encoder) lost(l lost) {
	if e.bool(l != lost{}) {
		e.uint(l[:]...)
	}
}

func (e *encoder) target(t Target) {
	b, _ := t.MarshalBinary() // never fails
	e.blob(b)
}

// encode returns the body of a checkpoint.
func (m *Monitor) encode(position []byte) (parts [][]byte, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.catchUpAll(m.clock.closed)
	e := &encoder{retained: m.retained.kept}
	for _, o := range m.options.shape() {
		e.uint(o.value)
	}
	e.blob(slices.Clone(position))
	e.clock(&m.clock)
	e.int(m.began)
	s := &m.stats
	e.uint(m.lastID, s.Records, s.Late, s.Undated, s.Misdated, s.Ahead, s.SetBack, s.Evicted, s.Shed)
	e.known(m)
	e.lost(m.early)
	e.uint(uint64(len(m.retained.kept)))
	for _, one := range m.retained.kept {
		e.int(one.index)
		e.packed(one)
	}
	slices.SortFunc(m.open, func(a, b *interval) int { return cmp.Compare(a.index, b.index) })
	e.uint(uint64(len(m.open)))
	for _, iv := range m.open {
		e.interval(iv)
	}
	e.watch(m.whole)
	if m.targets != nil {
		e.targets(m.targets)
	}
	e.uint(uint64(len(m.finals.kept)))
	for _, a := range m.finals.kept {
		e.account(a)
	}
	e.attacks(m)
	e.flush()
	return e.parts, e.size
}

func (e *encoder) clock(c *clock) {
	e.b = wire.AppendBools(e.b, c.started, c.directed)
	e.int(c.mark, c.closed+1, int64(c.voters), int64(c.crowd))
	e.uint(c.lates)
	e.ballot(&c.soon)
	e.ballot(&c.far)
	e.ballot(&c.past)
	e.offsets(&c.offsets)
	e.uint(uint64(len(c.held)))
	for i := range c.held {
		h := &c.held[i]
		ns, _ := nanoseconds(h.Time)
		e.int(ns, h.came)
		e.target(h.Target)
		source, _ := h.Source.MarshalBinary() // never fails
		e.blob(source)
		e.uint(h.Events, h.Bytes, uint64(h.SamplingRate))
		e.uint(uint64(h.Protocol), uint64(h.SourcePort), uint64(h.TCPFlags))
		e.bool(h.Handshake)
	}
}

func (e *encoder) ballot(b *ballot) {
	if e.bool(b.running()) {
		e.blob(slices.Clone(b.seats[:]))
		e.int(b.least[reached:]...)
		e.int(int64(b.asked))
	}
}

func (e *encoder) offsets(o *offsets) {
	e.int(int64(o.noted), int64(o.quarter+maxZones), o.last)
	for _, n := range o.counts {
		e.int(int64(n))
	}
}

func (e *encoder) interval(iv *interval) {
	e.int(iv.index)
	if e.bool(iv.first <= iv.last) {
		e.int(iv.first, iv.last)
	}
	e.uint(iv.events)
	e.tally(iv.whole)
	for _, c := range iv.targets {
		if e.bool(c != nil) {
			e.uint(c.events)
			e.tally(c.tally)
			e.lost(c.lost)
		}
	}
}

func (e *encoder) targets(t *targets) {
	for _, h := range t.heavies() {
		heavy, _ := h.MarshalBinary() // never fails
		e.blob(heavy)
	}
	e.int(int64(max(t.records, 0)))
	e.uint(t.sheds)
	for slot, target := range t.tracked {
		if e.bool(!target.IsZero()); target.IsZero() {
			continue
		}
		e.target(target)
		if w := t.watches[slot]; e.bool(w != nil) {
			e.watch(w)
		}
	}
}

func (e *encoder) watch(w *watch) {
	e.blob(w.events.Append(nil))
	e.blob(w.sources.Append(nil))
	e.recent(w.recent)
	e.tally(w.usual.full)
	e.tally(w.usual.filling)
	e.int(w.usual.fullFrom, w.usual.from)
	e.arrivals(&w.usual.arrivals)
	e.int(w.silent, w.lastOnset, w.lastEnd, w.known)
	if e.bool(w.burst != nil) {
		e.burst(w.burst)
		e.settled(w.burst)
	}
	if e.bool(w.foreseen != nil) {
		e.burst(w.foreseen)
	}
	if e.bool(w.shown != nil) {
		e.account(w.shown)
	}
}

func (e *encoder) arrivals(a *arrivals) {
	e.int(a.last)
	e.b = wire.AppendFloats(e.b, a.weight, a.square, a.age, a.came)
	e.uint(uint64(len(a.fresh)))
	for _, f := range a.fresh {
		e.uint(uint64(f.origin))
		e.b = wire.AppendFloats(e.b, f.n)
	}
}

// Ways to encode what is stored.
const (
	packedNone  = iota // there is none
	packedThere        // among the retained, at a place
	packedHere
)

func (e *encoder) stored(s stored) {
	e.int(s.index)
	byIndex := func(one stored, index int64) int { return cmp.Compare(one.index, index) }
	place, found := slices.BinarySearchFunc(e.retained, s.index, byIndex)
	switch {
	case s.data == nil:
		e.uint(packedNone)
		e.lost(s.lost)
	case found && e.retained[place].data != nil && &e.retained[place].data[0] == &s.data[0]:
		e.uint(packedThere, uint64(place))
		e.lost(s.lost)
	default:
		e.uint(packedHere)
		e.packed(s)
	}
}

// packed encodes what is stored, but for its interval.
func (e *encoder) packed(s stored) {
	e.blob(s.data)
	e.lost(s.lost)
}

func (e *encoder) recent(recent []counted) {
	e.uint(uint64(len(recent)))
	for _, c := range recent {
		e.stored(c.stored)
		e.uint(c.events, c.sources)
	}
}

func (e *encoder) account(a *account) {
	e.burst(&a.burst)
	e.recent(a.recent)
	for _, s := range []stored{a.settled, a.usual[0], a.usual[1]} {
		e.packed(s)
	}
	b := &a.before
	e.arrivals(&b.arrivals)
	e.int(b.lastOnset, b.lastEnd, b.begin)
	e.b = wire.AppendFloats(e.b, b.lasting)
	e.uint(a.parent)
	e.children(a.children, a.more)
}

// settled encodes what has settled of a burst that runs.
func (e *encoder) settled(b *burst) {
	e.int(b.settledTo)
	e.tally(b.settled)
	e.volume(b.settledVolume)
	e.uint(uint64(len(b.pieces)))
	for i := range b.pieces {
		p := &b.pieces[i]
		e.stored(p.stored)
		e.volume(p.volume)
		e.int(p.to)
	}
	e.uint(uint64(len(b.shares)))
	for i := range b.shares {
		e.int(int64(b.shares[i].slot))
		e.b = b.shares[i].Append(e.b)
	}
	e.bool(b.within)
}

func (e *encoder) volume(v volume) {
	e.uint(v.events, v.most, v.mostSources)
	e.int(v.peak)
	e.bool(v.unknown)
}

// burst encodes all but what has settled.
func (e *encoder) burst(b *burst) {
	e.uint(b.id)
	e.target(b.target)
	e.int(b.onset, b.end, b.endsAt, b.now)
	e.b = wire.AppendBools(e.b,
		b.final, b.uncertain, b.evicted, b.unseen, b.byEvents, b.bySources, b.incomplete, b.endUncertain)
	e.volume(b.volume)
	e.uint(b.held, uint64(b.interim), b.nextInterim)
	e.uint(b.waiting, uint64(b.quarter+maxZones))
	e.b = wire.AppendFloats(e.b, b.expected)
	e.b = b.inEvents.Append(e.b)
	e.b = b.inSources.Append(e.b)
	e.b = b.history.Append(e.b)
	e.stored(b.before)
	e.stored(b.first)
	e.trail(&b.trail)
}
