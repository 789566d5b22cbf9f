package brief

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

// csvColumns are the headings of the table; docs/REPORT.md says what they are. One for the burst may come before.
var csvColumns = []string{
	"database", "origin", "sources", "share", "share_low", "share_high", "events", "event_share", "bytes", "byte_share",
	"new_sources", "new_share", "new_share_low", "new_share_high", "announced_share", "ruled_out",
}

const csvBurst = "burst"

// writeCSV writes the tables of countries below each other. A number that is not known is an empty cell.
func writeCSV(w io.Writer, b *Brief) error {
	t := csvTable{b: b, w: csv.NewWriter(w)}
	if len(b.Bursts) > 1 {
		t.line(append([]string{csvBurst}, csvColumns...))
	} else {
		t.line(csvColumns)
	}
	if len(b.Bursts) == 0 {
		t.report(&b.Report, nil)
	}
	for i := range b.Bursts {
		t.report(&b.Bursts[i].Report, &b.Bursts[i])
	}
	t.w.Flush()
	if t.err == nil {
		t.err = t.w.Error()
	}
	if t.err != nil {
		return fmt.Errorf("brief: %w", t.err)
	}
	return nil
}

type csvTable struct {
	b   *Brief
	w   *csv.Writer
	err error
}

func (t *csvTable) line(cells []string) {
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	if t.err == nil {
		t.err = t.w.Write(cells)
	}
}

// report writes the rows of a report, then those of its further databases, which know of sources only.
func (t *csvTable) report(r *attribution.Report, burst *monitor.Burst) {
	c := csvRows{csvTable: t, r: r, ruledOut: string((&writer{r: r}).noise())}
	if burst != nil {
		c.burst = strconv.FormatUint(burst.ID, 10)
		if len(t.b.Bursts) == 1 {
			c.burst = ""
		}
		if burst.NewSources != nil {
			c.fresh = &burst.NewSources.Report
		}
	}
	var names []string
	for _, d := range r.LocatedBy {
		names = append(names, csvDatabase(d))
	}
	c.database = strings.Join(names, ", ")
	for i := range r.Countries {
		c.row(&r.Countries[i])
	}
	c.row(&r.Unlocated)
	c.row(&r.Reserved)
	c.further = true
	for i := range r.Databases {
		d := &r.Databases[i]
		c.database = csvDatabase(d.Database)
		for k := range d.Countries {
			c.row(&d.Countries[k])
		}
		c.row(&d.Unlocated)
	}
}

// csvDatabase names a database, with its date if that is known.
func csvDatabase(d attribution.Database) string {
	d.Name = shown(d.Name)
	return d.String()
}

// csvRows are those of one report.
type csvRows struct {
	*csvTable
	r               *attribution.Report
	fresh           *attribution.Report // of the new sources; nil: not known
	burst, database string
	further         bool // the rows are those of a further database
	ruledOut        string
}

func (c *csvRows) row(row *attribution.Row) {
	cells := make([]string, 0, 1+len(csvColumns))
	if c.burst != "" {
		cells = append(cells, c.burst)
	}
	cells = append(cells, c.database, row.Origin.String(), strconv.FormatUint(row.Sources, 10))
	inTotals := row.Origin != geo.Reserved
	cells = append(cells, shareCells(row.Share, inTotals && c.r.Sources.Value > 0)...)
	for _, u := range []attribution.Unit{attribution.Events, attribution.Bytes} {
		amount, share := "", ""
		if c.counted(u) {
			amount = strconv.FormatUint(figures.Amount(row, u), 10)
			if inTotals {
				share = decimal(figures.Part(figures.Amount(row, u), figures.Total(c.r, u)))
			}
		}
		cells = append(cells, amount, share)
	}
	cells = append(cells, c.freshCells(row.Origin)...)
	announced := ""
	if share, ok := c.b.Announced[row.Origin]; ok && !c.further {
		announced = decimal(share)
	}
	c.line(append(cells, announced, c.ruledOut))
}

// counted reports whether the countries of a unit are known.
func (c *csvRows) counted(u attribution.Unit) bool {
	l := c.r.Limits
	unread := l != nil && (u == attribution.Events && l.EventsUnknown || u == attribution.Bytes && l.BytesUnknown)
	return !unread && !c.further && known(c.r, u)
}

// freshCells are about the new sources of a country. That an estimate has none of it does not say that there is none.
func (c *csvRows) freshCells(o geo.Origin) []string {
	if c.fresh == nil || c.further || o == geo.Reserved {
		return make([]string, 4)
	}
	row := c.fresh.Unlocated
	for _, other := range c.fresh.Countries {
		if other.Origin == o {
			row = other
		}
	}
	if row.Origin != o || row.Sources == 0 && !c.fresh.Sources.Exact {
		if !c.fresh.Sources.Exact {
			return make([]string, 4)
		}
		row = attribution.Row{}
	}
	cells := []string{strconv.FormatUint(row.Sources, 10)}
	return append(cells, shareCells(row.Share, c.fresh.Sources.Value > 0)...)
}

func shareCells(s attribution.Share, known bool) []string {
	if !known {
		return make([]string, 3)
	}
	return []string{decimal(s.Value), decimal(s.Low), decimal(s.High)}
}

// decimal prints a share with ten significant digits at most, without an exponent.
func decimal(v float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 10, 64), 64)
	if err != nil {
		rounded = v
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// harmless is a cell on one line that no spreadsheet takes for a formula, whichever separator it splits lines at.
func harmless(cell string) string {
	cell = strings.ReplaceAll(shownUpTo(cell, longestText), ";", ",")
	if strings.IndexAny(cell, "=+-@＝＋－＠") == 0 {
		return "'" + cell
	}
	return cell
}
