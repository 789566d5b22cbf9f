// Center prints the bursts of all gateways together, which run the program beside this one, gateway:
//
//	center 127.0.0.1:8080 paris rome
package main

import (
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/sketch"
)

const window = 10 * time.Second // the same at the gateways

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: center ADDRESS GATEWAY...")
	}
	key := must(sketch.KeyFromFile("fleet.key")) // the same at the gateways
	p := text.NewPrinter(language.English)
	m := must(monitor.New(must(dbip.Table()), monitor.Options{
		Interval: window, Tally: attribution.Options{Key: key},
		Notify: func(b monitor.Burst) { must(0, p.Burst(os.Stdout, b)) },
	}))
	f := must(fleet.New(fleet.Options{
		KeyID: key.ID(), Precision: sketch.MinPrecision, Window: window, Nodes: os.Args[2:],
	}))
	l := must(net.Listen("tcp", os.Args[1])) // anybody who can send to it can say what he likes: see fleet.Handler
	go func() { log.Fatal(http.Serve(l, fleet.Handler(f, time.Now))) }()
	run(fleet.NewFeed(f, m, 3*window), time.Tick(window))
}

// run gives each window to the monitor when all gateways have sent it, or three windows later.
func run(feed *fleet.Feed, ticks <-chan time.Time) {
	for now := range ticks {
		if _, incomplete, err := feed.Run(now); incomplete > 0 || err != nil {
			log.Printf("%d windows lack a gateway, error: %v", incomplete, err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
