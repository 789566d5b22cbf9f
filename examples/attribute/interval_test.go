package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

// The interval of a file is so long that enough records come in it, and no longer than its times
// allow. That of a pipe is the usual one, as is that of a run that another one goes on from.
func TestInterval(t *testing.T) {
	testenv.OneGoroutine(t)
	hits := func(n int, apart time.Duration) string {
		all := requests(120)
		var some []hit
		for i := range n {
			some = append(some, hit{logBegin.Add(time.Duration(i) * apart), all[i%len(all)].source, "/"})
		}
		return combinedLog(some)
	}
	const says = "bursts are looked for in intervals of "
	for _, c := range []struct {
		name, log string
		args      []string
		want      string // "" if nothing is said
	}{
		{"four in a second", hits(1200, 250*time.Millisecond), nil, ""},
		{"one in ten seconds", hits(1200, 10*time.Second), nil, "5m, since about 360 records come in an hour"},
		{"one in a minute", hits(1200, time.Minute), nil, "30m, since about 60 records come in an hour"},
		{"hardly any, for an hour", hits(60, time.Minute), nil, "1m, since about 61 records come in an hour"},
		{"asked for", hits(1200, time.Minute), []string{"-interval", "2m"}, ""},
		{"auto, asked for", hits(1200, time.Minute), []string{"-interval", "auto"}, "30m, since"},
		{"with a state", hits(1200, time.Minute), []string{"-state", filepath.Join(t.TempDir(), "state")}, ""},
	} {
		path := filepath.Join(t.TempDir(), "access.log")
		overwrite(t, path, c.log)
		status, _, stderr := attribute(t, "", append(append([]string{"-burst"}, c.args...), path)...)
		if status != exitOK || strings.Contains(stderr, says) != (c.want != "") || !strings.Contains(stderr, c.want) ||
			c.want != "" && !strings.Contains(stderr, says+c.want) {
			t.Errorf("%s: exit status %d, want %q: %s", c.name, status, c.want, stderr)
		}
	}
	status, _, stderr := attribute(t, hits(1200, time.Minute), "-burst", "-")
	if status != exitOK || strings.Contains(stderr, says) || !strings.Contains(stderr, "try -interval 30m") {
		t.Errorf("a pipe: exit status %d, %s", status, stderr)
	}
}
