// Collector receives the flow exports of routers by UDP, finds bursts of traffic in them while they
// happen, and says where each came from: what an internet provider would run.
//
//	collector -listen :2055 -listen sflow://:6343 -allow 192.0.2.0/24 -claim "majority RU"
//	collector -listen :2055 -status 127.0.0.1:8055 -webhook https://noc.example/whence -state state -key secret
//	collector -replay exports.pcap -text
//
// It reads NetFlow v1, v5, v7 and v9, IPFIX and sFlow version 5 at every address that it listens at.
// The first word of netflow://:2055 and sflow://:6343 is for readers alone. Bursts are printed as JSON,
// one a line, or with -text in sentences: as soon as one is found, when it has doubled, and when it has
// ended. The target of a flow is its destination address, or a network of the length that -target says.
//
// UDP is forged easily. Without -allow, anybody who reaches the socket can add records. With -status a
// page says what was read of which exporter (text, or JSON if that is what the client accepts), and
// /metrics has the same for Prometheus. Whoever can open the page learns the targets: keep it to yourself.
//
// SIGINT and SIGTERM end it. What the sockets still hold is counted, -state is written, and the bursts
// that still run are printed.
//
// With -replay it reads a file instead, as fast as it can: a capture (pcap or pcapng) of exports, an
// IPFIX file (RFC 5655), or one raw datagram. It then prints one report on all of it, with an account
// of what was read and what was not. SIGINT and SIGTERM end the reading, a second later; the report is
// then on what came until then.
//
// It is a module of its own, because the core of whence does not need what reads captures and what
// writes metrics.
//
// The exit status is 0 when it ended as it was told to and all of a file was read. It is 1 when a
// file, a socket or the state failed, or when nothing in a file could be used; what was read until then
// is still reported. It is 2 when the command line makes no sense.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what the first does not
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	cfg, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(stderr, "collector:", err)
		return exitUsage
	}
	console := &console{w: stderr}
	if cfg.replay != "" {
		err = replay(ctx, cfg, stdin, stdout)
	} else {
		err = live(ctx, cfg, stdout, console)
	}
	if err != nil {
		console.say("%v", err)
		return exitFailed
	}
	return exitOK
}

// live is the program without -replay.
func live(ctx context.Context, cfg *config, stdout io.Writer, console *console) error {
	signal.Ignore(syscall.SIGPIPE) // a reader of the output that is gone is an error of its outlet
	s, err := newServer(cfg, stdout, console)
	if err != nil {
		return err
	}
	return s.serve(ctx)
}

// console is where the program speaks of itself. Any goroutine may.
type console struct {
	mu sync.Mutex
	w  io.Writer
}

func (c *console) say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.w, "collector: "+format+"\n", args...)
}
