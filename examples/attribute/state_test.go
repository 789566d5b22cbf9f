package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/internal/testenv/world"
)

// stateText is a log of which the tests of -state read one part after the other.
var stateText = combinedLog(requests(120))

// lineAt returns the part of the log before its n-th line.
func lineAt(n int) string {
	end := 0
	for range n {
		end += strings.IndexByte(stateText[end:], '\n') + 1
	}
	return stateText[:end]
}

// atOnce are the bursts that one run over the whole log finds.
func atOnce(t *testing.T) []string {
	t.Helper()
	_, stdout, _ := attribute(t, stateText, "-burst", "-json", "-")
	all := texts(bursts(t, stdout))
	if len(all) != 3 { // early, when its interval closes, and when it has ended
		t.Fatalf("the log has %q", all)
	}
	return all
}

// A log that grows, and one that is cut into several by rotation, gives the bursts
// that it gives at once.
func TestStateGrows(t *testing.T) {
	want := atOnce(t)
	const cut = 2000               // within the time before the burst
	torn := len(lineAt(2900)) + 30 // within a line of the burst
	for name, pack := range map[string]func(string) string{
		"plain":      func(s string) string { return s },
		"compressed": func(s string) string { return gzipped(t, s) },
	} {
		dir := t.TempDir()
		state, log, rotated := filepath.Join(dir, "state"), filepath.Join(dir, "access.log"),
			filepath.Join(dir, "access.log.1")
		args := []string{"-burst", "-json", "-state", state, log}
		var got []string
		run := func(wantErr string, args ...string) {
			t.Helper()
			status, stdout, stderr := attribute(t, "", args...)
			if status != exitOK || !strings.Contains(stderr, wantErr) {
				t.Fatalf("%s: exit status %d, no %q in %s", name, status, wantErr, stderr)
			}
			got = append(got, texts(bursts(t, stdout))...)
		}
		overwrite(t, log, pack(lineAt(cut)))
		run("attribute: "+strconv.Quote(log)+": read as COMBINED, 2,000 used, 0 lost\nattribute: 2,000 records: ", args...)
		run("attribute: "+strconv.Quote(log)+": goes on behind line 2,000\nattribute: 2,000 records: ", args...)
		overwrite(t, log, pack(stateText[:torn]))
		run(strconv.Quote(log)+": read as COMBINED, 900 used, 0 lost; its last line has no end yet, and is left for the "+
			"next run\nattribute: 2,900 records: ", args...)
		overwrite(t, rotated, pack(lineAt(6000)))
		overwrite(t, log, pack(stateText[len(lineAt(6000)):]))
		run("attribute: 7,800 records: 0 late, 0 set aside, 0 undated; bursts: 1 ended, 0 running\n",
			append(args, rotated)...)
		run(strconv.Quote(log)+": goes on behind line 1,800\nattribute: 7,800 records: ", append(args, rotated)...)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if info, err := os.Stat(state); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the state has mode %v, %v", name, info.Mode(), err)
		}
	}
}

