package text

import (
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

// table has a row for each country that is shown, and one for the sources without a country.
func (p *Printer) table(r *attribution.Report) [][]string {
	units := []attribution.Unit{attribution.Sources}
	if r.Events > 0 {
		units = append(units, attribution.Events)
	}
	if r.Bytes > 0 && figures.HasClaim(r, attribution.Bytes) {
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
		limits := figures.Limits(r, row.Origin, u)
		if u == attribution.Sources {
			cells = append(cells, p.some(r, row.Sources).Text, p.cell(row.Share, limits...))
		} else {
			n := figures.Amount(&row, u)
			cells = append(cells, p.grouped(n), p.share(figures.Part(n, figures.Total(r, u)), limits...))
		}
	}
	return cells
}

// shown are the countries of the table: those with most sources, and those of the claims.
func shown(r *attribution.Report) (rows []attribution.Row) {
	for i, row := range r.Countries {
		if i < maxRows || figures.IsClaimed(r, row.Origin) {
			rows = append(rows, row)
		}
	}
	return rows
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
			cells = append(cells, p.cell(shareOf(rows, o), figures.Limits(r, o, attribution.Sources)...))
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
