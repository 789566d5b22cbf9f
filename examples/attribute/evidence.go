package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/examples/internal/intake"
)

func (cfg *config) addEvidenceFlags(flags *flag.FlagSet) {
	flags.StringVar(&cfg.evidence, "evidence", "",
		"also write the evidence to `file`, which is new or has older evidence, for somebody else to verify; it holds the "+
			"source addresses")
	flags.BoolVar(&cfg.dropAddresses, "drop-addresses", false,
		"keep no source address, neither for tests that need them nor in the evidence")
	flags.StringVar(&cfg.verify, "verify", "", "verify the evidence in `file` instead of counting")
	flags.Func("expect", "`what` evidence must have been made with, else -verify fails: key=ID of the key that hashed "+
		"the sources, database=SHA256 of each database; may be repeated, or have commas", cfg.expected.add)
}

// checkVerify refuses what has no meaning beside -verify.
func (cfg *config) checkVerify(flags *flag.FlagSet) (err error) {
	if cfg.verify == "" {
		if len(cfg.expected.keys)+len(cfg.expected.databases) > 0 {
			return errors.New("-expect has no meaning without -verify")
		}
		return nil
	}
	if len(cfg.files) > 0 {
		return fmt.Errorf("-verify reads no other file than its own; %q is one too many", cfg.files[0])
	}
	flags.Visit(func(f *flag.Flag) {
		if !slices.Contains([]string{"verify", "expect", "db", "json", "second", "asn", "list", "classes", "lang",
			"o", "title"}, f.Name) && err == nil {
			err = fmt.Errorf("-%s has no meaning beside -verify", f.Name)
		}
	})
	return err
}

// writeEvidence puts the evidence into its file.
func (cfg *config) writeEvidence(s attribution.Snapshot, a *attribution.Account,
	console *console) (*brief.Evidence, error) {
	data, err := intake.Evidence(s, a, cfg.claims...)
	if err != nil {
		return nil, err
	}
	size, err := evidenceFile.write(cfg.evidence, bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	with := "with the addresses of its sources"
	if cfg.dropAddresses {
		with = "without addresses"
	}
	console.say("%s: evidence of %s bytes, %s; the key is %v", cfg.evidence, group(uint64(size)), with, s.KeyID())
	return evidenceOf(cfg.evidence, data), nil
}
