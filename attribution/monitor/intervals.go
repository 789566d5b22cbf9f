package monitor

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
)

// Interval is what came in one interval that has closed, to one target or in all.
type Interval struct {
	From     time.Time // when it begins
	Target   Target    // zero: all traffic
	Snapshot attribution.Snapshot
}

// Intervals yields what came in the closed intervals that begin from one time to before
// another, as far back as they are retained: of each first what came to tracked targets, and
// last all traffic. Those in which nothing came are yielded too, for all traffic.
// Targets are remembered for some five minutes, at least 20 intervals. Groups of targets are
// left out, since they are made of their members.
//
// It is what a node of a fleet sends to its center, which gives it to
// [Monitor.ObserveSnapshot]. A record that comes late changes an interval that was yielded
// before: it is lost to it.
func (m *Monitor) Intervals(from, to time.Time) iter.Seq[Interval] {
	return func(yield func(Interval) bool) {
		first, last := m.indexes(from, to)
		parts := m.closedParts(first, last)
		for _, p := range parts.of {
			s := m.handOut(collection{closed: p.closed, known: parts.known})
			if !yield(Interval{time.Unix(0, p.index*int64(m.options.Interval)).UTC(), p.target, s}) {
				return
			}
		}
	}
}

// closedPart is what came to a target in an interval. There is more than one of them if the clock
// was set back.
type closedPart struct {
	index  int64
	target Target
	closed []stored
}

type closedParts struct {
	of    []closedPart
	known known
}

// closedParts returns what came from the first interval to the last, in the order in which it
// is yielded.
func (m *Monitor) closedParts(first, last int64) closedParts {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := closedParts{known: m.known}
	if !m.clock.started {
		return c
	}
	last = min(last, m.clock.closed)
	first = max(first, m.began, last-m.retained.most+1)
	all := m.retained.between(first, last)
	slices.SortStableFunc(all, func(a, b stored) int { return cmp.Compare(a.index, b.index) })
	for i := first; i <= last; i++ {
		c.of = m.appendTargets(c.of, i)
		n := 0
		for n < len(all) && all[n].index == i {
			n++
		}
		c.of = append(c.of, closedPart{index: i, closed: all[:n:n]})
		all = all[n:]
	}
	return c
}

// appendTargets appends what came to tracked targets in one interval, in the order of their
// slots.
func (m *Monitor) appendTargets(parts []closedPart, index int64) []closedPart {
	if m.targets == nil {
		return parts
	}
	for _, w := range m.targets.watches[:m.targets.single] {
		if w == nil {
			continue
		}
		for i := len(w.recent) - 1; i >= 0 && w.recent[i].index >= index; i-- {
			if c := &w.recent[i]; c.index == index && !c.isEmpty() {
				parts = append(parts, closedPart{index, w.target, []stored{c.stored}})
			}
		}
	}
	return parts
}
