package web

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode"

	"github.com/whence-go/whence/attribution/brief"
)

//go:embed page.html.tmpl
var pageText string

//go:embed style.css
var style string

// Style is that of the page, which fetches nothing.
func (view) Style() template.CSS { return template.CSS(style) }

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"pair": func(a, b any) []any { return []any{a, b} },
}).Parse(pageText))

// writeText writes the state in words: what became of the requests, the bursts, and the report.
func (s *state) writeText(b *bytes.Buffer, q query, span time.Duration) error {
	v := s.view(q, span)
	fmt.Fprintf(b, "%s\n%s\n", v.Title, v.Lead)
	for _, f := range v.Facts {
		fmt.Fprintf(b, "%s%s%s\n", f.Name, v.Words.Separator, f.Value)
	}
	for _, part := range []struct {
		head   string
		bursts []burst
	}{{v.Words.Running, v.Running}, {v.Words.Ended, v.Ended}} {
		fmt.Fprintf(b, "\n%s\n", part.head)
		if len(part.bursts) == 0 {
			fmt.Fprintf(b, "  %s\n", v.Words.NoBurst)
		}
		for _, one := range part.bursts {
			for i, line := range one.lines(v.Words) {
				fmt.Fprintf(b, "%s%s\n", []string{"  ", "    "}[min(i, 1)], line)
			}
		}
	}
	if v.MoreBursts != "" {
		fmt.Fprintf(b, "  %s\n", v.MoreBursts)
	}
	b.WriteString("\n")
	report := s.Report
	report.Account = nil // the facts above
	return q.printer.Report(b, report)
}

// lines are a burst in a few lines.
func (b burst) lines(w *words) []string {
	head := b.ID + w.Separator + b.Target
	if b.Provisional {
		head += " (" + w.Provisional + ")"
	}
	lines := []string{head, fmt.Sprintf("%s %s %s %s UTC", w.From, b.From, w.To, b.To)}
	if b.Others != "" {
		lines = append(lines, b.Others)
	}
	lines = append(lines, w.Events+w.Separator+b.Events+", "+w.Sources+w.Separator+b.Sources+" ("+b.Peak+")")
	if b.Top != "" {
		lines = append(lines, b.Top)
	}
	for _, v := range b.Verdicts {
		lines = append(lines, v.line(w))
	}
	return lines
}

func (v verdict) line(w *words) string {
	if v.Share == "" {
		return v.Outcome + w.Separator + v.Claim
	}
	return v.Outcome + w.Separator + v.Claim + w.Separator + v.Share
}

// writeMarkdown writes the state for a ticket, and then the brief on all of it.
func (s *state) writeMarkdown(b *bytes.Buffer, q query, span time.Duration) error {
	v := s.view(q, span)
	fmt.Fprintf(b, "# %s\n\n%s\n\n", escape(v.Title), escape(v.Lead))
	for _, f := range v.Facts {
		fmt.Fprintf(b, "- %s\n", escape(f.Name+v.Words.Separator+f.Value))
	}
	for _, part := range []struct {
		head   string
		bursts []burst
	}{{v.Words.Running, v.Running}, {v.Words.Ended, v.Ended}} {
		fmt.Fprintf(b, "\n## %s\n\n", escape(part.head))
		if len(part.bursts) == 0 {
			fmt.Fprintf(b, "%s\n", escape(v.Words.NoBurst))
		}
		for _, one := range part.bursts {
			for i, line := range one.lines(v.Words) {
				fmt.Fprintf(b, "%s%s\n", []string{"- ", "  - "}[min(i, 1)], escape(line))
			}
		}
	}
	if v.MoreBursts != "" {
		fmt.Fprintf(b, "\n%s\n", escape(v.MoreBursts))
	}
	b.WriteString("\n")
	report := s.Report
	report.Account = nil // the facts above
	return brief.Write(b, brief.Brief{Title: s.Title, Report: report}, brief.Markdown, q.printer.Language())
}

// escape makes a text one line of Markdown that is nothing but text.
func escape(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) && !strings.ContainsRune(`"',.:;%()/?`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return unlinked.Replace(b.String())
}

// unlinked breaks what some renderers make links of.
var unlinked = strings.NewReplacer("://", `\://`, "www.", `www\.`, "WWW.", `WWW\.`)

// maxTitle is how many characters of a title are shown.
const maxTitle = 120

// title is a title as it is shown.
func title(s string) string {
	s = oneLine(s)
	n := 0
	for i := range s {
		if n++; n > maxTitle {
			return s[:i] + "…"
		}
	}
	return s
}

// oneLine leaves of a text what prints, on one line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
}
