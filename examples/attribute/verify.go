package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/examples/internal/intake"
	"github.com/whence-go/whence/geo"
)

// verified is what -verify finds, as -json writes it.
type verified struct {
	Holds      bool                 `json:"holds"`
	Difference *evidence.Difference `json:"difference,omitempty"` // the first between the file and what follows from it
	Origins    string               `json:"origins,omitempty"`    // whether the database places the sources there
	Unexpected []string             `json:"unexpected,omitempty"` // what -expect does not have
	Recomputed *answered            `json:"recomputed,omitempty"`
}

// verify compares a file of evidence with what follows from the snapshot in it, and that
// with the database.
func verify(ctx context.Context, cfg *config, table *geo.Table, s system, console *console) (int, error) {
	data, err := readEvidence(ctx, cfg.verify, s.stdin)
	if err != nil {
		return 0, err
	}
	v, err := evidence.Verify(data)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", cfg.verify, err)
	}
	found := verified{Holds: v.OK(), Difference: v.Difference}
	if v.Evidence != nil {
		if err := found.recompute(cfg, v.Evidence); err != nil {
			return 0, fmt.Errorf("%s: %w", cfg.verify, err)
		}
		found.checkOrigins(v.Evidence, table, cfg.db != "")
		found.Unexpected = cfg.expected.unmet(v.Evidence)
		found.Holds = found.Holds && len(found.Unexpected) == 0
	}
	switch {
	case cfg.output.json:
		err = encode(s.stdout, found, "  ")
	case len(cfg.output.files) > 0 && found.Recomputed != nil && found.Holds: // a brief of what does not hold helps nobody
		b := brief.Brief{Report: found.Recomputed.Report, Inside: found.Recomputed.Breakdown,
			Announced: intake.Announced(table), Evidence: evidenceOf(cfg.verify, data)}
		err = cmp.Or(found.print(cfg, s, v), cfg.output.write(b, console))
	default:
		err = found.print(cfg, s, v)
	}
	if !found.Holds {
		return exitUnusable, err
	}
	return exitOK, err
}

// readEvidence reads a file, or standard input, to its end, and no further than evidence may
// reach.
func readEvidence(ctx context.Context, name string, stdin io.Reader) ([]byte, error) {
	in, err := openInput(ctx, name, stdin)
	if err != nil {
		return nil, err
	}
	defer in.source.Close()
	return io.ReadAll(io.LimitReader(in.source, evidence.MaxSize+1))
}

// recompute takes the report of the file, or the one that follows with the further databases
// and lists of the command line.
func (found *verified) recompute(cfg *config, e *evidence.Evidence) error {
	report := e.Report()
	snapshot, err := cfg.others.enrich(e.Snapshot())
	if err != nil {
		return err
	}
	if cfg.others.asked() {
		var claims []attribution.Claim
		for _, v := range report.Verdicts {
			claims = append(claims, v.Claim)
		}
		account := report.Account
		if report, err = snapshot.Report(e.Policy(), claims...); err != nil {
			return err
		}
		report.Account = account
	}
	breakdown, err := cfg.others.breakdown(snapshot, report)
	found.Recomputed = &answered{report, breakdown}
	return err
}

// checkOrigins looks the sources up in the database, if it is one of those that located
// them. If the database was asked for, another one is a failure.
func (found *verified) checkOrigins(e *evidence.Evidence, table *geo.Table, asked bool) {
	switch err := e.CheckOrigins(table); {
	case err == nil:
		found.Origins = "every source in the file is where its database places it"
	case errors.Is(err, evidence.ErrDisproved), asked:
		found.Origins = err.Error()
		found.Holds = false
	default:
		found.Origins = "not checked: " + err.Error()
	}
}

func (found *verified) print(cfg *config, s system, v evidence.Verification) error {
	w := s.stdout
	if err := text.NewPrinter(cfg.output.lang).Verification(w, v); err != nil || found.Recomputed == nil {
		return err
	}
	for _, what := range found.Unexpected {
		if _, err := fmt.Fprintf(w, "Not as expected: %s.\n", what); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "Origins: %s.\n", found.Origins)
	if err != nil || len(cfg.output.files) > 0 && found.Holds { // a brief says the rest
		return err
	}
	if _, err := io.WriteString(w, "\nWhat follows from the snapshot in the file:\n\n"); err != nil {
		return err
	}
	return cfg.output.print(s, *found.Recomputed)
}
