package monitor

import (
	"fmt"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/count"
)

// sentence says what a burst was. It never says more of where it came from than
// its verdicts do.
func (b *Burst) sentence() string {
	what := "all traffic"
	if !b.Target.IsZero() {
		what = b.Target.String()
	}
	r := b.Report
	const layout = "2006-01-02 15:04:05"
	s := fmt.Sprintf("burst %d of %s: ", b.ID, what)
	if b.Final {
		s += fmt.Sprintf("from %s to %s UTC (to %v)",
			b.Onset.Format(layout), b.End.Format(time.TimeOnly), b.Interval)
	} else {
		s += fmt.Sprintf("since %s UTC (to %v), still running at %s",
			b.Onset.Format(layout), b.Interval, b.End.Format(time.TimeOnly))
	}
	s += fmt.Sprintf(", %s events from %s sources, at most %s events in %v where about %s were expected; %s\n",
		count.Grouped(addSaturated(r.Events, r.Reserved.Events)), number(r.Sources),
		count.Grouped(b.PeakEvents), b.Interval, expected(b.Expected), b.historyText())
	for i, v := range b.Verdicts {
		s += finding(v)
		if i < len(b.ExcessVerdicts) && b.ExcessVerdicts[i].Decision != attribution.Inadmissible {
			fresh := b.Excess.Report.Sources
			s += fmt.Sprintf("  Of the %s that are new it is %v.\n", number(fresh), b.ExcessVerdicts[i].Decision)
		}
	}
	for _, c := range b.Caveats {
		s += "- " + c.Text + "\n"
	}
	return s
}

// finding is what a verdict says, without its caveats.
func finding(v attribution.Verdict) string {
	lines := strings.SplitAfterN(v.String()+"\n", "\n", 3)
	return lines[0] + lines[1]
}

// number prints a number of sources.
func number(s attribution.Sources) string {
	if s.Exact {
		return count.Grouped(s.Distinct)
	}
	return "about " + count.Grouped(s.Distinct)
}
