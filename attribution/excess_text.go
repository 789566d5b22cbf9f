package attribution

import (
	"fmt"
	"strings"
	"time"

	"github.com/whence-go/whence/internal/count"
)

// String returns the new sources as a table for people, with what raised each
// country's share, and the credit line of the database.
func (e *Excess) String() string {
	var b strings.Builder
	r := e.Report
	fmt.Fprintf(&b, "%sNew IP addresses (%s) by the country that they are geolocated to by %v\n", r.warning(), e.unseen(), r.Database)
	fmt.Fprintf(&b, "%s new %s", r.Sources.withInterval(), plural(r.Sources.Distinct, "source", "sources"))
	if e.Burst != (Sources{}) {
		fmt.Fprintf(&b, " of %s in all", e.Burst.about())
	}
	if r.countsEvents() {
		b.WriteString(", " + eventCount(r.Events))
	}
	fmt.Fprintf(&b, "; the baseline has %s %s\n\n", e.Baseline.about(), plural(e.Baseline.Distinct, "source", "sources"))
	aligned(&b, e.table())
	b.WriteString("\n")
	if hidden := len(e.Lift) - maxRows; hidden > 0 {
		fmt.Fprintf(&b, "and %d more %s. ", hidden, plural(uint64(hidden), "country", "countries"))
	}
	b.WriteString("Intervals are for 95 % confidence, each row on its own. The database may be wrong.\n")
	for _, caveat := range e.Caveats {
		fmt.Fprintf(&b, "- %s\n", caveat.Text)
	}
	if r.Database.Credit != "" {
		b.WriteString(r.Database.Credit + "\n")
	}
	return b.String()
}

func (e *Excess) table() [][]string {
	r := e.Report
	if len(e.Lift) == 0 {
		return r.table()
	}
	head := []string{"origin", "new", "share of new", "share of baseline", "lift (interval)"}
	if !r.Sources.Exact {
		head[2] += " (interval)"
	}
	rows := [][]string{head}
	for _, l := range e.Lift[:min(len(e.Lift), maxRows)] {
		rows = append(rows, []string{
			l.Origin.String() + " " + l.Origin.Name(), r.number(count.Round(r.counted[l.Origin].sources)),
			r.shareCell(l.New), percent(l.Baseline.Value), l.Ratio.String(),
		})
	}
	if un := r.Unlocated.Sources; un > 0 {
		rows = append(rows, []string{"unlocated", r.number(un), percent(r.group(isUnlocated).sources / r.group(anywhere).sources)})
	}
	return rows
}

// unseen says what new means.
func (e *Excess) unseen() string {
	if e.BaselineFrom.IsZero() {
		return "not seen in the baseline, whose time is not known"
	}
	return fmt.Sprintf("not seen from %s to %s", e.BaselineFrom.Format(time.DateTime), e.BaselineTo.Format(time.DateTime+" MST"))
}
