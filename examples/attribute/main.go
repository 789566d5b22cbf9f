// Attribute says which countries the sources of some traffic are geolocated to,
// and checks claims about that, such as "the majority of the IP addresses came
// from one country".
//
//	attribute -claim "majority RU" access.log.gz
//	zcat flows.csv.gz | attribute -addr src_ip -time start -claim "RU,BY > 40% of events" -json -
//
// It streams its input in constant memory. Each line (or CSV record) with an
// address is one event. The formats, told apart by the first lines of each file
// unless -format says which:
//
//   - addr: an address at the start of each line; # begins a comment line
//   - combined: access logs of Apache and nginx (common, combined,
//     vhost_combined), with their times and response sizes
//   - csv: a header row, then records with commas, semicolons or tabs
//   - json: one object a line; names of fields may be dotted paths
//
// With -proto, -sport and -flags it takes from csv and json records what shows reflectors,
// servers that answer requests which somebody else sent:
//
//	attribute -addr ip.src -proto ip.proto -sport udp.srcport -flags tcp.flags packets.csv
//
// With -second the sources are looked up in further databases as well, and a claim gets
// one verdict by all of them. With -asn and -list it says whose networks the sources are
// in, and which lists they are on.
//
// Without a file it plays a simulated attack on a mailbox and checks what was
// said of a real one.
//
// With -burst it finds when there was more traffic than at other times, to which
// target, and what may be claimed about that, while the input still comes:
//
//	attribute -burst access.log
//	tail -F access.log | attribute -burst -claim "majority RU" -
//	attribute -burst -time start -target dst_ip -state burst.state flows.csv
//
// Files that it writes are new, or take the place of what it wrote before. A log, a device
// or a symbolic link is left alone.
//
// With -state a run goes on where the one before ended or was killed, in logs that
// grow and are rotated.
//
// With -evidence it also writes a file from which somebody else can compute the
// verdicts anew, and does so with -verify:
//
//	attribute -claim "majority RU" -evidence burst.json access.log.gz
//	attribute -verify burst.json
//
// -expect key=ID,database=SHA256 makes -verify fail if the file says that it was made with
// another key or database. Whether it was is what -db shows.
//
// The exit status is 0 when all input was read, or the evidence holds; 1 when some
// input could not be read (what could is still reported), or the evidence does not
// hold; and 2 when the command line makes no sense.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

