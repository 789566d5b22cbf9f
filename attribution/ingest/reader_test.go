package ingest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

func tarOf(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o600, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zipOf(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = io.WriteString(f, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The files of an archive are read one by one, each as what it is.
func TestArchives(t *testing.T) {
	for name, pack := range map[string]func(*testing.T, ...string) string{"tar": tarOf, "zip": zipOf} {
		t.Run(name, func(t *testing.T) {
			text := pack(t, "README", "hello\nworld\n", "empty", "", "a.log", combined("192.0.2.1", "192.0.2.2"), "b.csv",
				"ip,x\n192.0.2.3,\n192.0.2.4\n", "c.log", combined("192.0.2.5"))
			events, a, err := readAll(text, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := sourcesOf(events); got != "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.5" ||
				a.Format != "COMBINED, CSV, COMBINED" {
				t.Errorf("%s, read as %s", got, a.Format)
			}
			want := []attribution.Unread{{Code: "UNKNOWN_FORMAT", Records: 2, First: `"README", line 1, byte 0`},
				{Code: "FEW_COLUMNS", Records: 1, First: `"b.csv", line 3, byte 16`}}
			if len(a.Unread) != 2 || a.Unread[0] != want[0] || a.Unread[1] != want[1] {
				t.Errorf("unread %+v, want %+v", a.Unread, want)
			}
		})
	}
	_, _, err := readAll(tarOf(t, "README", "hello\n", "INSTALL", "world\n"), Options{})
	wantUndecided(t, err, "Format")
}

// Of a pipe the reader decides by what is there, and it hands out each record as it comes.
func TestLive(t *testing.T) {
	for _, lines := range [][]string{
		strings.SplitAfter(combined("192.0.2.1", "192.0.2.2", "192.0.2.3"), "\n")[:3],
		{"ip,x\n192.0.2.1,\n", "192.0.2.2,\n", "192.0.2.3,\n"},
		{"time,server,client_ip\n", "1716275483,9.9.9.9,192.0.2.1\n", "1716275483,9.9.9.9,192.0.2.2\n"},
		{"{\"ip\":\"192.0.2.1\"}\n", "{\"ip\":\"192.0.2.2\"}\n", "{\"ip\":\n\"192.0.2.3\"}\n"},
	} {
		r, w := io.Pipe()
		read := make(chan string)
		go func() {
			defer close(read)
			rd, err := NewReader(r, "pipe", Options{Live: true})
			if err != nil {
				t.Error(err)
				r.CloseWithError(err)
				return
			}
			var e Event
			for err = rd.Next(&e); err == nil; err = rd.Next(&e) {
				read <- e.Source.String()
			}
			if err != io.EOF {
				t.Error(err)
			}
		}()
		n := 0
		for _, line := range lines {
			if _, err := io.WriteString(w, line); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(line, "time") {
				continue
			}
			n++ // the record is read before the next line is there
			if got, want := <-read, fmt.Sprintf("192.0.2.%d", n); got != want {
				t.Errorf("%q: read %q, want %s", line, got, want)
			}
		}
		w.Close()
		<-read
	}
}

// What cannot be read is refused with the reason.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	folder, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if _, err := NewReader(folder, dir, Options{}); err == nil {
		t.Error("a directory was read")
	}
	for _, tt := range []struct {
		text string
		o    Options
		want error
		says string
	}{
		{"", Options{}, ErrEmpty, ""},
		{"\n\n \n", Options{}, ErrEmpty, ""},
		{"192.0.2.1", Options{Format: "XML"}, ErrOptions, `no format "XML"; there are COMBINED`},
		{"ip,x\n192.0.2.1,\n", Options{Source: "peer"}, ErrOptions, `no column named "peer"; there are: "ip", "x"`},
		{"ip,x\n192.0.2.1,\n", Options{Time: "when"}, ErrOptions, `Time: no column named "when"`},
		{combined("192.0.2.1"), Options{Target: "agent"}, ErrOptions, "host and path"},
		{combined("192.0.2.1"), Options{Target: "host"}, ErrOptions, "do not begin with a site"},
		{combined("192.0.2.1"), Options{Count: "hits"}, ErrOptions, "Count: the format has no field for it"},
		{"192.0.2.1\n", Options{Time: "when"}, ErrOptions, "Time: the format has no field for it"},
		{"login of 192.0.2.1\n", Options{Bytes: "size"}, ErrOptions, "Bytes: the format has no field for it"},
		{combined("192.0.2.1"), Options{Source: "client"}, ErrOptions, "number of a word"},
		{"hello", Options{Format: "JSON"}, ErrEmpty, ""},
		{"a\x1bx,b\n192.0.2.1,\n192.0.2.2,\n", Options{}, ErrUndecided, `"a`},
		{"7z\xbc\xaf\x27\x1c\x00\x00\x00\x00", Options{}, nil, "7z"},
	} {
		_, _, err := readAll(tt.text, tt.o)
		switch {
		case err == nil, tt.want != nil && !errors.Is(err, tt.want):
			t.Errorf("%q %+v: error %v, want %v", tt.text, tt.o, err, tt.want)
		case !strings.Contains(err.Error(), tt.says), strings.ContainsAny(err.Error(), "\x1b\n"):
			t.Errorf("%q: error %q, want %q in it", tt.text, err, tt.says)
		}
	}
}

// Targets are sites where the log has them, else paths without their queries.
func TestTargets(t *testing.T) {
	plain := `192.0.2.1 - - [21/May/2024:07:11:23 +0000] "GET http://shop.example/a/b?c#d HTTP/1.1" 200 5` + "\n"
	for _, tt := range []struct {
		text, asked, want string
	}{
		{plain, "", "/a/b"}, {plain, "path", "/a/b"}, {plain, "-", ""},
		{"shop.example:443 " + plain, "", "shop.example"}, {"shop.example:443 " + plain, "host", "shop.example"},
		{"shop.example:443 " + plain, "path", "/a/b"}, {"[2001:db8::1]:443 " + plain, "host", "2001:db8::1"},
		{strings.Replace(plain, "GET http://shop.example/a/b?c#d HTTP/1.1", `\x16\x03\x01`, 1), "", ""},
		{"ip,dst_ip\n192.0.2.1,9.9.9.9\n", "", "9.9.9.9"}, {"ip,dst_ip,x\n192.0.2.1,9.9.9.9,\"a\"\"b\"\n", "x", `a"b`},
		{`{"ip":"192.0.2.1","host":"shop.example"}`, "", "shop.example"}, {`{"ip":"192.0.2.1","port":25}`, "port", "25"},
	} {
		events, _, err := readAll(tt.text, Options{Target: tt.asked})
		if err != nil || len(events) != 1 || string(events[0].Target) != tt.want {
			t.Errorf("%q of %q: %v, %+v; want %q", tt.asked, tt.text, err, events, tt.want)
		}
	}
}

// A year is taken from where there is one.
func TestYears(t *testing.T) {
	text := "Dec 31 23:59:59 a b: 192.0.2.1\nJan  1 00:00:01 a b: 192.0.2.2\n"
	for _, o := range []Options{{Year: 2023}, {Latest: time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)}} {
		events, _, err := readAll(text, o)
		if err != nil || len(events) != 2 || events[0].Time.Year() != 2023 || events[1].Time.Year() != 2024 {
			t.Errorf("%+v: %v, %+v", o, err, events)
		}
	}
	if events, a, err := readAll(text, Options{}); err != nil || len(events) != 2 || a.Undated != 2 {
		t.Errorf("without a year: %v, %d undated", err, a.Undated)
	}
}

// The end of a path is where its first blank, query or fragment is, wherever that is.
func TestPathEnd(t *testing.T) {
	for n := range 40 {
		path := bytes.Repeat([]byte{'/'}, n)
		if got := pathEnd(path); got != n {
			t.Errorf("%d bytes: %d", n, got)
		}
		for i := range n {
			for _, c := range []byte(" ?#") {
				b := bytes.Clone(path)
				b[i], b[n-1] = c, '#'
				if got := pathEnd(b); got != i {
					t.Errorf("%q: %d, want %d", b, got, i)
				}
			}
		}
	}
	for c := range 256 {
		if c != ' ' && c != '?' && c != '#' {
			b := bytes.Repeat([]byte{byte(c)}, 21)
			if got := pathEnd(b); got != len(b) {
				t.Errorf("%q: %d", b, got)
			}
		}
	}
}
