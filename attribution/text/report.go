package text

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution"
)

// maxRows is the number of countries that a table shows, beside those of the claims.
const maxRows = 20

// Report writes a report: what was counted, by country and by each database, and its verdicts. What has to be known
// about all of them stands once at the end. The error is that of w.
func (p *Printer) Report(w io.Writer, r attribution.Report) error {
	var b strings.Builder
	p.writeCounts(&b, &r)
	p.writeNetworks(&b, &r)
	p.writeDatabases(&b, &r)
	p.writeVerdicts(&b, p.tell(&r, false))
	return write(w, b.String())
}

// writeCounts writes what was read and what was counted.
func (p *Printer) writeCounts(b *strings.Builder, r *attribution.Report) {
	p.writeAccount(b, r)
	p.writeHead(b, r)
	if r.Sources.Value > 0 {
		b.WriteString("\n")
		aligned(b, p.table(r))
		b.WriteString("\n")
	}
	p.writeNotes(b, r)
}

// writeHead writes what the table is, and the totals.
func (p *Printer) writeHead(b *strings.Builder, r *attribution.Report) {
	w := &p.words.report
	b.WriteString(say(w.title, args{"database": word(p.by(r.LocatedBy))}) + "\n")
	for _, warning := range p.warnings(r) {
		b.WriteString(warning + "\n")
	}
	if r.Sources.Value == 0 {
		b.WriteString(w.nothing + "\n")
		return
	}
	totals := []string{p.sources(r.Sources)}
	if r.Events > 0 {
		totals = append(totals, say(w.events, args{"n": p.count(r.Events)}))
	}
	if r.Bytes > 0 {
		totals = append(totals, say(w.bytes, args{"n": p.count(r.Bytes)}))
	}
	if !r.From.IsZero() {
		totals = append(totals, say(w.span, args{"period": p.period(r.From, r.To)}))
	}
	b.WriteString(strings.Join(totals, p.words.comma) + "\n")
}

// warnings say why the table does not show who sent the traffic, before it names any country.
func (p *Printer) warnings(r *attribution.Report) (list []string) {
	w, traits := &p.words.report, r.Plausibility
	for _, warning := range []struct {
		due  bool
		text phrase
	}{
		{traits.Reflectors > 0.5, w.reflected},
		{mostlyForged(r), w.forged},
		{traits.Anonymized > 0.5, w.cut},
		{traits.Proxied > 0.5, w.proxied},
	} {
		if warning.due {
			list = append(list, warning.text)
		}
	}
	if n := r.Networks; n.MostlyHosted() {
		list = append(list, say(p.words.holders.hosted, args{"share": word(p.atLeast(n.Hosted.Low))}))
	}
	return list
}

// tested is the part of the sources in the sample that was tested for forging.
func tested(r *attribution.Report) float64 {
	if r.Plausibility.Spoofing == nil || r.SampleSize <= 0 {
		return 0
	}
	return min(float64(r.Plausibility.Spoofing.Tested)/float64(r.SampleSize), 1)
}

// mostlyForged reports whether the addresses of most sources are forged.
func mostlyForged(r *attribution.Report) bool {
	s, part := r.Plausibility.Spoofing, tested(r)
	if s == nil {
		return false
	}
	return s.Level == attribution.SpoofingUniform && part > 0.5 ||
		s.Level == attribution.SpoofingDominant && part*s.Forged.Low > 0.5
}

// sources is a number of sources in words, with its interval if it is an estimate.
func (p *Printer) sources(c attribution.Count) string {
	if c.Exact {
		return say(p.words.report.sources, args{"n": p.count(c.Value)})
	}
	return say(p.words.report.estimate, args{
		"n": p.estimate(c.Value, nearest), "low": p.estimate(c.Low, down), "high": p.estimate(c.High, up),
	})
}

// some is an argument for a part of the sources, which is as exact as the whole.
func (p *Printer) some(r *attribution.Report, n uint64) arg {
	if r.Sources.Exact {
		return p.count(n)
	}
	return p.estimate(n, nearest)
}

