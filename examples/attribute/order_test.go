package main

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
)

// A file that is not in the order of time gives what the sorted one does.
func TestBurstOrder(t *testing.T) {
	all := requests(120)
	_, want, _ := attribute(t, "", "-burst", "-json", fileOf(t, "a.log", combinedLog(all)))
	reversed := slices.Clone(all)
	slices.Reverse(reversed)
	var halves []hit // the second half of each ten minutes comes first
	for part := range slices.Chunk(all, 600) {
		halves = append(append(halves, part[len(part)/2:]...), part[:len(part)/2]...)
	}
	for _, tt := range []struct {
		name   string
		all    []hit
		sorted bool
	}{
		{"in order", all, false},
		{"newest first", reversed, true},
		{"mixed", halves, true},
	} {
		status, got, stderr := attribute(t, "", "-burst", "-json", fileOf(t, "a.log", combinedLog(tt.all)))
		if status != exitOK || strings.Contains(stderr, "not in the order of time; read as a whole and sorted") != tt.sorted {
			t.Errorf("%s: exit status %d, %s", tt.name, status, stderr)
		}
		if !slices.Equal(texts(bursts(t, got)), texts(bursts(t, want))) {
			t.Errorf("%s: got %v, want %v", tt.name, bursts(t, got), bursts(t, want))
		}
	}
}

// The files of a rotated log are read oldest first, however they are named.
func TestBurstRotated(t *testing.T) {
	all := requests(120)
	dir := t.TempDir()
	older, newer := filepath.Join(dir, "access.log.1"), filepath.Join(dir, "access.log")
	overwrite(t, older, combinedLog(all[:2000]))
	overwrite(t, newer, combinedLog(all[2000:]))
	_, want, _ := attribute(t, "", "-burst", "-json", fileOf(t, "a.log", combinedLog(all)))
	status, got, stderr := attribute(t, "", "-burst", "-json", newer, older)
	if status != exitOK || !strings.Contains(stderr,
		"attribute: read in the order of their times: "+older+", "+newer+"\n") ||
		!slices.Equal(texts(bursts(t, got)), texts(bursts(t, want))) {
		t.Errorf("exit status %d, got %v, want %v, %s", status, bursts(t, got), bursts(t, want), stderr)
	}
	status, _, stderr = attribute(t, "", "-burst", older, filepath.Join(dir, "missing"), newer)
	if status != exitUnusable || !strings.Contains(stderr, "missing: no such file") ||
		!strings.Contains(stderr, "7,800 records: 0 late") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}

func TestInOrder(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines int
		at    func(i int) int // second of a line
		want  bool
	}{
		{"one second", 500, func(i int) int { return 0 }, true},
		{"second by second", 500, func(i int) int { return i }, true},
		{"second by second, backwards", 500, func(i int) int { return 500 - i }, false},
		{"one line", 1, func(i int) int { return 0 }, true},
		{"two lines", 2, func(i int) int { return i }, true},
		{"two lines, backwards", 2, func(i int) int { return 1 - i }, false},
		{"a busy log within a second or two, backwards", 1000, func(i int) int { return 2 - i/400 }, false},
		{"slow requests, logged with their begin", 500, func(i int) int { return 100 + i/5 - i%10 }, true},
		{"a slow request in 200", 1000, func(i int) int { return 100 + i - 60*(max(0, 1-i%200)) }, true},
		{"two logs, one after the other", 500, func(i int) int { return i % 250 * 10 }, false},
		{"the clock is set back once", 500, func(i int) int { return i - 50*(i/300) }, false},
	} {
		var times []time.Time
		for i := range tt.lines {
			times = append(times, logBegin.Add(time.Duration(tt.at(i))*time.Second))
		}
		cfg := &config{burstConfig: burstConfig{burst: true, interval: 10 * time.Second}}
		if got := inOrder(times, cfg); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// What does not fit into memory ends the reading, and what did is counted.
func TestSorterBound(t *testing.T) {
	s := newSorter(1000)
	event := func(i int, target string) *monitor.Event {
		return &monitor.Event{Time: logBegin.Add(-time.Duration(i) * time.Second), Target: monitor.TargetName(target),
			Flow: attribution.Flow{Source: netip.AddrFrom4([4]byte{8, 8, byte(i >> 8), byte(i)}), Events: 1,
				Handshake: i%2 == 0}}
	}
	n := 0
	for ; s.add(event(n, "/")) == nil; n++ {
	}
	if n != 990 {
		t.Errorf("%d records of one target fit, want 990", n)
	}
	if err := s.add(event(n, "/")); err == nil || !strings.Contains(err.Error(),
		"more than fit into memory (990 of 1 targets); sort it by time") {
		t.Errorf("error %v", err)
	}
	var last time.Time
	replayed := 0
	s.replay(func(e monitor.Event) {
		if e.Time.Before(last) || e.Events != 1 || e.Handshake != (e.Source.As4()[3]%2 == 0) || e.Target.Name() != "/" {
			t.Errorf("%v at %v after %v", e.Target, e.Time, last)
		}
		last = e.Time
		replayed++
	})
	if replayed != n || len(s.records) != 0 {
		t.Errorf("%d of %d records replayed, %d left", replayed, n, len(s.records))
	}
	many := newSorter(1000)
	n = 0
	for ; many.add(event(n, fmt.Sprint(n))) == nil; n++ {
	}
	if n > 100 {
		t.Errorf("%d records of as many targets fit", n)
	}
}

// Reports of attacks as their victims publish them: newest first, or in blocks.
func TestWebDDoSBursts(t *testing.T) {
	for _, name := range []string{"2024-11-28", "2025-01-14", "2025-06-19"} {
		path := testenv.CorpusPath(t, "web-ddos/"+name+".csv")
		status, stdout, stderr := attribute(t, "", "-burst", "-json", "-time", "ReportDate", "-interval", "1s", path)
		if status != exitOK || !strings.Contains(stderr, "not in the order of time; read as a whole and sorted") ||
			!strings.Contains(stderr, " records: 0 late, ") {
			t.Errorf("%s: exit status %d, %s", name, status, stderr)
		}
		for _, b := range bursts(t, stdout) {
			if len(b.Report.Verdicts) == 0 || b.Report.Sources.Value > b.Report.Events {
				t.Errorf("%s: %v", name, b)
			}
		}
	}
}
