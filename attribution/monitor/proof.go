package monitor

import (
	"math"

	"github.com/whence-go/whence/attribution"
)

// A series that is wrong once in a month is wrong every half hour among a thousand.
// So a burst of one target is told only once it is beyond what that explains: that
// the level is twice what it was before, or less, must be less likely than what was
// counted by 1/e^8 for each of the targets. The level before is itself known from
// no more than was counted then: from twelve intervals in the beginning.
//
// What one source does is one decision, not many: a bot that works off a list is no
// burst. So counts are taken for as many as the mean number from one source allows,
// up to a limit, since a source that sends hundreds where nothing is expected is one.
const (
	proofRatio = 2
	proofLimit = 8
	mostClump  = 30 // events of one source that are worth one
)

// evidence is what speaks for a burst in one of the series.
type evidence struct{ seen, expected float64 }

func (e *evidence) add(seen uint64, expected float64) {
	e.seen += float64(seen)
	e.expected += max(expected, leastMean)
}

// weight is the logarithm of the likelihood ratio of two Poisson counts, the other
// being that of the past, which was so many times as long as the burst.
func (e evidence) weight(past float64) float64 {
	before := e.expected * past
	level := (e.seen + before) / (proofRatio + past)
	if !(e.seen > proofRatio*level) {
		return 0
	}
	return e.seen*math.Log(e.seen/(proofRatio*level)) + before*math.Log(before/(past*level))
}

// past returns how long that past was from which the level is known, in times of
// what passed since an interval.
func (s *series) past(since int64) float64 {
	during := max(float64(s.next-since), 1)
	return max(min(float64(s.seen)-during, s.grid.window()), fewest) / during
}

// clump is how many of the counts are worth one, if they came from so many sources.
func (e evidence) clump(sources float64) float64 {
	return min(max(e.seen/max(sources, 1), 1), mostClump)
}

// proves reports whether what a watch sees is a burst among so many targets.
func (m *Monitor) proves(w *watch) bool {
	b := w.burst
	limit := proofLimit + math.Log(float64(m.options.Targets))
	events, sources := b.inEvents.weight(w.events.past(b.onset)), b.inSources.weight(w.sources.past(b.onset))
	if max(events, sources) <= limit {
		return false
	}
	distinct := max(m.sourcesSoFar(w), float64(b.mostSources))
	return events > limit*b.inEvents.clump(distinct) || sources > limit*b.inSources.clump(distinct)
}

// sourcesSoFar is the number of distinct sources of a burst that runs.
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
