package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// freePort returns an address that nobody listens at.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("needs the loopback interface: ", err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// fetch waits for the server to begin.
func fetch(t *testing.T, url, forwarded string) (int, string) {
	t.Helper()
	for {
		r, _ := http.NewRequest("GET", url, nil)
		r.Header.Set("X-Forwarded-For", forwarded)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
}

func TestServer(t *testing.T) {
	list := filepath.Join(t.TempDir(), "proxies.txt")
	if err := os.WriteFile(list, []byte("127.0.0.0/8 # this machine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	public, private := freePort(t), freePort(t)
	ended := make(chan error)
	go func() { ended <- run(ctx, public, private, list) }()
	for i, tt := range []struct {
		url    string
		status int
	}{
		{"http://" + public + "/", http.StatusOK},
		{"http://" + public + "/whence", http.StatusNotFound}, // it is on its own port alone
		{"http://" + private + "/", http.StatusNotFound},
		{"http://" + private + "/whence", http.StatusOK},
	} {
		if status, body := fetch(t, tt.url, fmt.Sprintf("6.6.6.6, 1.1.1.%d", i)); status != tt.status {
			t.Errorf("%s: %d %s", tt.url, status, body)
		}
	}
	body := ""
	for !strings.Contains(body, "2 distinct sources") { // requests are counted a moment later
		_, body = fetch(t, "http://"+private+"/whence?claim=majority+AU", "")
	}
	if !strings.Contains(body, "AU > 50%") {
		t.Errorf("the page is\n%s", body)
	}
	stop()
	if err := <-ended; err != nil && err != http.ErrServerClosed {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", public); err == nil {
		t.Error("the site is still served")
	}
}

// What cannot be served ends the program.
func TestRunFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("needs the loopback interface: ", err)
	}
	defer taken.Close()
	private := freePort(t)
	if err := run(context.Background(), taken.Addr().String(), private, ""); err == nil {
		t.Error("no error for a port that is taken")
	}
	if _, err := net.Dial("tcp", private); err == nil {
		t.Error("the page is still served")
	}
	if err := run(context.Background(), private, private, "no such file"); err == nil {
		t.Error("no error for proxies that cannot be read")
	}
}
