package attribution

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
)

// Lift says how much more of a country there is among the new sources than there
// was in the baseline.
type Lift struct {
	Origin   geo.Origin `json:"origin"`
	New      Share      `json:"new"`      // its share of the new sources
	Baseline Share      `json:"baseline"` // its share of the baseline's sources
	Ratio    Ratio      `json:"ratio"`    // of the two
}

// Ratio is a quotient with its 95 % confidence interval. A quotient by 0 is
// infinite; infinity is null in JSON.
//
// The interval of a [Lift] is for the mixes that the sources on both sides were
// drawn from at random, so that it is wide where few sources were seen, even if
// all were counted. Each is for one country on its own.
type Ratio struct {
	Value, Low, High float64
}

type jsonRatio struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// MarshalJSON writes an object with the keys value, low and high.
func (q Ratio) MarshalJSON() ([]byte, error) {
	finite := func(v *float64) *float64 {
		if math.IsInf(*v, 1) {
			return nil
		}
		return v
	}
	return json.Marshal(jsonRatio{finite(&q.Value), finite(&q.Low), finite(&q.High)})
}

// UnmarshalJSON reads what MarshalJSON writes; on error q is unchanged.
func (q *Ratio) UnmarshalJSON(data []byte) error {
	var j jsonRatio
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("attribution: no ratio: %w", err)
	}
	or := func(v *float64) float64 {
		if v == nil {
			return math.Inf(1)
		}
		return *v
	}
	*q = Ratio{or(j.Value), or(j.Low), or(j.High)}
	return nil
}

// String returns the ratio as "12.3 (11.9–12.8)".
func (q Ratio) String() string {
	return factor(q.Value) + " (" + factor(q.Low) + "–" + factor(q.High) + ")"
}

// factor prints a ratio to three digits.
func factor(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "∞"
	case v >= 100:
		return count.Grouped(count.Round(v))
	}
	decimals := 2
	if v >= 10 {
		decimals = 1
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// liftOf compares two reports, country by country.
func liftOf(fresh, usual *Report) []Lift {
	lift := []Lift{} // an empty list in JSON, not null
	if fresh.Sources.Distinct == 0 || usual.Sources.Distinct == 0 {
		return lift
	}
	all, before := fresh.group(anywhere), usual.group(anywhere)
	add := func(o geo.Origin) {
		lift = append(lift, Lift{o, fresh.shareOf(o, all, z), usual.shareOf(o, before, z), quotient(fresh.drawn(o, all), usual.drawn(o, before))})
	}
	for _, row := range fresh.Origins {
		add(row.Origin)
	}
	for _, row := range usual.Origins {
		if fresh.counted[row.Origin].sources == 0 {
			add(row.Origin)
		}
	}
	return lift
}

// drawn is the share of one origin in the population that all sources were drawn
// from.
func (r *Report) drawn(o geo.Origin, all group) Share {
	own := r.counted[o].group()
	switch {
	case r.SampleOnly:
		return r.sampling.population().share(own.sampled, alpha)
	case r.Sources.Exact, own.sources == 0, own.sources == all.sources:
		s := sampling{k: all.sources, nEff: all.sources}
		return s.share(own.sources, alpha)
	}
	rest := group{sources: all.sources - own.sources, variance: all.variance - own.variance}
	own.variance += own.sources // of a Poisson number, besides that of the sketch
	rest.variance += rest.sources
	return partsShare(own, rest, z)
}

// quotient is a/b, and product a*b, of two independent estimates that are not
// negative. On the scale of logarithms the distances of the ends add in squares
// (Zou and Donner, "Construction of confidence limits about effect measures",
// 2008), which keeps what the two intervals have of asymmetry.
func quotient(a, b Share) Ratio {
	q := Ratio{a.Value / b.Value, a.Low / b.High, a.High / b.Low}
	if a.Value > 0 && b.Value > 0 {
		if a.Low > 0 {
			q.Low = q.Value * math.Exp(-math.Hypot(math.Log(a.Value/a.Low), math.Log(b.High/b.Value)))
		}
		q.High = q.Value * math.Exp(math.Hypot(math.Log(a.High/a.Value), math.Log(b.Value/b.Low)))
	}
	return q
}

func product(a, b Share) Share {
	p := Share{a.Value * b.Value, a.Low * b.Low, a.High * b.High}
	if p.Value > 0 {
		if p.Low > 0 {
			p.Low = p.Value * math.Exp(-math.Hypot(math.Log(a.Value/a.Low), math.Log(b.Value/b.Low)))
		}
		p.High = p.Value * math.Exp(math.Hypot(math.Log(a.High/a.Value), math.Log(b.High/b.Value)))
	}
	return p
}
