package monitor

import (
	"math"
	"time"

	"github.com/whence-go/whence/attribution"
)

// Tally returns all that came in the intervals between from and to, as one tally
// for the caller alone: from is rounded down to the begin of its interval, to is
// rounded up. A zero from or to stands for the begin or the end of what is
// retained, with what is still open. What lies beyond the retention is not in
// it; see the span of its report.
//
// Memory and time are those of merging the intervals, in the worst case a few
// milliseconds for each; observers wait for none of it.
func (m *Monitor) Tally(from, to time.Time) *attribution.Tally {
	first, last := m.indexes(from, to)
	closed, whole := m.collect(first, last)
	if err := mergeInto(whole, closed); err != nil {
		panic(err.Error()) // snapshots are checked before they come in
	}
	return whole
}

// Report returns the report of [Monitor.Tally].
func (m *Monitor) Report(from, to time.Time) *attribution.Report { return m.Tally(from, to).Report() }

func (m *Monitor) indexes(from, to time.Time) (first, last int64) {
	first, last = 0, math.MaxInt64
	if ns, ok := nanoseconds(from); ok {
		first = ns / int64(m.options.Interval)
	}
	if ns, ok := nanoseconds(to); ok {
		last = (ns+int64(m.options.Interval)-1)/int64(m.options.Interval) - 1
	}
	return first, last
}

// collect returns the snapshots of closed intervals, and a tally of the open ones.
func (m *Monitor) collect(first, last int64) ([]snapshot, *attribution.Tally) {
	m.mu.Lock()
	defer m.mu.Unlock()
	whole := attribution.NewTally(m.table, m.options.Tally)
	for _, iv := range m.open {
		if iv.index >= first && iv.index <= last {
			if err := whole.Merge(iv.snapshot()); err != nil {
				panic(err.Error()) // only a bug here can do it
			}
		}
	}
	return m.snapshots.between(first, last), whole
}

// Stats counts what became of the records that a [Monitor] was given, and says how
// far it is.
type Stats struct {
	Records  uint64 `json:"records"`  // observed; those that wait are not in it yet
	Late     uint64 `json:"late"`     // dropped, since their interval had closed
	Undated  uint64 `json:"undated"`  // dropped, without a time or with one before 1970 or after 2261
	Misdated uint64 `json:"misdated"` // dropped, too far ahead, and too many of them to wait
	Waiting  int    `json:"waiting"`  // set aside until their time is confirmed
	SetBack  uint64 `json:"set_back"` // how often the clock was set back

	Time   time.Time `json:"time,omitzero"`   // latest that is believed
	Closed time.Time `json:"closed,omitzero"` // what lies before has closed
	Oldest time.Time `json:"oldest,omitzero"` // begin of the first interval that is retained

	SnapshotBytes int `json:"snapshot_bytes"` // memory of the retained intervals
}

// Stats returns the counters of now.
func (m *Monitor) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Waiting = len(m.clock.held)
	s.SnapshotBytes = m.snapshots.bytes
	if c := &m.clock; c.started {
		s.Time = time.Unix(0, c.mark).UTC()
		s.Closed = c.begin(c.closed + 1)
		oldest := c.closed + 1
		for _, one := range m.snapshots.kept {
			oldest = min(oldest, one.index)
		}
		s.Oldest = c.begin(oldest)
	}
	return s
}
