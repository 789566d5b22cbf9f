package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/evidence"
)

func (cfg *config) addEvidenceFlags(flags *flag.FlagSet) {
	flags.StringVar(&cfg.evidence, "evidence", "",
		"also write the evidence to `file`, for somebody else to verify; it holds the source addresses")
	flags.BoolVar(&cfg.dropAddresses, "drop-addresses", false,
		"keep no source address, neither for tests that need them nor in the evidence")
	flags.StringVar(&cfg.verify, "verify", "", "verify the evidence in `file` instead of counting")
}

// checkVerify refuses what has no meaning beside -verify.
func (cfg *config) checkVerify(flags *flag.FlagSet) (err error) {
	if cfg.verify == "" {
		return nil
	}
	if len(cfg.files) > 0 {
		return fmt.Errorf("-verify reads no other file than its own; %q is one too many", cfg.files[0])
	}
	flags.Visit(func(f *flag.Flag) {
		if !slices.Contains([]string{"verify", "db", "json", "second", "asn", "list"}, f.Name) && err == nil {
			err = fmt.Errorf("-%s has no meaning beside -verify", f.Name)
		}
	})
	return err
}

// writeEvidence puts the evidence into its file.
func (cfg *config) writeEvidence(s attribution.Snapshot, a *attribution.Account, console *console) error {
	e, err := evidence.New(s, attribution.Policy{}, cfg.claims...)
	if err != nil {
		return err
	}
	if a != nil {
		if e, err = e.WithAccount(*a); err != nil {
			return err
		}
	}
	data, err := e.MarshalBinary()
	if err != nil {
		return err
	}
	size, err := writeFile(cfg.evidence, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	with := "with the addresses of its sources"
	if cfg.dropAddresses {
		with = "without addresses"
	}
	console.say("%s: evidence of %s bytes, %s", cfg.evidence, group(uint64(size)), with)
	return nil
}

// writeFile writes a file as a whole or not at all: what stood there before stays
// until all of the new is on disk. Nobody but its owner may read it.
func writeFile(path string, content io.WriterTo) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if size, err = content.WriteTo(f); err != nil {
		return size, err
	}
	if err = f.Sync(); err != nil {
		return size, err
	}
	if err = f.Close(); err != nil {
		return size, err
	}
	return size, os.Rename(f.Name(), path)
}