// Exit statuses.
const (
	exitOK       = 0
	exitUnusable = 1 // input that cannot be read, in part or at all, or that does not hold
	exitUsage    = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends a read that waits
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// config is the command line.
type config struct {
	format, addr, time, db string
	transportConfig
	claims           []attribution.Claim
	json             bool
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

var formats = []string{"auto", "addr", "combined", "csv", "json"}

const usage = `usage: attribute [flags] [file...]

Attribute says which countries the sources of some traffic are geolocated to,
and checks claims about that. It reads files, "-" being standard input, plain or
compressed with gzip or zstd. Without a file it plays a simulated attack.
With -burst it finds the bursts in the traffic and reports on each.

`

func parseArgs(args []string, stderr io.Writer) (*config, error) {
	cfg := new(config)
	flags := flag.NewFlagSet("attribute", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&cfg.format, "format", "auto", "`format` of the lines: "+strings.Join(formats, ", "))
	flags.StringVar(&cfg.addr, "addr", "",
		"`name` of the csv column or json field with the address (default "+strings.Join(usualNames, ", ")+")")
	flags.StringVar(&cfg.time, "time", "",
		"`name` of the csv column or json field with the time (RFC 3339, Unix seconds or milliseconds, common log)")
	cfg.addTransportFlags(flags)
	flags.StringVar(&cfg.db, "db", "", "country database, an MMDB `file` (default the embedded DB-IP Lite)")
	flags.BoolVar(&cfg.json, "json", false, "write JSON")
	flags.BoolVar(&cfg.handshake, "handshake", false,
		"every source completed a handshake, so that none is forged; access logs are taken so without being told")
	flags.UintVar(&cfg.sampling, "sampling", 1, "the records are 1 in `n` of what there was, as a router samples packets")
	flags.IntVar(&cfg.v6, "v6", 64, "count IPv6 sources by prefixes of this `length`")
	flags.Func("claim", "`claim` to check, such as \"majority RU\"; may be repeated", func(s string) error {
		claim, err := attribution.ParseClaim(s)
		cfg.claims = append(cfg.claims, claim)
		return err
	})
	cfg.others.addFlags(flags)
	cfg.addEvidenceFlags(flags)
	cfg.addBurstFlags(flags)
	if err := flags.Parse(args); err != nil {
		return nil, err // the flag package has said it
	}
	cfg.files = flags.Args()
	err := cmp.Or(cfg.check(), cfg.checkVerify(flags), cfg.checkBurst(flags))
	if err != nil {
		fmt.Fprintln(stderr, "attribute:", err)
	}
	return cfg, err
}

func (cfg *config) check() error {
	switch {
	case !slices.Contains(formats, cfg.format):
		return fmt.Errorf("-format %q: there are %s", cfg.format, strings.Join(formats, ", "))
	case cfg.v6 < 32 || cfg.v6 > 128:
		return fmt.Errorf("-v6 %d: not a prefix length from 32 to 128", cfg.v6)
	case cfg.sampling == 0 || cfg.sampling > math.MaxUint32:
		return fmt.Errorf("-sampling %d: not a rate of 1 in 1 to 1 in %d", cfg.sampling, uint32(math.MaxUint32))
	case cfg.dropAddresses && cfg.others.asked():
		return errors.New("-second, -asn and -list look up the addresses that -drop-addresses drops")
	}
	return cfg.checkFields()
}

// run is the program. It returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	cfg, err := parseArgs(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	}
	console := newConsole(stderr)
	table, err := openTable(cfg.db)
	if err != nil {
		console.say("%v", err)
		return exitUnusable
	}
	if err := cfg.others.open(console); err != nil {
		console.say("%v", err)
		return exitUnusable
	}
	if cfg.verify != "" {
		return verify(cfg, table, stdin, stdout, console)
	}
	if cfg.evidence != "" {
		if err := evidenceFile.begin(cfg.evidence, time.Now()); err != nil {
			console.say("evidence: %v", err)
			return exitUnusable
		}
	}
	options := attribution.Options{
		IPv6PrefixLen: cfg.v6, DropAddresses: cfg.dropAddresses,
		AssumeHandshake: cfg.handshake, SamplingRate: uint32(cfg.sampling),
	}
	if cfg.burst {
		return watch(ctx, cfg, table, options, stdin, stdout, console)
	}
	tally, err := attribution.NewTally(table, options)
	if err != nil {
		console.say("%v", err)
		return exitUnusable
	}
	c := &counter{sink: newTallySink(tally), console: console, cfg: cfg, now: time.Now}
	complete := true
	if len(cfg.files) > 0 {
		complete = c.files(ctx, stdin)
		if c.account.Records == 0 {
			return exitUnusable
		}
	} else {
		notes := stdout
		if cfg.json { // which has no place for it
			notes = stderr
		}
		if err := simulate(tally, notes); err != nil {
			console.say("%v", err)
			return exitUnusable
		}
		cfg.claimsOrPublic()
	}
	if err := cfg.answer(tally.Snapshot(), c.account, stdout, console); err != nil {
		console.say("%v", err)
		return exitUnusable
	}
	if !complete {
		return exitUnusable
	}
	return exitOK
}

// answer prints what a snapshot says, and writes the evidence if it was asked for.
func (cfg *config) answer(s attribution.Snapshot, a *attribution.Account, stdout io.Writer, console *console) error {
	s, err := cfg.others.enrich(s)
	if err != nil {
		return err
	}
	if err := cfg.write(stdout, s, a); err != nil {
		return err
	}
	if cfg.evidence == "" {
		return nil
	}
	return cfg.writeEvidence(s, a, console)
}

func openTable(path string) (*geo.Table, error) {
	if path == "" {
		return dbip.Table()
	}
	return geo.Open(path)
}

// answered is what -json writes: the report, and whose networks the claimed sources are in
// if -asn or -list asked for it.
type answered struct {
	attribution.Report
	Breakdown *network.Breakdown `json:"breakdown,omitempty"`
}

// write prints the report with its verdicts, and whose networks the sources are in.
func (cfg *config) write(w io.Writer, s attribution.Snapshot, a *attribution.Account) error {
	report, err := s.Report(attribution.Policy{}, cfg.claims...)
	if err != nil {
		return err
	}
	report.Account = a
	breakdown, err := cfg.others.breakdown(s, report)
	if err != nil {
		return err
	}
	return print(w, cfg.json, answered{report, breakdown})
}

func print(w io.Writer, asJSON bool, a answered) error {
	if asJSON {
		return encode(w, a)
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

// encode writes JSON for people to read.
func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false) // claims have a ">"
	return enc.Encode(v)
}
