package snapshot

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// Group is a set of origins taken together.
type Group struct {
	Sources           stat.Number
	Events, Bytes     uint64
	Sampled, Sampled6 float64
}

// And is the union with a group that has no origin of g.
func (g Group) And(other Group) Group {
	g.Sources.Value += other.Sources.Value
	g.Sources.Variance += other.Sources.Variance
	g.Events = AddSaturated(g.Events, other.Events)
	g.Bytes = AddSaturated(g.Bytes, other.Bytes)
	g.Sampled += other.Sampled
	g.Sampled6 += other.Sampled6
	return g
}

func (c *Counted) group() Group { return Group{c.Sources, c.Events, c.Bytes, c.Sampled, c.Sampled6} }

// Group adds up the origins for which in holds, never the reserved.
func (v *View) Group(in func(geo.Origin) bool) (g Group) {
	for i := range v.Counted {
		// Also what has no sources by its registers: it may have some in the sample.
		if o := geo.Origin(i); o != geo.Reserved && v.Counted[i] != (Counted{}) && in(o) {
			g = g.And(v.Counted[i].group())
		}
	}
	return g
}

// Anywhere holds for every origin.
func Anywhere(geo.Origin) bool { return true }

// IsUnlocated holds for the sources without a country.
func IsUnlocated(o geo.Origin) bool { return o == geo.Unlocated }