// writeNotes writes how to read the table, and what is not in it.
func (p *Printer) writeNotes(b *strings.Builder, r *attribution.Report) {
	w := &p.words.report
	line := func(parts ...string) {
		if text := sentences(parts...); text != "" {
			b.WriteString(text + "\n")
		}
	}
	if hidden := len(r.Countries) - len(shown(r)); hidden > 0 {
		line(say(w.hidden, args{"n": p.count(uint64(hidden))}))
	}
	if r.Sources.Value > 0 {
		line(p.howCounted(r), p.howLooked(r), p.howKnown(r), w.wrong)
	}
	if s := r.Plausibility.Spoofing; s != nil {
		switch part := tested(r); {
		case someForged(r):
			line(say(w.someForged, p.ends(attribution.Share{Low: part * s.Forged.Low, High: part * s.Forged.High})))
		case s.Level == attribution.SpoofingLocal && s.DarkSources > 0:
			line(say(w.stray, args{"n": p.count(s.DarkSources), "tested": p.count(s.Tested)}))
		}
	}
	if r.Reserved.Sources > 0 && len(r.Verdicts) == 0 { // else a caveat says so
		text := w.reserved
		if r.Reserved.Events > 0 {
			text = w.reservedEvents
		}
		events := say(w.events, args{"n": p.count(r.Reserved.Events)})
		line(say(text, args{"n": p.some(r, r.Reserved.Sources), "events": word(events)}))
	}
	if r.Account == nil || !maps.Equal(r.Lost, r.Account.Lost) { // else it says so
		line(p.lost(r.Lost))
	}
	line(p.limits(r)...)
	for _, credit := range p.credits(r) {
		line(say(w.credit, args{"credit": word(credit)}))
	}
}

func someForged(r *attribution.Report) bool {
	switch r.Plausibility.Spoofing.Level {
	case attribution.SpoofingPartial, attribution.SpoofingDominant, attribution.SpoofingUniform:
		return !mostlyForged(r)
	}
	return false
}

// howCounted says whether the numbers are counts or estimates.
func (p *Printer) howCounted(r *attribution.Report) string {
	w := &p.words.report
	switch {
	case r.Sources.Exact && lostRecords(r) == 0 && r.SamplingRate <= 1:
		return w.counted
	case r.Sources.Exact:
		return ""
	case r.Policy.Joint:
		return say(w.joint, args{"confidence": word(p.confidence(r.Policy.Confidence))})
	}
	return w.each
}

// howLooked says which packets or flows were looked at.
func (p *Printer) howLooked(r *attribution.Report) string {
	text := p.words.report.looked
	switch {
	case r.SamplingRate <= 1 || len(r.Verdicts) > 0: // a caveat says so
		return ""
	case r.FinestSamplingRate != r.SamplingRate:
		text = p.words.report.lookedMixed
	}
	return say(text, args{"rate": p.count(uint64(r.SamplingRate)), "finest": p.count(uint64(r.FinestSamplingRate))})
}

// howKnown says what the countries are known of, if it is not all sources.
func (p *Printer) howKnown(r *attribution.Report) string {
	switch {
	case r.Basis == attribution.BasisSample:
		return say(p.words.report.sample, args{"n": p.count(uint64(max(r.SampleSize, 0)))})
	case r.Basis == attribution.BasisSketches && len(r.Verdicts) == 0: // else a caveat says so
		return p.words.report.sketches
	}
	return ""
}

// lostRecords is the number of records that are in no count.
func lostRecords(r *attribution.Report) (n uint64) {
	for _, lost := range r.Lost {
		n = max(n, n+lost) // a sum that is too large stays as it was
	}
	return n
}

// lost says how many records are in no count, by reason.
func (p *Printer) lost(lost map[attribution.Loss]uint64) string {
	var list []string
	for _, reason := range slices.Sorted(maps.Keys(lost)) {
		if n := lost[reason]; n > 0 {
			list = append(list, p.loss(reason, n))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return say(p.words.report.lost, args{"list": word(p.joined(list, p.words.and))})
}

func (p *Printer) loss(reason attribution.Loss, n uint64) string {
	if int(reason) >= len(p.words.losses) {
		reason = attribution.LostUnread
	}
	return say(p.words.losses[reason], args{"n": p.count(n)})
}

// credits are the lines that the licenses of the databases ask for, in quotation marks, as the files have them.
func (p *Printer) credits(r *attribution.Report) (list []string) {
	databases := slices.Clone(r.LocatedBy)
	for _, d := range r.Databases {
		databases = append(databases, d.Database)
	}
	for _, d := range databases {
		credit := p.quotedUpTo(d.Credit, longestCredit)
		if clean(d.Credit, longestCredit) != "" && !slices.Contains(list, credit) {
			list = append(list, credit)
		}
	}
	return list
}
