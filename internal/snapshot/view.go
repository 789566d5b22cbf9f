package snapshot

import (
	"cmp"
	"math"
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// View is a State as one of its databases sees it. It is immutable.
type View struct {
	*State
	Database int // 0: those that located the state; i: the i-th of its columns

	Counted       [geo.MaxOrigins]Counted
	Total         stat.Share // public sources, with a 95 % interval
	Events, Bytes uint64     // of public sources

	Sampling stat.Sampling // of the public sources
	Basis    Basis
	Volume   bool // events and bytes per origin are known

	// Spaces are the address spaces of the databases, as far as they are known.
	Spaces []geo.Space

	TopEvents     uint64 // of the public source in Items with most events
	SampledEvents uint64 // of all public sources in Items

	origins []geo.Origin // of the items, one each
	parted  bool         // they stand for something else, see Parted
}

// Basis says what the counts per origin are known from.
type Basis uint8

// The bases.
const (
	All      Basis = iota // every source, one by one or in registers
	Sample                // the sample only
	Sketches              // registers only
)

// Counted is what was counted of one origin.
type Counted struct {
	Sources       stat.Number
	Events, Bytes uint64
	Sampled       float64 // sources in Items
	Sampled6      float64 // of them IPv6, where addresses are kept
}

// View returns s as the databases see it that located it.
func (s *State) View() *View {
	v := &View{State: s, Volume: s.Rest == nil && !s.Unsampled}
	if s.IsZero() {
		return v
	}
	v.readItems(nil)
	for _, d := range s.Databases {
		if d.Space != nil {
			v.Spaces = append(v.Spaces, d.Space.Space())
		}
	}
	public := v.public()
	switch {
	case s.Rest != nil:
		v.readRest(public)
	case s.Unsampled:
		v.Basis = Sketches
		v.readDense()
	case s.Dense != nil:
		v.readDense()
		v.Sampling = stat.NewSampling(public, s.Distinct().Value*public/max(float64(len(s.Items)), 1))
	default:
		v.Sampling = stat.NewSampling(public, public)
	}
	v.count()
	return v
}

// count sets the totals.
func (v *View) count() {
	all := v.Group(Anywhere)
	v.Events, v.Bytes = all.Events, all.Bytes
	if v.Rest != nil {
		v.Total = v.Rest.Sources
		return
	}
	v.Total = interval(all.Sources)
}

// Count is the number of public sources and its interval, in whole sources.
func (v *View) Count() (value, low, high uint64) { return whole(v.Total) }

// CountOf is the number of the sources in some origins.
func (v *View) CountOf(in func(geo.Origin) bool) (value, low, high uint64) {
	of := v.Group(in)
	switch {
	case v.Basis != Sample:
		return whole(interval(of.Sources))
	case v.Sampling.K == 0:
		return whole(stat.Share{High: v.Total.High})
	}
	return whole(stat.Product(v.Total, v.Sampling.Share(of.Sampled, stat.Alpha)))
}

// interval is that of a number which registers estimate, or which is exact.
func interval(n stat.Number) stat.Share {
	low, high := sketch.Estimate{Value: n.Value, RelErr: n.RelErr()}.Interval(stat.Z)
	return stat.Share{Value: n.Value, Low: low, High: high}
}

func whole(n stat.Share) (value, low, high uint64) {
	return stat.Round(n.Value), stat.Round(math.Floor(n.Low)), stat.Round(math.Ceil(n.High))
}

// Views returns s as each of its databases sees it: first those that located it, then
// its columns in their order.
func (s *State) Views() []*View {
	first := s.View()
	views := []*View{first}
	for i := range s.Columns {
		views = append(views, first.by(i+1))
	}
	return views
}

// by is the view of a column, which knows the items alone.
func (v *View) by(database int) *View {
	u := &View{State: v.State, Database: database, Sampling: v.Sampling, Volume: v.Volume}
	if space := u.Columns[database-1].Database.Space; space != nil {
		u.Spaces = []geo.Space{space.Space()}
	}
	u.readFrom(v, u.Columns[database-1].Origins)
	return u
}

// OriginOf is where the database locates item i. A source that was counted as public stays
// in the totals, whatever a further database says.
func (v *View) OriginOf(i int) geo.Origin { return v.origins[i] }

// IsPublic reports whether item i counts: every total is without the reserved ones.
func (v *View) IsPublic(i int) bool { return v.OriginOf(i) != geo.Reserved }

// public is the number of sources in Items that are not reserved.
func (v *View) public() float64 {
	return float64(len(v.Items)) - v.Counted[geo.Reserved].Sampled
}

// readItems counts the items by the origins that are given, one per item, or else by their
// own.
func (v *View) readItems(given []geo.Origin) {
	v.origins = make([]geo.Origin, len(v.Items))
	var sampled, ipv4 [geo.MaxOrigins]int
	exact := v.Exact()
	for i := range v.Items {
		it := &v.Items[i]
		o := Origin(it)
		if given != nil && o != geo.Reserved {
			if o = given[i]; o == geo.Reserved {
				o = geo.Unlocated
			}
		}
		v.origins[i] = o
		sampled[o]++
		ipv4[o] += Indicator(Source(it).IsIPv4())
		if o != geo.Reserved {
			v.TopEvents = max(v.TopEvents, it.Events)
			v.SampledEvents = AddSaturated(v.SampledEvents, it.Events)
		}
		if exact {
			c := &v.Counted[o]
			c.Sources.Value++
			c.Events = AddSaturated(c.Events, it.Events)
			c.Bytes = AddSaturated(c.Bytes, it.Bytes)
		}
	}
	for o := range v.Counted {
		v.Counted[o].Sampled = float64(sampled[o])
		if v.HasAddresses() {
			v.Counted[o].Sampled6 = float64(sampled[o] - ipv4[o])
		}
	}
}

// Indicator is 1 if a condition holds, and 0 if not. Adding it takes no branch, which pays
// where nobody can predict whether the condition holds.
func Indicator(holds bool) (n int) {
	if holds {
		n = 1
	}
	return n
}

func (v *View) readDense() {
	d := v.Dense
	for i := range v.Counted {
		part, ok := d.Sources.Part(uint8(i))
		if !ok {
			continue
		}
		value, relErr := part.Estimate()
		v.Counted[i].Sources = number(value, relErr)
		v.Counted[i].Events, v.Counted[i].Bytes = d.Events[i], d.Bytes[i]
	}
}

func number(value, relErr float64) stat.Number {
	e := value * relErr
	return stat.Number{Value: value, Variance: e * e}
}

// readRest takes the numbers of what one state has more than another.
func (v *View) readRest(public float64) {
	rest := v.Rest
	v.Sampling = stat.NewSampling(public, rest.Sources.Value)
	if rest.Origins != nil {
		for o := range v.Counted {
			v.Counted[o].Sources = rest.Origins[o]
		}
		return
	}
	v.Basis = Sample
	v.scale(rest.Sources.Value / max(public, 1))
}

// scale sets the sources of each origin to those that its sample stands for.
func (v *View) scale(sources float64) {
	for o := range v.Counted {
		v.Counted[o].Sources = stat.Number{Value: sources * v.Counted[o].Sampled}
	}
}

// Countries are the origins with sources, most sources first.
func (v *View) Countries() []geo.Origin {
	var list []geo.Origin
	for i := range v.Counted {
		if o := geo.Origin(i); o.IsCountry() && v.Counted[i].Sources.Value > 0 {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b geo.Origin) int {
		x, y := &v.Counted[a], &v.Counted[b]
		return cmp.Or(
			-cmp.Compare(x.Sources.Value, y.Sources.Value),
			-cmp.Compare(x.Events, y.Events),
			cmp.Compare(a, b),
		)
	})
	return list
}

// ShareOf is the share of one origin in all sources, with an interval at 1-alpha.
func (v *View) ShareOf(o geo.Origin, all Group, alpha float64) stat.Share {
	own := v.Counted[o].group()
	switch {
	case v.Exact():
		return stat.ExactShare(own.Sources.Value, all.Sources.Value)
	case v.Basis == Sample:
		return v.SampledShare(own.Sampled, alpha)
	}
	return stat.OddsShare(own.Sources, all.Sources.Less(own.Sources), -stat.NormalQuantile(alpha/2))
}

// SampledShare is the share that x of the public sample stand for.
func (v *View) SampledShare(x, alpha float64) stat.Share {
	if v.Sampling.K == 0 {
		return stat.Share{}
	}
	return v.Sampling.Share(x, alpha)
}

// ShareWithin is the share of x in n sources of the sample.
func (v *View) ShareWithin(x, n float64) stat.Share {
	if n == 0 || v.Exact() {
		return stat.ExactShare(x, n)
	}
	return v.Sampling.Within(n).Share(x, stat.Alpha)
}
