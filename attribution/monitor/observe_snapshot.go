package monitor

import (
	"errors"
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/sketch"
)

// Errors of [Monitor.ObserveSnapshot].
var (
	// ErrNoInterval says that a time is not the begin of an interval.
	ErrNoInterval = errors.New("no interval begins then")
	// ErrAhead says that an interval lies too far ahead: [Monitor.Advance] comes first.
	ErrAhead = errors.New("the interval lies ahead of the monitor's time")
	// ErrClosed says that an interval has closed. What came is lost to it.
	ErrClosed = errors.New("the interval has closed")
)

// ObserveSnapshot counts what another machine has counted in the interval that begins at
// from: of a target, or of all traffic for the zero one. These are told apart: all traffic
// does not include what is given for targets, nor the other way round. What several machines
// counted adds up, and each gives an interval once. It is what [Monitor.Intervals] yields.
//
// The bursts that are told are those of a monitor that had observed all the events itself, as
// far as the targets were tracked where they were counted. They are told when an interval
// closes and not before. Call [Monitor.Advance] to close it. Beyond the exact state of a
// snapshot its sample says who of its sources came to a target, so that a target may be
// tracked later than it should.
//
// The error wraps [attribution.ErrMismatch] if key, precision or IPv6 prefix length are not
// those of Options.Tally, or s is a difference of two snapshots, and names both sides;
// [ErrNoInterval]; [ErrAhead] if the interval begins more than 6 intervals after the monitor's
// time; or [ErrClosed]. The records of one that has closed are lost, as late ones are. Nothing is
// counted then.
func (m *Monitor) ObserveSnapshot(from time.Time, target Target, s attribution.Snapshot) error {
	state := snapshot.Unwrap(s)
	ns, ok := nanoseconds(from)
	if !ok || ns%int64(m.options.Interval) != 0 {
		return fmt.Errorf("monitor: %w: %v, intervals of %v", ErrNoInterval, from.UTC(), m.options.Interval)
	}
	if err := m.fits(state); err != nil {
		return fmt.Errorf("monitor: %w", err)
	}
	defer m.notify()
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &m.clock
	if !c.started {
		m.start(ns)
	}
	index := c.index(ns)
	switch {
	case index <= c.closed:
		m.loseState(index, target, state)
		return fmt.Errorf("monitor: %w: %v", ErrClosed, from.UTC())
	case ns > c.mark+c.leap:
		return fmt.Errorf("monitor: %w: %v, at %v", ErrAhead, from.UTC(), time.Unix(0, c.mark).UTC())
	}
	if state.Records == 0 && state.LostRecords() == 0 {
		return nil
	}
	m.know(state.Databases...)
	iv := m.openAt(index)
	if target.IsZero() {
		m.takeAll(iv, state)
	} else if m.targets != nil {
		m.targets.take(m, iv, target, state)
	}
	m.leave()
	return nil
}

// fits returns an error if a state cannot be merged with those of the monitor. One that
// counted nothing always can.
func (m *Monitor) fits(s *snapshot.State) error {
	o := &m.counting
	shape := snapshot.Shape{
		Key: o.Key.ID(), SampleSize: o.SampleSize, Precision: o.Precision, IPv6PrefixLen: o.IPv6PrefixLen,
	}
	return s.FitsInto(shape)
}

// loseState notes that all of a state came late.
func (m *Monitor) loseState(index int64, target Target, s *snapshot.State) {
	late := stored{index: index, lost: s.Lost}
	late.lost.of(attribution.LostLate, s.Records)
	if target.IsZero() {
		m.stats.Records = addSaturated(m.stats.Records, s.Records)
		m.stats.Late = addSaturated(m.stats.Late, s.Records)
		m.retained.lose(m.clock.closed, late)
		m.lateIn(m.whole, late)
		return
	}
	for _, slot := range []int{m.slotOf(target), m.slotOfGroup(target)} {
		if slot >= 0 && m.targets.watches[slot] != nil {
			m.lateIn(m.targets.watches[slot], late)
			m.see(slot)
		}
	}
}

// takeAll counts a state in all traffic of an open interval.
func (m *Monitor) takeAll(iv *interval, s *snapshot.State) {
	m.stats.Records = addSaturated(m.stats.Records, s.Records)
	merge(iv.whole, s)
	if from, to := s.Span(); !from.IsZero() {
		iv.seen(clamped(from), clamped(to), s.CountedEvents())
		m.clock.see(clamped(to))
	} else {
		iv.events = addSaturated(iv.events, s.CountedEvents())
	}
	iv.quiet = quietUntil(iv.events)
}

// take counts a state of a target in an open interval.
func (t *targets) take(m *Monitor, iv *interval, target Target, s *snapshot.State) {
	events := s.CountedEvents()
	slot, group := sketch.Untracked, m.options.Groups.counted(target)
	if target.wide == 0 {
		slot = t.weigh(t.heavy, target.hash(&m.counting.Key), events, s, func(slot int) { m.hand(slot, target) })
	}
	if t.groups != nil && !group.IsZero() {
		hash, _ := m.options.Groups.hash(&group, &m.counting.Key)
		of := t.weigh(t.groups, hash, events, s, func(slot int) { m.hand(t.single+slot, group) })
		if slot < 0 && of >= 0 {
			slot = t.single + of
		}
	}
	if slot < 0 {
		return
	}
	c := iv.target(slot, m)
	c.events = addSaturated(c.events, events)
	c.quiet = quietUntil(c.events)
	if c.tally != nil {
		merge(c.tally, s)
	} else {
		c.lost.of(attribution.LostShed, s.Records)
		c.lost.add(s.Lost)
	}
	if t.records -= len(s.Items); t.records <= 0 {
		t.shedOpen(m.open)
	}
}

// weigh tells heavy hitters of the sources of a state, and returns the slot that the target
// of a hash has then. New slots are handed out. Events beyond those of the sample weigh with
// its last source.
func (t *targets) weigh(
	heavy *sketch.HeavyHitters, hash, events uint64, s *snapshot.State, hand func(slot int),
) (slot int) {
	var places [block.Size]sketch.Place
	var hashes, sources, counts [block.Size]uint64
	slot = sketch.Untracked
	for i := 0; i < len(s.Items); {
		n := 0
		for ; n < block.Size && i < len(s.Items); n++ {
			it := &s.Items[i]
			hashes[n], sources[n], counts[n] = hash, it.Hash, min(it.Events, events)
			events -= counts[n]
			if i++; i == len(s.Items) {
				counts[n] = addSaturated(counts[n], events)
			}
		}
		heavy.AddBatch(places[:n], hashes[:n], sources[:n], counts[:n])
		for _, p := range places[:n] {
			if p.New {
				hand(int(p.Slot))
			}
			slot = int(p.Slot)
		}
	}
	return slot
}
