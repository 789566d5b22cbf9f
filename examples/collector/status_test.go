package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
)

func (r *runningServer) get(path, accept string) (body string, header http.Header) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, "http://"+r.page.Addr().String()+path, nil)
	must(r.t, err)
	req.Header.Set("Accept", accept)
	resp, err := http.DefaultClient.Do(req)
	must(r.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(r.t, err)
	if resp.StatusCode != http.StatusOK {
		r.t.Errorf("%s: %s", path, resp.Status)
	}
	return string(text), resp.Header
}

// The page has what was read of whom, as text and as JSON. The webhook gets the burst.
func TestPageAndWebhook(t *testing.T) {
	posted := make(chan monitor.Burst, 100)
	var tries atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b monitor.Burst
		if tries.Add(1) == 1 {
			http.Error(w, "not yet", http.StatusServiceUnavailable) // it comes again
			return
		}
		if err := json.NewDecoder(r.Body).Decode(&b); err != nil || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%v, %v", err, r.Header)
		}
		posted <- b
	}))
	defer hook.Close()
	s := start(t, begin, "-workers", "1", "-status", "127.0.0.1:0", "-webhook", hook.URL+"/x", "-claim",
		"majority RU")
	s.quarter(begin, true)

	var st status
	body, header := s.get("/", "text/html;q=0.5, application/json")
	if err := json.Unmarshal([]byte(body), &st); err != nil || header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v: %s", err, body)
	}
	if st.Datagrams != s.sent || st.Account.Records != 88*20+2*1000 || st.Exporters != 1 || len(st.Busiest) != 1 ||
		st.Busiest[0].Records != st.Account.Records || st.RunningCount == 0 || len(st.Targets) == 0 ||
		len(st.Outlets) != 2 || st.Sockets != 1 {
		t.Errorf("%s", body)
	}
	body, header = s.get("/", "*/*")
	contains(t, body, "3760 used, 0 unread", "127.0.0.1", "NETFLOW_V9", "198.51.100.7", "Bursts that run: 1",
		"RU > 50% of sources: ")
	if header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", header)
	}
	b := <-posted // before the end, which does not wait for long
	must(t, s.stop())
	if b.Target.String() != "198.51.100.7" && !b.Target.IsZero() || b.Report.Events == 0 {
		t.Errorf("%+v", b)
	}
}

// Whatever comes, the number of series is bounded: no label has anything of a datagram.
func TestMetrics(t *testing.T) {
	s := start(t, begin, "-workers", "1", "-status", "127.0.0.1:0")
	series := func() (names map[string]bool) {
		body, _ := s.get("/metrics", "*/*")
		names = map[string]bool{}
		for line := range strings.Lines(body) {
			if name, _, ok := strings.Cut(line, " "); ok && regexp.MustCompile("^(collector|whence)_").MatchString(name) {
				names[name] = true
			}
		}
		return names
	}
	boot := begin.Add(-time.Hour)
	for i := range 50 {
		conn := s.exporter(fmt.Sprintf("127.0.1.%d", 1+i))
		s.send(conn, v9(begin, boot, 0, 1, flows(begin, 5)))
		s.send(conn, []byte(fmt.Sprintf("garbage %d", i)))
	}
	s.settle()
	names := series()
	for _, want := range []string{"collector_datagrams_total", "collector_exporters", "collector_kernel_drops_total",
		`whence_input_unread_records{code="UNKNOWN_VERSION"}`, "whence_bursts_running",
		`collector_outlet_bursts_total{outlet="stdout",result="sent"}`} {
		if !names[want] {
			t.Errorf("%s is missing in %v", want, names)
		}
	}
	if len(names) < 60 || len(names) > 200 {
		t.Errorf("%d series: %v", len(names), names)
	}
	body, _ := s.get("/metrics", "*/*")
	contains(t, body, "collector_exporters 50\n", "collector_datagrams_total 100\n", "whence_input_records_total 250\n",
		`whence_input_unread_records{code="UNKNOWN_VERSION"} 50`, `result="dropped"} 0`, "go_goroutines")
	if strings.Contains(body, "127.0.") || strings.Contains(body, "198.51.") {
		t.Error("an address in the metrics")
	}
}

// A receiver that is dead or never answers, and a reader of the output that is gone, stop nothing.
func TestDeadWebhook(t *testing.T) {
	hang := make(chan struct{})
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer hook.Close()
	defer close(hang)
	s := start(t, begin, "-workers", "1", "-webhook", hook.URL+"/secret")
	s.quarter(begin, true)
	for !strings.Contains(s.out.String(), `"target":"198.51.100.7"`) { // it is printed by another goroutine
		time.Sleep(time.Millisecond)
	}
	for range 2*queued + 10 {
		s.notify(monitor.Burst{ID: 7})
	}
	if n := s.outlets[1].dropped.Load(); n < queued {
		t.Errorf("%d were dropped", n)
	}
	contains(t, s.stderr.String(), "webhook: too slow")
	must(t, s.stop())
	if s.outlets[1].sent.Load() != 0 || strings.Contains(s.stderr.String(), "secret") {
		t.Errorf("%d sent, %s", s.outlets[1].sent.Load(), s.stderr.String())
	}

	hook.CloseClientConnections()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	err := webhook(gone.URL+"/secret")(t.Context(), monitor.Burst{})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

// Clients that name JSON get it.
func TestAcceptsJSON(t *testing.T) {
	for accept, want := range map[string]bool{
		"": false, "*/*": false, "text/html, */*;q=0.8": false, "application/json": true, "Application/JSON; q=0.5": true,
		"text/plain, application/json": true, "application/json;q=0": false, "application/json-seq": false,
	} {
		if got := acceptsJSON(accept); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
}
