package main

import (
	"encoding/json"
	"io"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/attribution/text"
)

// answer prints what a snapshot says, and writes the evidence if it was asked for.
func (cfg *config) answer(s attribution.Snapshot, a *attribution.Account, to system,
	console *console) ([]attribution.Verdict, error) {
	s, err := cfg.others.enrich(s)
	if err != nil {
		return nil, err
	}
	verdicts, err := cfg.write(to, s, a)
	if err != nil || cfg.evidence == "" {
		return verdicts, err
	}
	return verdicts, cfg.writeEvidence(s, a, console)
}

// answered is what -json writes: the report, and whose networks the claimed sources are in
// if -asn or -list asked for it.
type answered struct {
	attribution.Report
	Breakdown *network.Breakdown `json:"breakdown,omitempty"`
}

// write prints the report with its verdicts, and whose networks the sources are in.
func (cfg *config) write(to system, s attribution.Snapshot, a *attribution.Account) ([]attribution.Verdict, error) {
	report, err := s.Report(attribution.Policy{}, cfg.claims...)
	if err != nil {
		return nil, err
	}
	report.Account = a
	breakdown, err := cfg.others.breakdown(s, report)
	if err != nil {
		return nil, err
	}
	return report.Verdicts, cfg.output.print(to, answered{report, breakdown})
}

// print writes it as JSON or as text.
func (o *outputConfig) print(to system, a answered) error {
	if o.json {
		return encode(to.stdout, a)
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

// encode writes JSON for people to read.
func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false) // claims have a ">"
	return enc.Encode(v)
}

// openForUnread reports whether a claim is undecided because records could not be read.
func openForUnread(verdicts []attribution.Verdict) bool {
	return slices.ContainsFunc(verdicts, func(v attribution.Verdict) bool {
		return v.Outcome == attribution.Undecided && v.Reason == caveat.UnreadRecords
	})
}