// A run that is killed goes on from the last state that it wrote: what was told
// since is told again, and nothing is missing.
func TestStateAfterKill(t *testing.T) {
	want := atOnce(t)
	kills := []int{1, 3, 5, 7} // batches of 1,024 records, the 7th being the last that is full
	if testing.Short() {
		kills = kills[1:2]
	}
	for _, kill := range kills {
		path, log := filepath.Join(t.TempDir(), "state"), fileOf(t, "access.log", stateText)
		var stdout, stderr strings.Builder
		s := system{nil, &stdout, &stderr, isTerminal, os.Getenv, time.Now}
		cfg, err := parseArgs([]string{"-burst", "-json", "-state", path, log}, s)
		if err != nil {
			t.Fatal(err)
		}
		console := s.console()
		w := newWatcher(cfg, s, console)
		if err := w.start(world.Embedded(), attribution.Options{IPv6PrefixLen: cfg.v6}); err != nil {
			t.Fatal(err)
		}
		w.state.every = 0
		// The clock is read twice for each state that is written. The run is
		// stopped behind one of them, and never comes to its end.
		ctx, stop := context.WithCancel(t.Context())
		reads := 0
		w.now = func() time.Time {
			if reads++; reads == 2*kill {
				w.err = context.Canceled
			}
			return time.Now()
		}
		c := &counter{sink: w, console: console, cfg: cfg, now: time.Now, account: new(attribution.Account)}
		w.ctx = ctx
		err = c.file(ctx, log, nil)
		if !errors.Is(err, context.Canceled) || c.account.Records != uint64(1024*kill) {
			t.Fatalf("killed after %d records: %v, %s", c.account.Records, err, stderr.String())
		}
		stop()

		told := texts(bursts(t, stdout.String()))
		status, rest, errs := attribute(t, "", "-burst", "-json", "-state", path, log)
		if status != exitOK || !strings.Contains(errs, "7,800 records: 0 late") {
			t.Errorf("exit status %d, %s", status, errs)
		}
		for _, line := range texts(bursts(t, rest)) {
			if !slices.Contains(told, line) {
				told = append(told, line)
			}
		}
		if !slices.Equal(told, want) {
			t.Errorf("killed at batch %d: got\n%s\nwant\n%s", kill, strings.Join(told, "\n"), strings.Join(want, "\n"))
		}
	}
}

// What comes through a pipe has no place to go on from; what is known is kept.
func TestStateOfPipe(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	half := len(lineAt(3000))
	_, first, _ := attribute(t, stateText[:half], "-burst", "-json", "-state", state, "-")
	status, second, stderr := attribute(t, stateText[half:], "-burst", "-json", "-state", state, "-")
	got := texts(bursts(t, first+second))
	if want := "7,800 records: 0 late"; status != exitOK || !strings.Contains(stderr, want) ||
		!slices.Equal(got, atOnce(t)) {
		t.Errorf("exit status %d, %q, %s", status, got, stderr)
	}
}

// What is no state is left alone; a state that is damaged is kept beside the new.
func TestStateUnusable(t *testing.T) {
	dir := t.TempDir()
	log := fileOf(t, "access.log", stateText)
	good := filepath.Join(dir, "good")
	if status, _, stderr := attribute(t, "", "-burst", "-state", good, log); status != exitOK {
		t.Fatal(stderr)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(at int) string {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return string(b)
	}
	for _, tt := range []struct {
		name, text string
		args       []string
		status     int
		want       string
		kept       bool // as FILE.bad
	}{
		{"good", string(whole), nil, exitOK, ": goes on from 2024-05-21 22:19:59 UTC; running bursts: 0", false},
		{"empty", "", nil, exitOK, "7,800 records", false},
		{"a log", stateText, nil, exitUnusable, ": no state of attribute -burst; give another name", false},
		{"short", "192.0.2.1", nil, exitUnusable, ": no state of attribute -burst; give another name", false},
		{"cut in its header", string(whole[:20]), nil, exitOK, ": damaged: 20 bytes are no header; it is kept as", true},
		{"cut", string(whole[:len(whole)/2]), nil, exitOK, ": damaged: monitor: invalid encoding: ", true},
		{"cut behind the header", string(whole[:stateHeader]), nil, exitOK, ": damaged: monitor: invalid encoding: ", true},
		{"secret flipped", flipped(20), nil, exitOK, ": damaged: the checksum of its header is wrong; it is kept as", true},
		{"flipped", flipped(len(whole) / 2), nil, exitOK,
			": damaged: monitor: invalid encoding: the checksum is wrong; it is kept as", true},
		{"another interval", string(whole), []string{"-interval", "20s"}, exitUnusable,
			"sketches do not fit: interval 20s and 10s", false},
		{"without addresses", string(whole), []string{"-drop-addresses"}, exitUnusable,
			"sketches do not fit: flags of the tally", false},
		{"another prefix", string(whole), []string{"-v6", "48"}, exitUnusable,
			"sketches do not fit: IPv6 prefix length 48 and 64", false},
		{"other claims", string(whole), []string{"-claim", "majority RU"}, exitOK, ": goes on from", false},
	} {
		path := filepath.Join(t.TempDir(), "state")
		overwrite(t, path, tt.text)
		status, stdout, stderr := attribute(t, "", append(append([]string{"-burst", "-json", "-state", path}, tt.args...),
			log)...)
		if status != tt.status || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit status %d, %s", tt.name, status, stderr)
		}
		bad, err := os.ReadFile(path + ".bad")
		if tt.kept != (err == nil) || tt.kept && string(bad) != tt.text {
			t.Errorf("%s: kept aside: %v, %d bytes of %d", tt.name, err, len(bad), len(tt.text))
		}
		after, err := os.ReadFile(path)
		if err != nil || tt.status == exitUnusable && string(after) != tt.text ||
			!bytes.HasPrefix(after, []byte(stateMagic)) && tt.status == exitOK {
			t.Errorf("%s: the state now has %d bytes, %v", tt.name, len(after), err)
		}
		if anew := tt.kept || tt.name == "empty"; anew != (stdout != "") {
			t.Errorf("%s: %q", tt.name, texts(bursts(t, stdout)))
		}
	}
}

