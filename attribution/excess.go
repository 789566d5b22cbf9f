package attribution

import (
	"fmt"
	"math"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
	"github.com/whence-go/whence/sketch"
)

// Excess tells the sources of a burst that are new: those that were not seen in
// the time of a baseline. New means no more than that, and depends on how long
// that time was. [Tally.Excess] makes one.
//
// Print it with fmt for people; its JSON form is stable, keys are only ever added.
// It does not change, and may be read by any number of goroutines.
type Excess struct {
	// Report is that of the new sources alone: claims can be checked against it
	// as against any other. Its events and bytes are known by the method
	// ByCounting, else they are 0.
	Report *Report `json:"report"`
	Method Method  `json:"method"`

	// Burst and Baseline are all sources of either, reserved ones left out.
	Burst    Sources `json:"burst"`
	Baseline Sources `json:"baseline"`

	// BaselineFrom and BaselineTo span the baseline's traffic, as far as
	// [Tally.Window] was told.
	BaselineFrom time.Time `json:"baseline_from,omitzero"`
	BaselineTo   time.Time `json:"baseline_to,omitzero"`

	// Lift compares the mix of the new sources with that of the baseline, for
	// every country of either, most new sources first. It is empty if there are
	// no new sources, or the baseline had none.
	Lift []Lift `json:"lift"`

	Caveats []Caveat `json:"caveats"`
}

// Method says how new sources were counted.
type Method string

// The methods.
const (
	ByCounting    Method = "counting"    // both sides know every source
	BySample      Method = "sample"      // the difference of two bottom-k samples
	ByHyperLogLog Method = "hyperloglog" // both sides together less the baseline
)

const (
	fewNewKeys  = 400 // in the sample; fewer count the new sources no better than to 5 %
	mostlyKnown = 0.3 // share of new sources up to which HyperLogLogs count them worse than that
)

// Excess compares t, the tally of a burst, with that of a baseline from another
// time, and returns the sources that only t has seen. It writes neither.
//
// While both are exact, so is the result. Else it takes the difference of their
// samples: a source of the one that the other would hold, had it ever seen it, is
// new, and those that are new are a uniform sample of all that are. Claims are
// decided on it. If it has fewer than 400 sources, because the baseline is much
// larger than what is new, a caveat says so, unless more than 30 % of all
// sources are new, so that the HyperLogLogs can count them. Whichever way counts,
// the other one is its check.
//
// Sample sizes and precisions may differ. The error, for another key or IPv6
// prefix or a zero Tally, wraps [ErrMismatch].
func (t *Tally) Excess(baseline *Tally) (*Excess, error) {
	switch {
	case t.sample == nil || baseline.sample == nil:
		return nil, fmt.Errorf("attribution: %w: a zero Tally has no sources to compare", ErrMismatch)
	case t.options.IPv6Prefix != baseline.options.IPv6Prefix:
		return nil, fmt.Errorf("attribution: %w: IPv6 sources of /%d and of /%d", ErrMismatch, t.options.IPv6Prefix, baseline.options.IPv6Prefix)
	}
	only, compared, err := t.sample.Minus(baseline.sample)
	if err != nil {
		return nil, fmt.Errorf("attribution: %w: %w", ErrMismatch, err)
	}
	e := &Excess{Report: t.emptyReport(), Method: ByCounting, Caveats: []Caveat{}}
	r := e.Report
	r.Sources.Exact = t.sample.Exact() && baseline.sample.Exact()
	r.readItems(only)
	if r.Sources.Exact {
		r.sampling = newSampling(r.public(), r.public())
		r.sum()
	} else {
		r.topEvents, r.sampled = 0, 0 // the events of all are not known
		e.choose(fraction{t.sample.Distinct(), float64(compared), r.public()}, t.less(baseline))
	}
	r.fresh = e
	r.examine(t.space())
	e.Burst = t.counts().Sources
	// The two are estimated apart.
	r.Sources.Distinct = min(r.Sources.Distinct, e.Burst.Distinct)
	r.Sources.Low = min(r.Sources.Low, r.Sources.Distinct)
	e.compare(baseline.counts())
	return e, nil
}

// compare fills in what the baseline has to say.
func (e *Excess) compare(usual *Report) {
	e.Baseline, e.BaselineFrom, e.BaselineTo = usual.Sources, usual.From, usual.To
	e.Lift = liftOf(e.Report, usual)
	if rate := usual.SamplingRate; rate > 1 {
		e.Caveats = append(e.Caveats, Caveat{PacketSampled, float64(rate), fmt.Sprintf("only 1 in %s packets or flows of the baseline was looked at: sources that are called new may have sent some of the others", count.Grouped(uint64(rate)))})
	}
	if all := e.Report.databases.with(usual.databases...); len(e.Lift) > 0 && len(all) > len(e.Report.databases) {
		e.Caveats = append(e.Caveats, Caveat{MixedDatabases, float64(len(all)), "the baseline was located with another database: its countries may differ for that alone"})
	}
}

