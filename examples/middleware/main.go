// Middleware is a web server that knows where its requests come from. A net/http
// middleware counts the source of each request, bursts are reported while they run, and a
// page shows the last hour and checks claims about it.
//
//	middleware -listen :8080 -admin 127.0.0.1:8081 -proxies 10.0.0.0/8 -db GeoLite2-Country.mmdb
//	curl "http://127.0.0.1:8081/whence?claim=majority+RU"
//
// To have it in a server of your own, copy client.go, count.go and page.go.
// The database given with -db is followed: a newer file is used as soon as it is there.
//
// Things that are easily got wrong, and what is done about them here:
//
//   - Behind a reverse proxy every request comes from the proxy. Its
//     X-Forwarded-For is believed if, and only if, its address is among
//     -proxies; see client.go.
//   - The page is about clients. It has an address of its own, -admin, by default
//     on the loopback interface. It is not on the public port, so that no mistake
//     in a proxy's rules can publish it.
//   - Handlers may panic, stream or hijack their connection: the middleware
//     leaves the ResponseWriter alone; see count.go.
//
// On an interrupt the server finishes the requests that it has, for ten seconds
// at most, and prints the last report. Hijacked connections are their handlers'
// business, see [http.Server.RegisterOnShutdown].
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

func main() {
	listen := flag.String("listen", ":8080", "`address` of the site")
	admin := flag.String("admin", "127.0.0.1:8081", "`address` of the page /whence; it is not for the public")
	db := flag.String("db", "", "country database, an MMDB `file` (default the embedded DB-IP Lite)")
	var trusted proxies
	flag.Func("proxies", "`networks` of your reverse proxies, separated by commas", func(list string) (err error) {
		trusted, err = parseProxies(list)
		return err
	})
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second one ends the program at once
	if err := start(ctx, *db, trusted, *listen, *admin); err != nil {
		fmt.Fprintln(os.Stderr, "middleware:", err)
		os.Exit(1)
	}
}

// start opens the database and serves until ctx ends.
func start(ctx context.Context, db string, trusted proxies, listen, admin string) error {
	notify := func(b monitor.Burst) { printer.Burst(os.Stderr, b) }
	if db == "" {
		table, err := dbip.Table()
		if err != nil {
			return err
		}
		c, err := newCounter(table, trusted, time.Now, notify)
		if err != nil {
			return err
		}
		return run(ctx, c, listen, admin, os.Stderr)
	}
	follower, err := geo.Follow(db)
	if err != nil {
		return err
	}
	c, err := newCounter(follower.Table(), trusted, time.Now, notify)
	if err != nil {
		return err
	}
	go follower.Run(ctx, time.Minute, c.reloaded(os.Stderr))
	return run(ctx, c, listen, admin, os.Stderr)
}

// site is what the server is for: put your own handler here.
func site() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "Hello.")
	})
	return mux
}

// grace is how long requests may go on after the server was told to stop.
const grace = 10 * time.Second

// run serves the site and the page at their addresses until ctx ends.
func run(ctx context.Context, c *counter, listen, admin string, stderr io.Writer) error {
	public, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	private, err := net.Listen("tcp", admin)
	if err != nil {
		public.Close()
		return err
	}
	fmt.Fprintf(stderr, "site at http://%s, page at http://%s/whence\n", public.Addr(), private.Addr())
	return serve(ctx, c, site(), public, private, stderr)
}

// serve runs a server on each listener until ctx ends or one of them fails.
func serve(ctx context.Context, c *counter, site http.Handler, public, private net.Listener, stderr io.Writer) error {
	page := http.NewServeMux()
	page.HandleFunc("GET /whence", c.page)
	servers := map[net.Listener]*http.Server{
		public:  newServer(c.middleware(site)),
		private: newServer(page),
	}
	ended, serving := make(chan error), len(servers)
	for listener, server := range servers {
		go func() { ended <- server.Serve(listener) }()
	}
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	var errs []error
	for running := true; running; {
		select {
		case <-tick.C:
			c.tick()
		case err := <-ended:
			errs = append(errs, err)
			running = false
			serving--
		case <-ctx.Done():
			running = false
		}
	}

	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for _, server := range servers {
		errs = append(errs, server.Shutdown(ending))
	}
	for range serving { // a listener is closed for certain when its server has returned
		<-ended
	}
	report, err := c.report()
	if err == nil {
		err = printer.Report(stderr, report)
	}
	return errors.Join(append(errs, err)...)
}

// newServer returns a server that no slow client can hold for ever.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}
