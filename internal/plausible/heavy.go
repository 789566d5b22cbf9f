package plausible

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
)

// Heavy are sources that send far more than the rest.
type Heavy struct {
	Sources uint64
	Above   float64 // each has more events
	Median  float64 // events that half of all sources have at most
	Share   float64 // of the events of all sources in the sample
}

// heavyIn finds outliers in the logarithm of the number of events, since
// events of sources spread over orders of magnitude: those that lie 3.5 robust
// standard deviations above the median, the median absolute deviation divided by
// 0.6745 being one (Iglewicz and Hoaglin 1993). The deviation counts as a doubling
// at least: most sources send once, and twice is no outlier.
func heavyIn(v *snapshot.View) (h Heavy) {
	const outlier = 3.5 / 0.6745
	if v.TopEvents < 1<<5 { // not even five doublings above one event
		return h
	}
	var sources [logSteps]float64
	var events [logSteps]uint64 // integers, whose sum is the same in any order
	n := 0.0
	for i := range v.Items {
		if v.OriginOf(i) != geo.Reserved {
			e := max(v.Items[i].Events, 1)
			step := logStep(float64(e))
			sources[step]++
			events[step] = snapshot.AddSaturated(events[step], e)
			n++
		}
	}
	if n < leastHeavy {
		return h
	}
	median := middle(&sources, n)
	var deviations [logSteps]float64
	for step, count := range sources {
		deviations[max(step-median, median-step)] += count
	}
	fence := median + int(outlier*float64(max(middle(&deviations, n), perDoubling)))
	all, above := 0.0, 0.0
	for step := range sources {
		all += float64(events[step])
		if step > fence {
			h.Sources += uint64(sources[step])
			above += float64(events[step])
		}
	}
	h.Above, h.Median, h.Share = endOf(fence), endOf(median), above/all
	return h
}

const leastHeavy = 30 // sources before any can stand out

// Logarithms to base 2 are taken in steps of a sixteenth of a doubling, by the
// exponent of a number and the first four bits behind its point: no logarithm is
// computed for tens of thousands of sources, and small numbers have a step each.
const (
	perDoubling = 16
	logSteps    = 64*perDoubling + 1
	bias        = 1023 * perDoubling
)

func logStep(e float64) int { return int(math.Float64bits(e)>>48) - bias }

// endOf is the largest whole number in a step.
func endOf(step int) float64 {
	return math.Ceil(math.Float64frombits(uint64(step+1+bias)<<48)) - 1
}

// middle is the step at which half of the n sources are reached.
func middle(sources *[logSteps]float64, n float64) int {
	sum := 0.0
	for step, count := range sources {
		if sum += count; sum >= n/2 {
			return step
		}
	}
	return len(sources) - 1
}
