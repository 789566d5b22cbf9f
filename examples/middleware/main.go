// Middleware is a web server that knows where its requests come from. It logs each burst when
// it is found, as it grows, and when it has ended. The page /whence shows the state, and
// checks claims:
//
//	middleware -listen :8080 -admin 127.0.0.1:8081 -proxies proxies.txt
//	curl "http://127.0.0.1:8081/whence?claim=majority+RU"
//
// The page is about clients. It is at an address of its own, by default on the loopback
// interface, so that no mistake in a proxy's rules can publish it.
//
// SIGINT and SIGTERM end it, when the requests that it has begun with are answered.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/web"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

func main() {
	listen := flag.String("listen", ":8080", "`address` of the site")
	admin := flag.String("admin", "127.0.0.1:8081", "`address` of the page /whence; it is not for the public")
	proxies := flag.String("proxies", "", "`file` with the networks of your reverse proxies, one a line")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "middleware: %q: no flag\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	site, err := net.Listen("tcp", *listen)
	fatal(err)
	page, err := net.Listen("tcp", *admin)
	fatal(err)
	slog.Info("serving", "site", site.Addr(), "page", page.Addr())
	fatal(run(ctx, site, page, *proxies))
}

// run serves until the context or one of the servers ends, and closes both listeners.
func run(ctx context.Context, siteAt, pageAt net.Listener, proxies string) (err error) {
	defer siteAt.Close() // Shutdown does not know of a server that is only starting
	defer pageAt.Close()
	var options web.Options
	if proxies != "" {
		if options.Proxies.Trusted, err = geo.OpenPrefixSet(proxies); err != nil {
			return err
		}
	}
	table, err := dbip.Table() // or geo.Open("GeoLite2-Country.mmdb")
	if err != nil {
		return err
	}
	m, err := monitor.New(table, monitor.Options{
		Notify: func(b monitor.Burst) { slog.Warn("burst", "burst", b) },
	})
	if err != nil {
		return err
	}
	observer, err := web.New(m, options)
	if err != nil {
		return err
	}
	go observer.Run(ctx)

	site, page := http.NewServeMux(), http.NewServeMux() // put your own handlers into site
	site.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "Hello.") })
	page.Handle("GET /whence", observer.Handler(web.Page{}))
	servers := []*http.Server{{Handler: observer.Middleware(site)}, {Handler: page}}
	ended := make(chan error, len(servers))
	for i, listener := range []net.Listener{siteAt, pageAt} {
		servers[i].ReadHeaderTimeout = 10 * time.Second
		go func() { ended <- servers[i].Serve(listener) }()
	}
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, server := range servers {
		err = errors.Join(err, server.Shutdown(grace))
	}
	observer.Flush() // the last requests, which Run has not seen
	slog.Info("the server ended", "requests", m.Stats().Records)
	return err
}

func fatal(err error) {
	if err != nil {
		slog.Error("the server failed", "error", err)
		os.Exit(1)
	}
}
