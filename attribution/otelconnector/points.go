package otelconnector

import (
	"maps"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
)

// other stands for all countries that have no data points of their own.
const other = "other"

// mostDatabase is the length in bytes of the name of a database, which is from its file.
const mostDatabase = 64

// report adds what a report has counted, and its verdicts.
func (b *batch) report(r *attribution.Report, claims []attribution.Claim, top int) {
	b.countries(r, claims, top)
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

// volumes says which numbers of a report are known of each country.
type volumes struct{ all, events, bytes, shares bool }

// countries adds the rows of a report: those of the countries shown, and the sum of the others.
func (b *batch) countries(r *attribution.Report, claims []attribution.Claim, top int) {
	known := r.Basis == attribution.BasisAll
	v := volumes{all: known, events: known, bytes: known, shares: r.Sources.Value > 0}
	if l := r.Limits; l != nil {
		v.events, v.bytes = known && !l.EventsUnknown, known && !l.BytesUnknown
	}
	rest := attribution.Row{}
	shown := shownOf(r, claims, top)
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
		if row.Sources == 0 && !v.all {
			continue // it may have sources that the sample has not
		}
		b.row(origin.String(), row, v)
		b.bounds(origin.String(), row.Share, v)
	}
	b.row(other, rest, v)
	b.row(geo.Unlocated.String(), r.Unlocated, v)
	b.bounds(geo.Unlocated.String(), r.Unlocated.Share, v)
	v.shares = false // reserved sources are in no total
	b.row(geo.Reserved.String(), r.Reserved, v)
}

// shownOf returns the countries that get data points of their own: first those that claims name, then
// those with most sources.
func shownOf(r *attribution.Report, claims []attribution.Claim, top int) map[geo.Origin]attribution.Row {
	shown := map[geo.Origin]attribution.Row{}
	add := func(origin geo.Origin) {
		if len(shown) < top {
			shown[origin] = attribution.Row{}
		}
	}
	for _, c := range claims {
		for origin := range c.Countries() {
			add(origin)
		}
	}
	for _, row := range r.Countries {
		add(row.Origin)
	}
	return shown
}

func (b *batch) row(country string, row attribution.Row, known volumes) {
	b.count(sourcesSeries, row.Sources, country)
	if known.events {
		b.count(eventsSeries, row.Events, country)
	}
	if known.bytes {
		b.count(bytesSeries, row.Bytes, country)
	}
	if known.shares {
		b.number(shareSeries, row.Share.Value, country)
	}
}

func (b *batch) bounds(country string, share attribution.Share, known volumes) {
	if known.shares {
		b.number(lowSeries, share.Low, country)
		b.number(highSeries, share.High, country)
	}
}

// lost adds a data point for every reason there is.
func (b *batch) lost(s *series, lost map[attribution.Loss]uint64) {
	for _, reason := range []attribution.Loss{
		attribution.LostUnread, attribution.LostLate, attribution.LostUndated, attribution.LostMisdated,
		attribution.LostShed,
	} {
		b.count(s, lost[reason], reason.String())
	}
}

// databases adds when each was built. Two of one name are old and new: the older one counts.
func (b *batch) databases(r *attribution.Report) {
	built := map[string]time.Time{}
	add := func(d attribution.Database) {
		name := cut(d.Name, mostDatabase)
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
		b.time(builtSeries, built[name], name)
	}
}

func (b *batch) verdict(v *attribution.Verdict) {
	claim := v.Claim.String()
	for _, o := range allOutcomes {
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
