package ingest

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the answers of testdata/web anew")

// describe writes what a reader makes of a text: the account, and a row for each event.
func describe(text string, o Options) string {
	events, a, err := readAll(text, o)
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "format: %s\n", a.Format)
	for _, role := range slices.Sorted(maps.Keys(a.Fields)) {
		fmt.Fprintf(&b, "%s: %s\n", role, a.Fields[role])
	}
	for _, role := range slices.Sorted(maps.Keys(a.Instead)) {
		fmt.Fprintf(&b, "not %s: %s\n", role, a.Instead[role])
	}
	fmt.Fprintf(&b, "lines: %d, without a record: %d, notes: %v\n", a.Lines, a.NoRecords, notes(a))
	for _, u := range a.Unread {
		fmt.Fprintf(&b, "lost: %d %s (%s)\n", u.Records, u.Code, u.First)
	}
	for i := range events {
		e := &events[i]
		proof := "-"
		switch {
		case e.Claimed && e.Handshake:
			proof = "claimed, with a handshake"
		case e.Claimed:
			proof = "claimed"
		case e.Handshake:
			proof = "handshake"
		}
		at := "-"
		if !e.Time.IsZero() {
			at = e.Time.Format("2006-01-02T15:04:05.999Z07:00")
		}
		fmt.Fprintf(&b, "%s port %d at %s events %d bytes %d proto %d %s %q\n", e.Source, e.SourcePort, at, e.Events, e.Bytes,
			e.Protocol, proof, e.Target)
	}
	return b.String()
}

// The logs were written for this, and the answers beside them were checked by hand.
func TestGoldenLogs(t *testing.T) {
	files, err := filepath.Glob("testdata/web/*.log")
	if err != nil || len(files) == 0 {
		t.Fatal("no logs", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := describe(string(text), Options{Year: 2024})
			golden := strings.TrimSuffix(file, ".log") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// Each line of the logs, cut at each byte, is an event, lost or without a record, and never
// the event of another source.
func TestCutLines(t *testing.T) {
	files, _ := filepath.Glob("testdata/web/*.log")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Year: 2024}
		often := strings.Repeat(string(text), 1+headLines/strings.Count(string(text), "\n")) // the head is whole
		whole, a, err := readAll(often, o)
		if err != nil {
			t.Fatal(file, err)
		}
		known := map[string]bool{}
		for _, e := range whole {
			known[e.Source.String()] = true
		}
		cut := []byte(often)
		for line := range strings.Lines(string(text[lastHeader(text):])) {
			for n := 1; n < len(line); n += 2 {
				cut = append(append(cut, line[:n]...), '\n')
			}
		}
		accounted(t, string(cut), o)
		events, b, err := readAll(string(cut), o)
		if err != nil || len(events) < len(whole) || b.Format != a.Format {
			t.Fatalf("%s: %s, %d events of %d, %v", file, b.Format, len(events), len(whole), err)
		}
		for _, e := range events[len(whole):] {
			if !known[e.Source.String()] {
				t.Errorf("%s: the source %v of a line that is cut", file, e.Source)
			}
		}
	}
}

// lastHeader is where the records begin that stand below the last header of a log.
func lastHeader(text []byte) (at int) {
	n := 0
	for line := range strings.Lines(string(text)) {
		if n += len(line); line[0] == '#' || strings.Contains(line, "srcaddr") {
			at = n
		}
	}
	return at
}

// No record of the usual form allocates.
func TestGoldenAllocs(t *testing.T) {
	files, _ := filepath.Glob("testdata/web/*.log")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(strings.NewReader(strings.Repeat(string(text), 1500)), "test", Options{Year: 2024})
		if err != nil {
			t.Fatal(err)
		}
		e := new(Event)
		next := func() {
			if err := r.Next(e); err != nil {
				t.Fatal(err)
			}
		}
		for range 1000 {
			next()
		}
		// A header that comes again costs, and so does text that has to be unescaped.
		if n := testing.AllocsPerRun(300, next); n > 0 && !strings.Contains(string(text), "srcaddr") && text[0] != '#' {
			t.Errorf("%s: %v allocations for a record", file, n)
		}
	}
}

// nearly are lines that are nearly of a format.
var nearly = []string{
	"", "[", "]", `"`, "192.0.2.1", "192.0.2.1:", ":80", "192.0.2.1:80 [", "192.0.2.1:80 [21/May/2024:07:11:23.123]",
	"192.0.2.1:80 [21/May/2024:07:11:23.123] web", "192.0.2.1:80 [21/May/2024:07:11:23.123] web/1:",
	"192.0.2.1:80 [21/May/2024:07:11:23.123] web app/s 1/2/3/4/5 200", "Connect from ", "Connect from 192.0.2.1:1 to /)(",
	"haproxy[", "haproxy[1]: ", "haproxy[1]: Connect from 192.0.2.1:1 to 192.0.2.2:80 (",
}

func TestMalformed(t *testing.T) {
	for i := range formats {
		for _, line := range nearly {
			accounted(t, line, Options{Format: formats[i].name})
			accounted(t, line+"\n"+line+"\n", Options{Format: formats[i].name})
		}
	}
}

// A field that a format does not have is an error, and not passed over.
func TestFixedFields(t *testing.T) {
	text, err := os.ReadFile("testdata/web/haproxy_tcp.log")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{Source: "3"}, {Time: "when"}, {Count: "n"}, {Bytes: "size"}, {Target: "host"}} {
		if _, _, err := readAll(string(text), o); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	events, a, err := readAll(string(text), Options{Source: "client_ip", Target: "-"})
	if err != nil || len(events) != 3 || events[0].Target != nil || a.Fields["target"] != "" {
		t.Errorf("%d events, %+v, %v", len(events), a.Fields, err)
	}
}

// The address of S3 has no port, so that none is taken off an IPv6 address.
func TestS3AddressIsWhole(t *testing.T) {
	for _, address := range []string{"2001:db8:77::1:4000", "2001:db8:77:1:2:3:4:beef", "77.88.8.1"} {
		line := "79a5 media [21/May/2024:07:11:23 +0000] " + address +
			` - 3E57 REST.GET.OBJECT a "GET /a HTTP/1.1" 200 - 113 1130 7 4 "-" "x" - s9= SigV4 - - m TLSV1.2 - -`
		events, _, err := readAll(line+"\n", Options{Format: "AWSS3"})
		if err != nil || len(events) != 1 || events[0].Source != mustAddr(address) || events[0].SourcePort != 0 {
			t.Errorf("%s: %v, %v", address, events, err)
		}
	}
}
