package otelconnector

import (
	"maps"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/figures"
)

// mostDatabase is the length in bytes of the name of a database, which is from its file.
const mostDatabase = 64

// report adds what a report has counted, and its verdicts.
func (b *batch) report(r *attribution.Report, claims []attribution.Claim, top int) {
	for _, row := range figures.Rows(r, claims, top) {
		b.row(&row)
	}
	b.count(distinctSeries, r.Sources.Value)
	b.count(distinctLowSeries, r.Sources.Low)
	b.count(distinctHighSeries, r.Sources.High)
	b.count(recordsSeries, r.Records)
	b.lost(lostSeries, r.Lost)
	b.time(fromSeries, r.From)
	b.time(toSeries, r.To)
	b.databases(r)
	for i := range r.Verdicts {
		b.verdict(&r.Verdicts[i])
	}
}

func (b *batch) row(row *figures.Row) {
	b.count(sourcesSeries, row.Sources, row.Name)
	if row.KnowsEvents {
		b.count(eventsSeries, row.Events, row.Name)
	}
	if row.KnowsBytes {
		b.count(bytesSeries, row.Bytes, row.Name)
	}
	if row.KnowsShare {
		b.number(shareSeries, row.Share.Value, row.Name)
	}
	if row.KnowsBounds {
		b.number(lowSeries, row.Share.Low, row.Name)
		b.number(highSeries, row.Share.High, row.Name)
	}
}

// lost adds a data point for every reason there is.
func (b *batch) lost(s *series, lost map[attribution.Loss]uint64) {
	for _, reason := range figures.Losses {
		b.count(s, lost[reason], reason.String())
	}
}

// databases adds when each was built.
func (b *batch) databases(r *attribution.Report) {
	built := figures.Built(r, func(name string) string { return cut(name, mostDatabase) })
	for _, name := range slices.Sorted(maps.Keys(built)) {
		b.time(builtSeries, built[name], name)
	}
}

func (b *batch) verdict(v *attribution.Verdict) {
	claim := v.Claim.String()
	for _, o := range figures.Outcomes {
		b.count(verdictSeries, flag(o == v.Outcome), claim, o.String())
	}
	if v.Reason != "" {
		b.count(reasonSeries, 1, claim, string(v.Reason))
	}
	if !v.Claim.IsPlurality() {
		b.number(limitSeries, v.Claim.Percent()/100, claim)
	}
	if v.Outcome == attribution.Inadmissible {
		return
	}
	b.number(verdictShareSeries, v.Share.Value, claim)
	b.number(verdictLowSeries, v.Share.Low, claim)
	b.number(verdictHighSeries, v.Share.High, claim)
	if v.Outcome != attribution.Undecided {
		b.number(toleratedSeries, v.GeolocationErrorTolerated, claim)
	}
}

// stats adds what the monitor has counted. What it had counted at the start, since it goes on from a
// checkpoint, is not in the sums: they begin at the start time of their data points.
func (b *batch) stats(s, base monitor.Stats) {
	since := func(what *series, now, before uint64, values ...string) {
		b.count(what, now-min(before, now), values...)
	}
	since(observedSeries, s.Records, base.Records)
	since(droppedSeries, s.Late, base.Late, attribution.LostLate.String())
	since(droppedSeries, s.Undated, base.Undated, attribution.LostUndated.String())
	since(droppedSeries, s.Misdated, base.Misdated, attribution.LostMisdated.String())
	since(aheadSeries, s.Ahead, base.Ahead)
	since(setBackSeries, s.SetBack, base.SetBack)
	since(evictedSeries, s.Evicted, base.Evicted)
	since(shedSeries, s.Shed, base.Shed)
	b.count(waitingSeries, uint64(s.Waiting))
	b.count(targetsSeries, uint64(s.Tracked))
	b.count(groupsSeries, uint64(s.Groups))
	b.count(retainedSeries, uint64(s.SnapshotBytes))
	b.number(offsetSeries, s.ClockOffset.Seconds())
	b.time(timeSeries, s.Time)
	b.time(closedSeries, s.Closed)
	b.time(oldestSeries, s.Oldest)
}

// account adds what became of the records. All codes are those of this package.
func (b *batch) account(a attribution.Account) {
	b.count(readSeries, a.Records)
	b.lost(inputLostSeries, a.Lost)
	for _, u := range a.Unread {
		b.count(unreadSeries, u.Records, u.Code)
	}
	for _, n := range a.Notes {
		b.count(notesSeries, n.Value, n.Code)
	}
}
