package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

// quarter sends a quarter of an hour of everyday traffic, and then a flood of 20 seconds.
func (r *runningServer) quarter(from time.Time, flood bool) (end time.Time) {
	r.t.Helper()
	conn, boot := r.exporter("127.0.0.1"), from.Add(-time.Hour)
	number := uint32(0)
	for tick := range 90 {
		at := from.Add(time.Duration(tick) * 10 * time.Second)
		r.clock.Store(at.UnixNano())
		n := 20
		if flood && tick >= 88 {
			n = 1000
		}
		for sent := 0; sent < n; sent += 20 {
			list := flows(at, n)[sent : sent+20]
			r.send(conn, v9(at, boot, number, 1, list))
			number++
		}
		r.settle()
		r.tick(at)
		end = at
	}
	return end
}

// A collector that was stopped goes on where it was: its history and its running burst are those of before.
func TestState(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state")
	args := []string{"-workers", "1", "-state", path, "-key", fileOf(t, "key", testenv.Secret(1))}
	first := start(t, begin, args...)
	end := first.quarter(begin, true)
	must(t, first.stop())
	running := first.running()
	if len(running) == 0 {
		t.Fatal("no burst runs")
	}
	contains(t, first.out.String(), `"target":"198.51.100.7"`, `"final":false`)
	contains(t, first.stderr.String(), "bursts run")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v beside the state, %v", entries, err)
	}

	second := start(t, end, args...)
	contains(t, second.stderr.String(), "goes on from 2026-06-01 12:14:50 UTC")
	got := second.running()
	if len(got) != len(running) || got[0].ID != running[0].ID || got[0].Onset != running[0].Onset {
		t.Errorf("%d bursts run, want %d", len(got), len(running))
	}
	if got, want := second.monitor.Stats().Records, first.monitor.Stats().Records; got != want {
		t.Errorf("%d records, want %d", got, want)
	}
	must(t, second.stop())

	var stderr bytes.Buffer
	other := fileOf(t, "key", testenv.Secret(2))
	if status := run(t.Context(), []string{"-listen", "127.0.0.1:0", "-state", path, "-key", other}, nil, &stderr,
		&stderr); status != exitFailed {
		t.Errorf("another key: exit status %d, %s", status, stderr.String())
	}
	data, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, data[:len(data)/2], 0o600))
	third := start(t, end, args...)
	contains(t, third.stderr.String(), "all begins anew")
	must(t, third.stop())
	if bad, err := os.ReadFile(path + ".bad"); err != nil || len(bad) != len(data)/2 {
		t.Errorf("%d bytes are kept, %v", len(bad), err)
	}
}

// A state that cannot be written is said at once, and is an error at the end.
func TestStateUnusable(t *testing.T) {
	key := fileOf(t, "key", testenv.Secret(1))
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none", "state")} {
		var stderr bytes.Buffer
		if status := run(t.Context(), []string{"-listen", "127.0.0.1:0", "-state", path, "-key", key}, nil, &stderr,
			&stderr); status != exitFailed {
			t.Errorf("%s: exit status %d, %s", path, status, stderr.String())
		}
	}
}

// The state is written while the program runs, however long the interval is.
func TestStateIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	s := prepare(t, begin, "-interval", "1h", "-state", path, "-key", fileOf(t, "key", testenv.Secret(1)))
	if s.state.every != time.Minute {
		t.Errorf("it is written every %v", s.state.every)
	}
	s.state.every = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx) }()
	for _, err := os.Stat(path); err != nil; _, err = os.Stat(path) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	must(t, <-ended)
}
