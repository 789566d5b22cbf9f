package brief

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

const (
	mostRows      = 10 // countries, beside those of the claims
	mostDatabases = 3  // that a table compares
)

// A counted is what one column shows: a unit by one database.
type counted struct {
	unit      attribution.Unit
	countries []attribution.Row
	unlocated attribution.Row
	database  string // if there are columns of several
}

// byCountry is the table of countries. It is nil if nothing can be said about any.
func (t *writer) byCountry() *shares {
	w := &t.w.shares
	if t.noise() != "" {
		return nil
	}
	s := &shares{block: block{Heading: w.heading}, Origin: w.origin}
	if t.alone() {
		s.Heading = w.headingOne
		s.None = t.say(w.tooFew, args{"n": t.some(t.r.Sources.Value)})
		return s
	}
	list := t.columns()
	if len(list) == 0 {
		return nil
	}
	if len(list) == 1 || list[0].database != "" {
		s.Heading = w.headingOne
	}
	most := t.most(list)
	for _, c := range list {
		s.Columns = append(s.Columns, t.column(&c, most))
	}
	named, rest := t.rows(list)
	for _, o := range named {
		s.Rows = append(s.Rows, t.country(list, o))
	}
	if len(rest) > 0 {
		s.Rows = append(s.Rows, t.others(list, rest))
		s.Rest = t.restOf(list, rest)
	}
	if slices.ContainsFunc(list, func(c counted) bool { return figures.Amount(&c.unlocated, c.unit) > 0 }) {
		s.Rows = append(s.Rows, t.unlocatedRow(list))
	}
	s.Caption, s.Keys = t.sharesCaption(list), t.keys(s)
	return s
}

// rows are the countries that have rows of their own: most sources first, and all that claims name.
func (t *writer) rows(list []counted) (named, rest []geo.Origin) {
	var all []geo.Origin
	for _, c := range list {
		for i := range c.countries {
			if o := c.countries[i].Origin; !slices.Contains(all, o) {
				all = append(all, o)
			}
		}
	}
	if len(list) > 0 && list[0].unit != attribution.Sources || len(list) > 1 && list[0].database != "" {
		slices.SortStableFunc(all, func(a, b geo.Origin) int {
			ra, rb := list[0].at(a), list[0].at(b)
			return cmp.Compare(figures.Amount(&rb, list[0].unit), figures.Amount(&ra, list[0].unit))
		})
	}
	for i, o := range all {
		if i < mostRows || figures.IsClaimed(t.r, o) || len(all) == mostRows+1 {
			named = append(named, o)
		} else {
			rest = append(rest, o)
		}
	}
	return named, rest
}

// about is an argument for a number of a unit, which may be an estimate.
func (t *writer) about(u attribution.Unit, n uint64) (a argument) {
	if u == attribution.Sources {
		a = t.some(n)
	} else {
		a = t.n(n)
	}
	if t.estimated(u) {
		a.Text = t.say(t.w.say.about, args{"share": a})
	}
	return a
}

func (t *writer) country(list []counted, o geo.Origin) bars {
	b := bars{Code: o.String(), Name: t.p.Country(o), Hit: figures.IsClaimed(t.r, o)}
	for i := range list {
		c := &list[i]
		row := c.at(o)
		b.Cells = append(b.Cells, t.bar(c, &row, figures.Limits(t.r, o, c.unit)...))
	}
	return b
}

// bar is a cell. What is not known is said, and never 0.
func (t *writer) bar(c *counted, row *attribution.Row, limits ...float64) bar {
	s := t.shareIn(c, row)
	n := figures.Amount(row, c.unit)
	if n == 0 && c.unit != attribution.Sources && row.Sources > 0 {
		return bar{Unknown: t.w.shares.unknown}
	}
	text := t.p.Count(n)
	if c.unit == attribution.Sources {
		text = t.some(n).Text
	}
	if n == 0 && s.Value == 0 {
		return bar{Share: t.w.unusual.none, Count: text, High: s.High}
	}
	return bar{Share: t.share(s.Value, limits...), Count: text, Value: s.Value, Low: s.Low, High: s.High}
}

// sum is the share of several countries together, and what it is at most if everything was counted.
func (t *writer) sum(c *counted, of []geo.Origin) (value, high float64) {
	for _, o := range of {
		row := c.at(o)
		value += t.shareIn(c, &row).Value
	}
	high = value
	if !t.estimated(c.unit) {
		high += t.shareIn(c, &c.unlocated).Value
	}
	return min(value, 1), min(high, 1)
}

