package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// readAll reads a text as a file is read and writes down what it gives: for
// each record "source bytes time", or "line: fault".
func readAll(text string, cfg *config) (f format, got []string, err error) {
	l := newLines(strings.NewReader(text))
	if f, err = openFormat(l, cfg); err != nil {
		return f, nil, err
	}
	for {
		line, err := f.next()
		var r record
		why, skip := err.(fault)
		switch {
		case err == io.EOF:
			return f, got, nil
		case err != nil && !skip:
			return f, got, err
		case err == nil && len(bytes.TrimSpace(line)) == 0:
			continue
		case err == nil:
			why = f.parse(line, &r)
		}
		if why == nothing {
			continue
		}
		if why != "" {
			got = append(got, fmt.Sprintf("%d: %s", l.first, why))
			continue
		}
		s := r.source.String()
		if r.bytes > 0 {
			s += fmt.Sprintf(" %d", r.bytes)
		}
		if !r.at.IsZero() {
			s += r.at.Format(" 15:04:05")
		}
		if r.badTime {
			s += " bad time"
		}
		got = append(got, s)
	}
}

type formatTest struct {
	name, text string
	cfg        config
	want       []string
	err        string // what the error says, if there is one
}

func testFormat(t *testing.T, name string, tests []formatTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, asked := range []string{"auto", name} {
				cfg := tt.cfg
				cfg.format = asked
				f, got, err := readAll(tt.text, &cfg)
				switch {
				case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
					t.Errorf("-format %s: error %v, want one with %q", asked, err, tt.err)
				case tt.err == "" && err != nil:
					t.Errorf("-format %s: %v", asked, err)
				case tt.err == "" && f.name != name:
					t.Errorf("-format %s: read as %s, want %s", asked, f.name, name)
				case !slices.Equal(got, tt.want):
					t.Errorf("-format %s: got %q, want %q", asked, got, tt.want)
				}
			}
		})
	}
}

const noAddressAt = ": no address at the start of the line"

var addrTests = []formatTest{
	{name: "plain", text: "192.0.2.1\n2001:db8::1\n", want: []string{"192.0.2.1", "2001:db8::1"}},
	{name: "empty", text: "", want: nil},
	{name: "no final newline", text: "192.0.2.1\n192.0.2.2", want: []string{"192.0.2.1", "192.0.2.2"}},
	{name: "CRLF", text: "192.0.2.1\r\n192.0.2.2\r\n", want: []string{"192.0.2.1", "192.0.2.2"}},
	{name: "byte order mark", text: "\ufeff192.0.2.1\n", want: []string{"192.0.2.1"}},
	{name: "rest of line", text: "192.0.2.1 7 hits\n192.0.2.2\tx\n192.0.2.3,x\n  192.0.2.4\n",
		want: []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}},
	{name: "blank lines", text: "\n \n192.0.2.1\n\r\n\n", want: []string{"192.0.2.1"}},
	{name: "comments", text: "# list\n192.0.2.1 # x\n #192.0.2.2\n", want: []string{"192.0.2.1"}},
	{name: "no address", text: "x\n192.0.2.1\n192.0.2.0/24\n", want: []string{"1" + noAddressAt, "192.0.2.1",
		"3" + noAddressAt}},
	{name: "NUL and invalid UTF-8", text: "192.0.2.1\x00\n\xff\xff\n192.0.2.2 \x00\xff\n",
		want: []string{"1" + noAddressAt, "2" + noAddressAt, "192.0.2.2"}},
	{name: "too long", text: "192.0.2.1\n192.0.2.2 " + strings.Repeat("x", 3*maxLine) + "\n192.0.2.3\n",
		want: []string{"192.0.2.1", "2: longer than 1 MiB", "192.0.2.3"}},
	{name: "too long at the end", text: "192.0.2.1\n" + strings.Repeat("x", maxLine+1),
		want: []string{"192.0.2.1", "2: longer than 1 MiB"}},
	{name: "unnamed columns", text: "visitor,page\n192.0.2.1,/\n", want: []string{"1" + noAddressAt, "192.0.2.1"}},
}

func TestAddr(t *testing.T) { testFormat(t, "addr", addrTests) }

