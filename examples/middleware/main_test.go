package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("needs the loopback interface: ", err)
	}
	return listener
}

func fetch(t *testing.T, url, forwarded string) (int, string) {
	t.Helper()
	r, _ := http.NewRequest("GET", url, nil)
	r.Header.Set("X-Forwarded-For", forwarded)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// checkClosed reports whether a listener is closed. Its port may be another program's by now.
func checkClosed(t *testing.T, what string, listener net.Listener) {
	t.Helper()
	if err := listener.(*net.TCPListener).SetDeadline(time.Time{}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%s is still served: %v", what, err)
	}
}

func TestServer(t *testing.T) {
	list := filepath.Join(t.TempDir(), "proxies.txt")
	if err := os.WriteFile(list, []byte("127.0.0.0/8 # this machine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	siteAt, pageAt := listen(t), listen(t)
	site, page := "http://"+siteAt.Addr().String(), "http://"+pageAt.Addr().String()
	ended := make(chan error)
	go func() { ended <- run(ctx, siteAt, pageAt, list) }()
	for i, tt := range []struct {
		url    string
		status int
	}{
		{site + "/", http.StatusOK},
		{site + "/whence", http.StatusNotFound}, // it is on its own port alone
		{page + "/", http.StatusNotFound},
		{page + "/whence", http.StatusOK},
	} {
		if status, body := fetch(t, tt.url, fmt.Sprintf("6.6.6.6, 1.1.1.%d", i)); status != tt.status {
			t.Errorf("%s: %d %s", tt.url, status, body)
		}
	}
	body := ""
	for !strings.Contains(body, "2 distinct sources") { // requests are counted a moment later
		_, body = fetch(t, page+"/whence?claim=majority+AU", "")
	}
	if !strings.Contains(body, "AU > 50%") {
		t.Errorf("the page is\n%s", body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	checkClosed(t, "the site", siteAt)
	checkClosed(t, "the page", pageAt)
}

// What cannot be served ends the program.
func TestRunFails(t *testing.T) {
	closed, pageAt := listen(t), listen(t)
	closed.Close()
	if err := run(context.Background(), closed, pageAt, ""); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a listener that is closed: %v", err)
	}
	checkClosed(t, "the page", pageAt)
	siteAt, pageAt := listen(t), listen(t)
	if err := run(context.Background(), siteAt, pageAt, "no such file"); err == nil {
		t.Error("no error for proxies that cannot be read")
	}
	checkClosed(t, "the site", siteAt)
	checkClosed(t, "the page", pageAt)
}

// A request that comes right before the end is counted, too.
func TestLastRequest(t *testing.T) {
	var log strings.Builder
	usual := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(usual)
	siteAt, pageAt := listen(t), listen(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- run(ctx, siteAt, pageAt, "") }()
	fetch(t, "http://"+siteAt.Addr().String(), "")
	stop()
	if err := <-ended; err != nil || !strings.Contains(log.String(), "requests=1") {
		t.Errorf("%v, it says %s", err, log.String())
	}
}
