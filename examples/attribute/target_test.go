package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/whence-go/whence/attribution/monitor"
)

const afterSource = ` - - [17/May/2015:10:05:03 +0000] `

// targetTests are lines of access logs and their targets.
var targetTests = []struct{ line, host, path string }{
	{`192.0.2.1` + afterSource + `"GET /a/b.png HTTP/1.1" 200 5`, "", "/a/b.png"},
	{`example.org:443 192.0.2.1` + afterSource + `"POST /a?b=c&d HTTP/1.1" 200 5`, "example.org", "/a"},
	{`198.51.100.7:443 192.0.2.1` + afterSource + `"GET /#x HTTP/1.1" 200 5`, "198.51.100.7", "/"},
	{`[2001:db8::1]:443 192.0.2.1` + afterSource + `"HEAD / HTTP/1.0" 200 5`, "2001:db8::1", "/"},
	{`example.org 192.0.2.1` + afterSource + `"GET / HTTP/1.1" 200 5`, "example.org", "/"},
	{`192.0.2.1` + afterSource + `"GET http://example.org/a HTTP/1.1" 200 5`, "", "/a"},
	{`192.0.2.1` + afterSource + `"GET http://example.org HTTP/1.1" 200 5`, "", "/"},
	{`192.0.2.1` + afterSource + `"GET /to?url=http://example.org/ HTTP/1.1" 200 5`, "", "/to"},
	{`192.0.2.1` + afterSource + `"CONNECT example.org:443 HTTP/1.1" 400 5`, "", "example.org:443"},
	{`192.0.2.1` + afterSource + `"OPTIONS * HTTP/1.1" 400 5`, "", "*"},
	{`192.0.2.1` + afterSource + `"GET /\"a\\ HTTP/1.1" 400 5`, "", `/\"a\\`},
	{`192.0.2.1` + afterSource + `"GET /" 400 5`, "", "/"},
	{`192.0.2.1` + afterSource + `"GET ?a HTTP/1.1" 400 5`, "", ""},
	{`192.0.2.1` + afterSource + `"-" 408 0`, "", ""},
	{`192.0.2.1` + afterSource + `"\x16\x03\x01" 400 5`, "", ""},
	{`192.0.2.1` + afterSource + `"" 400 5`, "", ""},
	{`192.0.2.1` + afterSource + `"GET /a`, "", ""},
	{`192.0.2.1 - - [17/May/2015`, "", ""},
	{`192.0.2.1`, "", ""},
	{`nobody`, "", ""},
}

func TestCombinedTarget(t *testing.T) {
	const named = "example.org:443 192.0.2.1" + afterSource + `"GET / HTTP/1.1" 200 5`
	for _, tt := range targetTests {
		either := tt.host
		if either == "" {
			either = tt.path
		}
		for asked, want := range map[string]string{"host": tt.host, "path": tt.path, "none": "", "": either} {
			parse, err := combinedWithTarget(asked, [][]byte{[]byte(named)})
			if err != nil {
				t.Fatal(err)
			}
			var r, plain record
			why := parse([]byte(tt.line), &r)
			if got := string(r.target); got != want {
				t.Errorf("-target %q of %s: got %q, want %q", asked, tt.line, got, want)
			}
			if plainWhy := parseCombined([]byte(tt.line), &plain); why != plainWhy || r.source != plain.source ||
				r.at != plain.at || r.bytes != plain.bytes {
				t.Errorf("-target %q of %s: %q, %+v; without a target %q, %+v", asked, tt.line, why, r, plainWhy, plain)
			}
		}
	}
}

