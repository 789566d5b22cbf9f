package attribution

import (
	"fmt"
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
)

const (
	concentrated     = 0.1 // of the claimed sources, in one /24, /48 or list
	networkDominates = 0.5 // of the claimed sources, in one autonomous system; large providers have a third of a country
	heavyShare       = 0.1 // of events
)

// concentratedSite is the caveat that one /24 or /48 holds much of what a claim is
// about.
func (r *Report) concentratedSite(c Claim) (Caveat, bool) {
	of := r.group(c.has)
	claimed := of.sampled
	only6 := 256 <= concentrated*claimed // no /24 has as many addresses as that
	if !r.addresses || claimed < fewSources || only6 && of.sampled6 == 0 {
		return Caveat{}, false
	}
	var among []*seen
	for i := range r.seen {
		if s := &r.seen[i]; c.has(s.origin) && (!only6 || !s.isIPv4()) {
			among = append(among, s)
		}
	}
	numbers, all := newNumbering(len(among)), make([]held, len(among))
	var most held
	for _, s := range among {
		h := &all[numbers.of(s.site())]
		h.add(s, c)
		if h.compare(most) < 0 {
			most = *h
		}
	}
	return concentratedIn(siteName(most.least, r.ipv6Bits), r.shareOfSample(most.claimed, claimed))
}

// concentratedIn is the caveat about one /24 or /48, if it holds that much.
func concentratedIn(name string, share Share) (Caveat, bool) {
	if share.Low <= concentrated {
		return Caveat{}, false
	}
	return Caveat{PrefixConcentrated, share.Value, fmt.Sprintf("%s of the sources that the claim is about are in %s: one owner may have them all", percent(share.Value), name)}, true
}

// heavy are sources that send far more than the rest.
type heavy struct {
	sources uint64
	beyond  float64 // events that each has more of
	usual   float64 // events of half of all sources at most
	share   float64 // of the events of all sources in the sample
}

// heavySources finds outliers in the logarithm of the number of events, since
// events of sources spread over orders of magnitude: those that lie 3.5 robust
// standard deviations above the median, the median absolute deviation divided by
// 0.6745 being one (Iglewicz and Hoaglin 1993). The deviation counts as a doubling
// at least: most sources send once, and twice is no outlier.
func (r *Report) heavySources() (h heavy) {
	const outlier = 3.5 / 0.6745
	if r.topEvents < 1<<5 { // not even five doublings above one event
		return h
	}
	var sources [logSteps]float64
	var events [logSteps]uint64 // integers, whose sum is the same in any order
	n := 0.0
	for i := range r.seen {
		if s := &r.seen[i]; s.origin != geo.Reserved {
			e := max(s.events, 1)
			step := logStep(float64(e))
			sources[step]++
			events[step] = addSaturated(events[step], e)
			n++
		}
	}
	if n < fewSources {
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
			h.sources += uint64(sources[step])
			above += float64(events[step])
		}
	}
	h.beyond, h.usual, h.share = endOf(fence), endOf(median), above/all
	return h
}

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

// caveat says so, if it is much of all events.
func (h heavy) caveat(exact bool) (Caveat, bool) {
	if h.share <= heavyShare {
		return Caveat{}, false
	}
	of := "all events"
	if !exact {
		of = "the events of the sample"
	}
	return Caveat{HeavySources, h.share, fmt.Sprintf("%s with more than %s events each made %s of %s, where half of the sources have at most %s; a single address may stand for many hosts, as behind the address translation of a provider",
		count.Grouped(h.sources)+" "+plural(h.sources, "source", "sources"), count.Grouped(count.Round(h.beyond)), percent(h.share), of, count.Grouped(count.Round(h.usual)))}, true
}
