// Capture says which countries the packets of captures came from, checks claims about that, and
// finds the bursts in them.
//
//	capture -claim "majority RU" -local 198.51.100.0/24 attack.pcapng
//	tcpdump -w - | capture -json -
//
// It reads pcap and pcapng, as they are or compressed with gzip or zstd, in the order of the
// command line. A capture has both directions of the traffic: with -local, only packets to one's
// own networks count.
//
// SIGINT and SIGTERM end the reading, a second later. The answer is then about what came until then:
// in a pipeline, tcpdump ends by the same ctrl-C, and writes what it still holds.
//
// It is a module of its own, because the core of whence does not need what reads captures.
//
// The exit status is 0 when all was read, 1 when something could not be read (what could is still
// reported), and 2 when the command line makes no sense.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/packets"
	"github.com/whence-go/whence/examples/internal/interrupt"
	"github.com/whence-go/whence/geo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what the first does not
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var claims []attribution.Claim
	var local []string
	flags := flag.NewFlagSet("capture", flag.ContinueOnError)
	flags.SetOutput(stderr)
	db := flags.String("db", "", "country database, an MMDB `file` (default the embedded DB-IP Lite)")
	inner := flags.Bool("inner", false, "take the addresses inside of tunnels, which everybody can make up")
	asJSON := flags.Bool("json", false, "write JSON")
	interval := flags.Duration("interval", 10*time.Second, "resolution of bursts, from 1s to 1h")
	flags.Func("claim", "`claim` to check, such as \"majority RU\"; may be repeated", func(s string) error {
		claim, err := attribution.ParseClaim(s)
		claims = append(claims, claim)
		return err
	})
	flags.Func("local", "count only packets to this `network`; may be repeated", func(s string) error {
		local = append(local, s)
		return nil
	})
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	options := packets.Options{Inner: *inner}
	if len(local) > 0 {
		var err error
		if options.Local, err = geo.ReadPrefixSet("-local", strings.NewReader(strings.Join(local, "\n"))); err != nil {
			fmt.Fprintln(stderr, "capture:", err)
			return 2
		}
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(stderr, "usage: capture [flags] file...")
		return 2
	}
	if *interval < time.Second || *interval > time.Hour || 24*time.Hour%*interval != 0 {
		fmt.Fprintf(stderr, "capture: -interval %v: not from 1s to 1h and a divisor of a day\n", *interval)
		return 2
	}
	c, err := newCounter(*db, monitor.Options{Interval: *interval, Claims: claims})
	if err != nil {
		fmt.Fprintln(stderr, "capture:", err)
		return 1
	}
	status := 0
	for _, name := range flags.Args() {
		err := c.file(ctx, name, stdin, options)
		if err != nil { // what came before is good
			fmt.Fprintln(stderr, "capture:", err)
			status = 1
		}
		if errors.Is(err, interrupt.ErrInterrupted) {
			break
		}
	}
	if err := c.answer(stdout, *asJSON, claims); err != nil {
		fmt.Fprintln(stderr, "capture:", err)
		status = 1
	}
	return status
}
