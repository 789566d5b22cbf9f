package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// verified is what -verify finds, as -json writes it.
type verified struct {
	Holds          bool       `json:"holds"`
	Difference     string     `json:"difference,omitempty"` // the first between the file and what follows from its tally
	Rounding       string     `json:"rounding,omitempty"`   // the first in last digits alone
	Signer         string     `json:"signer,omitempty"`     // Ed25519 public key
	SignatureHolds bool       `json:"signature_holds"`
	Origins        string     `json:"origins,omitempty"` // whether the database places the sources there
	Evidence       *recounted `json:"recomputed,omitempty"`
}

// recounted is what follows from the tally in the file.
type recounted struct {
	*attribution.Report
	Claims []attribution.Verdict `json:"claims"`
	further
}

// verify holds a file of evidence against what follows from the tally in it, and
// that against the database.
func verify(cfg *config, table *geo.Table, stdin io.Reader, stdout io.Writer, console *console) int {
	data, err := readEvidence(cfg.verify, stdin)
	if err != nil {
		console.say("%v", err)
		return exitUnusable
	}
	v, err := attribution.Verify(data)
	if err != nil {
		console.say("%s: %v", cfg.verify, err)
		return exitUnusable
	}
	found := verified{Holds: v.OK(), SignatureHolds: v.SignatureHolds, Signer: hex.EncodeToString(v.Signer)}
	if v.Difference != nil {
		found.Difference = v.Difference.String()
	}
	if v.Rounding != nil {
		found.Rounding = v.Rounding.String()
	}
	if v.Evidence != nil {
		report, verdicts := v.Evidence.Report(), v.Evidence.Verdicts()
		var claims []attribution.Claim
		for _, verdict := range verdicts {
			claims = append(claims, verdict.Claim)
		}
		more, err := cfg.others.look(report, claims)
		if err != nil {
			console.say("%s: %v", cfg.verify, err)
			return exitUnusable
		}
		found.Evidence = &recounted{report, verdicts, more}
		found.checkOrigins(v.Evidence, table, cfg.db != "")
	}
	if cfg.json {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false) // claims have a ">"
		err = enc.Encode(found)
	} else {
		err = found.print(stdout, v)
	}
	if err != nil {
		console.say("%v", err)
	}
	if err != nil || !found.Holds {
		return exitUnusable
	}
	return exitOK
}

// readEvidence reads a file, or standard input, to its end, and no further than
// evidence may reach.
func readEvidence(name string, stdin io.Reader) ([]byte, error) {
	raw, _, err := openInput(name, stdin)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	return io.ReadAll(io.LimitReader(raw, attribution.MaxEvidence+1))
}

// checkOrigins looks the sources up in the database, if it is the one that located
// them. If the database was asked for, one that is another is a failure.
func (found *verified) checkOrigins(e *attribution.Evidence, table *geo.Table, asked bool) {
	switch err := e.CheckOrigins(table); {
	case err == nil:
		found.Origins = "every source in the file is where its database places it"
	case errors.Is(err, attribution.ErrDisproved), asked:
		found.Origins = err.Error()
		found.Holds = false
	default:
		found.Origins = "not checked: " + err.Error()
	}
}

func (found *verified) print(w io.Writer, v *attribution.Verification) error {
	if _, err := fmt.Fprintln(w, v); err != nil || found.Evidence == nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "Origins: %s.\n\nWhat follows from the tally in the file:\n\n", found.Origins); err != nil {
		return err
	}
	return found.Evidence.print(w, found.Evidence.Report, found.Evidence.Claims)
}
