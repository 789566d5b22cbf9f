package main

import (
	"net/http"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
)

// A counter counts the requests of the last hour by their sources. Its time is
// the server's clock, asked for by now.
type counter struct {
	monitor *monitor.Monitor
	trusted proxies
	now     func() time.Time
}

func newCounter(table *geo.Table, trusted proxies, now func() time.Time) *counter {
	return &counter{
		// A request takes a completed TCP or QUIC handshake: no source is forged.
		monitor: monitor.New(table, monitor.Options{Tally: attribution.Options{Handshake: true}}),
		trusted: trusted,
		now:     now,
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
// The target of a request is its path. There may be any number of them: the
// monitor's memory is bounded.
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
func (c *counter) report() *attribution.Report {
	return c.monitor.Report(c.now().Add(-time.Hour), time.Time{})
}
