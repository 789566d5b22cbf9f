package attribution

import (
	"fmt"
	"math"
	"time"

	"github.com/whence-go/whence/geo"
)

// Code says in a stable word what a [Caveat] is about.
type Code string

// The caveats. What the value of each means stands beside it.
const (
	// Reasons for Inadmissible.
	InvalidClaim       Code = "INVALID_CLAIM"       // always 0
	NothingCounted     Code = "NOTHING_COUNTED"     // always 0
	EstimatorsDisagree Code = "ESTIMATORS_DISAGREE" // distance in standard errors

	// Reasons for Undecided.
	UnlocatedMatters Code = "UNLOCATED_MATTERS" // share of the unit that is unlocated
	SamplingError    Code = "SAMPLING_ERROR"    // sample size that would probably decide

	// What a decision depends on.
	Fragile         Code = "FRAGILE"          // geolocation error tolerated
	SmallN          Code = "SMALL_N"          // distinct sources
	DatabaseAge     Code = "DATABASE_AGE"     // days from its build to the traffic; negative: it is younger
	MixedDatabases  Code = "MIXED_DATABASES"  // number of databases
	ReservedPresent Code = "RESERVED_PRESENT" // reserved sources
	DominantSource  Code = "DOMINANT_SOURCE"  // least share of all events that one source made
	FewSources      Code = "FEW_SOURCES"      // share of all events made by sources too few to be sampled
	RankDiffers     Code = "RANK_DIFFERS"     // rank by events or bytes of the origin with most sources
	AddressChurn    Code = "ADDRESS_CHURN"    // hours of traffic
)

// Caveat is something that a reader of a [Verdict] must know, with the number
// that raised it.
type Caveat struct {
	Code  Code    `json:"code"`
	Value float64 `json:"value"`
	Text  string  `json:"text"`
}

// String returns the sentence.
func (c Caveat) String() string { return c.Text }

const (
	fewSources       = 30             // below, one source more or less changes every share
	dominantShare    = 0.5            // of all events
	databaseAgeLimit = 90             // days, in which about 1 in 50 attack sources changes country
	churnAfter       = 24 * time.Hour // addresses are handed to other hosts meanwhile
)

// reasons are the caveats that depend on how the claim was decided.
func (r *Report) reasons(c Claim, e evidence, v Verdict) (caveats []Caveat) {
	add := func(code Code, value float64, format string, args ...any) {
		caveats = append(caveats, Caveat{code, value, fmt.Sprintf(format, args...)})
	}
	if d := e.ifLocated(c); d != v.Decision {
		un := r.group(func(o geo.Origin) bool { return o == geo.Unlocated })
		all := r.group(func(geo.Origin) bool { return true })
		share := un.amount(c.unit) / all.amount(c.unit)
		add(UnlocatedMatters, share, "%s of all %s have no country in the database; if they did not count, the claim would be %v", percent(share), c.unit, d)
	} else if v.Decision == Undecided && c.unit == OfSources && !r.Sources.Exact {
		k := r.sizeToDecide(c, e)
		add(SamplingError, k, "the interval reaches across the limit; a sample of about %s sources would probably decide", grouped(round(k)))
	}
	if decided := v.Decision == Supported || v.Decision == Refuted; decided && v.GeolocationErrorTolerated < fragileBelow {
		add(Fragile, v.GeolocationErrorTolerated, "fragile: little more than %s of all %s placed in the wrong country could overturn it", v.tolerated(), c.unit)
	}
	n := float64(r.Sources.Distinct)
	switch p := r.asPopulation(c, e); {
	case n < fewSources:
		add(SmallN, n, "only %s distinct %s seen", r.number(r.Sources.Distinct), plural(r.Sources.Distinct, "source was", "sources were"))
	case c.unit == OfSources && p != v.Decision && v.Decision != Undecided:
		add(SmallN, n, "it is so for the %s sources seen; were they a random sample of more, it would be %v", r.number(r.Sources.Distinct), p)
	}
	return caveats
}