// FuzzCombinedTarget holds targets to be part of their lines.
func FuzzCombinedTarget(f *testing.F) {
	for _, tt := range targetTests {
		f.Add(tt.line)
	}
	const named = "example.org:443 192.0.2.1" + afterSource
	f.Fuzz(func(t *testing.T, line string) {
		for _, asked := range combinedTargets {
			parse, err := combinedWithTarget(asked, [][]byte{[]byte(named)})
			if err != nil {
				t.Fatal(err)
			}
			var r record
			if why := parse([]byte(line), &r); (why == "") != r.source.IsValid() {
				t.Fatalf("%q: fault %q, source %v", line, why, r.source)
			}
			if s := string(r.target); !strings.Contains(line, s) && s != "/" || asked == "none" && s != "" {
				t.Fatalf("-target %q of %q: %q", asked, line, s)
			}
		}
	})
}

// Fields of other formats are targets, too.
func TestFieldTarget(t *testing.T) {
	for _, tt := range []struct {
		name, text, target string
		want               []string
	}{
		{"csv", "ip,t,to\n8.8.8.8,1,a b \n8.8.8.8,1,\"a \"\"b\"\"\"\n8.8.8.8,1,\n8.8.8.8,1\n", "TO",
			[]string{"a b", `a "b"`, "", ""}},
		{"csv, the column before", "to,t,ip\n\"x,y\",1,8.8.8.8\n", "to", []string{"x,y"}},
		{"csv, the source's own column", "ip,t\n8.8.8.8,1\n", "ip", []string{"8.8.8.8"}},
		{"csv without", "ip,t\n8.8.8.8,1\n", "none", []string{""}},
		{"json", `{"ip":"8.8.8.8","t":1,"to":{"name":"a \"b\""}}
{"ip":"8.8.8.8","t":1,"to":{"name":25}}
{"ip":"8.8.8.8","t":1,"to":{"name":-1.5e3 } }
{"ip":"8.8.8.8","t":1,"to":{"name":true}}
{"ip":"8.8.8.8","t":1,"to":{"name":null}}
{"ip":"8.8.8.8","t":1,"to":{"name":["a"]}}
{"ip":"8.8.8.8","t":1,"to":{"name":{}}}
{"ip":"8.8.8.8","t":1,"to":"a"}
{"ip":"8.8.8.8","t":1}
`, "to.name", []string{`a "b"`, "25", "-1.5e3", "true", "", "", "", "", ""}},
	} {
		l := newLines(strings.NewReader(tt.text))
		f, err := openFormat(l, &config{format: "auto", time: "t", burstConfig: burstConfig{burst: true, target: tt.target}})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []string
		for {
			text, err := f.next()
			if err != nil {
				break
			}
			var r record
			if why := f.parse(text, &r); why != "" {
				t.Errorf("%s: %s", tt.name, why)
			}
			got = append(got, string(r.target))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Names are made once, are cut to what the monitor takes, and are bounded.
func TestTargetNames(t *testing.T) {
	known := targetNames{}
	text := []byte("/" + strings.Repeat("x", 2*monitor.MaxTargetName))
	first, again := known.target(text), known.target(text)
	if first != again || unsafe.StringData(first.Name()) != unsafe.StringData(again.Name()) ||
		len(first.Name()) != monitor.MaxTargetName {
		t.Errorf("%d bytes of %d, made twice", len(first.Name()), len(text))
	}
	copy(text, "changed")
	if first.Name()[0] != '/' {
		t.Error("a name is part of the line that it came from")
	}
	if got := known.target([]byte("192.0.2.1")); !got.Addr().IsValid() {
		t.Errorf("%v is a name", got)
	}
	if !known.target(nil).IsZero() {
		t.Error("a target of nothing")
	}
	for i := range 3 * maxNames {
		known.target(fmt.Appendf(nil, "/%d", i))
	}
	if len(known) > maxNames {
		t.Errorf("%d names are kept, want at most %d", len(known), maxNames)
	}
	line := []byte("/1")
	if allocs := testing.AllocsPerRun(100, func() { known.target(line) }); allocs > 0 {
		t.Errorf("%v allocations for a name that is known", allocs)
	}
}
