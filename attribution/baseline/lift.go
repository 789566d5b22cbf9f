package baseline

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Lift says how much more of a country there is among the new sources than there was in
// the baseline. Each is for one country on its own.
type Lift struct {
	Origin   geo.Origin        `json:"origin"`
	New      attribution.Share `json:"new"`      // its share of the new sources
	Baseline attribution.Share `json:"baseline"` // its share of the baseline's sources
	Ratio    Ratio             `json:"ratio"`    // of the two
}

// Ratio is a quotient of two shares with its 95 % interval. It is infinite where the
// baseline has no source of a country; infinity is null in JSON.
//
// The interval is about what the sources of both sides were drawn from at random. It is
// therefore wide where few sources were seen, even if all of them were counted.
type Ratio struct {
	Value, Low, High float64
}

// String returns the ratio and its interval, such as "12.3 [11.9, 12.8]".
func (q Ratio) String() string { return fmt.Sprintf("%.4g [%.4g, %.4g]", q.Value, q.Low, q.High) }

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

// UnmarshalJSON reads what MarshalJSON writes. On an error q is unchanged.
func (q *Ratio) UnmarshalJSON(data []byte) error {
	var j jsonRatio
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("baseline: not a ratio: %w", err)
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

// liftOf compares two views, country by country.
func liftOf(fresh, before *snapshot.View, report attribution.Report) []Lift {
	lift := []Lift{} // an empty list in JSON, not null
	if fresh.Total.Value == 0 || before.Total.Value == 0 {
		return lift
	}
	now, then := fresh.Group(snapshot.Anywhere), before.Group(snapshot.Anywhere)
	shares := map[geo.Origin]attribution.Share{}
	if fresh.Newcomers != nil {
		for _, row := range report.Countries {
			shares[row.Origin] = row.Share
		}
	}
	add := func(o geo.Origin) {
		share, without := shares[o]
		if !without {
			share = attribution.Share(fresh.ShareOf(o, now, stat.Alpha))
		}
		lift = append(lift, Lift{
			o,
			share,
			attribution.Share(before.ShareOf(o, then, stat.Alpha)),
			Ratio(stat.Quotient(drawn(fresh, o, now), drawn(before, o, then))),
		})
	}
	for _, o := range fresh.Countries() {
		add(o)
	}
	for _, o := range before.Countries() {
		if fresh.Counted[o].Sources.Value == 0 {
			add(o)
		}
	}
	return lift
}

// drawn is the share of one origin in what all sources were drawn from.
func drawn(v *snapshot.View, o geo.Origin, all snapshot.Group) stat.Share {
	own := v.Counted[o].Sources
	switch {
	case v.Basis == snapshot.Sample:
		return v.Sampling.Population().Share(v.Counted[o].Sampled, stat.Alpha)
	case v.Exact(), own.Value == 0, own.Value == all.Sources.Value:
		n := all.Sources.Value
		return stat.Sampling{K: n, NEff: n, N: n}.Share(own.Value, stat.Alpha)
	}
	rest := all.Sources.Less(own)
	own.Variance += own.Value // of a Poisson number, besides that of the registers
	rest.Variance += rest.Value
	return stat.OddsShare(own, rest, stat.Z)
}
