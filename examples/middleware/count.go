package main

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
)

// A counter counts the requests of the last hour by their sources, and finds bursts of
// them. Its time is the server's clock, asked for by now.
type counter struct {
	monitor *monitor.Monitor
	trusted proxies
	now     func() time.Time
}

// newCounter returns a counter that reports each burst when it finds it, as it grows and
// when it has ended. The request during which it does so waits for notify.
func newCounter(
	table *geo.Table, trusted proxies, now func() time.Time, notify func(monitor.Burst),
) (*counter, error) {
	m, err := monitor.New(table, monitor.Options{
		// A request takes a completed TCP or QUIC handshake: no source is forged.
		Tally:  attribution.Options{AssumeHandshake: true},
		Notify: notify,
	})
	return &counter{m, trusted, now}, err
}

// reloaded has a newer database used from the next interval on, and says so.
func (c *counter) reloaded(log io.Writer) func(geo.Reload) {
	return func(r geo.Reload) {
		if r.Err != nil {
			fmt.Fprintln(log, "the database stays as it is:", r.Err)
			return
		}
		c.monitor.SetTable(r.New)
		fmt.Fprintf(log, "database of %s in use\n", r.New.Info().Built.Format(time.DateOnly))
	}
}

// middleware counts each request and passes it on.
//
// It does so before the handler runs, so that one that panics, hangs or hijacks
// the connection is counted like any other; and it passes on the ResponseWriter
// as it is. A wrapper around that would know the bytes sent, but take away what
// the server's own can do beside (Hijack for WebSocket, Flush, ReadFrom), unless
// it imitates every such method.
//
// The target of a request is its path. Clients may ask for as many as they like: the
// monitor tracks the busiest ones, in bounded memory.
func (c *counter) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.monitor.Observe(monitor.Event{
			Time:   c.now(),
			Target: monitor.TargetName(r.URL.Path),
			Flow:   attribution.Flow{Source: c.trusted.client(r)},
		})
		next.ServeHTTP(w, r)
	})
}

// tick tells the monitor the time. Call it every few seconds: without requests,
// it knows of none.
func (c *counter) tick() { c.monitor.Advance(c.now()) }

// report is of the last hour.
func (c *counter) report(claims ...attribution.Claim) (attribution.Report, error) {
	return c.monitor.Snapshot(c.hourAgo(), time.Time{}).Report(attribution.Policy{Joint: true}, claims...)
}

// bursts are those of the last hour, those among them that are part of another one: each has
// verdicts of its own.
func (c *counter) bursts() []monitor.Burst {
	var list []monitor.Burst
	for b := range c.monitor.Bursts() {
		if b.End.After(c.hourAgo()) {
			list = append(list, b)
		}
	}
	return list
}

func (c *counter) hourAgo() time.Time { return c.now().Add(-time.Hour) }
