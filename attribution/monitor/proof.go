package monitor

import "math"

// A series that is wrong once in a month is wrong every half hour among a thousand.
// So a burst of one target is told only once it is beyond what that explains: twice
// the level expected, itself not known well, must be less likely than the counts
// seen by 1/e^8 for each of the targets.
const (
	proofRatio = 2
	proofLimit = 8
)

// evidence is what speaks for a burst in one of the series.
type evidence struct{ seen, expected float64 }

func (e *evidence) add(seen uint64, expected float64) {
	e.seen += float64(seen)
	e.expected += max(expected, leastMean)
}

// proves reports whether the evidence suffices among so many series: by the
// logarithm of the likelihood ratio of Poisson counts.
func (e evidence) proves(series int) bool {
	expected := proofRatio * e.expected
	if e.seen <= expected || expected == 0 {
		return false
	}
	g := e.seen*math.Log(e.seen/expected) - (e.seen - expected)
	return g > proofLimit+math.Log(float64(series))
}

// surge finds what a series does not call a burst, because it is over in one
// interval: ten times as much as in any interval before, and as was expected.
func (s *series) surge(i int64, y uint64, r reading) reading {
	if r.state != quiet || !r.warm || y < leastSurge || float64(y) < surgeRatio*max(s.record.before, r.baseline) {
		return r
	}
	s.bursting, s.onset = true, i
	r.state, r.onset = began, i
	r.record = Precedent{Peak: float64(y), Before: s.record.before, History: r.history}
	return r
}

const (
	surgeRatio = 10
	leastSurge = 20 // events or sources
)
