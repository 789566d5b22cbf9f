package brief

import (
	"fmt"
	"io"
	"strings"

	"github.com/whence-go/whence/attribution/text"
)

// writeText writes what package text has to say. Of several bursts there is a summary before that.
func writeText(w io.Writer, b *Brief, p *text.Printer) error {
	var s strings.Builder
	if err := appendText(&s, b, p); err != nil {
		return err
	}
	_, err := io.WriteString(w, s.String())
	return err
}

func appendText(s *strings.Builder, b *Brief, p *text.Printer) error {
	bursts := ranked(b.Bursts)
	if len(bursts) == 0 {
		if err := p.Report(s, b.Report); err != nil {
			return err
		}
	}
	var pg *page
	if len(bursts) > 1 {
		pg = newPage(b, p)
		writeSummary(s, pg)
	}
	for i, burst := range bursts {
		if i > 0 || pg != nil {
			s.WriteString("\n")
		}
		if err := p.Burst(s, burst); err != nil {
			return err
		}
		if i+1 == detailed && !b.All {
			break
		}
	}
	if pg != nil && pg.More != "" {
		s.WriteString("\n" + pg.More + "\n")
	}
	if b.Inside == nil {
		return nil
	}
	s.WriteString("\n")
	return p.Breakdown(s, *b.Inside)
}

// writeSummary writes the summary of several bursts, and one line for each.
func writeSummary(s *strings.Builder, pg *page) {
	sum := pg.Summary
	fmt.Fprintf(s, "%s\n%s\n\n%s\n", pg.Title, pg.Meta, sum.Sentence)
	for _, line := range sum.Then {
		s.WriteString(line + "\n")
	}
	if sum.Limits.Text != "" {
		fmt.Fprintf(s, "%s %s\n", sum.Limits.Name, sum.Limits.Text)
	}
	fmt.Fprintf(s, "\n%s: %s\n\n", sum.List.Heading, sum.List.Caption)
	line := func(cells ...string) { s.WriteString(strings.Join(cells, " | ") + "\n") }
	line(append([]string{"  " + sum.List.Head[0]}, sum.List.Head[1:]...)...)
	for _, r := range sum.List.Rows {
		target := r.Target
		if r.Targets != "" {
			target += " (" + r.Targets + ")"
		}
		line(fmt.Sprintf("%3s", r.Number), r.Start+", "+r.Lasting+", "+target, r.Events+", "+r.Sources, r.Times,
			strings.TrimSpace(r.Badge+" "+r.Share))
	}
	if sum.List.More != "" {
		s.WriteString(sum.List.More + "\n")
	}
}
