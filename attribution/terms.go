package attribution

import (
	"fmt"
	"math"

	"github.com/whence-go/whence/internal/stat"
)

// Terms are the terms on which claims are checked. The zero value is what
// [Report.Check] uses: one final look, at 95 % confidence, at the sources that
// were seen.
type Terms struct {
	// Confidence, between 0.5 and 1, is that of intervals and decisions; 0 stands
	// for 0.95. What is published without anybody looking at it deserves 0.99.
	Confidence float64 `json:"confidence,omitempty"`

	// Population makes the claim one about a larger population, of which the
	// sources that were seen are a random sample.
	Population bool `json:"population,omitempty"`

	// Combined decides on both estimates of the share together, weighted by their
	// inverse variances, where there are two: beyond the exact state the sample
	// and the HyperLogLogs. It shortens intervals by about a quarter. A plurality
	// is decided on the sample all the same, and so is
	// a share that has to be corrected for forged sources.
	Combined bool `json:"combined,omitempty"`

	// Look numbers the looks, from 1, at counts that still grow; 0 is the one
	// final look. The j-th look spends 1/(j(j+1)) of the error that Confidence
	// allows, so that all provisional verdicts together stay within it. Looks at
	// every doubling of the sources are enough for anybody.
	Look int `json:"look,omitempty"`

	// Fragile is the geolocation error below which a decision that would not
	// survive it is called fragile; 0 stands for 0.02, about what a good country
	// database gets wrong.
	Fragile float64 `json:"fragile,omitempty"`
}

// filled returns t with every default filled in. It panics on a value out of
// range, which is a mistake in the program.
func (t Terms) filled() Terms {
	if t.Confidence == 0 {
		t.Confidence = 1 - alpha
	}
	if t.Fragile == 0 {
		t.Fragile = 0.02
	}
	if err := t.Err(); err != nil {
		panic(err.Error())
	}
	return t
}

// Err returns what is out of its documented range, or nil.
func (t Terms) Err() error {
	switch {
	case t.Confidence != 0 && !(t.Confidence >= 0.5 && t.Confidence < 1):
		return fmt.Errorf("attribution: Terms.Confidence is %v, want 0.5 to 1", t.Confidence)
	case t.Look < 0:
		return fmt.Errorf("attribution: Terms.Look is %d", t.Look)
	case !(t.Fragile >= 0 && t.Fragile <= 1):
		return fmt.Errorf("attribution: Terms.Fragile is %v, want 0 to 1", t.Fragile)
	}
	return nil
}

// alpha is the probability of error that this look may spend.
func (t Terms) alpha() float64 {
	a := 1 - t.Confidence
	if t.Look > 0 {
		a /= float64(t.Look) * (float64(t.Look) + 1)
	}
	return a
}

// basis is what shares are judged by.
type basis struct {
	sampling   sampling // the zero one while sources are known one by one
	alpha      float64
	combined   bool
	population bool
}

// z is the number of standard errors. It is taken from the lower tail, since an
// alpha may be too small to be told from 0 in 1-alpha.
func (b basis) z() float64 { return -stat.NormalQuantile(b.alpha / 2) }

// basis resolves the terms for a report.
func (t Terms) basis(r *Report) basis {
	b := basis{alpha: t.alpha(), combined: t.Combined && !r.Sources.Exact && !r.SampleOnly}
	// Of the sources that packet sampling lets through, more are to be had.
	b.population = t.Population || r.SamplingRate > 1
	if b.population || !r.Sources.Exact {
		b.sampling = b.of(r.sampling)
	}
	return b
}

// of is a sampling as the basis takes it: a population leaves no correction for
// having seen much of it, unless both estimates are combined, which share the
// error of the draw.
func (b basis) of(s sampling) sampling {
	if b.population && !b.combined {
		return s.population()
	}
	return s
}

// Check holds a claim against the report, on the usual terms.
func (r *Report) Check(c Claim) Verdict { return Terms{}.Check(r, c) }

// CheckAll holds several claims against a report, so that the probability of even
// one wrong decision among them stays what the terms allow: it is for a statement
// that makes them all. The method is that of Holm (1979), which holds whatever
// the claims have to do with each other, if being supported wrongly is what
// counts; that refutations are included is proven for independent claims only
// (Shaffer 1980). Verdicts stand in the order of the claims. It panics where
// [Terms.Check] does.
func (t Terms) CheckAll(r *Report, claims ...Claim) []Verdict {
	t = t.filled()
	verdicts := make([]Verdict, len(claims))
	decided := make([]bool, len(claims))
	for left, more := len(claims), true; more; {
		more = false
		each := t
		each.Confidence = min(1-(1-t.Confidence)/float64(max(left, 1)), math.Nextafter(1, 0))
		for i, c := range claims {
			if decided[i] {
				continue
			}
			verdicts[i] = each.Check(r, c)
			if d := verdicts[i].Decision; d == Supported || d == Refuted {
				decided[i], more = true, true
				left--
			}
		}
	}
	return verdicts
}

// Leader returns the claim that the country with most sources has the plurality,
// and whether there is any country. Checking it needs no correction for having
// been chosen by the counts (Hung and Fithian 2019).
func (r *Report) Leader() (c Claim, ok bool) {
	if len(r.Origins) == 0 {
		return Claim{}, false
	}
	return Plurality(r.Origins[0].Origin.String()), true
}
