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
	"flag"
	"fmt"
	"net/http"
	"os"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to serve on")
	out := flag.String("o", "", "write the files of the page to `folder` instead of serving them")
	flag.Parse()
	if err := run(*addr, *out); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

func run(addr, out string) error {
	if out != "" {
		return build(out)
	}
	dir, err := os.MkdirTemp("", "whence-browser-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := build(dir); err != nil {
		return err
	}
	fmt.Printf("http://%s\n", addr)
	return http.ListenAndServe(addr, handler(dir))
}
