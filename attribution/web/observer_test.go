package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

func TestOptionsAreChecked(t *testing.T) {
	m := newMonitor(t, monitor.Options{})
	for _, tt := range []struct {
		m *monitor.Monitor
		o Options
	}{
		{nil, Options{}}, {m, Options{Queue: -1}}, {m, Options{Queue: 63}}, {m, Options{Queue: 1<<20 + 1}},
		{m, Options{Proxies: Proxies{Header: "no header"}}},
	} {
		if o, err := New(tt.m, tt.o); !isInvalidOptions(err) || o != nil {
			t.Errorf("%+v: %v, %v", tt.o, o, err)
		}
	}
	if _, err := New(m, Options{Queue: 64}); err != nil {
		t.Error(err)
	}
}

// A handshake proves the address of a peer, and none that a proxy has told.
func TestHandshake(t *testing.T) {
	o := newObserver(t, Options{Proxies: loopback()})
	visit(o, "77.88.8.1:80", "/")
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "127.0.0.1:80"
	r.Header.Set("X-Forwarded-For", "77.88.8.2")
	o.Observe(r)
	o.Flush()
	proven := map[string]bool{}
	for s := range o.monitor.Snapshot(time.Time{}, time.Time{}).Sample() {
		proven[s.Prefix.Addr().String()] = s.Handshake
	}
	if len(proven) != 2 || !proven["77.88.8.1"] || proven["77.88.8.2"] {
		t.Errorf("proven: %v", proven)
	}
	if s := o.Stats(); s.Requests != 2 || s.Forwarded != 1 || s.NoAddress != 0 || s.Dropped != 0 {
		t.Errorf("%+v", s)
	}
}

// Requests without a client are lost to their target, and the account says why.
func TestUnreadRequests(t *testing.T) {
	o := newObserver(t, Options{Proxies: loopback()})
	visit(o, "77.88.8.1:80", "/")
	visit(o, "@", "/unix")
	for range 3 {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "127.0.0.1:80"
		r.Header.Set("X-Forwarded-For", "unknown")
		o.Observe(r)
	}
	if r := hour(t, o); r.Events != 1 || r.Lost[attribution.LostUnread] != 4 {
		t.Errorf("%d events, lost %v", r.Events, r.Lost)
	}
	a := o.Account()
	want := []attribution.Unread{
		{Code: Obscured, Records: 3, First: "request 3"}, {Code: NoPeer, Records: 1, First: "request 2"},
	}
	if len(a.Unread) != 2 || a.Unread[0] != want[0] || a.Unread[1] != want[1] || a.Records != 1 ||
		a.Lost[attribution.LostUnread] != 4 || a.First[attribution.LostUnread] != "request 2" ||
		a.Fields["source"] != "X-Forwarded-For" || a.From != noon || a.To != noon {
		t.Errorf("%+v", a)
	}
	if a := newObserver(t, Options{}).Account(); a.Fields["source"] != "peer" || a.Lost != nil {
		t.Errorf("%+v", a)
	}
}

// A full queue drops requests. They are counted, and lost to the target that they were for.
func TestQueueIsBounded(t *testing.T) {
	o := newObserver(t, Options{Queue: 64})
	for range 64 {
		visit(o, "77.88.8.1:80", "/a")
	}
	for range 20_000 {
		visit(o, "77.88.8.1:80", "/b")
	}
	visit(o, "@", "/c") // is dropped, not unread
	if s := o.Stats(); s.Waiting != 64 || s.Dropped != 20_001 || s.NoAddress != 0 || s.Requests != 20_065 {
		t.Errorf("%+v", s)
	}
	a := o.Account()
	if a.Records != 64 || a.Lost[attribution.LostShed] != 20_001 || a.First[attribution.LostShed] != "request 65" {
		t.Errorf("%+v", a)
	}
	o.flush(lostAtOnce)
	if n := o.monitor.Stats().Records; n != 64+lostAtOnce {
		t.Errorf("the monitor got %d records at once", n)
	}
	visit(o, "77.88.8.1:80", "/b")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	o.Run(ended) // tells the others
	if r := hour(t, o); r.Events != 65 || r.Lost[attribution.LostUnread] != 20_001 {
		t.Errorf("%d events, lost %v", r.Events, r.Lost)
	}
	s, tracked := o.monitor.TargetSnapshot(monitor.TargetName("/b"))
	r, err := s.Report(attribution.Policy{})
	// Some were lost before the target was tracked.
	if !tracked || err != nil || r.Lost[attribution.LostUnread] < 10_000 {
		t.Errorf("%v %v: lost %v of the target", tracked, err, r.Lost)
	}
}

