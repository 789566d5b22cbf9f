package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A botnet hits one page of a quiet site: that is told of while it runs, and the
// page names the target, the time and the verdict.
func TestBurst(t *testing.T) {
	population := scenario.NewPopulation(world.Embedded(), nil)
	const after = 20 * time.Minute
	stream, err := scenario.Overlay{
		Quiet: scenario.Quiet{Days: 1, Rate: 3, Targets: 20},
		Bursts: []scenario.Part{{
			Builder: scenario.Botnet{Sources: 3000, Repeat: 2, Target: "/login", Span: 2 * time.Minute},
			After:   after,
		}},
	}.Build(population)
	if err != nil {
		t.Fatal(err)
	}
	attack := stream.Bursts()[0]

	var now time.Time
	var told []monitor.Burst
	c := mustCounter(t, nil, func() time.Time { return now }, func(b monitor.Burst) {
		told = append(told, b)
		if len(told) == 1 && !now.Before(attack.End) {
			t.Errorf("first told of at %v: %v", now, b)
		}
	})
	handler := c.middleware(http.NotFoundHandler())
	tick := attack.Onset.Add(-after)
	for e := range stream.Events() {
		if now = e.Time; now.After(attack.End.Add(10 * time.Minute)) {
			break
		}
		for ; !tick.After(now); tick = tick.Add(10 * time.Second) {
			c.tick()
		}
		path := "/" + strings.TrimPrefix(e.Target, "/")
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = netip.AddrPortFrom(e.Source, 4711).String()
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	if len(told) < 2 || told[0].Final {
		t.Fatalf("told of %d bursts, the first of them final", len(told))
	}

	w := get(c, "claim=majority+RU", "")
	if body := w.Body.String(); !strings.Contains(body, "/login") || !strings.Contains(body, "supported: RU > 50%") {
		t.Errorf("the page is\n%s", body)
	}
	var a struct {
		Bursts []struct {
			Target     string
			Onset, End time.Time
			Final      bool
			Asked      []struct{ Outcome string }
		}
	}
	if err := json.Unmarshal(get(c, "claim=majority+RU&format=json", "").Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, b := range a.Bursts {
		// Onset and end are rounded to 10 seconds; a burst is found to have
		// ended a few of them later.
		near := b.Onset.Sub(attack.Onset).Abs() <= 20*time.Second && b.End.Sub(attack.End).Abs() <= 30*time.Second
		if b.Target == "/login" && near && b.Final && b.Asked[0].Outcome == "supported" {
			found = true
		}
	}
	if !found {
		t.Errorf("the attack, from %v to %v, is not among %+v", attack.Onset, attack.End, a.Bursts)
	}

	now = now.Add(3 * time.Hour)
	c.tick()
	if n := len(c.bursts()); n > 0 {
		t.Errorf("%d bursts in an hour that had none", n)
	}
}
