package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// config is what the command line says.
type config struct {
	listen  []string // host:port, without a scheme
	workers int
	buffer  int
	allow   *geo.PrefixSet // nil stands for all

	targets            targets
	claims             []attribution.Claim
	interval, lateness time.Duration
	sampling           uint32
	inner              bool
	db                 string

	status, webhook string
	state, key      string
	text            bool
	replay          string
}

const (
	defaultListen = ":2055"
	defaultBuffer = 32 << 20
	maxWorkers    = 64
	maxSockets    = 256
	maxLate       = 8 // intervals, as the monitor has it
)

// parse reads the command line. What is wrong with one flag is printed by package flag, too.
func parse(args []string, stderr io.Writer) (*config, error) {
	cfg := &config{}
	var allow []string
	var sampling uint
	var asJSON bool
	flags := flag.NewFlagSet("collector", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Func("listen", "UDP `address` to receive at, such as :2055 or sflow://:6343; may be repeated (default "+
		defaultListen+")", func(s string) (err error) {
		s, err = listenAddress(s)
		cfg.listen = append(cfg.listen, s)
		return err
	})
	flags.IntVar(&cfg.workers, "workers", runtime.GOMAXPROCS(0), "sockets and goroutines for each address, where the "+
		"system can share a port among them")
	flags.IntVar(&cfg.buffer, "buffer", defaultBuffer, "receive buffer of each socket in `bytes`")
	flags.Func("allow", "read only what exporters in this `network` send; may be repeated (default all)",
		func(s string) error {
			allow = append(allow, s)
			return nil
		})
	flags.Func("target", "what was hit: `addr`, or the network of a length such as /24 (IPv4) or /48 (IPv6); may be "+
		"repeated (default addr)", cfg.targets.set)
	flags.Func("claim", "`claim` to check, such as \"majority RU\"; may be repeated", func(s string) error {
		claim, err := attribution.ParseClaim(s)
		cfg.claims = append(cfg.claims, claim)
		return err
	})
	flags.DurationVar(&cfg.interval, "interval", 10*time.Second, "resolution of bursts, from 1s to 1h")
	flags.DurationVar(&cfg.lateness, "lateness", 0, "how long a flow may have lasted to count in the intervals of its "+
		"own, at most 8 intervals; longer ones count within that (default one interval)")
	flags.UintVar(&sampling, "sampling", 0, "one in so many packets was looked at, whatever exporters say (default what "+
		"they say)")
	flags.BoolVar(&cfg.inner, "inner", false, "take the addresses inside of tunnels from sampled packets, which "+
		"everybody can make up")
	flags.StringVar(&cfg.db, "db", "", "country database, an MMDB `file` (default the embedded DB-IP Lite)")
	flags.StringVar(&cfg.status, "status", "", "serve a status page and /metrics at this TCP `address`")
	flags.StringVar(&cfg.webhook, "webhook", "", "post each burst as JSON to this `URL`")
	flags.StringVar(&cfg.state, "state", "", "keep what is known in `file` and go on from there; it holds source "+
		"addresses")
	flags.StringVar(&cfg.key, "key", "", "`file` with a secret of 16 to 4,096 bytes that hashes the sources; -state "+
		"needs it")
	flags.BoolVar(&cfg.text, "text", false, "write text")
	flags.BoolVar(&asJSON, "json", false, "write JSON, as it does without -text")
	flags.StringVar(&cfg.replay, "replay", "", "read exports from `file` instead, - for standard input; with -listen, "+
		"of a capture only what was sent to these ports")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%q: no flag", flags.Arg(0))
	}
	if cfg.text && asJSON {
		return nil, errors.New("-text and -json: one of them")
	}
	if uint(uint32(sampling)) != sampling {
		return nil, fmt.Errorf("-sampling %d: not below 2^32", sampling)
	}
	cfg.sampling = uint32(sampling)
	if len(allow) > 0 {
		var err error
		if cfg.allow, err = geo.ReadPrefixSet("-allow", strings.NewReader(strings.Join(allow, "\n"))); err != nil {
			return nil, err
		}
	}
	return cfg, cfg.check()
}

// check refuses what has no meaning, and fills in the defaults that depend on other flags.
func (cfg *config) check() error {
	if len(cfg.listen) == 0 && cfg.replay == "" {
		cfg.listen = []string{defaultListen}
	}
	if cfg.lateness == 0 {
		cfg.lateness = cfg.interval
	}
	switch {
	case cfg.workers < 1 || cfg.workers > maxWorkers:
		return fmt.Errorf("-workers %d: not from 1 to %d", cfg.workers, maxWorkers)
	case len(cfg.listen)*cfg.workers > maxSockets:
		return fmt.Errorf("more than %d sockets: fewer of -listen or -workers", maxSockets)
	case cfg.buffer < 1<<16 || cfg.buffer > 1<<30:
		return fmt.Errorf("-buffer %d: not from 64 KiB to 1 GiB", cfg.buffer)
	case cfg.interval < time.Second || cfg.interval > time.Hour || 24*time.Hour%cfg.interval != 0:
		return fmt.Errorf("-interval %v: not from 1s to 1h and a divisor of a day", cfg.interval)
	case cfg.lateness < 0 || cfg.lateness > maxLate*cfg.interval:
		return fmt.Errorf("-lateness %v: not from 0s to %d intervals of %v", cfg.lateness, maxLate, cfg.interval)
	case cfg.state != "" && cfg.key == "":
		return errors.New("-state needs -key: what a monitor keeps is useless under another key")
	case cfg.replay != "" && (cfg.state != "" || cfg.status != "" || cfg.webhook != ""):
		return errors.New("-state, -status and -webhook have no meaning beside -replay")
	}
	if cfg.webhook != "" {
		u, err := url.Parse(cfg.webhook)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return errors.New("-webhook: no URL of http or https") // it may hold a secret
		}
	}
	return nil
}
