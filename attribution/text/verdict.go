package text

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/figures"
)

// Verdict writes the i-th verdict of a report, from 0: the claim, what was found, what each database says of it, what
// would overturn it, and its caveats. It is an error if there is no such verdict; else the error is that of w.
func (p *Printer) Verdict(w io.Writer, r attribution.Report, i int) error {
	if i < 0 || i >= len(r.Verdicts) {
		return fmt.Errorf("text: no verdict %d in a report with %d", i, len(r.Verdicts))
	}
	var b strings.Builder
	teller{p: p, r: &r, v: &r.Verdicts[i]}.tell().write(&b)
	return write(w, b.String())
}

// told is a verdict in words.
type told struct {
	head           string
	lines, caveats []string
}

func (t told) write(b *strings.Builder) {
	b.WriteString(t.head + "\n")
	for _, line := range t.lines {
		b.WriteString("  " + line + "\n")
	}
	bullets(b, t.caveats)
}

func bullets(b *strings.Builder, list []string) {
	for _, text := range list {
		b.WriteString("  - " + text + "\n")
	}
}

// tell puts all verdicts of a report into words, of all sources or of those that are new.
func (p *Printer) tell(r *attribution.Report, fresh bool) (all []told) {
	for i := range r.Verdicts {
		all = append(all, teller{p, r, &r.Verdicts[i], fresh}.tell())
	}
	return all
}

// writeVerdicts writes verdicts. Caveats of all of them stand once at the end.
func (p *Printer) writeVerdicts(b *strings.Builder, all []told) {
	var common []string
	if len(all) > 1 {
		for _, text := range all[0].caveats {
			if !slices.ContainsFunc(all, func(t told) bool { return !slices.Contains(t.caveats, text) }) {
				common = append(common, text)
			}
		}
	}
	for _, t := range all {
		t.caveats = slices.DeleteFunc(t.caveats, func(text string) bool { return slices.Contains(common, text) })
		b.WriteString("\n")
		t.write(b)
	}
	if len(common) > 0 {
		b.WriteString("\n" + p.words.report.every + "\n")
		bullets(b, common)
	}
}

// teller puts one verdict into words. Without a report and a verdict it knows caveats alone.
type teller struct {
	p *Printer
	r *attribution.Report
	v *attribution.Verdict

	fresh bool // the sources are those that are new
}

// head is the outcome and the claim.
func (p *Printer) head(v *attribution.Verdict) string {
	w := &p.words.verdict
	text := say(w.head, args{"outcome": word(p.Outcome(v.Outcome)), "claim": word(p.claim(v.Claim))})
	if v.Interim > 0 {
		text += say(w.provisional, args{"look": p.count(uint64(v.Interim))})
	}
	return text
}

// claim is a claim in its text form, in which the names of lists are those of others.
func (p *Printer) claim(c attribution.Claim) string { return clean(c.String(), longestSubject) }

// leading are the caveats without which the share above them would be misread.
func (t teller) leading(code caveat.Code) bool {
	return code == t.v.Reason || code == caveat.ClusteredSources || code == caveat.NetworksDiffer
}

func (t teller) tell() told {
	p, v := t.p, t.v
	text := told{head: p.head(v)}
	add := func(lines ...string) {
		for _, line := range lines {
			if line != "" {
				text.lines = append(text.lines, line)
			}
		}
	}
	decidable := v.Outcome != attribution.Inadmissible
	lead := ""
	if decidable {
		lead = t.oneSource()
		add(lead)
		if lead == "" || t.r.Sources.Value > 1 {
			add(t.counted())
		}
		add(t.interval(), t.networks())
	}
	for _, c := range v.Caveats {
		switch {
		case t.leading(c.Code):
			add(t.caveat(c))
		case c.Code == caveat.DominantSource && lead != "":
		default:
			text.caveats = append(text.caveats, t.caveat(c))
		}
	}
	if decidable {
		add(t.reversal(), t.lead(), t.located(), t.families())
		add(t.sampling()...)
	}
	add(t.opinions()...)
	add(t.holds())
	return text
}

// holds says what would overturn the verdict.
func (t teller) holds() string {
	w, h, v := &t.p.words.verdict, &t.p.words.holders, t.v
	if v.Outcome != attribution.Supported && v.Outcome != attribution.Refuted {
		return ""
	}
	place := placeOf(v.Claim)
	text := [...]phrase{aCountry: w.holds, aSystem: h.holdsSystem, aList: h.holdsList}[place]
	if v.GeolocationErrorTolerated <= 0 {
		text = [...]phrase{aCountry: w.holdsNot, aSystem: h.holdsNot, aList: h.holdsNot}[place]
	}
	return say(text, args{"share": word(t.p.atLeast(v.GeolocationErrorTolerated)), "unit": t.p.unit(v.Claim.Unit())})
}

// opinions are what each database alone says.
func (t teller) opinions() (lines []string) {
	p, v := t.p, t.v
	w := &p.words.verdict
	if len(v.Opinions) == 0 {
		return nil
	}
	lines = append(lines, w.each)
	for i, o := range v.Opinions {
		a := args{
			"letter": word(p.letter(i)), "database": word(p.by(t.r.LocatedBy)), "outcome": word(p.Outcome(o.Outcome)),
			"share": word(p.cell(o.Share, figures.Limit(v.Claim)...)), "differ": word(p.share(o.Disagreement.Value)),
		}
		line := say(w.opinion, a)
		if i > 0 {
			further := attribution.Database{}
			if i <= len(t.r.Databases) {
				further = t.r.Databases[i-1].Database
			}
			a["database"] = word(p.database(further))
			line = say(w.opinion, a)
			if o.Disagreement.Value > 0 {
				line = sentences(line, say(w.disagreement, a))
			}
		}
		lines = append(lines, "  "+line)
	}
	if v.Bounds != nil {
		lines = append(lines, say(w.right, p.ends(*v.Bounds, figures.Limit(v.Claim)...)))
	}
	return lines
}
