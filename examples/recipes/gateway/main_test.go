package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
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

	var lines strings.Builder
	for i := range 500 {
		fmt.Fprintf(&lines, "mailbox-%d@lagoon.example 193.0.%d.1\n", i%2, i%250)
	}
	lines.WriteString("mailbox-0@lagoon.example nobody\n\nnonsense\n")
	lines.WriteString(strings.Repeat("too long ", 1e5))
	lines.WriteString("\nmailbox-0@lagoon.example 193.0.250.1\n") // is read after that
	err := count(bufio.NewReader(strings.NewReader(lines.String())), m, func() time.Time { return begin })
	if err != io.EOF {
		t.Error(err)
	}
	ticks := make(chan time.Time, 5)
	for i := range 5 {
		ticks <- begin.Add(time.Duration(i) * window)
	}
	close(ticks)
	ship(node, m, &fleet.Client{URL: server.URL}, ticks)

	for target, want := range map[monitor.Target]string{
		{}: "sources=251", monitor.TargetName("mailbox-0@lagoon.example"): "sources=126",
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
	if got := report.Lost[attribution.LostUnread]; got != 4 {
		t.Errorf("%d lines are lost, want 4", got)
	}
}

// Without its arguments it says which.
func TestUsage(t *testing.T) {
	cmd := testenv.Program(t)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "usage: gateway CENTER NAME") {
		t.Errorf("%v, %s", err, out)
	}
}

func TestMain(m *testing.M) {
	testenv.RunAsProgram(main)
	os.Exit(m.Run())
}
