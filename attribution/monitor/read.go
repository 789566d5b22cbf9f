package monitor

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
)

// Snapshot returns all that came in the intervals between from and to: from is rounded
// down to the begin of its interval, to is rounded up. A zero from or to stands for the
// begin or the end of what is retained, with what is still open. What lies beyond the
// retention is not in it; see the span of its report.
//
// Time and memory are those of merging the intervals, in the worst case a few
// milliseconds for each. Observers wait for none of it.
func (m *Monitor) Snapshot(from, to time.Time) attribution.Snapshot {
	first, last := m.indexes(from, to)
	return m.handOut(m.collect(first, last))
}

func (m *Monitor) indexes(from, to time.Time) (first, last int64) {
	first, last = 0, math.MaxInt64
	if !from.IsZero() {
		first = clamped(from) / int64(m.options.Interval)
	}
	if !to.IsZero() {
		last = (clamped(to)+int64(m.options.Interval)-1)/int64(m.options.Interval) - 1
	}
	return first, last
}

// collection is what a reader takes out of the monitor under its lock.
type collection struct {
	closed []stored
	open   []*snapshot.State
	known  known
}

// handOut merges what was collected, without the lock.
func (m *Monitor) handOut(c collection) attribution.Snapshot {
	all := tally.New(nil, m.counting)
	for i := range c.closed {
		c.closed[i].addTo(all)
	}
	for _, s := range c.open {
		merge(all, s)
	}
	return c.known.handOut(all.Rotate(nil))
}

// collect returns what came from the first interval to the last.
func (m *Monitor) collect(first, last int64) collection {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := collection{closed: m.retained.between(first, last), known: m.known}
	for _, iv := range m.open {
		if iv.index >= first && iv.index <= last {
			c.open = append(c.open, iv.mark(iv.whole).Snapshot())
		}
	}
	if last == math.MaxInt64 {
		c.closed = append(c.closed, stored{lost: m.early}, misdated(m.clock.waiting(Target{}, 0)))
	}
	return c
}

// TargetSnapshot returns what came to a target lately (see [TargetCount]), and whether
// it is tracked at all. What came before it was tracked is not in it.
func (m *Monitor) TargetSnapshot(t Target) (s attribution.Snapshot, tracked bool) {
	c, tracked := m.lately(t)
	if !tracked {
		return attribution.Snapshot{}, false
	}
	return m.handOut(c), true
}

func (m *Monitor) lately(t Target) (c collection, tracked bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	slot := m.slotOf(t)
	if slot < 0 {
		return c, false
	}
	m.targets.relate()
	c.known = m.known
	c.closed = append(c.closed, misdated(m.clock.waiting(t, 0)))
	for _, iv := range m.open {
		for count := range m.targets.parts(iv, slot) {
			c.closed = append(c.closed, stored{lost: count.lost})
			if count.tally != nil {
				c.open = append(c.open, iv.mark(count.tally).Snapshot())
			}
		}
	}
	if w := m.targets.watches[slot]; w != nil {
		for _, old := range w.recent {
			c.closed = append(c.closed, old.stored)
		}
	}
	return c, true
}

// TargetCount is a target that is tracked, and what came to it lately: in the open
// intervals and some five minutes before them, at least 20 intervals.
type TargetCount struct {
	Target   Target `json:"target"`
	Events   uint64 `json:"events"`
	Bursting bool   `json:"bursting"` // see [Monitor.Bursting]
}

// Targets returns the targets and the groups of targets that are tracked, those with most
// events first. What comes to a target counts for its group too.
func (m *Monitor) Targets() []TargetCount {
	counts := []TargetCount{}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.targets == nil {
		return counts
	}
	m.targets.relate()
	for slot, target := range m.targets.tracked {
		if target.IsZero() {
			continue
		}
		c := TargetCount{Target: target}
		if w := m.targets.watches[slot]; w != nil {
			c.Bursting = w.shown != nil
			for _, old := range w.recent {
				c.Events = addSaturated(c.Events, old.events)
			}
		}
		for _, iv := range m.open {
			for count := range m.targets.parts(iv, slot) {
				c.Events = addSaturated(c.Events, count.events)
			}
		}
		counts = append(counts, c)
	}
	slices.SortStableFunc(counts, func(a, b TargetCount) int { return -cmp.Compare(a.Events, b.Events) })
	return counts
}

