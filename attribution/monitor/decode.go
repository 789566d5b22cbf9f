package monitor

import (
	"fmt"
	"math"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution"
)

// decoder takes a checkpoint apart and checks what is in it.
type decoder struct {
	fields
	m *Monitor
	// probe is a tally that any tally of this monitor can be merged into.
	probe *attribution.Tally
}

// decode takes what encode wrote; m is new, and of no use after an error.
func (m *Monitor) decode(body []byte) (position []byte, err error) {
	d := &decoder{fields: fields{of: "checkpoint", data: body}, m: m, probe: m.newTally()}
	for _, o := range m.options.shape() {
		if v := d.uint(); d.err == nil && v != o.value {
			return nil, fmt.Errorf("monitor: %w: %s %s, this one has %s", ErrMismatch, o.name, o.text(v), o.text(o.value))
		}
	}
	position = append([]byte{}, d.blob(maxPosition)...)
	d.clock(&m.clock)
	m.began = d.int(maxInterval)
	s := &m.stats
	for _, v := range []*uint64{&m.lastID, &s.Records, &s.Late, &s.Undated, &s.Misdated, &s.SetBack, &s.Evicted, &s.GivenUp} {
		*v = d.uint()
	}
	for range d.count(2 * m.snapshots.most) {
		m.snapshots.add(snapshot{d.int(maxInterval), d.packed()})
	}
	for range d.count(maxOpen + 2) {
		d.interval()
	}
	m.whole = d.watch(Target{})
	if m.targets != nil {
		d.targets(m.targets)
	}
	for range d.count(maxFinals) {
		if a := d.account(); a != nil {
			m.finals.add(a)
		}
	}
	if d.err == nil && d.at != len(body) {
		d.fail("bytes too many")
	}
	return position, d.err
}

func (d *decoder) uint() uint64 { return d.unsigned(math.MaxUint64) }

func (d *decoder) int(most int64) int64 { return d.integer(most) }

// count takes the number of things that follow, of a byte each at least.
func (d *decoder) count(most int64) int64 {
	n := d.integer(most)
	if n > int64(len(d.data)-d.at) {
		d.fail("more announced than there is")
		return 0
	}
	return n
}

// blob returns a part of the data, nil if it is empty.
func (d *decoder) blob(most int64) []byte {
	if b := d.bytes(d.integer(most)); len(b) > 0 {
		return b
	}
	return nil
}

// keep is a blob in memory of its own.
func (d *decoder) keep() []byte { return append([]byte(nil), d.blob(maxCheckpoint)...) }

// packed takes a packed tally and checks that it is one of this monitor's; nil if
// there is none.
func (d *decoder) packed() []byte {
	data := d.keep()
	if data == nil || d.err != nil {
		return nil
	}
	t, err := unpack(data)
	d.check(t, err)
	return data
}

// check sees to it that a tally fits.
func (d *decoder) check(t *attribution.Tally, err error) {
	if err == nil {
		err = d.probe.Merge(t)
		d.probe.Reset(nil)
	}
	if err != nil && d.err == nil {
		d.err = fmt.Errorf("monitor: %w: a tally before byte %d of a checkpoint: %w", ErrInvalid, d.at, err)
	}
}

// tally takes one that is only merged and read; nil if there is none.
func (d *decoder) tally() *attribution.Tally {
	data := d.blob(maxCheckpoint)
	if data == nil {
		return nil
	}
	t := new(attribution.Tally)
	d.check(t, t.UnmarshalBinary(data))
	return t
}

// counting takes one that goes on counting.
func (d *decoder) counting() *attribution.Tally {
	t := d.m.newTally()
	if data := d.blob(maxCheckpoint); data != nil {
		if err := t.UnmarshalBinary(data); err != nil && d.err == nil {
			d.err = fmt.Errorf("monitor: %w: a tally before byte %d of a checkpoint: %w", ErrInvalid, d.at, err)
		}
	}
	return t
}

func (d *decoder) addr() (addr netip.Addr) {
	if err := addr.UnmarshalBinary(d.blob(64)); err != nil {
		d.fail("no address")
	}
	return addr
}

func (d *decoder) target() Target {
	if d.bool() {
		return TargetAddr(d.addr())
	}
	return Target{name: string(d.blob(MaxTargetName))}
}

func (d *decoder) time() int64 { return d.integer(lastTime) }

func (d *decoder) clock(c *clock) {
	c.started, c.directed = d.bool(), d.bool()
	c.mark = d.time()
	c.closed = d.int(maxInterval) - 1
	c.ahead, c.past = int(d.int(confirmAhead-1)), int(d.int(confirmPast-1))
	if due := c.index(max(c.mark-c.lateness, 0)) - 1; c.started && (c.closed < due || c.closed > c.index(c.mark)) {
		d.fail("clock that cannot be")
	}
	for range d.count(maxHeld) {
		e := Event{Time: time.Unix(0, d.time()), Target: d.target()}
		e.Source = d.addr()
		e.Events, e.Bytes = d.uint(), d.uint()
		e.Protocol, e.SourcePort, e.TCPFlags = uint8(d.int(math.MaxUint8)), uint16(d.int(math.MaxUint16)), uint8(d.int(math.MaxUint8))
		e.Handshake = d.bool()
		c.hold(&e)
	}
}

