// Package figures chooses what is shown of a report: in texts, pages and metrics.
package figures

import (
	"maps"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// other is the name of all countries that are not shown by themselves.
const other = "other"

// Row is what was counted of a country, of all others, or of sources without a country. Sources are always known.
type Row struct {
	attribution.Row
	Name string

	KnowsEvents, KnowsBytes, KnowsShare, KnowsBounds bool
}

// Rows returns the countries of a report that are shown, the sum of the others, and the sources without a country. At
// most top countries are shown: first those that claims name, then those with most sources.
func Rows(r *attribution.Report, claims []attribution.Claim, top int) (rows []Row) {
	all := r.Basis == attribution.BasisAll
	known := Row{KnowsEvents: all, KnowsBytes: all, KnowsShare: r.Sources.Value > 0}
	if l := r.Limits; l != nil {
		known.KnowsEvents, known.KnowsBytes = all && !l.EventsUnknown, all && !l.BytesUnknown
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
	add := func(name string, row attribution.Row, share, bounds bool) {
		k := known
		k.Row, k.Name, k.KnowsShare, k.KnowsBounds = row, name, k.KnowsShare && share, k.KnowsShare && bounds
		rows = append(rows, k)
	}
	for _, origin := range slices.Sorted(maps.Keys(shown)) {
		if row := shown[origin]; row.Sources > 0 || all { // else it may have sources that the sample has not
			add(origin.String(), row, true, true)
		}
	}
	add(other, rest, true, false)
	add(geo.Unlocated.String(), r.Unlocated, true, true)
	add(geo.Reserved.String(), r.Reserved, false, false) // in no total
	return rows
}

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
