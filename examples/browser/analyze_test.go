//go:build !js

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

func database(t *testing.T) *geo.Table {
	t.Helper()
	table, err := dbip.Table()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// analyzed analyzes a file that is in memory.
func analyzed(t *testing.T, name string, data []byte, q request) (*result, error) {
	t.Helper()
	return analyze(database(t), log{bytes.NewReader(data), name, int64(len(data)), time.Now()}, q, func(int64, uint64) {})
}

// A log is counted, the claims are checked, and the evidence verifies.
func TestAnalyze(t *testing.T) {
	r, err := analyzed(t, "access.log", webLog(2e5), request{Claims: []string{"majority RU", "RU > 0.1%"}, Key: secret})
	if err != nil {
		t.Fatal(err)
	}
	v := r.brief.Report.Verdicts
	if len(v) != 2 || v[0].Outcome != attribution.Refuted || v[0].Claim != attribution.Majority("RU") ||
		v[1].Outcome != attribution.Supported || r.broken != "" || !strings.HasPrefix(r.read, "Read as COMBINED: 2,") {
		t.Errorf("%v, %q, %q", v, r.read, r.broken)
	}
	again, err := analyzed(t, "another name.log", webLog(2e5), request{Claims: []string{"majority RU", "RU > 0.1%"},
		Key: secret})
	if err != nil || !bytes.Equal(r.evidence, again.evidence) {
		t.Errorf("%v: other evidence with the same key", err)
	}
	found, err := verify(database(t), "them.json", r.evidence, language.English)
	if err != nil || !found.holds || found.brief == nil || found.brief.Evidence.SHA256 != r.brief.Evidence.SHA256 {
		t.Errorf("%v, %+v", err, found)
	}
	changed := bytes.Replace(r.evidence, []byte(`"refuted"`), []byte(`"undecided"`), 1)
	if found, err := verify(database(t), "them.json", changed, language.English); err != nil || found.holds {
		t.Errorf("%v, %+v", err, found)
	}
	for _, f := range []brief.Format{brief.HTML, brief.Markdown, brief.CSV, brief.JSON, brief.Text} {
		if text, err := write(r.brief, f, ""); err != nil || !strings.Contains(text, "RU") {
			t.Errorf("%s: %v, %d bytes", f, err, len(text))
		}
	}
}

// burstLog is ten minutes of few requests and ten seconds of many. The lines may be in any order.
func burstLog(reversed bool) []byte {
	begin := time.Date(2024, 5, 21, 7, 0, 0, 0, time.UTC)
	var lines []string
	for i := range 12_000 {
		at, from := begin.Add(time.Duration(i)*100*time.Millisecond), fmt.Sprintf("8.8.%d.%d", i%3, i%60)
		when := at.Format("02/Jan/2006:15:04:05 -0700")
		lines = append(lines, fmt.Sprintf("%s - - [%s] \"GET / HTTP/1.1\" 200 5\n", from, when))
		if i >= 6000 && i < 6100 {
			for j := range 40 {
				lines = append(lines, fmt.Sprintf("77.88.%d.%d - - [%s] \"GET /login HTTP/1.1\" 200 5\n", 32+j, i%100, when))
			}
		}
	}
	if reversed {
		slices.Reverse(lines)
	}
	return []byte(strings.Join(lines, ""))
}

// A burst is found, also in a log that is newest first. A quiet log says that there is none.
func TestAnalyzeBursts(t *testing.T) {
	for _, reversed := range []bool{false, true} {
		r, err := analyzed(t, "a.log", burstLog(reversed), request{Bursts: true, Claims: []string{"majority RU"}})
		if err != nil {
			t.Fatal(err)
		}
		b := r.brief.Bursts
		if len(b) != 1 || !b[0].Final || b[0].Report.Verdicts[0].Share.Value < 0.7 || r.evidence != nil {
			t.Errorf("newest first %v: %v", reversed, b)
		}
	}
	if _, err := analyzed(t, "a.log", webLog(1e6), request{Bursts: true}); err == nil ||
		!strings.HasPrefix(err.Error(), "no burst: ") {
		t.Errorf("%v", err)
	}
}

// What the page cannot do says why.
func TestAnalyzeErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		q    request
		want string
	}{
		{"claim", webLog(1e4), request{Claims: []string{"most of them"}}, "claim"},
		{"key", webLog(1e4), request{Key: "short"}, "need at least 16"},
		{"zone", webLog(1e4), request{Zone: "Mars/Base"}, "neither a name such as"},
		{"field", webLog(1e4), request{Fields: map[string]string{"Format": "x"}}, "no format"},
		{"no times", []byte("8.8.8.8\n8.8.4.4\n"), request{Bursts: true}, "not one record has a time"},
		{"no address", []byte("ip,port\n-,1\n?,2\n"), request{Fields: map[string]string{"Source": "ip"}},
			errNoRecords.Error()},
	} {
		if _, err := analyzed(t, "a.log", tt.data, tt.q); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	two := []byte("left,right\n8.8.8.8,9.9.9.9\n8.8.4.4,1.1.1.1\n")
	_, err := analyzed(t, "a.csv", two, request{})
	var open *ingest.UndecidedError
	if !errors.As(err, &open) || open.Option != "Source" {
		t.Fatalf("%v", err)
	}
	r, err := analyzed(t, "a.csv", two, request{Fields: map[string]string{open.Option: open.Candidates[0]}})
	if err != nil || r.brief.Report.Sources.Value != 2 {
		t.Errorf("%v", err)
	}
}

// A file that cannot be read to its end is reported up to there.
func TestAnalyzeBroken(t *testing.T) {
	data := webLog(1e6)
	f := log{failing{data}, "a.log", int64(len(data)), time.Now()}
	r, err := analyze(database(t), f, request{}, func(int64, uint64) {})
	if err != nil || r.brief.Report.Events < 1000 || !strings.Contains(r.broken, "unplugged") {
		t.Errorf("%v, %+v", err, r)
	}
}

// failing fails behind half of a file.
type failing struct{ data []byte }

func (f failing) ReadAt(p []byte, at int64) (int, error) {
	if at > int64(len(f.data)/2) {
		return 0, errors.New("unplugged")
	}
	n := copy(p, f.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
