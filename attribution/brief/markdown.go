package brief

import (
	"fmt"
	"io"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/text"
)

// writeMarkdown writes a ticket: the same words as the page, in GitHub's Markdown. Bars become numbers with their
// intervals, and there is no map, because the table has what it shows.
func writeMarkdown(w io.Writer, b *Brief, p *text.Printer) error {
	pg := newPage(b, p)
	words := wordsOf(p)
	m := ticket{p: p, tidy: words.tidy, colon: words.colon, semicolon: words.semicolon}
	m.heading(1, pg.Title)
	m.strong(pg.Simulated)
	m.paragraph(pg.Meta)
	if s := pg.Summary; s != nil {
		m.summary(s)
	}
	for i := range pg.Parts {
		m.part(&pg.Parts[i], len(pg.Parts) > 1 || pg.Summary != nil)
	}
	m.paragraph(pg.More)
	if len(pg.Foot) > 0 {
		m.b.WriteString("---\n\n")
	}
	for _, line := range pg.Foot {
		if line != words.foot.shapes && line != words.foot.script { // here is no map and no page
			m.paragraph(line)
		}
	}
	if _, err := io.WriteString(w, strings.TrimRight(m.b.String(), "\n")+"\n"); err != nil {
		return fmt.Errorf("brief: %w", err)
	}
	return nil
}

// ticket is Markdown in the making. Every block ends with an empty line.
type ticket struct {
	p                *text.Printer
	tidy             func(string) string
	colon, semicolon string // between two texts
	b                strings.Builder
	level            int // of the headings of blocks, 0 for 2
}

func (m *ticket) heading(level int, title string) {
	if title != "" {
		m.b.WriteString(strings.Repeat("#", level) + " " + mdText(title) + "\n\n")
	}
}

func (m *ticket) paragraph(s string) {
	m.paragraphOf(mdText(s))
}

func (m *ticket) strong(s string) {
	if s = mdText(s); s != "" {
		m.b.WriteString("**" + s + "**\n\n")
	}
}

func (m *ticket) named(n named) {
	if n.Text != "" {
		m.paragraphOf(mdNamed(n.Name, " ", n.Text))
	}
}

// paragraphOf writes what is Markdown already.
func (m *ticket) paragraphOf(markdown string) {
	if markdown != "" {
		m.b.WriteString(mdStart(markdown) + "\n\n")
	}
}

// mdNamed is a text with a name before it, both in plain text.
func mdNamed(name, between, text string) string {
	name, text = mdText(name), mdText(text)
	switch {
	case name == "":
		return text
	case text == "":
		return "**" + name + "**"
	}
	return "**" + name + "**" + between + text
}

// list writes items that are Markdown already. Empty ones are left out.
func (m *ticket) list(items []string) {
	n := 0
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" {
			m.b.WriteString("- " + mdStart(item) + "\n")
			n++
		}
	}
	if n > 0 {
		m.b.WriteString("\n")
	}
}

// begin writes what comes first in a block.
func (m *ticket) begin(b *block) {
	m.heading(max(m.level, 2), b.Heading)
	m.paragraph(b.Lead)
}

// rows writes a table of cells that are Markdown already. All columns but the first are numbers.
func (m *ticket) rows(head []string, rows [][]string, numbers bool) {
	columns := len(head)
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	if len(rows) == 0 || columns == 0 {
		return
	}
	line := func(cells []string) {
		for i := range columns {
			cell := ""
			if i < len(cells) {
				cell = cells[i]
			}
			m.b.WriteString("| " + strings.TrimSpace(cell) + " ")
		}
		m.b.WriteString("|\n")
	}
	line(head)
	for i := range columns {
		if i == 0 || !numbers {
			m.b.WriteString("| --- ")
		} else {
			m.b.WriteString("| ---: ")
		}
	}
	m.b.WriteString("|\n")
	for _, row := range rows {
		line(row)
	}
	m.b.WriteString("\n")
}

// table writes one without bars, with its caption above it.
func (m *ticket) table(t *table) {
	if t == nil {
		return
	}
	m.begin(&t.block)
	m.paragraph(t.Caption)
	var rows [][]string
	for _, r := range t.Rows {
		cells := []string{mdHit(r.Name, r.Hit)}
		for _, c := range r.Cells {
			cells = append(cells, mdText(c))
		}
		rows = append(rows, cells)
	}
	m.rows(mdTexts(t.Head), rows, true)
	m.paragraph(t.Note)
}

// mdHit is the name of a row, which stands out if a claim is about it.
func mdHit(name string, hit bool) string {
	name = mdText(name)
	if hit && name != "" {
		return "**" + name + "**"
	}
	return name
}

func mdTexts(texts []string) []string {
	all := make([]string, len(texts))
	for i, s := range texts {
		all[i] = mdText(s)
	}
	return all
}

// bars writes a table whose cells are bars on the page: a share with its interval, and the count.
func (m *ticket) bars(origin string, columns []column, rows []bars) {
	head := []string{mdText(origin)}
	for _, c := range columns {
		heading := c.Heading
		if c.Total != "" {
			heading += " " + c.Total
		}
		head = append(head, mdText(heading))
	}
	var all [][]string
	for _, r := range rows {
		cells := []string{mdHit(r.Name, r.Hit)}
		for _, c := range r.Cells {
			cells = append(cells, mdText(m.bar(&c)))
		}
		all = append(all, cells)
	}
	m.rows(head, all, true)
}

func (m *ticket) bar(b *bar) string {
	if b.Unknown != "" {
		return b.Unknown
	}
	s := b.Share
	if b.Low != b.High {
		s = m.tidy(m.p.Interval(attribution.Share{Value: b.Value, Low: b.Low, High: b.High}))
	}
	if b.Count != "" {
		s += m.colon + b.Count
	}
	return s
}
