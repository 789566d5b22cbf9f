package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/examples/internal/intake"
	"github.com/whence-go/whence/geo"
)

// readingConfig is what the command line says about how inputs are read.
type readingConfig struct {
	reading           ingest.Options
	zone              string
	trusted, excluded bytes.Buffer // the lists so far, a prefix a line
}

// flagOf are the flags that set the options of the reader.
var flagOf = map[string]string{
	"Format": "format", "Source": "addr", "Time": "time", "Target": "target", "Count": "count", "Bytes": "bytes",
	"Protocol": "proto", "SourcePort": "sport", "Flags": "flags",
}

const noTarget = "none"

func (cfg *readingConfig) addFlags(flags *flag.FlagSet) {
	o := &cfg.reading
	flags.StringVar(&o.Format, "format", "",
		"`format` of the input (default by its first records): "+strings.Join(ingest.Formats(), ", "))
	field := func(p *string, name, what string) {
		flags.StringVar(p, name, "", "`field` with "+what+": a column, a json field, or the number of a column or word "+
			"(default by name and content; - for none)")
	}
	field(&o.Source, "addr", "the address")
	field(&o.Time, "time", "the time")
	field(&o.Count, "count", "how many events a record stands for, such as packets or hits")
	field(&o.Bytes, "bytes", "the bytes")
	field(&o.Protocol, "proto", "the transport protocol (tcp, udp, 6, 17); with -sport and -flags it shows reflectors, "+
		"servers that answer requests which somebody else sent")
	field(&o.SourcePort, "sport", "the UDP source port, next to -proto")
	field(&o.Flags, "flags", "the TCP flags of the packet, or of all packets of the flow (S, SA, R., .AP.SF, 0x12, 18)")
	flags.StringVar(&cfg.zone, "zone", "UTC", "`zone` of times that name none, such as Europe/Paris or +02:00")
	flags.IntVar(&o.Year, "year", 0, "`year` of times that name none (default by the other times, and that of the file)")
	flags.Func("trust", "`proxies` whose word about forwarded addresses is taken: addresses and prefixes with commas; "+
		"may be repeated", func(s string) (err error) {
		o.Trusted, err = prefixes("-trust", s, &cfg.trusted)
		return err
	})
	flags.Func("exclude", "sources to leave out, such as your own monitoring: addresses and `prefixes` with commas, or "+
		"a file with one a line; may be repeated", func(s string) (err error) {
		o.Exclude, err = prefixes("-exclude", s, &cfg.excluded)
		return err
	})
}

// prefixes adds addresses and prefixes with commas, or those of a file, to a list.
func prefixes(name, text string, list *bytes.Buffer) (*geo.PrefixSet, error) {
	words := strings.Split(text, ",")
	if slices.ContainsFunc(words, func(w string) bool { return !isPrefix(strings.TrimSpace(w)) }) {
		return addFile(name, text, list)
	}
	for _, w := range words {
		list.WriteString(strings.TrimSpace(w) + "\n")
	}
	return geo.ReadPrefixSet(name, bytes.NewReader(list.Bytes()))
}

func addFile(name, path string, list *bytes.Buffer) (*geo.PrefixSet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("neither addresses and prefixes nor a file with them: %w", err)
	}
	defer f.Close()
	set, err := geo.ReadPrefixSet(path, io.TeeReader(f, list))
	switch {
	case err != nil:
		return nil, err
	case set.Len() == 0:
		return nil, errors.New("the file has no addresses")
	}
	list.WriteByte('\n')
	return geo.ReadPrefixSet(name, bytes.NewReader(list.Bytes()))
}

func isPrefix(s string) bool {
	_, err := netip.ParseAddr(s)
	if err != nil {
		_, err = netip.ParsePrefix(s)
	}
	return err == nil
}

// check completes the options.
func (cfg *readingConfig) check() error {
	o := &cfg.reading
	known := func(name string) bool { return strings.EqualFold(name, o.Format) }
	switch {
	case o.Format != "" && !slices.ContainsFunc(ingest.Formats(), known):
		return fmt.Errorf("-format %q: there are %s", o.Format, strings.Join(ingest.Formats(), ", "))
	case o.SourcePort != "" && o.Protocol == "":
		return errors.New("-sport has no meaning without -proto: a port is one of UDP or of TCP")
	case o.Year != 0 && (o.Year < 1970 || o.Year > 2200):
		return fmt.Errorf("-year %d: not from 1970 to 2200", o.Year)
	}
	if o.Target == noTarget {
		o.Target = "-"
	}
	var err error
	if o.Zone, err = intake.ParseZone(cfg.zone); err != nil {
		return fmt.Errorf("-zone %q: neither the name of a zone nor an offset such as +02:00", cfg.zone)
	}
	return nil
}

// told is an error of the reader in the words of the command line.
func told(name string, err error) error {
	var open *ingest.UndecidedError
	var option *ingest.OptionError
	switch {
	case errors.As(err, &open):
		candidates := open.Candidates[:min(len(open.Candidates), 20)]
		quoted := make([]string, len(candidates))
		for i, c := range candidates {
			quoted[i] = fmt.Sprintf("%.40q", c)
		}
		return fmt.Errorf("%q: %s; give -%s with one of: %s", name, open.Reason, flagOf[open.Option],
			strings.Join(quoted, ", "))
	case errors.As(err, &option):
		return fmt.Errorf("%q: -%s: %s", name, flagOf[option.Option], option.Reason)
	case errors.Is(err, ingest.ErrEmpty):
		return fmt.Errorf("%q: it has no records", name)
	}
	return err
}
