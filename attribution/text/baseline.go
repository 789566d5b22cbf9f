package text

import (
	"io"
	"math"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

// NewSources writes the new sources of a burst: how many of all they are, what raised the share of each country, and
// the verdicts on them. The error is that of w.
func (p *Printer) NewSources(w io.Writer, n baseline.NewSources) error {
	var b strings.Builder
	p.writeNewSources(&b, &n)
	p.writeVerdicts(&b, p.tell(&n.Report, true))
	return write(w, b.String())
}

// writeNewSources writes all but the verdicts.
func (p *Printer) writeNewSources(b *strings.Builder, n *baseline.NewSources) {
	w, r := &p.words.baseline, &n.Report
	b.WriteString(say(w.title, args{"database": word(p.by(r.LocatedBy))}) + "\n")
	when := w.untimed
	if !n.BaselineFrom.IsZero() {
		when = w.since
	}
	b.WriteString(say(when, args{
		"period": p.period(n.BaselineFrom, n.BaselineTo), "n": p.about(n.Baseline),
	}) + "\n")
	for _, warning := range p.warnings(r) {
		b.WriteString(warning + "\n")
	}
	if r.Sources.Value == 0 {
		b.WriteString(say(w.nothing, args{"all": p.about(n.Burst)}) + "\n")
	} else {
		b.WriteString(say(w.totals, args{"n": p.about(r.Sources), "all": p.about(n.Burst)}) + "\n")
		for _, line := range []string{p.makers(n), p.everyday(n)} {
			if line != "" {
				b.WriteString(line + "\n")
			}
		}
		b.WriteString("\n")
		aligned(b, p.liftTable(n))
		b.WriteString("\n")
		p.writeMethod(b, n)
		p.writeNetworks(b, r)
	}
	for _, c := range n.Caveats {
		b.WriteString("- " + p.Caveat(c) + "\n")
	}
	for _, credit := range p.credits(r) {
		b.WriteString(say(p.words.report.credit, args{"credit": word(credit)}) + "\n")
	}
}

// makers says where the few new sources are that made nearly all events.
func (p *Printer) makers(n *baseline.NewSources) string {
	if n.Makers == nil || len(n.Makers.Report.Countries) == 0 {
		return ""
	}
	const most = 3
	r := &n.Makers.Report
	var shares []string
	for _, row := range r.Countries[:min(len(r.Countries), most)] {
		shares = append(shares, row.Origin.String()+" "+p.share(row.Share.Value))
	}
	return say(p.words.baseline.makers, args{
		"n": p.count(r.Sources.Value), "events": word(p.share(n.Makers.EventShare)),
		"share": word(strings.Join(shares, ", ")),
	})
}

// everyday says how many new sources would have come anyway.
func (p *Printer) everyday(n *baseline.NewSources) string {
	e := n.Everyday
	if e == nil || e.High == 0 {
		return ""
	}
	text := p.words.baseline.everyday
	if e.Value == 0 {
		text = p.words.baseline.hardly
	}
	return say(text, args{"n": p.count(e.Value), "low": p.count(e.Low), "high": p.count(e.High)})
}

// about is an argument for a number of sources, without its interval.
func (p *Printer) about(c attribution.Count) arg {
	if c.Exact {
		return p.count(c.Value)
	}
	n := p.estimate(c.Value, nearest)
	n.Text = say(p.words.about, args{"n": n})
	return n
}

// liftTable compares the countries of the new sources with those of the baseline.
func (p *Printer) liftTable(n *baseline.NewSources) [][]string {
	r := &n.Report
	if len(n.Lift) == 0 {
		return p.table(r)
	}
	w := &p.words.baseline
	share := w.shareOfNew
	if p.everyday(n) != "" {
		share = w.withoutThem
	}
	rows := [][]string{{p.words.report.origin, w.fresh, share, w.shareOfUsual, w.lift}}
	for _, l := range n.Lift[:min(len(n.Lift), maxRows)] {
		var sources uint64
		for _, row := range r.Countries {
			if row.Origin == l.Origin {
				sources = row.Sources
			}
		}
		limits := figures.Limits(r, l.Origin, attribution.Sources)
		rows = append(rows, []string{
			l.Origin.String() + " " + p.Country(l.Origin), p.some(r, sources).Text, p.cell(l.New, limits...),
			p.share(l.Baseline.Value), p.ratio(l.Ratio),
		})
	}
	if un := r.Unlocated; un.Sources > 0 {
		rows = append(rows, []string{p.Country(geo.Unlocated), p.some(r, un.Sources).Text, p.cell(un.Share)})
	}
	return rows
}

// ratio prints how many times as much there is, with its interval.
func (p *Printer) ratio(q baseline.Ratio) string {
	if math.IsInf(q.Value, 1) {
		return say(p.words.baseline.onlyNew, args{"low": word(p.times(q.Low, down))})
	}
	a := args{
		"value": word(p.times(q.Value, nearest)), "low": word(p.times(q.Low, down)), "high": word(p.times(q.High, up)),
	}
	if math.IsInf(q.High, 1) {
		return say(p.words.from, a)
	}
	return say(p.words.interval, a)
}

// times prints a factor. It is never rounded to 0 or 1, which are no and any difference.
func (p *Printer) times(v float64, to rounding) string {
	if v >= 100 {
		return p.grouped(whole(round(v, to, 0)))
	}
	digits, _ := p.digits(v, to, 0, 1)
	return digits
}

// writeMethod says how the new sources were counted.
func (p *Printer) writeMethod(b *strings.Builder, n *baseline.NewSources) {
	w := &p.words.baseline
	method := ""
	switch n.Method {
	case baseline.Counting:
		if lostRecords(&n.Report) == 0 {
			method = w.counted
		}
	case baseline.Sampling:
		method = say(w.sampled, args{"n": p.count(uint64(max(n.Report.SampleSize, 0)))})
	case baseline.Registers:
		method = w.registers
	}
	hidden := ""
	if more := len(n.Lift) - maxRows; more > 0 {
		hidden = say(p.words.report.hidden, args{"n": p.count(uint64(more))})
	}
	b.WriteString(sentences(hidden, method, p.words.baseline.intervals, p.words.report.wrong) + "\n")
	if lost := p.lost(n.Report.Lost); lost != "" {
		b.WriteString(lost + "\n")
	}
}
