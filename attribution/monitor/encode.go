package monitor

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/wire"
)

// encoder gathers the body of a checkpoint. Large parts that never change are not
// copied. What a method writes is read by the method of decoder of the same name.
type encoder struct {
	parts     [][]byte
	b         []byte
	size      int
	snapshots []snapshot // those that are named by their place
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

func (e *encoder) tally(t *attribution.Tally) {
	data := []byte(nil)
	if t != nil {
		data, _ = t.MarshalBinary() // fails after 64 databases; then the sources are lost
	}
	e.blob(data)
}

func (e *encoder) target(t Target) {
	if t.addr.IsValid() {
		e.bool(true)
		b, _ := t.addr.MarshalBinary() // never fails
		e.blob(b)
		return
	}
	e.bool(false)
	e.blob([]byte(t.name))
}

// encode returns the body of a checkpoint.
func (m *Monitor) encode(position []byte) (parts [][]byte, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := &encoder{snapshots: m.snapshots.kept}
	for _, o := range m.options.shape() {
		e.uint(o.value)
	}
	e.blob(slices.Clone(position))
	e.clock(&m.clock)
	e.int(m.began)
	s := &m.stats
	e.uint(m.lastID, s.Records, s.Late, s.Undated, s.Misdated, s.SetBack, s.Evicted, s.Shed)
	e.uint(uint64(len(m.snapshots.kept)))
	for _, one := range m.snapshots.kept {
		e.int(one.index)
		e.blob(one.data)
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
	e.flush()
	return e.parts, e.size
}

func (e *encoder) clock(c *clock) {
	e.b = wire.AppendBools(e.b, c.started, c.directed)
	e.int(c.mark, c.closed+1, int64(c.ahead), int64(c.past))
	e.uint(uint64(len(c.held)))
	for i := range c.held {
		h := &c.held[i]
		ns, _ := nanoseconds(h.Time)
		e.int(ns)
		e.target(h.Target)
		source, _ := h.Source.MarshalBinary() // never fails
		e.blob(source)
		e.uint(h.Events, h.Bytes, uint64(h.Protocol), uint64(h.SourcePort), uint64(h.TCPFlags))
		e.bool(h.Handshake)
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
			e.tally(c.settle())
		}
	}
}

func (e *encoder) targets(t *targets) {
	heavy, _ := t.heavy.MarshalBinary() // never fails
	e.blob(heavy)
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
	e.int(w.usual.from, w.lastOnset, w.lastEnd)
	if e.bool(w.burst != nil) {
		e.burst(w.burst)
		e.tally(w.burst.settled)
		e.tally(w.burst.fading)
		e.int(w.burst.fadingFrom)
	}
	if e.bool(w.shown != nil) {
		e.account(w.shown)
	}
}

// Ways to encode a packed tally.
const (
	packedNone  = iota // there is none
	packedThere        // among the snapshots, at a place
	packedHere
)

func (e *encoder) snapshot(s snapshot) {
	e.int(s.index)
	if s.data == nil {
		e.uint(packedNone)
		return
	}
	byIndex := func(one snapshot, index int64) int { return cmp.Compare(one.index, index) }
	place, found := slices.BinarySearchFunc(e.snapshots, s.index, byIndex)
	if found && &e.snapshots[place].data[0] == &s.data[0] {
		e.uint(packedThere, uint64(place))
		return
	}
	e.uint(packedHere)
	e.blob(s.data)
}

func (e *encoder) recent(recent []counted) {
	e.uint(uint64(len(recent)))
	for _, c := range recent {
		e.snapshot(c.snapshot)
		e.uint(c.events, c.sources)
	}
}

func (e *encoder) account(a *account) {
	e.burst(&a.burst)
	e.recent(a.recent)
	for _, data := range [][]byte{a.settled, a.usual[0], a.usual[1]} {
		e.blob(data)
	}
}

// burst encodes all but the tallies of what has settled.
func (e *encoder) burst(b *burst) {
	e.uint(b.id)
	e.target(b.target)
	e.int(b.onset, b.end, b.endsAt, b.peak)
	e.b = wire.AppendBools(e.b,
		b.final, b.uncertain, b.lost, b.byEvents, b.bySources, b.seasonal, b.incomplete, b.endUncertain)
	e.uint(b.total, b.most, b.mostSources, uint64(b.interim), b.nextInterim)
	e.b = wire.AppendFloats(e.b, b.expected)
	e.b = b.inEvents.Append(e.b)
	e.b = b.inSources.Append(e.b)
	e.b = b.history.Append(e.b)
	e.snapshot(b.before)
	e.snapshot(b.first)
}