// Dropped requests for very many targets are told apart for some, and counted for all.
func TestDroppedTargetsAreBounded(t *testing.T) {
	o := newObserver(t, Options{Queue: 64})
	for i := range 64 + 5000 {
		visit(o, "77.88.8.1:80", fmt.Sprint("/", i))
	}
	if len(o.lost) != mostDroppedTargets+1 || o.lost[monitor.Target{}] != 5000-mostDroppedTargets {
		t.Errorf("%d targets, %d of others", len(o.lost), o.lost[monitor.Target{}])
	}
	if r := hour(t, o); r.Lost[attribution.LostUnread] != 5000 {
		t.Errorf("lost %v", r.Lost)
	}
}

// A burst that is handled slowly stops the monitor, and no request.
func TestSlowNotify(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	m := newMonitor(t, monitor.Options{Notify: func(monitor.Burst) {
		once.Do(func() { close(begun) })
		<-release
	}})
	now := noon
	o, err := New(m, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for range 120 { // a quiet start
		for i := range 10 {
			visit(o, fmt.Sprintf("77.88.8.%d:80", i), "/")
		}
		now = now.Add(10 * time.Second)
		o.Flush()
	}
	for i := range 5000 {
		visit(o, fmt.Sprintf("5.136.%d.%d:80", i/250, i%250), "/login")
	}
	flushed := make(chan struct{})
	go func() { o.Flush(); close(flushed) }()
	<-begun
	for range 100_000 { // these would wait for ever if any did
		visit(o, "77.88.8.1:80", "/")
	}
	if s := o.Stats(); s.Waiting != defaultQueue || s.Dropped != 100_000-defaultQueue {
		t.Errorf("%+v", s)
	}
	close(release)
	<-flushed
	if !m.Bursting(monitor.Target{}) && !m.Bursting(monitor.TargetName("/login")) {
		t.Error("no burst runs")
	}
}

// Run hands on what waits, tells the time, and flushes at the end.
func TestRun(t *testing.T) {
	table := world.Embedded()
	synctest.Test(t, func(t *testing.T) {
		m, err := monitor.New(table, monitor.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o, err := New(m, Options{Queue: 64})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { o.Run(ctx); close(ended) }()
		visit(o, "77.88.8.1:80", "/")
		time.Sleep(flushEvery)
		synctest.Wait()
		if s := o.Stats(); s.Waiting != 0 || m.Stats().Records != 1 {
			t.Errorf("%+v waits after %v", s, flushEvery)
		}
		for range 32 {
			visit(o, "77.88.8.1:80", "/")
		}
		synctest.Wait() // half full
		if s := o.Stats(); s.Waiting != 0 || m.Stats().Records != 33 {
			t.Errorf("%+v waits though the queue was half full", s)
		}
		time.Sleep(time.Minute)
		if s := m.Stats(); time.Since(s.Time) > 2*advanceEvery {
			t.Errorf("the monitor believes that it is %v, %v ago", s.Time, time.Since(s.Time))
		}
		visit(o, "77.88.8.1:80", "/")
		stop()
		<-ended
		if m.Stats().Records != 34 {
			t.Error("the last request was not counted")
		}
	})
}

// Requests of a botnet come through a proxy, on many goroutines at once, each with a header
// that its client has begun itself, while the state is read.
func TestLoad(t *testing.T) {
	o := newObserver(t, Options{Proxies: loopback(), Now: time.Now})
	ctx, stop := context.WithCancel(t.Context())
	go o.Run(ctx)
	population := scenario.NewPopulation(world.Embedded(), nil)
	botnet, err := scenario.Botnet{Sources: 2000, Unlocated: 0.05, IPv6: 0.2, Repeat: 3}.Build(population)
	if err != nil {
		t.Fatal(err)
	}
	handler := o.Middleware(http.NotFoundHandler())
	sources := make(chan netip.Addr)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for source := range sources {
				r := httptest.NewRequest("GET", "/", nil)
				r.RemoteAddr = "[::1]:4711"
				r.Header.Set("X-Forwarded-For", "6.6.6.6, 127.0.0.1, "+source.String())
				handler.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
	page := o.Handler(Page{})
	done := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for open := true; open; {
			select {
			case <-done:
				open = false
			default:
			}
			w := httptest.NewRecorder()
			if page.ServeHTTP(w, httptest.NewRequest("GET", "/?format=json", nil)); w.Code != http.StatusOK {
				t.Errorf("the page: %d %s", w.Code, w.Body)
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
	stop()

	truth, report := botnet.Total(), hour(t, o)
	if s := report.Sources; !s.Exact || s.Value != truth.Distinct() || report.Events != 6000 || len(report.Lost) > 0 {
		t.Errorf("%+v, %d events, lost %v; want %d sources", s, report.Events, report.Lost, truth.Distinct())
	}
	for _, row := range report.Countries {
		if row.Sources != truth.Sources[row.Origin] || row.Events != truth.Events[row.Origin] {
			t.Errorf("%v: %d sources, %d events, want %d, %d",
				row.Origin, row.Sources, row.Events, truth.Sources[row.Origin], truth.Events[row.Origin])
		}
	}
}

func testMux() *http.ServeMux {
	mux := http.NewServeMux()
	nothing := func(http.ResponseWriter, *http.Request) {}
	for _, pattern := range []string{"GET /{$}", "POST /login", "/login", "GET /users/{id}", "shop.example/"} {
		mux.HandleFunc(pattern, nothing)
	}
	return mux
}

func TestTargets(t *testing.T) {
	long := "/" + strings.Repeat("ä", 300)
	for _, tt := range []struct {
		of                 string
		target             func(*http.Request) monitor.Target
		method, host, path string
		want               string
	}{
		{"path", Path, "GET", "site.example", "/a/b?c=d", "/a/b"},
		{"path, empty", Path, "GET", "site.example", "", ""},
		{"path, long", Path, "GET", "site.example", long, "/" + strings.Repeat("ä", 127)},
		{"path, of a long line", Path, "GET", "site.example", "/a?" + strings.Repeat("x", 1<<16), "/a"},
		{"path, like an address", Path, "GET", "site.example", "/192.0.2.1", "/192.0.2.1"},
		{"host", Host, "GET", "Site.Example:8080", "/", "site.example"},
		{"host, dot", Host, "GET", "site.example.", "/", "site.example"},
		{"host, IPv6", Host, "GET", "[2001:db8::1]", "/", "[2001:db8::1]"},
		{"host, IPv6 and port", Host, "GET", "[2001:db8::1]:80", "/", "[2001:db8::1]"},
		{"host, none", Host, "GET", "", "/", ""},
		{"host, long", Host, "GET", strings.Repeat("x", 9999), "/", strings.Repeat("x", 256)},
		{"pattern", Pattern(testMux()), "GET", "site.example", "/users/17", "GET /users/{id}"},
		{"pattern of a host", Pattern(testMux()), "GET", "shop.example", "/x", "shop.example/"},
		{"pattern, no route", Pattern(testMux()), "GET", "site.example", "/wp-login.php", "no route"},
		{"pattern, no method", Pattern(testMux()), "PUT", "site.example", "/users/17", "no route"},
		{"pattern, no mux", Pattern(nil), "GET", "site.example", "/users/17", "no route"},
	} {
		r := httptest.NewRequest(tt.method, "/", nil)
		path, query, _ := strings.Cut(tt.path, "?")
		r.Host, r.URL.Path, r.URL.RawQuery, r.RequestURI = tt.host, path, query, tt.path
		if got := tt.target(r); got != monitor.TargetName(tt.want) {
			t.Errorf("%s: %v, want %q", tt.of, got, tt.want)
		}
	}
	// Inside of a route, the pattern is known.
	mux, got := http.NewServeMux(), monitor.Target{}
	mux.HandleFunc("GET /users/{id}", func(_ http.ResponseWriter, r *http.Request) { got = Pattern(nil)(r) })
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/users/17", nil))
	if got != monitor.TargetName("GET /users/{id}") {
		t.Errorf("%v inside of the route", got)
	}
}
