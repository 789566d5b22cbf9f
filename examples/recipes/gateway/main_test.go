package main

import (
	"bufio"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// What a gateway reads is at the center when its windows have closed, bad lines as lost ones.
func TestGateway(t *testing.T) {
	key, begin := world.Key(5), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	f := world.Must(fleet.New(fleet.Options{
		KeyID: key.ID(), Precision: sketch.MinPrecision, Window: window, Nodes: []string{"paris"},
	}))
	server := httptest.NewServer(fleet.Handler(f, nil))
	defer server.Close()
	m := world.Must(monitor.New(world.Embedded(), monitor.Options{
		Interval: window, Tally: attribution.Options{Key: key},
	}))
	node := world.Must(fleet.NewNode(m, window, "paris", 1))

	now = func() time.Time { return begin }
	var lines strings.Builder
	for i := range 500 {
		fmt.Fprintf(&lines, "mailbox-%d@lagoon.example 193.0.%d.1\n", i%2, i%250)
	}
	lines.WriteString("mailbox-0@lagoon.example nobody\n\nnonsense\n")
	count(bufio.NewScanner(strings.NewReader(lines.String())), m)
	ticks := make(chan time.Time, 5)
	for i := range 5 {
		ticks <- begin.Add(time.Duration(i) * window)
	}
	close(ticks)
	ship(node, m, &fleet.Client{URL: server.URL}, ticks)

	for target, want := range map[monitor.Target]string{
		{}: "sources=250", monitor.TargetName("mailbox-0@lagoon.example"): "sources=125",
	} {
		answer, err := f.Snapshot(target, begin, begin.Add(window))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(answer.Snapshot); !strings.Contains(got, want) || len(answer.Missing) > 0 {
			t.Errorf("%v: %s, missing %v", target, got, answer.Missing)
		}
	}
	report := world.Must(world.Must(f.Snapshot(monitor.Target{}, begin, begin.Add(window))).Snapshot.Report(
		attribution.Policy{}))
	if got := report.Lost[attribution.LostUnread]; got != 3 {
		t.Errorf("%d lines are lost, want 3", got)
	}
}
