package brief

import (
	"slices"
	"strings"
)

// part writes what is said of one report or burst.
func (m *ticket) part(pt *part, nested bool) {
	m.level = 2
	if nested {
		m.heading(2, pt.Title)
		m.paragraph(pt.Meta)
		m.level = 3
	}
	m.say(&pt.Say)
	if pt.Over != nil {
		m.over(pt.Over)
	}
	m.table(pt.Forged)
	if pt.Shares != nil {
		m.shares(pt.Shares)
	}
	if pt.When != nil {
		m.begin(&pt.When.block)
		var items []string
		for _, plot := range pt.When.Plots {
			items = append(items, mdNamed(plot.Heading, m.colon, plot.Told))
		}
		m.list(items)
		m.paragraph(pt.When.Note)
	}
	m.table(pt.Unusual)
	if pt.Inside != nil {
		m.begin(&pt.Inside.block)
		m.paragraph(pt.Inside.Caption)
		m.bars(pt.Inside.Name, pt.Inside.Columns, pt.Inside.Rows)
		m.paragraph(pt.Inside.Note)
	}
	if pt.Base != nil {
		m.begin(&pt.Base.block)
		var items []string
		for _, f := range pt.Base.List {
			items = append(items, mdNamed(f.Name, " ", f.Text))
		}
		m.list(items)
		m.paragraph(pt.Base.Note)
	}
	if pt.Caveats != nil {
		m.caveats(pt.Caveats)
	}
	if pt.Method != nil {
		m.method(pt.Method)
	}
}

// say writes what may be said, and a list with one item a claim.
func (m *ticket) say(s *say) {
	m.begin(&s.block)
	m.strong(s.First)
	if sentence := mdText(s.Sentence); sentence != "" {
		m.b.WriteString("> **" + sentence + "**\n\n")
	}
	for _, line := range s.Then {
		m.strong(line)
	}
	m.table(s.Whence)
	var items []string
	for i := range s.Cards {
		if s.Cards[i].Table == nil {
			items = append(items, m.card(&s.Cards[i]))
		}
	}
	m.list(items)
	for i := range s.Cards {
		if c := &s.Cards[i]; c.Table != nil {
			m.paragraphOf(m.card(c))
			m.table(c.Table)
		}
	}
	m.paragraph(s.More)
	m.named(s.Limits)
	m.paragraph(s.Note)
}

// card is one claim with its verdict, in one item of a list.
func (m *ticket) card(c *card) string {
	var parts []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			parts = append(parts, s)
		}
	}
	if c.Badge != "" {
		badge := "**" + mdText(c.Badge) + "**"
		if c.Beside != "" {
			badge += " (" + mdText(c.Beside) + ")"
		}
		add(badge + strings.TrimRight(m.colon, " "))
	}
	if c.Heading != "" {
		add(mdNamed(c.Heading, " ", c.Claim))
	} else {
		add(mdText(c.Claim))
	}
	for _, g := range c.Gauges {
		told := g.Told
		if len(c.Gauges) == 1 && len(c.Lines) > 0 { // which have the interval
			told = g.Value + "."
			if g.LimitText != "" {
				told = g.Value + m.semicolon + g.LimitText + "."
			}
		}
		add(mdNamed(g.Label, m.colon, told))
	}
	for _, line := range c.Lines {
		add(mdText(line))
	}
	add(mdCode(c.Code))
	return strings.Join(parts, " ")
}

// over writes what would overturn the verdicts.
func (m *ticket) over(o *over) {
	m.begin(&o.block)
	var items []string
	for _, r := range o.Rows {
		items = append(items, strings.TrimSpace(mdNamed(r.Name, m.colon, r.Value)+". "+mdText(r.Text)))
	}
	for _, way := range o.Ways {
		items = append(items, mdNamed(way.Name, " ", way.Text))
	}
	m.list(items)
	m.paragraph(o.Note)
}

// shares writes the table of countries, then those that the page folds away.
func (m *ticket) shares(s *shares) {
	m.begin(&s.block)
	m.paragraph(s.Caption)
	m.bars(s.Origin, s.Columns, s.Rows)
	m.paragraph(s.None)
	if rest := s.Rest; rest != nil {
		m.strong(rest.Heading)
		plain := *rest
		plain.Heading = ""
		m.table(&plain)
	}
	m.paragraph(s.Note)
}

// caveats writes what to read with care.
func (m *ticket) caveats(c *caveats) {
	m.begin(&c.block)
	var items []string
	for _, t := range c.List {
		items = append(items, mdNamed(t.Head, " ", t.Text)+" "+mdCode(t.Code))
	}
	m.list(items)
	m.paragraph(c.More)
	m.paragraph(c.Note)
}

// method writes how it was counted and how it can be checked.
func (m *ticket) method(me *method) {
	m.begin(&me.block)
	for _, t := range me.List {
		m.strong(t.Name)
		for _, x := range t.Texts {
			switch {
			case x.Code:
				m.b.WriteString(mdBlock(x.Text) + "\n")
			case x.Hash != "":
				m.paragraphOf(strings.TrimSpace(mdText(x.Text) + " " + mdCode(x.Hash)))
			default:
				m.paragraph(x.Text)
			}
		}
	}
	m.paragraph(me.Note)
}

// summary writes several bursts, one line each.
func (m *ticket) summary(s *summary) {
	m.level = 2
	m.begin(&s.block)
	if sentence := mdText(s.Sentence); sentence != "" {
		m.b.WriteString("> **" + sentence + "**\n\n")
	}
	for _, line := range s.Then {
		m.strong(line)
	}
	m.named(s.Limits)
	if s.Strip != nil {
		m.begin(&s.Strip.block)
		m.paragraph(s.Strip.Told)
	}
	m.begin(&s.List.block)
	m.paragraph(s.List.Caption)
	var rows [][]string
	for _, r := range s.List.Rows {
		when := mdJoined(", ", r.Start, r.Lasting, r.Target, r.Targets)
		size := mdJoined(", ", r.Events, r.Sources)
		rows = append(rows, []string{mdText(r.Number), when, size, mdText(r.Times), mdJoined(" ", r.Badge, r.Share)})
	}
	m.rows(mdTexts(s.List.Head[:]), rows, false)
	m.paragraph(s.List.More)
	m.paragraph(s.Note)
}

// mdJoined joins what is not empty.
func mdJoined(separator string, texts ...string) string {
	texts = slices.DeleteFunc(mdTexts(texts), func(s string) bool { return s == "" })
	return strings.Join(texts, separator)
}
