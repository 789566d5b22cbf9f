package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/whence-go/whence/geo/dbip"
)

// watched runs -burst on what is written to a pipe, by a clock that the test turns.
func watched(t *testing.T, args []string, feed func(w io.Writer, stdout *screen, interrupt func())) (status int,
	stdout, stderr string) {
	t.Helper()
	if _, err := dbip.Table(); err != nil { // before the clock stands still
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		var out, errs screen
		done := make(chan int)
		go func() { done <- run(ctx, append([]string{"-burst", "-json"}, append(args, "-")...), r, &out, &errs) }()
		feed(w, &out, cancel)
		w.Close()
		status = <-done
		r.Close() // which frees a read that an interrupt left
		cancel()
		stdout, stderr = out.String(), errs.String()
	})
	return status, stdout, stderr
}

// screen is what one goroutine writes and another reads.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// now moves the log to where it ends a second ago.
func now(all []hit) []hit {
	shift := time.Since(all[len(all)-1].at.Truncate(time.Second)) - time.Second
	for i := range all {
		all[i].at = all[i].at.Add(shift)
	}
	return all
}

// When the traffic pauses after a burst, it is told all the same, and that it is
// over; more of the traffic is counted when it comes.
func TestBurstPause(t *testing.T) {
	status, _, stderr := watched(t, nil, func(w io.Writer, stdout *screen, _ func()) {
		all := now(requests(logBurst + 1))
		io.WriteString(w, combinedLog(all))
		synctest.Wait()
		if got := bursts(t, stdout.String()); len(got) != 1 || got[0].Target != "/login" || got[0].Final {
			t.Errorf("at once: %v", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := bursts(t, stdout.String()); len(got) != 2 || got[1].Final || len(got[1].Children) != 1 ||
			got[1].Children[0].Target != "/login" {
			t.Errorf("after a minute: %v", got)
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if got := bursts(t, stdout.String()); len(got) != 3 || !got[2].Final ||
			got[2].Report.Events != 3040 || !got[2].Children[0].Final {
			t.Errorf("after an hour: %v", got)
		}
		io.WriteString(w, combinedLog([]hit{{time.Now(), all[0].source, "/"}}))
	})
	if want := "attribute: 5,441 records: 0 late, 0 set aside, 0 undated; bursts: 1 ended, 0 " +
		"running\n"; status != exitOK || !strings.Contains(stderr, want) {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}

// Records of the past that come through a pipe are late through no pause of it.
func TestBurstPauseOfThePast(t *testing.T) {
	status, stdout, stderr := watched(t, nil, func(w io.Writer, _ *screen, _ func()) {
		text := combinedLog(requests(120))
		third := strings.LastIndexByte(text[:len(text)/3], '\n') - 20 // within a line
		io.WriteString(w, text[:third])
		time.Sleep(time.Hour)
		io.WriteString(w, text[third:2*third])
		time.Sleep(time.Hour)
		io.WriteString(w, text[2*third:])
	})
	if want := "attribute: 7,800 records: 0 late, 0 set aside, 0 undated; bursts: 1 ended, 0 " +
		"running\n"; status != exitOK || !strings.Contains(stderr, want) || len(bursts(t, stdout)) != 3 {
		t.Errorf("exit status %d, %v, %s", status, bursts(t, stdout), stderr)
	}
}

// Syslog's times have no year. Of a pipe it is that of now, also over the turn of a year.
func TestBurstOfSyslog(t *testing.T) {
	status, stdout, stderr := watched(t, nil, func(w io.Writer, _ *screen, _ func()) {
		log := func(all []hit) {
			for _, h := range all {
				fmt.Fprintf(w, "%s mx sshd[1]: Failed password for root from %v port 4711 ssh2\n", h.at.Format(time.Stamp),
					h.source)
			}
		}
		all := now(requests(logBurst + 1)) // in December
		log(all)
		time.Sleep(20 * time.Minute)
		log([]hit{{time.Now(), all[0].source, ""}})
	})
	if want := "attribute: 5,441 records: 0 late, 0 set aside, 0 undated; bursts: 1 ended, 0 " +
		"running\n"; status != exitOK || !strings.Contains(stderr, want) {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	if !strings.Contains(stdout, `"1999-12-31T`) {
		t.Errorf("no burst of 1999: %s", stdout)
	}
}

// An interrupt ends a pipe in order, even while it pauses.
func TestBurstInterrupt(t *testing.T) {
	status, _, stderr := watched(t, nil, func(w io.Writer, _ *screen, interrupt func()) {
		io.WriteString(w, combinedLog(requests(2)))
		synctest.Wait()
		interrupt()
		synctest.Wait()
	})
	if want := "read as COMBINED, 80 used, 0 lost\nattribute: 80 records: "; status != exitOK ||
		!strings.Contains(stderr, want) {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}

func TestLiveReader(t *testing.T) {
	for _, tt := range []struct {
		name   string
		source io.Reader
		want   string
		err    error
	}{
		{"to the end", strings.NewReader("abc"), "abc", nil},
		{"byte by byte", iotest.OneByteReader(strings.NewReader("abc")), "abc", nil},
		{"with the end in it", iotest.DataErrReader(strings.NewReader("abc")), "abc", nil},
		{"with an error", io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF)), "abc",
			io.ErrUnexpectedEOF},
		{"with an error in it", iotest.DataErrReader(io.MultiReader(strings.NewReader("abc"),
			iotest.ErrReader(io.ErrUnexpectedEOF))), "abc", io.ErrUnexpectedEOF},
	} {
		idle := 0
		r := newLiveReader(t.Context(), io.NopCloser(tt.source), time.Hour, func() { idle++ },
			func(time.Time) { t.Error("ticks") })
		got, err := io.ReadAll(r)
		if string(got) != tt.want || err != tt.err || idle == 0 {
			t.Errorf("%s: %q, %v, %d times idle", tt.name, got, err, idle)
		}
		if n, err := r.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("%s: behind the end: %d, %v", tt.name, n, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}
