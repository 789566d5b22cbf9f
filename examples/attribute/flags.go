package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/sketch"
)

// config is the command line.
type config struct {
	readingConfig
	db, keyFile      string
	claims           []attribution.Claim
	output           outputConfig
	v6               int
	expected         expected
	evidence, verify string
	dropAddresses    bool
	handshake        bool
	sampling         uint
	others           others
	burstConfig
	files []string
}

// parseArgs reads the command line. It says what is wrong with it, and writes the help if that is asked for.
func parseArgs(args []string, s system) (*config, error) {
	cfg, flags := newFlags()
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil, cmp.Or(help(s.stdout, flags, s.paint(s.stdout)), err)
	}
	cfg.files = flags.Args()
	err = cmp.Or(err, cfg.check(), cfg.checkVerify(flags), cfg.checkBurst(flags), cfg.output.check(cfg))
	if err != nil {
		fmt.Fprintf(s.stderr, "attribute: %v\n\"attribute -h\" shows all flags, by task\n", err)
	}
	return cfg, err
}

// newFlags returns a configuration and the flags that set it.
func newFlags() (*config, *flag.FlagSet) {
	cfg := new(config)
	flags := flag.NewFlagSet("attribute", flag.ContinueOnError)
	cfg.readingConfig.addFlags(flags)
	flags.StringVar(&cfg.db, "db", "", "country database, an MMDB `file` (default the embedded DB-IP Lite)")
	flags.StringVar(&cfg.keyFile, "key", "", "`file` with a secret of 16 to 4,096 bytes that hashes the sources, so that "+
		"runs with the same key and input give the same digits (default a new key)")
	flags.BoolVar(&cfg.handshake, "handshake", false,
		"every source completed a handshake, so that none is forged; access logs are taken so without being told")
	flags.UintVar(&cfg.sampling, "sampling", 1, "the records are 1 in `n` of what there was, as a router samples packets")
	flags.IntVar(&cfg.v6, "v6", 64, "count IPv6 sources by prefixes of this `length`")
	flags.Func("claim", "`claim` to check, such as \"majority RU\", or with -asn or -list \"AS64500 > 50%\"; "+
		"may be repeated", func(s string) error {
		claim, err := attribution.ParseClaim(s)
		cfg.claims = append(cfg.claims, claim)
		return err
	})
	cfg.others.addFlags(flags)
	cfg.addEvidenceFlags(flags)
	cfg.addBurstFlags(flags)
	cfg.output.addFlags(flags)
	return cfg, flags
}

func (cfg *config) check() error {
	switch {
	case cfg.v6 < 32 || cfg.v6 > 128:
		return fmt.Errorf("-v6 %d: not a prefix length from 32 to 128", cfg.v6)
	case cfg.sampling == 0 || cfg.sampling > math.MaxUint32:
		return fmt.Errorf("-sampling %d: not a rate of 1 in 1 to 1 in %d", cfg.sampling, uint32(math.MaxUint32))
	case cfg.dropAddresses && cfg.others.asked():
		return errors.New("-second, -asn, -list and -classes look up the addresses that -drop-addresses drops")
	}
	return cfg.readingConfig.check()
}

// key is that of the file that was named, or zero, which stands for a new one.
func (cfg *config) key() (sketch.Key, error) {
	if cfg.keyFile == "" {
		return sketch.Key{}, nil
	}
	return sketch.KeyFromFile(cfg.keyFile)
}

func openTable(path string) (*geo.Table, error) {
	if path == "" {
		return dbip.Table()
	}
	return geo.Open(path)
}
