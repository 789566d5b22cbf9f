package attribution

import (
	"fmt"
	"math"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
)

// Code says in a stable word what a [Caveat] is about.
type Code string

// The caveats. What the value of each means stands beside it.
const (
	// Reasons for Inadmissible.
	InvalidClaim       Code = "INVALID_CLAIM"       // always 0
	NothingCounted     Code = "NOTHING_COUNTED"     // always 0
	EstimatorsDisagree Code = "ESTIMATORS_DISAGREE" // distance in standard errors
	VolumeUnknown      Code = "VOLUME_UNKNOWN"      // sampled sources, whose origins are all that is known
	Saturated          Code = "SATURATED"           // always 0
	MixedSampling      Code = "MIXED_SAMPLING"      // the finest sampling rate, 1 in so many
	ProxyInFront       Code = "PROXY_IN_FRONT"      // share of all events from reserved addresses
	Spoofed            Code = "SPOOFED"             // least share of the sources that are forged
	Reflection         Code = "REFLECTION"          // share of sources (or events, or bytes) of reflectors

	// A reason for Inadmissible where the claim is about sources.
	Anonymised Code = "ANONYMISED" // share of sources with addresses that were cut

	// A reason for Inadmissible, or for Undecided if those seen would decide.
	UnseenSources Code = "UNSEEN_SOURCES" // part of the sources that was seen, at most

	// Reasons for Undecided.
	UnlocatedMatters Code = "UNLOCATED_MATTERS" // share of the unit that is unlocated
	SamplingError    Code = "SAMPLING_ERROR"    // size of a sample of the unit that would probably decide
	SpoofingMatters  Code = "SPOOFING_MATTERS"  // greatest share of the sources that is forged

	// What another way of counting would say.
	SecondEstimate Code = "SECOND_ESTIMATE" // share by the HyperLogLogs
	FamiliesDiffer Code = "FAMILIES_DIFFER" // share within the family that would decide otherwise

	// What other databases say; see Corroboration.
	DatabasesDisagree Code = "DATABASES_DISAGREE" // databases whose decision is not the first one's
	ClusteredErrors   Code = "CLUSTERED_ERRORS"   // largest design effect of the disagreement
	OneSidedErrors    Code = "ONE_SIDED_ERRORS"   // width of the bounds, as a share
	SameDatabase      Code = "SAME_DATABASE"      // its number among the databases, from 2

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
	PacketSampled   Code = "PACKET_SAMPLED"   // 1 in how many packets or flows was looked at
	FewNewKeys      Code = "FEW_NEW_KEYS"     // new sources in the sample

	// Who is inside; see Inside.
	PrefixConcentrated  Code = "PREFIX_CONCENTRATED"  // share of the claimed sources that one /24 or /48 holds
	NetworkConcentrated Code = "NETWORK_CONCENTRATED" // share of the claimed sources that one autonomous system holds
	ListedSources       Code = "LISTED_SOURCES"       // share of the claimed sources that are on a list
	HeavySources        Code = "HEAVY_SOURCES"        // share of events by few sources that send far more than the rest

	// What else the packets that were not looked at may change.
	SamplingRateSensitive Code = "SAMPLING_RATE_SENSITIVE" // change of the share if half were looked at

	// What the sources may not be.
	SpoofingPresent   Code = "SPOOFING_PRESENT"   // share of the sources that is forged
	SpoofingSuspected Code = "SPOOFING_SUSPECTED" // sources that lie like forged ones
	ReflectorsPresent Code = "REFLECTORS_PRESENT" // share of sources that look like reflectors
	ManyPerSource     Code = "MANY_PER_SOURCE"    // mean events of a few sources
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
func (r *Report) reasons(c Claim, f finding, v Verdict, t Terms) (caveats []Caveat) {
	add := func(code Code, value float64, format string, args ...any) {
		caveats = append(caveats, Caveat{code, value, fmt.Sprintf(format, args...)})
	}
	s := v.Sampling
	if s != nil && math.Abs(s.Shift) > maxShift {
		direction := "higher"
		if s.Shift < 0 {
			direction = "lower"
		}
		add(SamplingRateSensitive, s.Shift, "if half as many packets had been looked at, the share of the sources seen would be %.1f points %s: countries differ in events per source", 100*math.Abs(s.Shift), direction)
	}
	if v.Decision == Undecided && s != nil && s.Decision != Undecided {
		add(UnseenSources, s.Completeness, "the interval reaches across the limit for the sources that were not seen; among those seen it would be %v", s.Decision)
	} else if v.Decision == Undecided && v.Uncorrected != nil {
		caveats = append(caveats, r.forgedMatter(v))
	} else if v.Decision == Undecided {
		caveats = append(caveats, r.whyUndecided(c, f, t.basis(r))...)
	} else if v.GeolocationErrorTolerated < t.Fragile {
		add(Fragile, v.GeolocationErrorTolerated, "fragile: little more than %s of all %s placed in the wrong country could overturn it", roundedDown(v.GeolocationErrorTolerated), c.unit)
	}
	if c.unit != OfSources || v.Uncorrected != nil {
		return caveats
	}
	if caveat, ok := differ(v); ok && s == nil {
		caveats = append(caveats, caveat)
	}
	if caveat, ok := r.concentratedSite(c); ok {
		caveats = append(caveats, caveat)
	}
	if s == nil && c.kind != plurality && !r.Sources.Exact && !r.SampleOnly && !t.Combined {
		byParts := r.byParts(c, t.basis(r).z())
		if d, _ := byParts.decide(c); d != v.Decision {
			value, low, high := byParts.share.digits(c.limit(), false)
			add(SecondEstimate, byParts.share.Value, "decided on the sample; the HyperLogLogs behind the table give %s %% (%s–%s %%), by which it would be %v", value, low, high, d)
		}
	}
	t.Population = true
	switch p, _ := r.find(c, t.basis(r)).decide(c); {
	case r.Sources.Distinct < fewSources:
		add(SmallN, float64(r.Sources.Distinct), "only %s distinct %s seen", r.number(r.Sources.Distinct), plural(r.Sources.Distinct, "source was", "sources were"))
	case s == nil && p != v.Decision && v.Decision != Undecided:
		add(SmallN, float64(r.Sources.Distinct), "it is so for the %s sources seen; were they a random sample of more, it would be %v", r.number(r.Sources.Distinct), p)
	}
	return caveats
}

// byParts is the share by the HyperLogLogs, with the unlocated anywhere.
func (r *Report) byParts(c Claim, z float64) (f finding) {
	in, unlocated := r.group(c.has), r.group(isUnlocated)
	rest := r.group(func(o geo.Origin) bool { return !c.has(o) && !isUnlocated(o) })
	f.share = partsShare(in, rest.and(unlocated), z)
	f.share.High = partsShare(in.and(unlocated), rest, z).High
	return f
}

// whyUndecided says whether the unlocated or the sampling error stand in the way.
func (r *Report) whyUndecided(c Claim, f finding, b basis) (caveats []Caveat) {
	all, unlocated := r.group(anywhere).amount(c.unit), r.group(isUnlocated).amount(c.unit)
	low, high := f.share.Value-c.percent/100, f.share.Value-c.percent/100+unlocated/all
	if c.kind == plurality {
		low, high = f.lead.Value-unlocated/all, f.lead.Value+unlocated/all
	}
	if d := f.ifLocated(c); unlocated > 0 && (d != Undecided || low <= 0 && high >= 0) {
		text := fmt.Sprintf("%s of all %s have no country in the database", percent(unlocated/all), c.unit)
		if d != Undecided {
			text += fmt.Sprintf("; if they did not count, the claim would be %v", d)
		}
		return []Caveat{{UnlocatedMatters, unlocated / all, text}}
	}
	drawn := r.SamplingRate > 1 || c.unit == OfSources && b.population
	if !drawn && (c.unit != OfSources || r.Sources.Exact) {
		return nil
	}
	// The sample size at which an interval around the present estimate would
	// just reach the limit.
	size := r.sampling.k
	if c.unit != OfSources {
		size = all
	}
	share, distance := f.share.Value, min(math.Abs(low), math.Abs(high))
	if distance == 0 { // where it would take forever, one of the sample more or less
		distance = 1 / size
	}
	variance := max(share*(1-share), 1/size)
	if c.kind == plurality {
		variance = max(2*share, 1/size) // of a difference of two shares near each other
	}
	k := max(math.Ceil(b.z()*b.z()*variance/(distance*distance)), size+1)
	if c.unit == OfBytes {
		k = max(k*packetBytes, size+1)
	}
	text := "the interval reaches across the limit; a sample of about " + estimated(count.Round(k)) + " " + c.unit.String() + " would probably decide"
	if n := float64(r.Sources.Distinct); !drawn && k >= n {
		k = n
		text = "the interval reaches across the limit; only counting every source would decide"
	}
	return []Caveat{{SamplingError, k, text}}
}

// standing are the caveats about the data, whatever the decision.
func (r *Report) standing() (caveats []Caveat) {
	add := func(code Code, value float64, format string, args ...any) {
		caveats = append(caveats, Caveat{code, value, fmt.Sprintf(format, args...)})
	}
	if r.SamplingRate > 1 {
		add(PacketSampled, float64(r.SamplingRate), "only 1 in %s packets or flows was looked at: counts are of those, and sources that sent little are missing", count.Grouped(uint64(r.SamplingRate)))
	}
	if r.fresh != nil {
		caveats = append(caveats, r.fresh.Caveats...)
	}
	if n := r.Reserved.Sources; n > 0 {
		add(ReservedPresent, float64(n), "%s with reserved addresses left out; such packets did not come over the Internet, or were forged", r.number(n)+" "+plural(n, "source", "sources"))
	}
	caveats = append(caveats, r.plausibility()...)
	if r.Events > 0 && !r.Sources.Exact {
		if share := r.unexplained(); share > dominantShare {
			add(FewSources, share, "about %s of all events come from sources too few to appear in the sample", percent(share))
		}
	}
	top := float64(r.topEvents) / float64(max(r.Events, 1))
	dominant := top > dominantShare && r.Sources.Distinct > 1
	if dominant {
		add(DominantSource, top, "one source made %s of all events", percent(top))
	}
	if h := r.heavySources(); h.sources > 1 || !dominant {
		if caveat, ok := h.caveat(r.Sources.Exact); ok {
			caveats = append(caveats, caveat)
		}
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

// rankOfFirst is the rank by another unit of the country with most sources, among
// those that it leads by more than the error of the counts.
func (r *Report) rankOfFirst(u Unit) int {
	rank := 1
	for i, row := range r.Origins {
		if i > 0 && row.amount(u) > r.Origins[0].amount(u) && r.leads(r.Origins[0].Origin, row.Origin) {
			rank++
		}
	}
	return rank
}

// leads reports whether one country certainly has more sources than another.
func (r *Report) leads(one, other geo.Origin) bool {
	a, b := r.counted[one], r.counted[other]
	return math.Log(a.sources/b.sources) > z*math.Hypot(a.relErr, b.relErr)
}

func (row Row) amount(u Unit) uint64 {
	if u == OfBytes {
		return row.Bytes
	}
	return row.Events
}
