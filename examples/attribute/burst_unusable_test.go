package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What cannot be watched says what to do about it.
func TestBurstUnusable(t *testing.T) {
	for _, tt := range []struct{ name, text, args, want string }{
		{"addresses", "8.8.8.8\n8.8.4.4\n", "", "not one record has a time that can be read, and -burst needs it; -time"},
		{"many addresses", manyAddresses(5000), "", "what stands before line 999 is counted"},
		{"times that are none", "ip,when\n8.8.8.8,soon\n8.8.4.4,late\n", "-time when",
			"not one record has a time that can be read"},
		{"no such time", "ip,when\n8.8.8.8,2024-05-21T22:13:05Z\n", "-time t",
			`-time: no column named "t"; there are: "ip", "when"`},
		{"no such target", "ip,when\n8.8.8.8,2024-05-21T22:13:05Z\n", "-time when -target host",
			`-target: no column named "host"; there are: "ip", "when"`},
		{"no server", combinedLog(requests(1)), "-target host", `-target: "host": the lines do not begin with a site`},
		{"target of an access log", combinedLog(requests(1)), "-target user",
			`-target: "user": an access log has host and path`},
		{"empty", "", "", `"standard input": it has no records`},
	} {
		status, stdout, stderr := attribute(t, tt.text, append(append([]string{"-burst"}, strings.Fields(tt.args)...),
			"-")...)
		if status != exitUnusable || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit status %d, %s", tt.name, status, stderr)
		}
	}
}

// The hints say what keeps bursts from being found.
func TestBurstHints(t *testing.T) {
	all := requests(120)
	line := func(at time.Time) hit { return hit{at, all[0].source, "/"} }
	var sparse, early, jumping []hit
	for i := range 400 {
		sparse = append(sparse, line(logBegin.Add(time.Duration(i)*15*time.Second)))
		early = append(early, line(logBegin.Add(time.Duration(i)*100*time.Millisecond)))
		jumping = append(jumping, line(logBegin.Add(time.Duration(i)*time.Second-time.Duration(i%4)*15*time.Second)))
	}
	for _, tt := range []struct {
		name string
		all  []hit
		want string // "" if there is none
	}{
		{"enough", all, ""},
		{"few records", sparse, "fewer than 20 records in an interval of 10s on average, too few to tell a small burst " +
			"from chance; try -interval 5m\n"},
		{"few intervals", early, "all of it is within 4 intervals of 10s; a burst is told from what came in 12 intervals " +
			"before it\n"},
		{"out of order", jumping, "many records came too late to be counted; give a longer -lateness (now 10s)"},
		{"twice", slices.Concat(all, all), "the times went back 1 times, and all began anew"},
	} {
		status, _, stderr := attribute(t, combinedLog(tt.all), "-burst", "-")
		_, hints, found := strings.Cut(stderr, " running\n")
		if status != exitOK || !found || (tt.want == "") != (hints == "") || !strings.Contains(hints, tt.want) {
			t.Errorf("%s: exit status %d, %s", tt.name, status, stderr)
		}
	}
}

// A burst that cannot be printed is not lost silently.
func TestBurstUnprintable(t *testing.T) {
	var stderr bytes.Buffer
	status := run(t.Context(), []string{"-burst", "-"}, strings.NewReader(combinedLog(requests(120))), brokenWriter{},
		&stderr)
	if status != exitUnusable || !strings.Contains(stderr.String(), "broken") {
		t.Errorf("exit status %d, %s", status, stderr.String())
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, fmt.Errorf("broken") }
