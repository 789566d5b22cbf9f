package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution/monitor"
)

// The middleware is in no handler's way, and what a handler does is in no way of the count.
func TestHandlers(t *testing.T) {
	o := newObserver(t, Options{Proxies: loopback()})
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
	server := httptest.NewUnstartedServer(o.Middleware(mux))
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
	if r := hour(t, o); r.Events+r.Reserved.Events != 3 || r.Sources.Value != 1 {
		t.Errorf("%d and %d events, want 3; %d sources", r.Events, r.Reserved.Events, r.Sources.Value)
	}
}

// A server on a Unix socket believes its proxy, if it is told to.
func TestUnixSocket(t *testing.T) {
	for _, trusted := range []bool{true, false} {
		o := newObserver(t, Options{Proxies: Proxies{UnixSocket: trusted}})
		path := filepath.Join(t.TempDir(), "s")
		listener, err := net.Listen("unix", path)
		if err != nil {
			t.Skip("no Unix sockets: ", err)
		}
		server := &http.Server{Handler: o.Middleware(http.NotFoundHandler())}
		go server.Serve(listener)
		client := &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "unix", path)
			},
		}}
		r, _ := http.NewRequest("GET", "http://site.example/", nil)
		r.Header.Set("X-Forwarded-For", "185.107.56.1")
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		server.Close()
		report := hour(t, o)
		if trusted && report.Sources.Value != 1 || !trusted && o.Account().Unread[0].Code != NoPeer {
			t.Errorf("trusted %v: %d sources, %+v", trusted, report.Sources.Value, o.Account())
		}
	}
}

// A site with as many targets as clients like is watched in bounded memory.
func TestTargetsAreBounded(t *testing.T) {
	m := newMonitor(t, monitor.Options{Targets: 16})
	o, err := New(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50_000 {
		visit(o, "77.88.8.1:80", fmt.Sprintf("/%d/%s", i, strings.Repeat("x", 500)))
		if i%1000 == 0 {
			o.Flush()
		}
	}
	o.Flush()
	if s := m.Stats(); s.Tracked > 16 || s.Records != 50_000 {
		t.Errorf("%+v", s)
	}
	for _, target := range m.Targets() {
		if len(target.Target.Name()) > maxName {
			t.Errorf("a target of %d bytes", len(target.Target.Name()))
		}
	}
}
