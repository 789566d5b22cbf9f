package attribution

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
	"github.com/whence-go/whence/sketch"
)

// group is a set of origins taken together.
type group struct {
	sources, variance float64 // variance of the number of sources
	events, bytes     uint64
	sampled, sampled6 float64
}

// and is the union with a group that has no origin of g.
func (g group) and(other group) group {
	g.sources += other.sources
	g.variance += other.variance
	g.events = addSaturated(g.events, other.events)
	g.bytes = addSaturated(g.bytes, other.bytes)
	g.sampled += other.sampled
	g.sampled6 += other.sampled6
	return g
}

// group is the origin as a set of one.
func (o origin) group() group {
	err := o.sources * o.relErr
	return group{o.sources, err * err, o.events, o.bytes, o.sampled, o.sampled6}
}

// group adds up the origins for which in holds, never the reserved.
func (r *Report) group(in func(geo.Origin) bool) (g group) {
	for i := range r.counted {
		// Also what has no sources by its registers: it may have some in the sample.
		if o := geo.Origin(i); o != geo.Reserved && r.counted[i] != (origin{}) && in(o) {
			g = g.and(r.counted[i].group())
		}
	}
	return g
}

func anywhere(geo.Origin) bool      { return true }
func isUnlocated(o geo.Origin) bool { return o == geo.Unlocated }

// relErr is the relative standard error of the number of sources.
func (g group) relErr() float64 {
	if g.variance <= 0 {
		return 0
	}
	return math.Sqrt(g.variance) / g.sources
}

// count is the number of sources with its interval, rounded outward.
func (g group) count() (distinct, low, high uint64) {
	l, h := sketch.Estimate{Value: g.sources, RelErr: g.relErr()}.Interval(z)
	return count.Round(g.sources), count.Round(math.Floor(l)), count.Round(math.Ceil(h))
}