// Bursting reports whether a burst of the target is running: one that was reported, and
// not yet as final. The zero Target stands for all traffic. A burst is known to have
// ended five minutes after its end, or later; see the package documentation.
//
// It takes no lock and some 50 nanoseconds, so that a server may ask for every request.
func (m *Monitor) Bursting(t Target) bool {
	_, running := (*m.bursting.Load())[t]
	return running
}

// publish says which bursts are running, if that may have changed.
func (m *Monitor) publish() {
	if !m.changed {
		return
	}
	m.changed = false
	running := make(map[Target]struct{})
	for w := range m.watches() {
		if w.shown != nil {
			running[w.target] = struct{}{}
		}
	}
	m.bursting.Store(&running)
}

// Stats counts what became of the records that a [Monitor] was given, and says how
// far it has come.
type Stats struct {
	// Records are those observed so far. Those that wait are not among them yet.
	Records uint64 `json:"records"`

	// These were dropped. The interval of Late ones had closed. Undated ones had no
	// time, or one before 1970 or after 2261. Misdated ones were too far ahead of
	// the stream, and too many to wait.
	Late     uint64 `json:"late"`
	Undated  uint64 `json:"undated"`
	Misdated uint64 `json:"misdated"`

	// Ahead are those that lay more than an interval ahead of the stream when they came,
	// by clocks that run fast or after a pause. They were counted in the interval of
	// their time.
	Ahead uint64 `json:"ahead"`

	SetBack uint64 `json:"set_back"` // how often the clock was set back
	Bursts  uint64 `json:"bursts"`   // found so far, those that are part of others among them
	Evicted uint64 `json:"evicted"`  // how often a tracked target or group made room for a busier one
	Shed    uint64 `json:"shed"`     // how often sources of a target were forgotten to save memory

	Waiting int `json:"waiting"` // records set aside until their time is confirmed
	// ClockOffset is by how much most of those events are off that lie far ahead of the
	// stream or far behind it, if that is the same multiple of 15 minutes for three of
	// four: some clock is in another time zone, ahead of the stream or, if it is
	// negative, behind. The monitor dates nothing anew. 0: none was recognized.
	ClockOffset time.Duration `json:"clock_offset_ns"`

	Tracked       int `json:"tracked"`        // targets that are tracked now
	Groups        int `json:"groups"`         // groups of targets that are tracked now
	SnapshotBytes int `json:"snapshot_bytes"` // memory of the retained intervals

	Time   time.Time `json:"time,omitzero"`   // latest time that is believed
	Closed time.Time `json:"closed,omitzero"` // all intervals before it have closed
	Oldest time.Time `json:"oldest,omitzero"` // begin of the first interval that is retained
}

// Stats returns the present counters.
func (m *Monitor) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Bursts = m.lastID
	s.Waiting = len(m.clock.held)
	s.ClockOffset = m.clock.offsets.offset()
	s.SnapshotBytes = m.retained.bytes
	if t := m.targets; t != nil {
		s.Tracked = t.heavy.Len()
		if t.groups != nil {
			s.Groups = t.groups.Len()
		}
		s.Evicted += t.evictions()
		s.Shed += t.sheds
	}
	if c := &m.clock; c.started {
		s.Time = time.Unix(0, c.mark).UTC()
		s.Closed = c.begin(c.closed + 1)
		oldest := c.closed + 1
		for _, one := range m.retained.kept {
			if one.data != nil {
				oldest = min(oldest, one.index)
			}
		}
		s.Oldest = c.begin(oldest)
	}
	return s
}
