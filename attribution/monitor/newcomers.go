package monitor

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// A target with users has newcomers all the time. Among the new sources of a burst are as
// many as come anyway in so long a time, and in all traffic they may be more than those of
// an attack. So a watch counts, before a burst, how many sources come for the first time,
// of which countries: in each interval that becomes the past, those that are in no interval
// before. It forgets them slowly, since the longer the past is, the fewer come for the
// first time.
//
// How much fewer is not known, but bounded. If sources come again and again, each at its
// own rate, the part of an interval's sources that is new is a mixture of exponential
// functions of the length of the past. It never rises, it is 1 at the length 0, and its
// logarithm is convex (Bernstein 1929). So after the length at which it was measured it
// falls no faster than it fell on average until then, and before that it was no higher.

// arrivals are the sources that came for the first time lately. Each interval weighs less
// than the one after it. Where the sources are a sample, an interval counts for the part
// of them that was compared.
type arrivals struct {
	last           int64   // interval up to which they are counted; 0: none was
	weight, square float64 // of the intervals, and with the weights squared
	age            float64 // weight times the length of the past, in intervals
	came           float64 // sources that came, whether new or not
	fresh          []fresh // those that were new, by origin in ascending order
}

type fresh struct {
	origin geo.Origin
	n      float64
}

const (
	leastMemory = 6 // intervals in which arrivals are forgotten,
	agesMemory  = 3 // or the past divided by this, if it is longer
)

// pass makes the weights smaller, and takes n intervals more in which nothing new came.
// The past was that long, and it is remembered for some intervals at most.
func (a *arrivals) pass(n, past int64, part, most float64) {
	keep := 1 - 1/min(max(leastMemory, float64(past)/agesMemory), max(most, leastMemory))
	f := math.Pow(keep, float64(n))
	more := part * (1 - f) / (1 - keep)
	a.weight = a.weight*f + more
	a.square = a.square*f*f + part*(1-f*f)/(1-keep*keep)
	a.age = a.age*f + more*float64(past)
	a.came *= f
	for i := range a.fresh {
		a.fresh[i].n *= f
	}
}

// take counts an interval, the last of n, against the past, in one or two tallies.
func (a *arrivals) take(s *snapshot.State, n, past int64, most float64, before ...*tally.Tally) {
	limit := s.Threshold()
	for _, t := range before {
		if t != nil {
			limit = min(limit, t.Threshold())
		}
	}
	a.pass(n, past, math.Ldexp(float64(limit), -64), most)
	for i := range s.Items {
		it := &s.Items[i]
		if sketch.Rank(it.Hash) > limit {
			break // items are in the order of their ranks
		}
		if snapshot.Origin(it) == geo.Reserved {
			continue
		}
		a.came++
		if !knows(before, it.Hash) {
			a.add(snapshot.Origin(it))
		}
	}
}

func knows(before []*tally.Tally, hash uint64) bool {
	for _, t := range before {
		if t != nil && t.Knows(hash) {
			return true
		}
	}
	return false
}

func (a *arrivals) add(o geo.Origin) {
	i := 0
	for i < len(a.fresh) && a.fresh[i].origin < o {
		i++
	}
	if i == len(a.fresh) || a.fresh[i].origin != o {
		a.fresh = append(a.fresh, fresh{})
		copy(a.fresh[i+1:], a.fresh[i:])
		a.fresh[i] = fresh{origin: o}
	}
	a.fresh[i].n++
}

// rateSpread is the relative variance of a rate that nobody can exclude: it may change by a
// tenth within the hour, as by the time of day.
const rateSpread = .01

// expect returns what newcomers are expected in a burst of some intervals, after a past of
// that length. Lasting is the relative variance of one interval's traffic.
func (a *arrivals) expect(length, past int64, lasting float64) *snapshot.Newcomers {
	n := &snapshot.Newcomers{Longer: float64(length) / float64(max(past, 1))}
	if a.weight == 0 || a.came == 0 {
		n.Times = stat.Share{High: math.Inf(1)} // nothing is known
		return n
	}
	scale := a.weight / a.square
	reference := scale * a.weight
	total := 0.
	for _, f := range a.fresh {
		n.Seen[f.origin] = scale * f.n
		total += f.n
	}
	n.Spread = rateSpread + lasting*(1/float64(length)+1/reference)
	// New ones of an interval in which nobody was new are half a source.
	fall := -math.Log(min((total+.5)/(a.came+.5), 1)) * a.weight / max(a.age, a.weight)
	low, high := 0., 0.
	const steps = 16
	for i := range steps {
		later := float64(past) + float64(length)*(float64(i)+.5)/steps - a.age/a.weight
		low += math.Exp(-fall*max(later, 0)) / steps
		high += math.Exp(-fall*min(later, 0)) / steps
	}
	times := float64(length) / reference
	// Who came first in the interval before the onset, which is in neither, may stay.
	n.Times = stat.Share{Value: times * (low + high) / 2, Low: times * low, High: (times + 1/reference) * high}
	return n
}
