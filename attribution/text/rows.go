package text

import (
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// table has a row for each country that is shown, and one for the sources without a country.
func (p *Printer) table(r *attribution.Report) [][]string {
	units := []attribution.Unit{attribution.Sources}
	if r.Events > 0 {
		units = append(units, attribution.Events)
	}
	if r.Bytes > 0 && claims(r, attribution.Bytes) {
		units = append(units, attribution.Bytes)
	}
	w := &p.words.report
	head := []string{w.origin}
	for _, u := range units {
		share := w.share
		if u == attribution.Sources && !r.Sources.Exact {
			share = w.shareBetween
		}
		unit := args{"unit": p.unit(u)}
		head = append(head, say(w.amount, unit), say(share, unit))
	}
	rows := [][]string{head}
	for _, row := range shown(r) {
		rows = append(rows, p.row(r, row, row.Origin.String()+" "+p.Country(row.Origin), units))
	}
	if r.Unlocated.Sources > 0 || r.Unlocated.Events > 0 {
		rows = append(rows, p.row(r, r.Unlocated, p.Country(geo.Unlocated), units))
	}
	return rows
}

func (p *Printer) row(r *attribution.Report, row attribution.Row, name string, units []attribution.Unit) []string {
	cells := []string{name}
	for _, u := range units {
		limits := limitsOf(r, row.Origin, u)
		if u == attribution.Sources {
			cells = append(cells, p.some(r, row.Sources).Text, p.cell(row.Share, limits...))
		} else {
			n := amount(row, u)
			cells = append(cells, p.grouped(n), p.share(part(n, total(r, u)), limits...))
		}
	}
	return cells
}

// shown are the countries of the table: those with most sources, and those of the claims.
func shown(r *attribution.Report) (rows []attribution.Row) {
	for i, row := range r.Countries {
		claimed := slices.ContainsFunc(r.Verdicts, func(v attribution.Verdict) bool {
			return !v.Claim.IsOutside() && v.Claim.Contains(row.Origin)
		})
		if i < maxRows || claimed {
			rows = append(rows, row)
		}
	}
	return rows
}

// claims reports whether a verdict is about a unit.
func claims(r *attribution.Report, u attribution.Unit) bool {
	return slices.ContainsFunc(r.Verdicts, func(v attribution.Verdict) bool { return v.Claim.Unit() == u })
}

// limitsOf are those of the claims about one country alone, so that the table and the verdicts print its share alike.
func limitsOf(r *attribution.Report, o geo.Origin, u attribution.Unit) (limits []float64) {
	for _, v := range r.Verdicts {
		countries := slices.Collect(v.Claim.Countries())
		if v.Claim.Unit() == u && !v.Claim.IsOutside() && len(countries) == 1 && countries[0] == o {
			limits = append(limits, limitOf(v.Claim)...)
		}
	}
	return limits
}

// limitOf is the limit of a claim in percent; a plurality has none.
func limitOf(c attribution.Claim) []float64 {
	if c.IsPlurality() {
		return nil
	}
	return []float64{c.Percent()}
}

// amount is how much of a unit a row has, and total how much of it was counted.
func amount(row attribution.Row, u attribution.Unit) uint64 {
	switch u {
	case attribution.Events:
		return row.Events
	case attribution.Bytes:
		return row.Bytes
	}
	return row.Sources
}

func total(r *attribution.Report, u attribution.Unit) uint64 {
	switch u {
	case attribution.Events:
		return r.Events
	case attribution.Bytes:
		return r.Bytes
	}
	return r.Sources.Value
}

// part is a share of a whole, 0 of nothing.
func part(n, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(n) / float64(whole)
}

// maxDatabases is the number of databases that one table compares.
const maxDatabases = 6

// writeDatabases writes what each database says of the same sources.
func (p *Printer) writeDatabases(b *strings.Builder, r *attribution.Report) {
	if len(r.Databases) == 0 {
		return
	}
	w := &p.words.report
	title := w.compared
	if !r.Sources.Exact {
		title = w.comparedSample
	}
	b.WriteString("\n" + say(title, args{"n": p.count(uint64(max(r.SampleSize, 0)))}) + "\n")
	columns := [][]attribution.Row{append(slices.Clone(r.Countries), r.Unlocated)}
	names := []string{p.by(r.LocatedBy)}
	differ := []string{w.differ, ""}
	for _, d := range r.Databases[:min(len(r.Databases), maxDatabases-1)] {
		columns = append(columns, append(slices.Clone(d.Countries), d.Unlocated))
		names = append(names, p.database(d.Database))
		differ = append(differ, p.cell(d.Disagreement))
	}
	head := []string{w.origin}
	for i, name := range names {
		b.WriteString("  " + p.letter(i) + "  " + name + "\n")
		head = append(head, p.letter(i))
	}
	rows := [][]string{head}
	for _, o := range ranked(columns) {
		name := p.Country(o)
		if o.IsCountry() {
			name = o.String() + " " + name
		}
		cells := []string{name}
		for _, rows := range columns {
			cells = append(cells, p.cell(shareOf(rows, o), limitsOf(r, o, attribution.Sources)...))
		}
		rows = append(rows, cells)
	}
	b.WriteString("\n")
	aligned(b, append(rows, differ))
	b.WriteString("\n")
	if hidden := len(r.Databases) + 1 - len(columns); hidden > 0 {
		b.WriteString(say(w.notShown, args{"n": p.count(uint64(hidden))}) + "\n")
	}
	b.WriteString(w.wrongTogether + "\n")
}

// ranked are the countries that have most sources by any of the databases, and unlocated at the end.
func ranked(columns [][]attribution.Row) (origins []geo.Origin) {
	most := map[geo.Origin]float64{}
	for _, rows := range columns {
		for _, row := range rows {
			if row.Origin.IsCountry() {
				most[row.Origin] = max(most[row.Origin], row.Share.Value)
			}
		}
	}
	for o := range geo.Countries() {
		if _, ok := most[o]; ok {
			origins = append(origins, o)
		}
	}
	slices.SortStableFunc(origins, func(a, b geo.Origin) int {
		switch {
		case most[a] > most[b]:
			return -1
		case most[a] < most[b]:
			return 1
		}
		return 0
	})
	return append(origins[:min(len(origins), maxRows)], geo.Unlocated)
}

func shareOf(rows []attribution.Row, o geo.Origin) attribution.Share {
	i := slices.IndexFunc(rows, func(row attribution.Row) bool { return row.Origin == o })
	if i < 0 {
		return attribution.Share{}
	}
	return rows[i].Share
}
