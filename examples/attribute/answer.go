package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/examples/internal/intake"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plainjson"
)

// answer writes the evidence if it was asked for, and what a snapshot says.
func (cfg *config) answer(s attribution.Snapshot, table *geo.Table, a *attribution.Account, to system,
	console *console) ([]attribution.Verdict, error) {
	s, err := cfg.others.enrich(s)
	if err != nil {
		return nil, err
	}
	report, err := s.Report(attribution.Policy{}, cfg.claims...)
	if err != nil {
		return nil, err
	}
	report.Account = a
	inside, err := cfg.others.breakdown(s, report)
	if err != nil {
		return nil, err
	}
	b := brief.Brief{Report: report, Inside: inside, Simulated: len(cfg.files) == 0, Announced: intake.Announced(table)}
	if cfg.evidence != "" { // what fails here leaves an answer all the same
		b.Evidence, err = cfg.writeEvidence(s, a, console)
	}
	return report.Verdicts, cmp.Or(cfg.output.show(b, to, console), err)
}

// answered is what -json writes: the report, and whose networks the claimed sources are in
// if -asn or -list asked for it.
type answered struct {
	attribution.Report
	Breakdown *network.Breakdown `json:"breakdown,omitempty"`
}

// show writes a report to the files of -o, or prints it.
func (o *outputConfig) show(b brief.Brief, to system, console *console) error {
	if len(o.files) > 0 {
		return o.write(b, console)
	}
	return o.print(to, answered{b.Report, b.Inside})
}

// print writes it as JSON or as text.
func (o *outputConfig) print(to system, a answered) error {
	if o.json {
		return encode(to.stdout, a, "  ")
	}
	p := text.NewPrinter(o.lang)
	w, flush := to.paint(to.stdout).painted(to.stdout, p)
	if err := p.Report(w, a.Report); err != nil {
		return err
	}
	if a.Breakdown != nil {
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		if err := p.Breakdown(w, *a.Breakdown); err != nil {
			return err
		}
	}
	return flush()
}

// encode writes JSON, which may have names of others in it. An indent is for people to read.
func encode(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", indent)
	enc.SetEscapeHTML(false) // claims have a ">"
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(plainjson.Escape(b.Bytes()))
	return err
}

// openForUnread reports whether a claim is undecided because records could not be read.
func openForUnread(verdicts []attribution.Verdict) bool {
	return slices.ContainsFunc(verdicts, func(v attribution.Verdict) bool {
		return v.Outcome == attribution.Undecided && v.Reason == caveat.UnreadRecords
	})
}
