package text

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/figures"
)

const (
	topOrigins = 3    // countries that the first sentence names,
	leastTop   = 0.01 // if they have as much
)

// whence names the origins that most new sources have. It names no country where the addresses do not show any.
func (p *Printer) whence(burst *monitor.Burst) string {
	w, r, text := &p.words.burst, &burst.Report, p.words.burst.whenceAll
	if n := burst.NewSources; n != nil {
		if r, text = &n.Report, w.whence; p.everyday(n) != "" {
			text = w.whenceOthers
		}
	}
	if r.Sources.Value == 0 || burst.Report.Sources.Exact && burst.Report.Sources.Value == 1 {
		return "" // that is said already
	}
	if len(p.warnings(&burst.Report)) > 0 || len(p.warnings(r)) > 0 {
		return w.whenceUnknown
	}
	rows := topShares(burst)
	var list []string
	for _, row := range rows {
		phrase := w.next
		if len(list) == 0 {
			phrase = w.top
		}
		share := p.cell(row.Share, figures.Limits(r, row.Origin, attribution.Sources)...)
		list = append(list, say(phrase, args{"share": word(share), "country": word(p.toCode(row.Origin))}))
	}
	nowhere := ""
	if un := r.Unlocated; un.Sources > 0 && (len(rows) == 0 || un.Share.Value >= rows[len(rows)-1].Share.Value) {
		nowhere = say(w.noCountry, args{"share": word(p.cell(un.Share))})
	}
	if len(list) == 0 {
		return sentences(w.whenceUnknown, nowhere)
	}
	return sentences(say(text, args{
		"n": p.about(r.Sources), "list": word(p.joined(list, p.words.and)), "database": word(p.by(r.LocatedBy)),
	}), nowhere)
}

// topShares are the countries with the largest shares, as the table below has them.
func topShares(burst *monitor.Burst) (rows []attribution.Row) {
	all := burst.Report.Countries
	if n := burst.NewSources; n != nil {
		if all = n.Report.Countries; len(n.Lift) > 0 {
			all = nil
			for _, l := range n.Lift {
				all = append(all, attribution.Row{Origin: l.Origin, Share: l.New})
			}
		}
	}
	for _, row := range all {
		if len(rows) == 0 && row.Share.Value > 0 || row.Share.Value >= leastTop {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b attribution.Row) int { return cmp.Compare(b.Share.Value, a.Share.Value) })
	return rows[:min(len(rows), topOrigins)]
}
