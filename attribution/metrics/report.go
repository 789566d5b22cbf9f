package metrics

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/figures"
)

// other is the label of all codes that have no series of their own.
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
	for _, row := range figures.Rows(&r, o.Claims, o.Top) {
		s.row(&row)
	}
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

func (s *scrape) row(row *figures.Row) {
	s.put(sourcesSeries, float64(row.Sources), row.Name)
	if row.KnowsEvents {
		s.put(eventsSeries, float64(row.Events), row.Name)
	}
	if row.KnowsBytes {
		s.put(bytesSeries, float64(row.Bytes), row.Name)
	}
	if row.KnowsShare {
		s.put(shareSeries, row.Share.Value, row.Name)
	}
	if row.KnowsBounds {
		s.put(lowSeries, row.Share.Low, row.Name)
		s.put(highSeries, row.Share.High, row.Name)
	}
}

// lost adds a sample for every reason there is.
func (s *scrape) lost(what series, lost map[attribution.Loss]uint64) {
	for _, reason := range figures.Losses {
		s.put(what, float64(lost[reason]), reason.String())
	}
}

// databases adds when each was built.
func (s *scrape) databases(r *attribution.Report) {
	built := figures.Built(r, func(name string) string { return label(name, mostName) })
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
