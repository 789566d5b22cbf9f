// Attribute says which countries the sources of some traffic are geolocated to,
// and checks claims about that, such as "the majority of the IP addresses came
// from one country".
//
//	attribute -claim "majority RU" access.log.gz
//	zcat flows.csv.gz | attribute -addr src_ip -time start -claim "RU,BY > 40% of events" -json -
//
// It streams its input in constant memory. It reads the formats of package ingest, which its
// first records tell apart: access logs, the logs of daemons, flows, CSV, JSON, lists of
// addresses, compressed or in archives. The answer begins with what was read as what. Where
// that is open, it says which flag decides: -format, -addr, -time, -count, -bytes and others.
//
//	attribute -addr ip.src -proto ip.proto -sport udp.srcport -flags tcp.flags packets.csv
//	attribute -trust 10.0.0.0/8 -exclude 192.0.2.7,probes.txt -zone Europe/Paris access.log
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
// Bursts are looked for in intervals of 10 seconds. In files the interval is longer if few records
// come, as the first ones tell: then it is said, and -interval sets another.
//
// Of several bursts in files there is a summary first: how many, the largest three against their
// history, one line each, and details of these three, or of all with -all.
//
// With -o the answer is a file for somebody to read: a page, a ticket, a table, JSON or text, as
// its name ends. -lang chooses the language.
//
//	attribute -burst -o brief.html -o brief.md -title "The night of 21 May" access.log
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
// SIGINT and SIGTERM end the reading; the answer is then that so far.
//
// The exit status is 0 when all input was read, or the evidence holds; 1 when some
// input could not be read (what could is still reported), or the evidence does not
// hold; 2 when the command line makes no sense; and 3 when a claim is undecided because
// records could not be read.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/examples/internal/intake"
	"github.com/whence-go/whence/geo"
)

// Exit statuses.
const (
	exitOK       = 0
	exitUnusable = 1 // input that cannot be read, in part or at all, or that does not hold
	exitUsage    = 2
	exitUnread   = 3 // a claim is undecided because records could not be read
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends a read that waits
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program. It returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return system{stdin, stdout, stderr, isTerminal, os.Getenv, time.Now}.run(ctx, args)
}

func (s system) run(ctx context.Context, args []string) int {
	cfg, err := parseArgs(args, s)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	}
	console := s.console()
	status, err := s.answer(ctx, cfg, console)
	if err != nil {
		console.say("%v", err)
		return exitUnusable
	}
	return status
}

// answer does what the command line asks for.
func (s system) answer(ctx context.Context, cfg *config, console *console) (int, error) {
	err := cfg.output.begin(s.now())
	if err != nil {
		return 0, err
	}
	table, err := openTable(cfg.db)
	if err == nil {
		err = cfg.others.open(console)
	}
	switch {
	case err != nil:
		return 0, err
	case cfg.verify != "":
		return verify(ctx, cfg, table, s, console)
	case cfg.evidence != "":
		if err := evidenceFile.begin(cfg.evidence, s.now()); err != nil {
			return 0, fmt.Errorf("evidence: %w", err)
		}
	}
	key, err := cfg.key()
	if err != nil {
		return 0, err
	}
	options := attribution.Options{
		Key: key, IPv6PrefixLen: cfg.v6, DropAddresses: cfg.dropAddresses,
		AssumeHandshake: cfg.handshake, SamplingRate: uint32(cfg.sampling),
	}
	if cfg.burst {
		return watch(ctx, cfg, table, options, s, console)
	}
	return s.count(ctx, cfg, table, options, console)
}

// count counts all of the input, and reports on it.
func (s system) count(ctx context.Context, cfg *config, table *geo.Table, options attribution.Options,
	console *console) (int, error) {
	tally, err := attribution.NewTally(table, options)
	if err != nil {
		return 0, err
	}
	c := &counter{sink: tallySink{intake.NewCounter(tally)}, console: console, cfg: cfg, now: s.now}
	complete := true
	if len(cfg.files) > 0 {
		complete = c.files(ctx, s.stdin)
		if c.account.Records == 0 {
			return exitUnusable, nil
		}
	} else {
		if err := simulate(tally, cfg.output.notes(s)); err != nil {
			return 0, err
		}
		cfg.claimsOrPublic()
	}
	verdicts, err := cfg.answer(tally.Snapshot(), table, c.account, s, console)
	return status(complete, openForUnread(verdicts)), err
}

// status is the exit status after a report.
func status(complete, open bool) int {
	switch {
	case !complete:
		return exitUnusable
	case open:
		return exitUnread
	}
	return exitOK
}
