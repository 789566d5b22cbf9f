package text

import (
	"io"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/monitor"
)

// Burst writes a burst. First it says where most of the new sources are, for everyday traffic dilutes the others. Then
// it says when it came and to whom, how large it was beside the history, and which targets the same attack hits. The
// table of new sources and the verdicts follow. Of more than a dozen targets those with most events are listed, and
// the others are counted. The error is that of w.
func (p *Printer) Burst(w io.Writer, b monitor.Burst) error {
	var text strings.Builder
	p.writeBurst(&text, &b)
	return write(w, text.String())
}

func (p *Printer) writeBurst(b *strings.Builder, burst *monitor.Burst) {
	w, r := &p.words.burst, &burst.Report
	b.WriteString(say(w.head, args{"id": p.count(burst.ID), "target": word(p.target(burst.Target))}))
	if !burst.Final {
		b.WriteString(say(p.words.verdict.provisional, args{"look": p.count(uint64(max(burst.Interim, 0)))}))
	}
	b.WriteString("\n")
	line := func(text string) {
		if text != "" {
			b.WriteString("  " + text + "\n")
		}
	}
	line(teller{p: p, r: r}.oneSource())
	line(p.whence(burst))
	line(p.when(burst))
	line(p.size(burst))
	line(p.history(burst))
	line(p.lost(r.Lost))
	for _, text := range p.family(burst) {
		line(text)
	}
	for _, c := range burst.Caveats {
		line("- " + p.Caveat(c))
	}
	b.WriteString("\n")
	if burst.NewSources != nil {
		p.writeNewSources(b, burst.NewSources)
	} else {
		p.writeCounts(b, r)
		p.writeNetworks(b, r)
	}
	verdicts := p.tell(r, false)
	if n := burst.NewSources; n != nil {
		for i := range min(len(verdicts), len(n.Report.Verdicts)) {
			among := []string{teller{p: p, r: &n.Report, v: &n.Report.Verdicts[i], fresh: true}.among()}
			verdicts[i].lines = slices.Concat(among, p.amongMakers(n, i), verdicts[i].lines)
		}
	}
	p.writeVerdicts(b, verdicts)
}

// target says what was hit. The zero Target is all traffic.
func (p *Printer) target(t monitor.Target) string {
	w := &p.words.burst
	named := func(text phrase, name string) string { return say(text, args{"name": word(name)}) }
	switch t.Group() {
	case monitor.Networks:
		return named(w.network, t.Prefix().String())
	case monitor.MailDomains:
		return named(w.domain, p.quoted(t.Name()))
	case monitor.Directories:
		return named(w.directory, p.quoted(t.Name()))
	}
	switch {
	case t.Addr().IsValid():
		return t.Addr().String()
	case t.IsZero():
		return w.everything
	}
	return p.quoted(t.Name())
}

// when says when it came.
func (p *Printer) when(burst *monitor.Burst) string {
	text := p.words.burst.running
	if burst.Final {
		text = p.words.burst.ended
	}
	return say(text, args{
		"from": p.moment(burst.Onset), "to": p.moment(burst.End), "period": p.period(burst.Onset, burst.End),
		"interval": word(p.span(burst.Interval)),
	})
}

// size says how much came, beside what was expected.
func (p *Printer) size(burst *monitor.Burst) string {
	w, r := &p.words.burst, &burst.Report
	interval := word(p.span(burst.Interval))
	size, n, unknown := w.size, r.Events, ""
	if eventsUnknown(r) {
		n, unknown = r.Records, w.noEvents
		if n == 0 {
			size, unknown = w.sourcesOnly, ""
		}
	}
	text := sentences(
		say(size, args{"events": p.amount(n, r), "sources": p.about(r.Sources)}), unknown,
		say(w.peak, args{
			"events": p.amount(burst.PeakEvents, r), "interval": interval, "expected": p.number(burst.Expected),
		}))
	if burst.BySources && !burst.ByEvents {
		text = sentences(text, say(w.inSources, args{"n": p.count(burst.PeakSources), "interval": interval}))
	}
	return text
}

// eventsUnknown reports whether nobody knows how many events the sources sent.
func eventsUnknown(r *attribution.Report) bool {
	return r.Limits != nil && r.Limits.EventsUnknown || r.Events == 0 && r.Sources.Value > 0
}

// amount is a number of events, or of the records of events that nobody counted.
func (p *Printer) amount(n uint64, r *attribution.Report) arg {
	if eventsUnknown(r) {
		return word(say(p.words.burst.records, args{"n": p.count(n)}))
	}
	return word(say(p.words.report.events, args{"n": p.count(n)}))
}

// history says how large the peak is beside the largest before it.
func (p *Printer) history(burst *monitor.Burst) string {
	w, h := &p.words.burst, burst.History
	a := args{"span": word(p.span(h.Span))}
	switch {
	case h.Before >= h.Peak:
		return say(w.notLargest, a)
	case h.Before < 1:
		return say(w.first, a)
	}
	text := say(w.largest, a.With(args{"times": word(p.times(h.Peak/h.Before, down))}))
	if burst.Unprecedented == attribution.Supported {
		text = sentences(text, w.unprecedented)
	}
	return text
}

// amongMakers says what becomes of a claim among the few that made nearly all events.
func (p *Printer) amongMakers(n *baseline.NewSources, i int) []string {
	if n.Makers == nil || i >= len(n.Makers.Report.Verdicts) {
		return nil
	}
	t := teller{p: p, r: &n.Makers.Report, v: &n.Makers.Report.Verdicts[i]}
	if t.v.Outcome == attribution.Inadmissible || !t.ofSources() {
		return nil
	}
	return []string{say(p.words.baseline.amongMakers, args{
		"n": p.count(t.r.Sources.Value), "outcome": word(p.Outcome(t.v.Outcome)),
		"share": word(p.cell(t.v.Share, t.limits()...)),
	})}
}

// among says what becomes of a claim among the new sources.
func (t teller) among() string {
	p, v := t.p, t.v
	w := &p.words.burst
	if v.Outcome == attribution.Inadmissible && len(v.Caveats) > 0 {
		return say(w.amongNone, args{"reason": word(t.caveat(v.Caveats[0]))})
	}
	text := w.among
	if !t.ofSources() {
		text = w.amongUnit
	}
	return say(text, args{
		"n": p.about(t.r.Sources), "unit": p.unit(v.Claim.Unit()), "outcome": word(p.Outcome(v.Outcome)),
		"share": word(p.cell(v.Share, t.limits()...)),
	})
}
