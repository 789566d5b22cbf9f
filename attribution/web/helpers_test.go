package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

var noon = time.Date(2026, 6, 21, 12, 0, 0, 0, time.UTC)

func isInvalidOptions(err error) bool { return errors.Is(err, attribution.ErrInvalidOptions) }

// loopback trusts proxies on this machine.
func loopback() Proxies {
	return Proxies{Trusted: world.Must(geo.ReadPrefixSet("loopback", strings.NewReader("127.0.0.0/8\n::1")))}
}

func newMonitor(t testing.TB, options monitor.Options) *monitor.Monitor {
	t.Helper()
	options.Tally.Key = world.Key(1)
	m, err := monitor.New(world.Embedded(), options)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// newObserver counts in a monitor of its own. It is always noon, unless options have a clock.
func newObserver(t testing.TB, options Options) *Observer {
	t.Helper()
	if options.Now == nil {
		options.Now = func() time.Time { return noon }
	}
	o, err := New(newMonitor(t, monitor.Options{}), options)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// hour is the report on the last hour.
func hour(t testing.TB, o *Observer, claims ...attribution.Claim) attribution.Report {
	t.Helper()
	o.Flush()
	s := o.monitor.Snapshot(o.now().Add(-time.Hour), time.Time{})
	r, err := s.Report(attribution.Policy{}, claims...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// visit sends a request from a peer past the observer.
func visit(o *Observer, peer, path string) {
	r := httptest.NewRequest("GET", path, nil)
	r.RemoteAddr = peer
	o.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
}
