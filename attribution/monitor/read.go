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
	if err := mergeInto(whole, closed...); err != nil {
		panic(err.Error()) // snapshots are checked before they come in
	}
	return whole
}

// Report returns the report of [Monitor.Tally].
func (m *Monitor) Report(from, to time.Time) *attribution.Report { return m.Tally(from, to).Report() }

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

// collect returns the snapshots of closed intervals, and a tally of the open ones.
func (m *Monitor) collect(first, last int64) ([][]byte, *attribution.Tally) {
	m.mu.Lock()
	defer m.mu.Unlock()
	whole := attribution.NewTally(m.table, m.options.Tally)
	for _, iv := range m.open {
		if iv.index >= first && iv.index <= last {
			if err := whole.Merge(iv.tally()); err != nil {
				panic(err.Error()) // only a bug here can do it
			}
		}
	}
	return m.snapshots.between(first, last), whole
}