// choose completes the report by the better way to count, and holds both against
// each other.
func (e *Excess) choose(bySample fraction, byParts *remainder) {
	r := e.Report
	n := bySample.count()
	few := bySample.x < fewNewKeys
	if few && byParts != nil && byParts.new > mostlyKnown*byParts.both {
		e.Method = ByHyperLogLog
		byParts.fill(r)
	} else {
		e.Method = BySample
		bySample.fill(r, n)
		if few {
			e.Caveats = append(e.Caveats, Caveat{FewNewKeys, bySample.x, fmt.Sprintf("only %.0f new %s in the sample, since the baseline is much larger than what is new", bySample.x, plural(uint64(bySample.x), "source is", "sources are"))})
		}
	}
	if byParts == nil || n.Value == 0 {
		return
	}
	se := n.Value * math.Log(n.High/n.Low) / (2 * z)
	if score := (byParts.new - n.Value) / math.Hypot(se, math.Sqrt(byParts.variance)); math.Abs(score) > maxDisagreement {
		e.Caveats = append(e.Caveats, Caveat{EstimatorsDisagree, score, fmt.Sprintf("the samples and the HyperLogLogs differ by %.1f standard errors on how many sources are new: the counts are damaged", score)})
	}
}

// fraction is what two samples tell of new sources.
type fraction struct {
	of       sketch.Estimate // sources of the burst
	compared float64         // those of its sample that the baseline's would hold
	x        float64         // public ones among these that are new
}

// count is the number of new public sources: that of the burst times the part that
// is new, two independent estimates.
func (f fraction) count() Share {
	if f.compared == 0 {
		return Share{0, 0, f.of.Value}
	}
	low, high := f.of.Interval(z)
	n := product(Share{f.of.Value, low, high}, newSampling(f.compared, f.of.Value).share(f.x, alpha))
	n.Low = max(n.Low, f.x)
	return n
}

// fill completes a report whose sample has been read, of n new sources.
func (f fraction) fill(r *Report, n Share) {
	r.SampleOnly = true
	r.sampling = newSampling(f.x, n.Value)
	for o := range r.counted {
		if c := &r.counted[o]; c.sampled > 0 {
			c.sources = f.of.Value * c.sampled / f.compared
			c.relErr = math.Sqrt((1 - min(f.compared/f.of.Value, 1)) / c.sampled)
		}
	}
	r.sum()
	r.Sources.Low, r.Sources.High = count.Round(math.Floor(n.Low)), count.Round(math.Ceil(n.High))
}

// remainder is what is left of the sources of two tallies without those of one, by
// their HyperLogLogs.
type remainder struct {
	origins       [geo.MaxOrigins]sketch.Estimate
	new, variance float64 // of public sources
	both          float64 // public sources of the two together
}

// less is both tallies together less the baseline, origin by origin. The errors
// of these two are correlated by as much as the one is part of the other, which
// leaves a variance of eps^2 (both^2 - baseline^2). It is nil where nothing can be
// told: with another precision, or with other databases, which may place one
// source in two origins.
func (t *Tally) less(baseline *Tally) *remainder {
	if t.options.Precision != baseline.options.Precision || len(t.used().with(baseline.used()...)) > 1 {
		return nil
	}
	rest := new(remainder)
	burst, usual := t.asDense(), baseline.asDense()
	for i := range geo.MaxOrigins {
		var before, both sketch.Estimate
		theirs, usually := usual.sources.Part(uint8(i))
		mine, now := burst.sources.Part(uint8(i))
		if usually {
			before.Value, before.RelErr = theirs.Estimate()
			both = before
		}
		if now {
			if usually {
				mine = mine.Clone()
				mine.Merge(theirs) // of the same precision, as was compared before
			}
			both.Value, both.RelErr = mine.Estimate()
		}
		n := max(both.Value-before.Value, 0)
		se := both.RelErr * math.Sqrt(n*(both.Value+before.Value))
		if n > 0 {
			rest.origins[i] = sketch.Estimate{Value: n, RelErr: se / n}
		}
		if geo.Origin(i) != geo.Reserved {
			rest.new += n
			rest.variance += se * se
			rest.both += both.Value
		}
	}
	return rest
}

// fill completes a report whose sample has been read.
func (rest *remainder) fill(r *Report) {
	r.sampling = newSampling(r.public(), rest.new)
	for o, n := range rest.origins {
		r.counted[o].sources, r.counted[o].relErr = n.Value, n.RelErr
	}
	r.sum()
}