// sizeToDecide is the sample size at which the interval around the present
// estimate would just reach the limit.
func (r *Report) sizeToDecide(c Claim, e evidence) float64 {
	s, distance := e.share.Value, e.share.Value-c.percent/100
	variance := s * (1 - s)
	if c.kind == plurality {
		distance, variance = e.lead.Value, 2*s // of a difference of two shares near each other
	}
	n := float64(r.Sources.Distinct)
	if distance == 0 {
		return n
	}
	return min(n, math.Ceil(z*z*variance/(distance*distance)))
}

// asPopulation is the decision if the sources seen were a random sample of a
// larger population.
func (r *Report) asPopulation(c Claim, e evidence) Decision {
	if c.kind != plurality && c.unit == OfSources {
		in, un := r.group(c.has), r.group(func(o geo.Origin) bool { return o == geo.Unlocated })
		s := sampling{k: r.sampling.k, nEff: r.sampling.k}
		e.share.Low, e.share.High = s.census(in.sampled).Low, s.census(in.sampled+un.sampled).High
	}
	d, _ := e.decide(c)
	return d
}

// standing are the caveats about the data, whatever the decision.
func (r *Report) standing() (caveats []Caveat) {
	add := func(code Code, value float64, format string, args ...any) {
		caveats = append(caveats, Caveat{code, value, fmt.Sprintf(format, args...)})
	}
	if n := r.Reserved.Sources; n > 0 {
		add(ReservedPresent, float64(n), "%s with reserved addresses left out; such packets did not come over the Internet, or were forged", r.number(n)+" "+plural(n, "source", "sources"))
	}
	if r.Events > 0 && !r.Sources.Exact {
		if share := r.unexplained(); share > dominantShare {
			add(FewSources, share, "about %s of all events come from sources too few to appear in the sample", percent(share))
		}
	}
	if top := float64(r.topEvents) / float64(max(r.Events, 1)); top > dominantShare && r.Sources.Distinct > 1 {
		add(DominantSource, top, "one source made %s of all events", percent(top))
	}
	for _, u := range []Unit{OfEvents, OfBytes} {
		if rank := r.rankOfFirst(u); rank > 1 {
			add(RankDiffers, float64(rank), "%v has most sources but is number %d by %v", r.Origins[0].Origin, rank, u)
		}
	}
	if n := len(r.databases); n > 1 {
		add(MixedDatabases, float64(n), "counts made with %d databases were merged; a source that they place differently may count twice", n)
	}
	if built := r.Database.Built; !built.IsZero() && !r.To.IsZero() {
		switch days := math.Round(r.To.Sub(built).Hours() / 24); {
		case days > databaseAgeLimit:
			add(DatabaseAge, days, "the database was built %.0f days before the traffic", days)
		case -days > databaseAgeLimit:
			add(DatabaseAge, days, "the database was built %.0f days after the traffic", -days)
		}
	}
	if span := r.To.Sub(r.From); span > churnAfter {
		add(AddressChurn, span.Hours(), "the traffic spans %.0f hours; a host may have had several addresses, and an address several hosts", span.Hours())
	}
	return caveats
}

// unexplained is the share of events that the sample, scaled to all sources, does
// not account for.
func (r *Report) unexplained() float64 {
	scaled := float64(r.sampled) * r.sampling.n / r.sampling.k
	return 1 - scaled/float64(r.Events)
}

// rankOfFirst is the rank by another unit of the country with most sources.
func (r *Report) rankOfFirst(u Unit) int {
	rank := 1
	for i, row := range r.Origins {
		if i > 0 && row.amount(u) > r.Origins[0].amount(u) {
			rank++
		}
	}
	return rank
}

func (row Row) amount(u Unit) uint64 {
	if u == OfBytes {
		return row.Bytes
	}
	return row.Events
}