func (d *decoder) interval() {
	m := d.m
	iv := m.newInterval(d.int(maxInterval))
	if d.bool() {
		iv.first, iv.last = d.time(), d.time()
	}
	iv.events = d.uint()
	iv.whole = d.counting()
	for slot := range iv.targets {
		if d.err == nil && d.bool() {
			c := &targetCount{events: d.uint()}
			if data := d.peek(); data {
				c.tally = d.counting()
			}
			iv.targets[slot] = c
		}
	}
	if iv.index <= m.clock.closed || iv.index > m.clock.index(m.clock.mark) || m.open.find(iv.index) != nil {
		d.fail("open interval that cannot be")
	}
	m.open = append(m.open, iv)
}

// peek reports whether the blob that follows has any bytes, and passes an empty
// one by.
func (d *decoder) peek() bool {
	if d.err == nil && d.at < len(d.data) && d.data[d.at] == 0 {
		d.at++
		return false
	}
	return true
}

func (d *decoder) targets(t *targets) {
	if err := t.heavy.UnmarshalBinary(d.blob(maxCheckpoint)); err != nil && d.err == nil {
		d.err = fmt.Errorf("monitor: %w: before byte %d of a checkpoint: %w", ErrInvalid, d.at, err)
	}
	if d.err == nil && (t.heavy.KeyID() != t.key.ID() || t.heavy.Slots() != len(t.watches)) {
		d.fail("targets of another monitor")
	}
	t.records = int(d.int(int64(t.memory / recordMemory)))
	t.givenUp = d.uint()
	for slot := range t.watches {
		if d.err != nil || !d.bool() {
			continue
		}
		target := d.target()
		if got := t.heavy.Lookup(target.hash(t.key)); got != slot {
			d.fail("target in a slot that is not its")
		}
		t.tracked[slot] = target
		if d.bool() {
			t.watches[slot] = d.watch(target)
		}
	}
	for it := range t.heavy.All() {
		if t.tracked[it.Slot].IsZero() {
			d.fail("slot without a target")
		}
	}
}

func (d *decoder) watch(target Target) *watch {
	w := newWatch(target, d.m.options)
	w.events, w.sources = d.series(w.events.grain), d.series(w.events.grain)
	w.recent = d.recent()
	w.usual.full, w.usual.filling = d.tally(), d.tally()
	w.usual.from = d.int(maxInterval)
	w.lastOnset, w.lastEnd = d.int(maxInterval), d.int(maxInterval)
	if d.bool() {
		w.burst = d.burst()
		w.burst.settled, w.burst.fading = d.tally(), d.tally()
		w.burst.fadingFrom = d.int(maxInterval)
	}
	if d.bool() {
		w.shown = d.account()
	}
	return w
}

func (d *decoder) series(g grain) *series {
	data := d.blob(maxCheckpoint)
	s, rest, err := decodeSeries(d.m.options.Interval, g, data)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("monitor: %w: %d bytes follow a series", ErrInvalid, len(rest))
	}
	if err != nil {
		if d.err == nil {
			d.err = err
		}
		return newSeries(d.m.options.Interval, g)
	}
	return s
}

func (d *decoder) snapshot() snapshot {
	s := snapshot{index: d.int(maxInterval)}
	switch d.int(packedHere) {
	case packedThere:
		kept := d.m.snapshots.kept
		if place := d.int(math.MaxInt64); place < int64(len(kept)) {
			s.data = kept[place].data
		} else {
			d.fail("snapshot that is not there")
		}
	case packedHere:
		s.data = d.packed()
	}
	return s
}

func (d *decoder) recent() (recent []counted) {
	last := int64(-1)
	for range d.count(2*d.m.lookback + 2) {
		c := counted{snapshot: d.snapshot()}
		c.events, c.sources = d.uint(), d.uint()
		if c.index <= last {
			d.fail("intervals out of order")
		}
		last = c.index
		recent = append(recent, c)
	}
	return recent
}

func (d *decoder) account() *account {
	a := &account{burst: *d.burst(), recent: d.recent()}
	a.settled, a.usual[0], a.usual[1] = d.packed(), d.packed(), d.packed()
	return a
}

func (d *decoder) burst() *burst {
	b := &burst{id: d.uint(), target: d.target()}
	b.onset, b.end, b.endsAt, b.peak = d.int(maxInterval), d.int(maxInterval), d.int(maxInterval), d.int(maxInterval)
	for _, v := range []*bool{&b.final, &b.uncertain, &b.lost, &b.byEvents, &b.bySources, &b.seasonal, &b.incomplete, &b.endUncertain} {
		*v = d.bool()
	}
	b.total, b.most, b.mostSources = d.uint(), d.uint(), d.uint()
	b.look, b.nextLook = int(d.int(maxLooks)), d.uint()
	for _, v := range []*float64{&b.expected, &b.inEvents.seen, &b.inEvents.expected, &b.inSources.seen, &b.inSources.expected} {
		*v = d.float(0, math.MaxFloat64)
	}
	b.precedent.Peak, b.precedent.Before = d.float(0, maxCount), d.float(0, maxCount)
	b.precedent.History = time.Duration(d.int(math.MaxInt64))
	b.before, b.first = d.snapshot(), d.snapshot()
	return b
}

const maxLooks = 64 // a number doubles no more often
