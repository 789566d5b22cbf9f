package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

var noon = time.Date(2024, 5, 21, 12, 0, 0, 0, time.UTC)

// testCounter trusts proxies on the loopback interface; it is always noon.
func testCounter(t testing.TB) *counter {
	local := proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	return mustCounter(t, local, func() time.Time { return noon }, nil)
}

// hour is the report of the last hour.
func (c *counter) hour(t testing.TB, claims ...attribution.Claim) attribution.Report {
	t.Helper()
	r, err := c.report(claims...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustCounter(t testing.TB, trusted proxies, now func() time.Time, notify func(monitor.Burst)) *counter {
	t.Helper()
	c, err := newCounter(world.Embedded(), trusted, now, notify)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Requests of a botnet come through a proxy, on many connections at once, each
// with a header that its client has begun itself, while the page is read.
func TestLoad(t *testing.T) {
	c := testCounter(t)
	population := scenario.NewPopulation(world.Embedded(), nil)
	botnet, err := scenario.Botnet{Sources: 2000, Unlocated: 0.05, IPv6: 0.2, Repeat: 3}.Build(population)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c.middleware(site()))
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 16

	sources := make(chan netip.Addr)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for source := range sources {
				r, _ := http.NewRequest("GET", server.URL, nil)
				r.Header.Set("X-Forwarded-For", "6.6.6.6, 127.0.0.1, "+source.String())
				response, err := client.Do(r)
				if err != nil {
					t.Error(err)
					continue
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		})
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for last := uint64(0); ; {
			r := c.hour(t)
			if r.Events < last {
				t.Errorf("%d events after %d", r.Events, last)
			}
			last = r.Events
			select {
			case <-done:
				return
			default:
			}
		}
	})
	for e := range botnet.Events() {
		sources <- e.Source
	}
	close(sources)
	group.Wait()
	close(done)
	readers.Wait()

	truth, report := botnet.Total(), c.hour(t)
	if s := report.Sources; !s.Exact || s.Value != truth.Distinct() || report.Events != 6000 || len(report.Lost) > 0 {
		t.Errorf("%+v, %d events, lost %v; want %d sources", s, report.Events, report.Lost, truth.Distinct())
	}
	for _, row := range report.Countries {
		if row.Sources != truth.Sources[row.Origin] || row.Events != truth.Events[row.Origin] {
			t.Errorf("%v: %d sources, %d events, want %d, %d",
				row.Origin, row.Sources, row.Events, truth.Sources[row.Origin], truth.Events[row.Origin])
		}
	}
	if report.Unlocated.Sources != truth.Sources[geo.Unlocated] || report.Reserved.Sources != 0 {
		t.Errorf("%d unlocated, %d reserved", report.Unlocated.Sources, report.Reserved.Sources)
	}
}

// Without trust, all of that came from one peer.
func TestNoTrust(t *testing.T) {
	c := testCounter(t)
	c.trusted = nil
	server := httptest.NewServer(c.middleware(site()))
	defer server.Close()
	for i := range 20 {
		r, _ := http.NewRequest("GET", server.URL, nil)
		r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.114.%d", i))
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if r := c.hour(t); r.Sources.Value != 0 || r.Reserved.Sources != 1 || r.Reserved.Events != 20 {
		t.Errorf("%+v, %+v", r.Sources, r.Reserved)
	}
}

// The middleware is in no handler's way, and what a handler does is in no way of
// the count.
func TestHandlers(t *testing.T) {
	c := testCounter(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	mux.HandleFunc("/hijack", func(w http.ResponseWriter, _ *http.Request) {
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(buffered, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nhello\n")
		buffered.Flush()
	})
	mux.HandleFunc("/own", func(w http.ResponseWriter, _ *http.Request) {
		_, flusher := w.(http.Flusher)
		_, readerFrom := w.(io.ReaderFrom)
		fmt.Fprint(w, flusher, readerFrom)
	})
	server := httptest.NewUnstartedServer(c.middleware(mux))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	defer server.Close()

	if _, err := server.Client().Get(server.URL + "/panic"); err == nil {
		t.Error("an answer from a handler that panics")
	}
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /hijack HTTP/1.1\r\nHost: test.example\r\n"+
		"Connection: Upgrade\r\nUpgrade: test\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n")
	buffered := bufio.NewReader(conn)
	response, err := http.ReadResponse(buffered, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(response, err)
	}
	if line, err := buffered.ReadString('\n'); line != "hello\n" {
		t.Errorf("%q, %v", line, err)
	}
	response, err = server.Client().Get(server.URL + "/own")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); strings.TrimSpace(string(body)) != "true true" {
		t.Errorf("the handler's writer has Flusher and ReaderFrom: %s", body)
	}
	if r := c.hour(t); r.Events+r.Reserved.Events != 3 || r.Sources.Value != 1 {
		t.Errorf("%d and %d events, want 3; %d sources", r.Events, r.Reserved.Events, r.Sources.Value)
	}
}

// The report is of an hour: what is older goes.
func TestHour(t *testing.T) {
	now := noon
	c := mustCounter(t, nil, func() time.Time { return now }, nil)
	handler := c.middleware(http.NotFoundHandler())
	for i := range 120 {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{1, 1, 1, byte(i)}), 80).String()
		handler.ServeHTTP(httptest.NewRecorder(), r)
		now = now.Add(time.Minute)
		c.tick()
	}
	if n := c.hour(t).Sources.Value; n != 60 {
		t.Errorf("%d sources, want those of the last 60 minutes", n)
	}
	now = now.Add(2 * time.Hour)
	c.tick()
	if n := c.hour(t).Sources.Value; n != 0 {
		t.Errorf("%d sources after two hours without any", n)
	}
}

// What a request costs more.
func BenchmarkMiddleware(b *testing.B) {
	sources, err := scenario.NewPopulation(world.Embedded(), nil).Sampler(1).DrawAny(20_000, scenario.Clustered4)
	if err != nil {
		b.Fatal(err)
	}
	c := mustCounter(b, nil, time.Now, nil)
	handler := c.middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	b.ReportAllocs()
	b.RunParallel(func(loop *testing.PB) {
		r := httptest.NewRequest("GET", "/login", nil)
		peers := make([]string, len(sources))
		for i, source := range sources {
			peers[i] = netip.AddrPortFrom(source, 4711).String()
		}
		for i := 0; loop.Next(); i++ {
			r.RemoteAddr = peers[i%len(peers)]
			handler.ServeHTTP(nil, r)
		}
	})
}
