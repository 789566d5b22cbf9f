package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

// readAll reads a text and returns its events and what the reader says about it.
func readAll(text string, o Options) (events []Event, a attribution.Account, err error) {
	r, err := NewReader(strings.NewReader(text), "test", o)
	if err != nil {
		return nil, a, err
	}
	for {
		var e Event
		if err := r.Next(&e); err == io.EOF {
			return events, r.Account(), nil
		} else if err != nil {
			return events, r.Account(), err
		}
		e.Target = bytes.Clone(e.Target)
		events = append(events, e)
	}
}

// sourcesOf lists the sources with their number of records, as "192.0.2.1 x2".
func sourcesOf(events []Event) string {
	counts := map[string]int{}
	var order []string
	for _, e := range events {
		s := e.Source.String()
		if e.Prefix.IsValid() {
			s = e.Prefix.String()
		}
		if counts[s]++; counts[s] == 1 {
			order = append(order, s)
		}
	}
	for i, s := range order {
		if counts[s] > 1 {
			order[i] = fmt.Sprintf("%s x%d", s, counts[s])
		}
	}
	return strings.Join(order, " ")
}

// countries are those of the addresses in the cases, by their first octet.
func countries(events []Event) string {
	names := map[byte]string{77: "RU", 114: "CN", 168: "KR", 8: "US", 9: "US"}
	counts := map[string]int{}
	for _, e := range events {
		name := names[e.Source.As4()[0]]
		if name == "" {
			name = "other"
		}
		counts[name]++
	}
	var list []string
	for _, name := range []string{"CN", "KR", "RU", "US", "other"} {
		if counts[name] > 0 {
			list = append(list, fmt.Sprintf("%s %d", name, counts[name]))
		}
	}
	return strings.Join(list, " ")
}

// The inputs and the answers beside them were worked out by hand, after faults that were
// reported of other readers.
func TestCases(t *testing.T) {
	for _, tt := range []struct {
		file, format, want string
		window             string // from and to
		undated            bool   // no record has a time
		o                  Options
	}{
		{file: "k01.log", format: "COMMON", want: "CN 96 RU 4"},
		{file: "k02.log", format: "COMBINED", want: "CN 1 KR 1 RU 2", window: "07:11:23 07:11:26"},
		{file: "k04.log", format: "COMBINED", want: "CN 1 RU 2", window: "07:11:23 07:11:25"},
		{file: "k05.log", format: "POSTGRES", want: "CN 1 RU 2", window: "07:11:23 07:11:24"},
		{file: "k06.csv", format: "CSV", want: "RU 2", undated: true},
		{file: "k07.json", format: "JSON", want: "CN 1 RU 2", window: "07:11:23 07:11:25"},
		{file: "k09.txt", format: "ADDR", want: "CN 1 RU 2 US 2", undated: true},
		{file: "k10.tar.gz", format: "COMBINED", want: "CN 1 KR 1 RU 2 US 1"},
		{file: "k11.log", format: "COMBINED", want: "CN 1 RU 2", window: "07:11:23 07:11:24"},
		{file: "k12.json", format: "JSON", want: "CN 1 RU 2", window: "07:11:23 07:11:25"},
		{file: "k14.json", format: "SURICATA", want: "RU 2", window: "07:11:23 07:11:24"},
		{file: "k15.json", format: "CLOUDFLARE", want: "RU 2 US 1", window: "07:11:23 07:11:25"},
		{file: "k16.log.gz", format: "COMBINED", want: "RU 4 US 1"},
		{file: "k16b.log", format: "COMBINED", want: "RU 2 US 1", window: "07:11:23 07:11:23"},
		{file: "k17.log.zst", format: "COMBINED", want: "RU 3"},
		{file: "k18.log", format: "COMBINED", want: "", window: "06:00:00 06:01:57"},
		{file: "k20.json", format: "JSON", want: "CN 1 KR 1 RU 1", window: "07:11:23 07:11:24"},
		{file: "k21.log", format: "COMBINED", want: ""},
		{file: "k22.log.gz", format: "COMBINED", want: "RU 3"},
		{file: "k23.csv", format: "CSV", want: "CN 20 RU 3 US 1", window: "07:11:00 07:11:41"},
		{file: "k24.json", format: "JSON", want: "RU 2", window: "07:11:23 07:11:24"},
		{file: "k25.log", format: "COMMON", want: "CN 1 RU 1 US 1", window: "07:11:23 07:11:25"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata/cases", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			events, a, err := readAll(string(text), tt.o)
			if err != nil {
				t.Fatal(err)
			}
			if a.Format != tt.format {
				t.Errorf("read as %s, want %s", a.Format, tt.format)
			}
			if got := countries(events); tt.want != "" && got != tt.want {
				t.Errorf("got %s, want %s: %v", got, tt.want, a.Unread)
			}
			got := ""
			if !a.From.IsZero() {
				got = a.From.Format(time.TimeOnly) + " " + a.To.Format(time.TimeOnly)
			}
			if tt.window != "" && got != tt.window || tt.undated && got != "" {
				t.Errorf("window %q, want %q", got, tt.window)
			}
			if !tt.undated && got == "" {
				t.Error("no window")
			}
		})
	}
}

// notes are the codes of an account's notes.
func notes(a attribution.Account) (codes []string) {
	for _, n := range a.Notes {
		codes = append(codes, n.Code)
	}
	return codes
}

func TestCaseDetails(t *testing.T) {
	read := func(file string, o Options) ([]Event, attribution.Account) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join("testdata/cases", file))
		if err != nil {
			t.Fatal(err)
		}
		events, a, err := readAll(string(text), o)
		if err != nil {
			t.Fatal(err)
		}
		return events, a
	}
	if events, a := read("k04.log", Options{}); !events[0].Handshake || !slices.Contains(notes(a), "SYSLOG") {
		t.Errorf("k04: handshake %v, notes %v", events[0].Handshake, notes(a))
	}
	if _, a := read("k18.log", Options{}); !slices.Contains(notes(a), noteStrays) {
		t.Errorf("k18: notes %v", notes(a))
	}
	events, a := read("k20.json", Options{})
	if events[0].Events != 900 || events[0].Bytes != 57600 || a.Fields["count"] != "packets" {
		t.Errorf("k20: %+v, %v", events[0].Flow, a.Fields)
	}
	if events, _ := read("k11.log", Options{}); events[0].Handshake || events[1].Handshake || !events[1].Claimed {
		t.Error("k11: what servers quote is a header of the client, which proves no handshake")
	}
	if _, a := read("k14.json", Options{}); a.NoRecords != 1 || a.Lost != nil {
		t.Errorf("k14: %d lines without a record, lost %v; want the statistics to be no record", a.NoRecords, a.Lost)
	}
}

func wantUndecided(t *testing.T, err error, option string, candidates ...string) {
	t.Helper()
	var u *UndecidedError
	if !errors.As(err, &u) || !errors.Is(err, ErrUndecided) {
		t.Fatalf("error %v, want an UndecidedError", err)
	}
	if u.Option != option || len(candidates) > 0 && !slices.Equal(u.Candidates, candidates) {
		t.Errorf("choose %s of %q, want %s of %q", u.Option, u.Candidates, option, candidates)
	}
}
