package main

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/plainjson"
)

// answer prints what a snapshot says, and writes the evidence if it was asked for.
func (cfg *config) answer(s attribution.Snapshot, a *attribution.Account, stdout io.Writer,
	console *console) ([]attribution.Verdict, error) {
	s, err := cfg.others.enrich(s)
	if err != nil {
		return nil, err
	}
	verdicts, err := cfg.write(stdout, s, a)
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
func (cfg *config) write(w io.Writer, s attribution.Snapshot, a *attribution.Account) ([]attribution.Verdict, error) {
	report, err := s.Report(attribution.Policy{}, cfg.claims...)
	if err != nil {
		return nil, err
	}
	report.Account = a
	breakdown, err := cfg.others.breakdown(s, report)
	if err != nil {
		return nil, err
	}
	return report.Verdicts, print(w, cfg.json, answered{report, breakdown})
}

func print(w io.Writer, asJSON bool, a answered) error {
	if asJSON {
		return encode(w, a, "  ")
	}
	p := text.NewPrinter(language.English)
	if err := p.Report(w, a.Report); err != nil || a.Breakdown == nil {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return p.Breakdown(w, *a.Breakdown)
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
