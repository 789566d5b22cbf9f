package monitor

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/attribution"
)

// TargetCount is a target that is tracked, and what came to it lately: in the open
// intervals and some five minutes before them, at least 20 intervals.
type TargetCount struct {
	Target   Target `json:"target"`
	Events   uint64 `json:"events"`
	Bursting bool   `json:"bursting"`
}

// Targets returns the targets that are tracked, those with most events first.
func (m *Monitor) Targets() []TargetCount {
	counts := []TargetCount{}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.targets == nil {
		return counts
	}
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
			if count := iv.targets[slot]; count != nil {
				c.Events = addSaturated(c.Events, count.events)
			}
		}
		counts = append(counts, c)
	}
	slices.SortStableFunc(counts, func(a, b TargetCount) int { return -cmp.Compare(a.Events, b.Events) })
	return counts
}

// TargetTally returns what came to a target lately (see [TargetCount]), as a tally
// for the caller alone, and whether it is tracked at all. What came before it was
// tracked is not in it.
func (m *Monitor) TargetTally(target Target) (tally *attribution.Tally, tracked bool) {
	tally, packed, tracked := m.lately(target)
	if err := mergeInto(tally, packed...); err != nil {
		panic("monitor: " + err.Error()) // packed tallies are checked before they come in
	}
	return tally, tracked
}

func (m *Monitor) lately(target Target) (open *attribution.Tally, packed [][]byte, tracked bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	open = m.newTally()
	if m.targets == nil {
		return open, nil, false
	}
	slot := m.targets.heavy.Lookup(target.hash(m.targets.key))
	if slot < 0 {
		return open, nil, false
	}
	for _, iv := range m.open {
		if count := iv.targets[slot]; count != nil && count.settle() != nil {
			iv.mark(count.tally)
			m.must(open.Merge(count.tally))
		}
	}
	if w := m.targets.watches[slot]; w != nil {
		for _, c := range w.recent {
			packed = append(packed, c.data)
		}
	}
	return open, packed, true
}
