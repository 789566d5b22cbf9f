package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
