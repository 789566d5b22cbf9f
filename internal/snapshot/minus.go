package snapshot

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

const (
	// FewNewSources is the number of new sources in a sample below which they are counted
	// no better than to 5 %.
	FewNewSources = 400

	// mostlyKnown is the part of all sources that may be new before registers count the
	// new ones better than that.
	mostlyKnown = 0.3
)

// Minus is what burst has and usual never had: the sources that are new. Everything else
// that d says is that of burst, but for the limits of usual on what a source is, and what usual
// knows of newcomers. Sample sizes and precisions may differ. It writes neither side.
//
// While both sides are exact, so is d. Beyond, d is the difference of two samples: a source
// of the one whose rank the other would have kept, and which the other lacks, is new. These
// are a uniform sample without replacement of all that are new (Cohen and Kaplan 2007), and
// their part of those compared estimates the part that is new. If they are few, and more
// than 30 % of all sources are new, the registers count them.
//
// disagreement is the distance between these two numbers of new sources in standard errors,
// 0 where there is only one.
//
// The error wraps [sketch.ErrMismatch]: another key or IPv6 prefix length, or a side that
// knows no sources to compare.
func Minus(burst, usual *State) (d *State, disagreement float64, err error) {
	if err := burst.comparesWith(usual); err != nil {
		return nil, 0, err
	}
	places, compared := burst.onlyIn(usual)
	d = burst.pick(places)
	d.Limits = burst.Limits.against(usual.Limits)
	d.Newcomers = usual.Newcomers.per(usual.Weight() / burst.Weight())
	if burst.Exact() && usual.Exact() {
		return d, 0, nil
	}
	sampled := fraction{burst.Distinct(), float64(compared), public(d.Items)}
	d.Dense, d.Rest = nil, &Remainder{Sources: sampled.count()}
	if counted := byRegisters(burst, usual); counted != nil {
		disagreement = counted.disagreement(d.Rest.Sources)
		if sampled.x < FewNewSources && counted.public.Value > mostlyKnown*counted.both {
			d.Rest = counted.remainder()
		}
	}
	// New and all sources are estimated apart.
	n := &d.Rest.Sources
	n.Value = min(n.Value, burst.View().Total.Value)
	n.Low = min(n.Low, n.Value)
	return d, disagreement, nil
}

// comparesWith returns why the sources of two states cannot be compared, or nil.
func (s *State) comparesWith(other *State) error {
	if a, b := s.content(), other.content(); a != contentCounts || b != contentCounts {
		return &sketch.MismatchError{What: "content", A: a, B: b}
	}
	return s.sameSources(other.Shape)
}

const (
	contentCounts     = "counts"
	contentDifference = "an estimated difference of two snapshots"
)

// content says in words what a state holds, for errors.
func (s *State) content() string {
	switch {
	case s.IsZero():
		return "nothing"
	case s.Rest != nil:
		return contentDifference
	case s.Unsampled:
		return "registers without sources"
	}
	return contentCounts
}

// onlyIn are the places of those items of s that other lacks, of the compared ones: those
// that other would have kept. Both sides are in the order of their ranks.
func (s *State) onlyIn(other *State) (places []int, compared int) {
	limit := min(s.Threshold(), other.Threshold())
	j := 0
	for i := range s.Items {
		rank := sketch.Rank(s.Items[i].Hash)
		if rank > limit {
			break
		}
		compared++
		for j < len(other.Items) && sketch.Rank(other.Items[j].Hash) < rank {
			j++
		}
		if j == len(other.Items) || sketch.Rank(other.Items[j].Hash) != rank {
			places = append(places, i)
		}
	}
	return places, compared
}

// public is the number of items that are not reserved.
func public(items []sketch.Item) (n float64) {
	for i := range items {
		if Origin(&items[i]) != geo.Reserved {
			n++
		}
	}
	return n
}

// fraction is what two samples say about new sources.
type fraction struct {
	of       sketch.Estimate // sources of the burst
	compared float64         // those of its sample that the other's would hold
	x        float64         // public ones among these that are new
}

// count is the number of new public sources: that of the burst times the part that is new,
// two independent estimates.
func (f fraction) count() stat.Share {
	if f.compared == 0 {
		return stat.Share{High: f.of.Value}
	}
	low, high := f.of.Interval(stat.Z)
	of := stat.Share{Value: f.of.Value, Low: low, High: high}
	n := stat.Product(of, stat.NewSampling(f.compared, f.of.Value).Share(f.x, stat.Alpha))
	n.Low = max(n.Low, f.x)
	return n
}

// registered is what is left of the sources of two states without those of one, by their
// registers.
type registered struct {
	origins [geo.MaxOrigins]stat.Number
	public  stat.Number // sources that are not reserved
	both    float64     // public sources of the two together
}

// byRegisters is both states together less the usual one, origin by origin. The errors of
// these two are correlated by as much as the one is part of the other, which leaves a
// variance of eps^2 (both^2 - usual^2). It is nil where registers say nothing: with another
// precision, or with other databases, which may place one source in two origins.
func byRegisters(burst, usual *State) *registered {
	if burst.Precision != usual.Precision || len(burst.Databases.With(usual.Databases...)) > 1 {
		return nil
	}
	r := new(registered)
	now, before := burst.AsDense(), usual.AsDense()
	for o := range geo.MaxOrigins {
		all, old := now.together(before, uint8(o))
		n := max(all.Value-old.Value, 0)
		se := all.RelErr * math.Sqrt(n*(all.Value+old.Value))
		r.origins[o] = stat.Number{Value: n, Variance: se * se}
		if geo.Origin(o) != geo.Reserved {
			r.public.Value += n
			r.public.Variance += se * se
			r.both += all.Value
		}
	}
	return r
}

// together estimates the sources of one origin in both, and in other alone.
func (d *Dense) together(other *Dense, origin uint8) (both, alone sketch.Estimate) {
	theirs, old := other.Sources.Part(origin)
	mine, own := d.Sources.Part(origin)
	if old {
		alone.Value, alone.RelErr = theirs.Estimate()
		both = alone
	}
	if own {
		if old {
			mine = mine.Clone()
			mine.Merge(theirs) // the precisions agree
		}
		both.Value, both.RelErr = mine.Estimate()
	}
	return both, alone
}

// disagreement is the distance from a number of new sources by the samples, in standard
// errors.
func (r *registered) disagreement(sampled stat.Share) float64 {
	if sampled.Value == 0 {
		return 0
	}
	se := sampled.Value * math.Log(sampled.High/sampled.Low) / (2 * stat.Z)
	return (r.public.Value - sampled.Value) / math.Hypot(se, math.Sqrt(r.public.Variance))
}

func (r *registered) remainder() *Remainder { return &Remainder{interval(r.public), &r.origins} }
