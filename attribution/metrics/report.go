package metrics

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// other is the label of all countries that have no series of their own.
const other = "other"

// mostName is the length in bytes of what databases and readers call things.
const mostName = 64

// snapshot adds what a snapshot has counted, and the verdicts.
func (s *scrape) snapshot(of attribution.Snapshot, o *Options) {
	r, err := of.Report(o.Policy, o.Claims...)
	if err != nil { // of options that were checked
		s.metrics = append(s.metrics, prometheus.NewInvalidMetric(verdictSeries.Desc, err))
		return
	}
	s.countries(&r, o)
	s.put(distinctSeries, float64(r.Sources.Value))
	s.put(distinctLowSeries, float64(r.Sources.Low))
	s.put(distinctHighSeries, float64(r.Sources.High))
	s.put(recordsSeries, float64(r.Records))
	s.lost(lostSeries, r.Lost)
	s.putTime(fromSeries, r.From)
	s.putTime(toSeries, r.To)
	s.databases(&r)
	for i := range r.Verdicts {
		s.verdict(&r.Verdicts[i])
	}
}

// volumes says which numbers of a report are known of each country.
type volumes struct{ all, events, bytes, shares bool }

func volumesOf(r *attribution.Report) volumes {
	known := r.Basis == attribution.BasisAll
	v := volumes{all: known, events: known, bytes: known, shares: r.Sources.Value > 0}
	if l := r.Limits; l != nil {
		v.events, v.bytes = known && !l.EventsUnknown, known && !l.BytesUnknown
	}
	return v
}

// countries adds the rows of a report: those of the options, and the sum of the others.
func (s *scrape) countries(r *attribution.Report, o *Options) {
	known := volumesOf(r)
	rest := attribution.Row{}
	shown := shownOf(r, o)
	for _, row := range r.Countries {
		if _, found := shown[row.Origin]; found {
			shown[row.Origin] = row
			continue
		}
		rest.Sources += row.Sources
		rest.Events += row.Events
		rest.Bytes += row.Bytes
		rest.Share.Value = min(rest.Share.Value+row.Share.Value, 1)
	}
	for _, origin := range slices.Sorted(maps.Keys(shown)) {
		row := shown[origin]
		if row.Sources == 0 && !known.all {
			continue // it may have sources that the sample has not
		}
		s.row(origin.String(), row, known)
		s.bounds(origin.String(), row.Share, known)
	}
	s.row(other, rest, known)
	s.row(geo.Unlocated.String(), r.Unlocated, known)
	s.bounds(geo.Unlocated.String(), r.Unlocated.Share, known)
	known.shares = false // reserved sources are in no total
	s.row(geo.Reserved.String(), r.Reserved, known)
}

// shownOf returns the countries that get series of their own.
func shownOf(r *attribution.Report, o *Options) map[geo.Origin]attribution.Row {
	shown := map[geo.Origin]attribution.Row{}
	add := func(origin geo.Origin) {
		if len(shown) < o.Top {
			shown[origin] = attribution.Row{}
		}
	}
	for _, c := range o.Claims {
		for origin := range c.Countries() {
			add(origin)
		}
	}
	for _, row := range r.Countries {
		add(row.Origin)
	}
	return shown
}

func (s *scrape) row(country string, row attribution.Row, known volumes) {
	s.put(sourcesSeries, float64(row.Sources), country)
	if known.events {
		s.put(eventsSeries, float64(row.Events), country)
	}
	if known.bytes {
		s.put(bytesSeries, float64(row.Bytes), country)
	}
	if known.shares {
		s.put(shareSeries, row.Share.Value, country)
	}
}

func (s *scrape) bounds(country string, share attribution.Share, known volumes) {
	if known.shares {
		s.put(lowSeries, share.Low, country)
		s.put(highSeries, share.High, country)
	}
}

// lost adds a sample for every reason there is.
func (s *scrape) lost(what series, lost map[attribution.Loss]uint64) {
	for _, reason := range []attribution.Loss{
		attribution.LostUnread, attribution.LostLate, attribution.LostUndated, attribution.LostMisdated,
		attribution.LostShed,
	} {
		s.put(what, float64(lost[reason]), reason.String())
	}
}

// databases adds when each was built. Two of one name are old and new: the older one counts.
func (s *scrape) databases(r *attribution.Report) {
	built := map[string]time.Time{}
	add := func(d attribution.Database) {
		name := label(d.Name, mostName)
		if old, found := built[name]; !d.Built.IsZero() && (!found || d.Built.Before(old)) {
			built[name] = d.Built
		}
	}
	for _, d := range r.LocatedBy {
		add(d)
	}
	for _, d := range r.Databases {
		add(d.Database)
	}
	for _, name := range slices.Sorted(maps.Keys(built)) {
		s.putTime(builtSeries, built[name], name)
	}
}

func (s *scrape) verdict(v *attribution.Verdict) {
	claim := v.Claim.String()
	s.putOutcomes(verdictSeries, claim, func(o attribution.Outcome) float64 { return flag(o == v.Outcome) })
	if v.Reason != "" {
		s.put(reasonSeries, 1, claim, string(v.Reason))
	}
	if !v.Claim.IsPlurality() {
		s.put(limitSeries, v.Claim.Percent()/100, claim)
	}
	if v.Outcome == attribution.Inadmissible {
		return
	}
	s.put(verdictShareSeries, v.Share.Value, claim)
	s.put(verdictLowSeries, v.Share.Low, claim)
	s.put(verdictHighSeries, v.Share.High, claim)
	if v.Outcome != attribution.Undecided {
		s.put(toleratedSeries, v.GeolocationErrorTolerated, claim)
	}
}