var combinedTests = []formatTest{
	{name: "common", text: `192.0.2.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326` + "\n",
		want: []string{"192.0.2.1 2326 20:55:36"}},
	{name: "combined", text: `2001:db8::1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 171717 ` +
		`"http://example.org/" "Mozilla/5.0"` + "\n", want: []string{"2001:db8::1 171717 10:05:03"}},
	{name: "vhost", text: `example.org:443 192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5 "-" "-"` +
		"\n", want: []string{"192.0.2.1 5 10:05:03"}},
	{name: "vhost that is an address",
		text: `198.51.100.7:443 192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5` + "\n",
		want: []string{"192.0.2.1 5 10:05:03"}},
	{name: "client with port", text: `192.0.2.1:5678 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5` + "\n",
		want: []string{"192.0.2.1 5 10:05:03"}},
	{name: "list of forwarders", text: `192.0.2.1, 198.51.100.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5` +
		"\n", want: []string{"192.0.2.1 5 10:05:03"}},
	{name: "user that looks like an address",
		text: `192.0.2.1 - 198.51.100.7 [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5` + "\n",
		want: []string{"192.0.2.1 5 10:05:03"}},
	{name: "escaped quote", text: `192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET /\"x\\ 200 9" 404 77` + "\n",
		want: []string{"192.0.2.1 77 10:05:03"}},
	{name: "no size", text: `192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304 -` + "\n",
		want: []string{"192.0.2.1 10:05:03"}},
	{name: "absurd size", text: `192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 99999999999999999999` +
		"\n", want: []string{"192.0.2.1 10:05:03"}},
	{name: "damaged lines", text: `192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5
www.example.org - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5
192.0.2.2 - - [17/Foo/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 6
192.0.2.3 - - [17/May/2015:10:05
192.0.2.4 - - [17/May/2015:10:05:03 +0000] "GET / HTT\
192.0.2.5
- - -
`, want: []string{"192.0.2.1 5 10:05:03", "2" + noAddressAt, "192.0.2.2 6 bad time", "192.0.2.3", "192.0.2.4 10:05:03",
		"192.0.2.5", "7" + noAddressAt}},
}

func TestCombined(t *testing.T) { testFormat(t, "combined", combinedTests) }

// The formats must not look alike to -format auto.
func TestDetect(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "addr"},
		{"\n\n", "addr"},
		{"host name\n192.0.2.1\n", "addr"},
		{"[2001:db8::1]:443\n", "addr"},
		{"192.0.2.1 GET /\n", "addr"},
		{"some start message\n192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5\n", "combined"},
		{"ip\n192.0.2.1\n", "csv"},
		{"time;Client_IP;path\n", "csv"},
		{"\n \n{\"ip\":\"192.0.2.1\"}\n", "json"},
		{`{"ip":"192.0.2.1","text":"` + strings.Repeat("x", sampleSize) + `"}`, "json"},
	} {
		f, err := openFormat(newLines(strings.NewReader(tt.text)), &config{format: "auto"})
		if err != nil || f.name != tt.want {
			t.Errorf("%.30q: read as %q, %v; want %s", tt.text, f.name, err, tt.want)
		}
	}
	_, err := openFormat(newLines(strings.NewReader("[\n  {\"ip\": \"192.0.2.1\"}\n]\n")), &config{format: "auto"})
	if err == nil || !strings.Contains(err.Error(), "JSON array") {
		t.Errorf("JSON array: error %v", err)
	}
}

// FuzzFormat reads whole texts, whatever they look like.
func FuzzFormat(f *testing.F) {
	for _, tt := range slices.Concat(addrTests, combinedTests, csvTests, jsonTests) {
		if len(tt.text) < 1000 {
			f.Add(tt.text, tt.cfg.addr, tt.cfg.time)
		}
	}
	f.Fuzz(func(t *testing.T, text, addr, time string) {
		format, got, err := readAll(text, &config{format: "auto", addr: addr, time: time})
		if err == nil && !slices.Contains(formats, format.name) {
			t.Fatalf("%q: read as %q", text, format.name)
		}
		if lines := strings.Count(text, "\n") + 1; len(got) > lines {
			t.Fatalf("%q: %d records in %d lines", text, len(got), lines)
		}
	})
}

func FuzzParseAddr(f *testing.F) {
	fuzzLines(f, addrTests, parseAddr)
}

func FuzzParseCombined(f *testing.F) {
	fuzzLines(f, combinedTests, parseCombined)
}

// fuzzLines checks that a line gives either a valid source or a fault.
func fuzzLines(f *testing.F, tests []formatTest, parse func([]byte, *record) fault) {
	for _, tt := range tests {
		for line := range strings.Lines(tt.text) {
			if len(line) < 1000 {
				f.Add(line)
			}
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		var r record
		if why := parse([]byte(line), &r); (why == "") != r.source.IsValid() {
			t.Fatalf("%q: fault %q, source %v", line, why, r.source)
		}
		if !r.at.IsZero() && r.at.Location() != time.UTC {
			t.Fatalf("%q: time %v is not in UTC", line, r.at)
		}
	})
}