func (t *writer) others(list []counted, rest []geo.Origin) bars {
	b := bars{Kind: otherCountries, Name: t.say(t.w.shares.rest, args{"n": t.n(uint64(len(rest)))})}
	for i := range list {
		c := &list[i]
		var n uint64
		unknown := false
		for _, o := range rest {
			row := c.at(o)
			n += figures.Amount(&row, c.unit)
			unknown = unknown || figures.Amount(&row, c.unit) == 0 && row.Sources > 0
		}
		if unknown {
			b.Cells = append(b.Cells, bar{Unknown: t.w.shares.unknown})
			continue
		}
		value, high := t.sum(c, rest)
		text := t.p.Count(n)
		if c.unit == attribution.Sources {
			text = t.some(n).Text
		}
		b.Cells = append(b.Cells, bar{Share: t.share(value), Count: text, Value: value, Low: value, High: high})
	}
	return b
}

func (t *writer) unlocatedRow(list []counted) bars {
	b := bars{Kind: noCountry, Name: t.w.shares.noCountry}
	for i := range list {
		c := &list[i]
		cell := t.bar(c, &c.unlocated)
		cell.Low, cell.High = cell.Value, cell.Value
		b.Cells = append(b.Cells, cell)
	}
	return b
}

// restOf are the countries without bars.
func (t *writer) restOf(list []counted, rest []geo.Origin) *table {
	w := &t.w.shares
	tb := &table{
		block: block{Heading: t.say(w.restSummary, args{"n": t.n(uint64(len(rest)))})}, Head: []string{w.origin},
	}
	for i := range list {
		name := [...]string{w.sources, w.events, w.bytes}[list[i].unit]
		if list[i].database != "" {
			name = list[i].database
		}
		tb.Head = append(tb.Head, name, w.share)
	}
	for _, o := range rest {
		r := row{Code: o.String(), Name: t.p.Country(o)}
		for i := range list {
			counts := list[i].at(o)
			cell := t.bar(&list[i], &counts)
			if cell.Unknown != "" {
				cell.Count, cell.Share = cell.Unknown, cell.Unknown
			}
			r.Cells = append(r.Cells, cell.Count, cell.Share)
		}
		tb.Rows = append(tb.Rows, r)
	}
	return tb
}

// sharesCaption says by what the countries are known, and what is not in the table.
func (t *writer) sharesCaption(list []counted) string {
	w, r := &t.w.shares, t.r
	caption := w.captions
	if list[0].database == "" {
		caption = w.caption
	}
	parts := []string{t.say(caption, args{"database": word(t.databases())})}
	if r.Basis == attribution.BasisSample {
		parts = append(parts, t.say(w.sampled, args{"n": t.n(uint64(max(r.SampleSize, 0)))}))
	}
	if r.SamplingRate > 1 {
		parts = append(parts, t.say(w.looked, args{"rate": t.n(uint64(r.SamplingRate))}))
	}
	if n := r.Reserved.Sources; n > 0 {
		events := t.amount(r.Reserved.Events, attribution.Events)
		parts = append(parts, t.say(w.leftOut, args{"n": t.some(n), "events": word(events)}))
	}
	hidden := !slices.ContainsFunc(list, func(c counted) bool { return c.unit == attribution.Events })
	if hidden && list[0].database == "" && traits(r, attribution.Events) != caveat.EventsNotRead {
		parts = append(parts, w.noEvents)
	} else if hidden && list[0].database == "" {
		parts = append(parts, t.w.tidy(t.p.Caveat(caveat.Caveat{Code: caveat.EventsNotRead})))
	}
	return t.sentences(parts...)
}

// databases names those that located the sources, with their dates.
func (t *writer) databases() string {
	var names []string
	for _, d := range t.r.LocatedBy[:min(len(t.r.LocatedBy), mostDatabases)] {
		names = append(names, t.dated(d))
	}
	if len(names) == 0 {
		names = []string{t.p.Database(attribution.Database{})}
	}
	return t.p.Joined(names...)
}

// keys are the legend of the bars.
func (t *writer) keys(s *shares) []key {
	w := &t.w.shares
	var keys []key
	if slices.ContainsFunc(s.Rows, func(b bars) bool { return b.Hit }) {
		keys = append(keys, key{"claim", w.claimed})
	}
	keys = append(keys, key{"other", w.others})
	interval, upTo := false, false
	for _, row := range s.Rows {
		for _, c := range row.Cells {
			interval = interval || c.Low < c.Value
			upTo = upTo || c.High > c.Value
		}
	}
	switch {
	case interval:
		keys = append(keys, key{"interval", t.w.tidy(w.interval)})
	case upTo:
		keys = append(keys, key{"upto", t.w.tidy(w.upTo)})
	}
	var limits []float64
	for _, c := range s.Columns {
		for _, l := range c.Limits {
			if !slices.Contains(limits, l) {
				limits = append(limits, l)
				keys = append(keys, key{"limit", t.say(w.limits, args{"limit": word(t.percent(100 * l))})})
			}
		}
	}
	return keys
}
