// Gateway counts the traffic of one machine of many, and sends its counts to the program beside this one, center. It
// reads lines with a target and the address of a source: tail -F lines | gateway http://127.0.0.1:8080 paris
package main

import (
	"bufio"
	"context"
	"log"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/sketch"
)

const window = 10 * time.Second // the same at the center

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: gateway CENTER NAME")
	}
	key := must(sketch.KeyFromFile("fleet.key")) // the same everywhere: head -c 32 /dev/urandom > fleet.key
	m := must(monitor.New(must(dbip.Table()), monitor.Options{Interval: window, Tally: attribution.Options{Key: key}}))
	node := must(fleet.NewNode(m, window, os.Args[2], uint64(time.Now().UnixNano())))
	go func() { log.Fatal("no more lines: ", count(bufio.NewReader(os.Stdin), m, time.Now)) }()
	ship(node, m, &fleet.Client{URL: os.Args[1], HTTP: &http.Client{Timeout: window}}, time.Tick(window))
}

func count(lines *bufio.Reader, m *monitor.Monitor, now func() time.Time) error {
	line, more, err := lines.ReadLine()
	for begins := true; err == nil; line, more, err = lines.ReadLine() {
		if target, source, _ := strings.Cut(string(line), " "); begins {
			from, _ := netip.ParseAddr(source) // what is no address is a lost record
			m.Observe(monitor.Event{Time: now(), Target: monitor.TargetName(target), Flow: attribution.Flow{Source: from}})
		}
		begins = !more // the rest of a line that is too long is passed over
	}
	return err
}

func ship(node *fleet.Node, m *monitor.Monitor, center *fleet.Client, ticks <-chan time.Time) {
	for now := range ticks {
		m.Advance(now)
		results, err := center.Ship(context.Background(), node)
		log.Printf("%d snapshots sent, error: %v", len(results), err) // what the center does not take is sent again
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
