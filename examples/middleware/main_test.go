package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// A request that runs while the server is told to stop gets its answer, and is
// in the last report.
func TestShutdown(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	public, private := listen(t), listen(t)
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		stop()
		for { // until nobody listens any more
			conn, err := net.Dial("tcp", public.Addr().String())
			if err != nil {
				break
			}
			conn.Close()
		}
		fmt.Fprint(w, "done")
	})
	var stderr strings.Builder
	ended := make(chan error)
	go func() { ended <- serve(ctx, testCounter(t), slow, public, private, &stderr) }()

	r, _ := http.NewRequest("GET", "http://"+public.Addr().String(), nil)
	r.Header.Set("X-Forwarded-For", "1.1.1.1")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); string(body) != "done" {
		t.Errorf("%q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(stderr.String(), "Australia") {
		t.Errorf("the last report is\n%s", &stderr)
	}
}

// The page is on its own port alone.
func TestPageIsPrivate(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	public, private := listen(t), listen(t)
	ended := make(chan error)
	go func() { ended <- serve(ctx, testCounter(t), site(), public, private, io.Discard) }()
	for url, want := range map[string]int{
		"http://" + public.Addr().String() + "/":        http.StatusOK,
		"http://" + public.Addr().String() + "/whence":  http.StatusNotFound,
		"http://" + private.Addr().String() + "/whence": http.StatusOK,
		"http://" + private.Addr().String() + "/":       http.StatusNotFound,
	} {
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %s, want %d", url, response.Status, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A listener that fails ends the other server, too.
func TestServeFails(t *testing.T) {
	public, private := listen(t), listen(t)
	public.Close()
	if err := serve(context.Background(), testCounter(t), site(), public, private, io.Discard); err == nil {
		t.Error("no error without a listener")
	}
	if _, err := net.Dial("tcp", private.Addr().String()); err == nil {
		t.Error("the page is still served")
	}
	if err := run(context.Background(), testCounter(t), private.Addr().String(), "127.0.0.1:x", io.Discard); err == nil {
		t.Error("no error for an address that is none")
	}
}
