package ingest

import (
	"strings"
	"testing"
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
}

// Without a wish it is the site where the lines have one, else the path.
func TestAccessTarget(t *testing.T) {
	site := "example.org:443 192.0.2.1" + afterSource + `"GET / HTTP/1.1" 200 5` + "\n"
	plain := "192.0.2.1" + afterSource + `"GET / HTTP/1.1" 200 5` + "\n"
	for _, tt := range targetTests {
		usual, first := tt.path, plain
		if tt.host != "" {
			usual, first = tt.host, site
		}
		for asked, want := range map[string]string{"host": tt.host, "path": tt.path, "-": "", "": usual} {
			if asked == "host" && tt.host == "" {
				continue // which is refused
			}
			events, a, err := readAll(strings.Repeat(first, 3)+tt.line+"\n", Options{Target: asked})
			if err != nil || len(events) != 4 {
				t.Errorf("%q of %s: %d events, %v, %v", asked, tt.line, len(events), a.Unread, err)
				continue
			}
			if got := string(events[3].Target); got != want {
				t.Errorf("%q of %s: %q, want %q", asked, tt.line, got, want)
			}
		}
	}
}
