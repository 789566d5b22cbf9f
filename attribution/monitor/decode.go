package monitor

import (
	"fmt"
	"math"
	"net/netip"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

// decoder reads the body of a checkpoint and checks what is in it. What encode.go
// writes with a method of encoder is read by the method of the same name.
type decoder struct {
	*wire.Reader
	m     *Monitor
	shape snapshot.Shape // of every state
}

// decode reads what encode wrote. m is new, and of no use after an error.
func (m *Monitor) decode(body []byte) (position []byte, err error) {
	r := wire.NewReader("monitor: checkpoint", sketch.ErrInvalidEncoding, body)
	d := &decoder{Reader: r, m: m, shape: m.newTally().Rotate(nil).Shape}
	for _, o := range m.options.shape() {
		if v := d.Uvarint(); d.Err() == nil && v != o.value {
			return nil, fmt.Errorf("monitor: %w", &sketch.MismatchError{What: o.name, A: o.text(o.value), B: o.text(v)})
		}
	}
	position = append([]byte{}, d.blob(maxPosition)...)
	d.clock(&m.clock)
	m.began = d.index()
	s := &m.stats
	counters := []*uint64{
		&m.lastID, &s.Records, &s.Late, &s.Undated, &s.Misdated, &s.Ahead, &s.SetBack, &s.Evicted, &s.Shed,
	}
	for _, v := range counters {
		*v = d.Uvarint()
	}
	d.known(&m.known)
	m.early = d.lost()
	for range d.count(2 * m.retained.most) {
		index := d.index()
		one := d.packed()
		one.index = index
		m.retained.add(one)
	}
	for range d.count(mostOpen) {
		d.interval()
	}
	m.whole = d.watch(Target{})
	if m.targets != nil {
		d.targets(m.targets)
	}
	for range d.count(maxFinals) {
		m.finals.add(d.account())
	}
	d.attacks()
	return position, d.Done()
}

// count reads the number of things that follow. Each has a byte at least.
func (d *decoder) count(most int64) int64 {
	n := d.Int(most)
	if n > int64(d.Len()) {
		d.Fail("%d things announced, %d bytes left", n, d.Len())
		return 0
	}
	return n
}

// blob returns a part of the data, nil if it is empty.
func (d *decoder) blob(most int64) []byte {
	if b := d.Bytes(uint64(d.Int(most))); len(b) > 0 {
		return b
	}
	return nil
}

// lost reads the numbers of lost records.
func (d *decoder) lost() (l lost) {
	if !d.Bool() {
		return l
	}
	for i := range l {
		l[i] = d.Uvarint()
	}
	if (l == lost{}) {
		d.Fail("no lost records where there should be some")
	}
	return l
}

// packed reads what is stored of interval 0, in memory of its own.
func (d *decoder) packed() (s stored) {
	s.data = append([]byte(nil), d.blob(maxCheckpoint)...)
	if s.data != nil {
		state, err := unpack(s.data)
		s.records = d.check(state, err).Records
	}
	s.lost = d.lost()
	return s
}

// state reads what a tally had counted.
func (d *decoder) state(data []byte) *snapshot.State {
	if d.Err() != nil {
		return new(snapshot.State)
	}
	return d.check(snapshot.Decode(data))
}

// check fails unless a state is one of a tally of this monitor. One that took a snapshot of a smaller
// sample, or without addresses, has become like it.
func (d *decoder) check(s *snapshot.State, err error) *snapshot.State {
	switch {
	case err != nil:
		d.Fail("a state: %w", err)
		return new(snapshot.State)
	case s.SampleSize == 0 || s.SampleSize > d.shape.SampleSize || d.shape.Fits(s.Shape) != nil:
		d.Fail("a state of another shape")
	case s.Unsampled || s.Rest != nil || s.Columns != nil || s.ASNs != nil || s.Lists != nil:
		d.Fail("a state that no tally has")
	}
	return s
}

// tally reads one; nil if there is none.
func (d *decoder) tally() *tally.Tally {
	data := d.blob(maxCheckpoint)
	if data == nil {
		return nil
	}
	t := d.m.newTally()
	if err := t.Merge(d.state(data)); err != nil {
		d.Fail("a tally: %w", err)
	}
	return t
}

// index reads the number of an interval.
func (d *decoder) index() int64 { return d.Int(detect.MaxInterval) }

// time reads Unix nanoseconds.
func (d *decoder) time() int64 { return d.Int(lastTime) }

func (d *decoder) addr() (addr netip.Addr) {
	if err := addr.UnmarshalBinary(d.blob(64)); err != nil {
		d.Fail("an address: %w", err)
	}
	return addr
}

func (d *decoder) target() (t Target) {
	if b := d.blob(1 + MaxTargetName); t.UnmarshalBinary(b) != nil {
		d.Fail("no target: %.99q", b)
	}
	return t
}

func (d *decoder) interval() {
	m := d.m
	iv := m.newInterval(d.index())
	if d.Bool() {
		iv.first, iv.last = d.time(), d.time()
	}
	iv.events = d.Uvarint()
	iv.quiet = quietUntil(iv.events)
	if iv.whole = d.tally(); iv.whole == nil {
		d.Fail("an open interval without a tally")
	}
	for slot := range iv.targets {
		if d.Bool() {
			n := d.Uvarint()
			iv.targets[slot] = &targetCount{events: n, quiet: quietUntil(n), tally: d.tally(), lost: d.lost()}
			iv.hit = append(iv.hit, slot)
		}
	}
	if iv.index <= m.clock.closed || iv.index > m.clock.index(m.clock.mark+m.clock.leap) || m.open.find(iv.index) != nil {
		d.Fail("an open interval that is impossible")
	}
	m.open = append(m.open, iv)
}

func (d *decoder) targets(t *targets) {
	for _, heavy := range t.heavies() {
		if err := heavy.UnmarshalBinary(d.blob(maxCheckpoint)); err != nil {
			d.Fail("targets: %w", err)
		}
		if d.Err() == nil && (heavy.KeyID() != d.m.counting.Key.ID() || heavy.Slots() != t.single) {
			d.Fail("targets of another monitor")
		}
	}
	t.records = int(d.Int(int64(t.memory / recordMemory)))
	t.sheds = d.Uvarint()
	for slot := range t.watches {
		if !d.Bool() {
			continue
		}
		target := d.target()
		heavy, at := t.heavies()[slot/t.single], slot%t.single
		if heavy.Lookup(target.hash(&d.m.counting.Key)) != at {
			d.Fail("a target in the slot of another one")
		}
		if t.groups != nil && (target.wide != 0) != (slot >= t.single) {
			d.Fail("a target among groups, or a group among targets")
		}
		t.tracked[slot] = target
		t.delegate(slot, &target, d.m)
		t.unwatched = true
		if d.Bool() {
			t.watches[slot] = d.watch(target)
			t.due.set(slot, 0)
			t.weighWatch(t.watches[slot])
		}
	}
	for it := range t.all() {
		if t.tracked[it.Slot].IsZero() {
			d.Fail("a slot without a target")
		}
	}
}

func (d *decoder) watch(target Target) *watch {
	w := newWatch(target, d.m.options)
	w.events, w.sources = d.series(target), d.series(target)
	w.told = d.m.clock.closed
	w.recent = d.recent()
	w.usual.full, w.usual.filling = d.tally(), d.tally()
	w.usual.fullFrom, w.usual.from = d.index(), d.index()
	w.usual.arrivals = d.arrivals()
	w.silent = d.index()
	w.lastOnset, w.lastEnd, w.known = d.index(), d.index(), d.index()
	if d.Bool() {
		w.burst = d.burst()
		d.settled(w.burst)
	}
	if d.Bool() {
		w.foreseen = d.burst()
	}
	if d.Bool() {
		w.shown = d.account()
	}
	if early := w.foreseen; early != nil {
		if w.burst != nil || w.shown == nil || d.m.foreseen != nil || early.end-1 > d.m.clock.index(d.m.clock.mark) {
			d.Fail("a burst in open intervals that is impossible")
		}
		d.m.foreseen = w
	}
	return w
}

func (d *decoder) series(target Target) *detect.Series {
	end := d.Int(maxCheckpoint)
	end += int64(d.At())
	s := detect.Read(d.Reader, seriesOf(target, d.m.options))
	if int64(d.At()) != end {
		d.Fail("a series that should end at byte %d", end)
	}
	return s
}

func (d *decoder) stored() stored {
	s := stored{index: d.index()}
	switch d.Int(packedHere) {
	case packedNone:
		s.lost = d.lost()
	case packedThere:
		kept := d.m.retained.kept
		if place := d.Int(math.MaxInt64); place < int64(len(kept)) {
			s.data, s.records = kept[place].data, kept[place].records
		} else {
			d.Fail("interval %d of %d", place, len(kept))
		}
		s.lost = d.lost()
	case packedHere:
		there := d.packed()
		there.index = s.index
		s = there
	}
	return s
}

func (d *decoder) recent() (recent []counted) {
	last := int64(-1)
	for range d.count(2*d.m.lookback + 2) {
		c := counted{stored: d.stored()}
		c.events, c.sources = d.Uvarint(), d.Uvarint()
		if c.index <= last {
			d.Fail("intervals out of order")
		}
		last = c.index
		recent = append(recent, c)
	}
	return recent
}