// A file that -state cannot go on within is refused, and the state is none the worse.
func TestStateOfInput(t *testing.T) {
	all := requests(20)
	slices.Reverse(all)
	backwards := fileOf(t, "backwards.log", combinedLog(all))
	state := filepath.Join(t.TempDir(), "state")
	status, _, stderr := attribute(t, "", "-burst", "-state", state, backwards)
	if status != exitUnusable ||
		!strings.Contains(stderr,
			`backwards.log": its records are not in the order of time, and -state goes on behind the last one`) {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	log := fileOf(t, "access.log", stateText)
	attribute(t, "", "-burst", "-state", state, log)
	overwrite(t, log, lineAt(3000))
	status, _, stderr = attribute(t, "", "-burst", "-state", state, log)
	if status != exitUnusable ||
		!strings.Contains(stderr, "shorter than when "+state+" was written; remove the state to begin anew") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	status, _, stderr = attribute(t, "", "-burst", "-state", filepath.Join(state, "x"), log)
	if status != exitUnusable || !strings.Contains(stderr, "not a directory") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}

// Inputs are known by how they begin, the longest beginning first, and the last
// thousand of them.
func TestStateInputs(t *testing.T) {
	s := new(state)
	resume := func(head string) ingest.Position {
		t.Helper()
		at, err := s.resume([]byte(head), "CSV")
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for range 2 {
		if at := resume("a,b\n"); at != (ingest.Position{}) {
			t.Fatalf("an input of a header alone goes on at %+v", at)
		}
	}
	first, second := ingest.Position{Records: 1, Lines: 1}, ingest.Position{Records: 2, Lines: 2}
	s.reached(first)
	if at := resume("a,b\n1,2\n"); at != first || len(s.inputs) != 1 {
		t.Fatalf("goes on at %+v; %v", at, s.inputs)
	}
	s.reached(second)
	if at := resume("a,b\n3,4\n"); at != (ingest.Position{}) {
		t.Fatalf("another input of the same header goes on at %+v", at)
	}
	s.reached(first)
	if at := resume("a,b\n1,2\n5,6\n"); at != second {
		t.Fatalf("goes on at %+v", at)
	}
	if _, err := s.resume([]byte("a,b\n1,2\n5,6\n7,8\n"), "TEXT"); err == nil || len(s.inputs) != 2 {
		t.Fatalf("the same input in another format: %v, %v", err, s.inputs)
	}
	if resume(""); len(s.inputs) != 2 {
		t.Fatalf("an empty input is known: %v", s.inputs)
	}
	s.reached(ingest.Position{Records: 99, Lines: 99})
	if s.inputs[1].Position != second {
		t.Errorf("an empty input is taken for another: %v", s.inputs)
	}
	for i := range maxInputs + 100 {
		resume(fmt.Sprintf("%d\n", i))
	}
	text, err := json.Marshal(s.inputs)
	if len(s.inputs) != maxInputs || err != nil || len(text) > 1<<19 {
		t.Errorf("%d inputs in %d bytes, %v", len(s.inputs), len(text), err)
	}
}
