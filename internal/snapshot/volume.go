package snapshot

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// A share of events is known of the sample alone where it is not one of countries, and a
// few sources outside the sample may have made most events. What is known is the number of
// all events, and that the sample is uniform. Of the events of a group, each source counted
// with at most c of its own, the sample gives a lower bound whatever their distribution; and
// so it does of all others. The best of several c counts. They are fixed, so that the sample
// does not choose its own test.

const capSteps = 12 // c is 1, 4, 16 and so on to 4^11

// capped are the events of some sources of the sample, each with at most c of its own.
//
// Whole numbers up to 2^53 add up to the same in any order.
type capped struct {
	sources, events float64
	upTo            [capSteps]float64
}

func (c *capped) add(events uint64) {
	c.sources++
	e := float64(events)
	c.events += e
	most := 1.0
	for i := range c.upTo {
		c.upTo[i] += min(e, most)
		most *= 4
	}
}

func (c *capped) with(other *capped) {
	c.sources += other.sources
	c.events += other.events
	for i := range c.upTo {
		c.upTo[i] += other.upTo[i]
	}
}

func (c capped) without(part *capped) capped {
	c.sources -= part.sources
	c.events -= part.events
	for i := range c.upTo {
		c.upTo[i] -= part.upTo[i]
	}
	return c
}

// KnowsEvents reports whether shares of events can be given.
func (v *View) KnowsEvents() bool {
	return v.Volume && v.Events > 0 && v.Events < math.MaxUint64 && !v.Limits.NoEvents
}

// eventShare is that of a group in all events, where all is the whole sample.
func (v *View) eventShare(group, all *capped, alpha float64) stat.Share {
	if v.Exact() {
		return stat.ExactShare(group.events, all.events)
	}
	rest := all.without(group)
	s := stat.Share{Low: v.eventsAtLeast(group, alpha), High: 1 - v.eventsAtLeast(&rest, alpha)}
	s.High = max(s.High, s.Low)
	s.Value = min(max(group.events/max(all.events, 1), s.Low), s.High)
	return s
}

// eventsAtLeast is the least share of all events that a group has: those in the sample, or
// as many as the sample stands for. A quarter of the error is left to the number of sources.
func (v *View) eventsAtLeast(group *capped, alpha float64) float64 {
	all, k := float64(v.Events), v.Sampling.K
	least := group.events / all
	if k == 0 || alpha >= 1 {
		return min(least, 1)
	}
	number := v.State.Distinct()
	number.Value *= v.Sampling.N / max(number.Value, 1)
	sources, _ := sketch.Estimate{Value: number.Value, RelErr: number.RelErr}.Interval(-stat.NormalQuantile(alpha / 4))
	most := 1.0
	for _, x := range group.upTo {
		mean := stat.MeanAtLeast(x/(k*most), k, 3*alpha/8/capSteps)
		least = max(least, mean*most*max(sources, k)/all)
		most *= 4
	}
	return min(least, 1)
}

// ofItems are the events of the public items for which in holds.
func (v *View) ofItems(in func(item int) bool) (c capped) {
	for i := range v.Items {
		if v.OriginOf(i) != geo.Reserved && in(i) {
			c.add(v.Items[i].Events)
		}
	}
	return c
}
