package monitor

import (
	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor/internal/detect"
)

// proves reports whether the burst of a target is more than chance among all targets
// explains. What one source does counts as one decision, so that the sources of the
// burst are counted once the numbers alone are enough.
func (m *Monitor) proves(w *watch) bool {
	b := w.burst
	limit := detect.ProofLimit(m.options.Targets)
	events, sources := b.inEvents.Weight(w.events.Past(b.onset)), b.inSources.Weight(w.sources.Past(b.onset))
	if max(events, sources) <= limit {
		return false
	}
	distinct := max(m.sourcesSoFar(w), float64(b.mostSources))
	return events > limit*b.inEvents.Clump(distinct) || sources > limit*b.inSources.Clump(distinct)
}

// sourcesSoFar returns the number of distinct sources of a running burst.
func (m *Monitor) sourcesSoFar(w *watch) float64 {
	b := w.burst
	all := new(attribution.Tally)
	if settled := m.gathered(b); settled != nil {
		m.must(all.Merge(settled))
	}
	m.must(mergeInto(all, b.first.data))
	for _, c := range w.recent {
		if c.index >= b.onset {
			m.must(mergeInto(all, c.data))
		}
	}
	return all.Distinct().Value
}
