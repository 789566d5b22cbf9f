//go:build !js

// Browser serves a page that checks claims about a log in the browser of whoever has the log. The log never leaves it.
//
//	go run ./examples/browser              # builds the page, and serves it on http://127.0.0.1:8080
//	go run ./examples/browser -o site      # writes the files of the page, for any web server
//
// The page is the library as WebAssembly. Someone who has no Go drops a log there, chooses a claim and sees the brief,
// or drops an evidence file and sees whether it verifies. Verdicts and evidence are those of the command attribute.
//
// Another web server must send the header Content-Security-Policy that this one sends. The page has it too, but its
// worker takes it from the header.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to serve on")
	out := flag.String("o", "", "write the files of the page to `folder` instead of serving them")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "browser: %q: no flag\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what the first does not
	if err := run(ctx, *addr, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

// run serves the page until the context ends, and leaves no files behind.
func run(ctx context.Context, addr, out string, stdout io.Writer) error {
	if out != "" {
		return build(ctx, out)
	}
	listener, err := net.Listen("tcp", addr) // before the page is built, which takes a while
	if err != nil {
		return err
	}
	defer listener.Close()
	dir, err := os.MkdirTemp("", "whence-browser-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := build(ctx, dir); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "http://%s\n", listener.Addr())
	server := &http.Server{Handler: handler(dir)}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}
