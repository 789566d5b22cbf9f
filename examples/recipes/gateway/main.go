// Gateway counts the traffic of one machine of many, and sends its counts to the program beside this one, center. It
// reads lines with a target and the address of a source:
//
//	tail -F lines | gateway http://127.0.0.1:8080 paris
package main

import (
	"bufio"
	"context"
	"log"
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
	// The same key everywhere: head -c 32 /dev/urandom > fleet.key
	key := must(sketch.KeyFromFile("fleet.key"))
	m := must(monitor.New(must(dbip.Table()), monitor.Options{Interval: window, Tally: attribution.Options{Key: key}}))
	node := must(fleet.NewNode(m, window, os.Args[2], uint64(time.Now().UnixNano())))
	go count(bufio.NewScanner(os.Stdin), m)
	ship(node, m, &fleet.Client{URL: os.Args[1]}, time.Tick(window))
}

var now = time.Now // the clock

func count(lines *bufio.Scanner, m *monitor.Monitor) {
	for lines.Scan() {
		target, source, _ := strings.Cut(lines.Text(), " ")
		from, _ := netip.ParseAddr(source) // one that is none is a lost record
		m.Observe(monitor.Event{Time: now(), Target: monitor.TargetName(target), Flow: attribution.Flow{Source: from}})
	}
}

// ship sends windows that have closed. What the center does not take is sent again.
func ship(node *fleet.Node, m *monitor.Monitor, center *fleet.Client, ticks <-chan time.Time) {
	for now := range ticks {
		m.Advance(now)
		ctx, cancel := context.WithTimeout(context.Background(), window)
		results, err := center.Ship(ctx, node)
		cancel()
		log.Printf("%d snapshots sent, error: %v", len(results), err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
