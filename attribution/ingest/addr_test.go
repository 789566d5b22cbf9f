package ingest

import (
	"net/netip"
	"strings"
	"testing"
)

var sources = []struct {
	text, want string // "" if it is no source
}{
	{"192.0.2.1", "192.0.2.1"},
	{"192.0.2.1:5678", "192.0.2.1"},
	{`"192.0.2.1"`, "192.0.2.1"},
	{"'192.0.2.1'", "192.0.2.1"},
	{`"192.0.2.1:80"`, "192.0.2.1"},
	{"0.0.0.0", "0.0.0.0"},
	{"255.255.255.255:65535", "255.255.255.255"},
	{"2001:db8::1", "2001:db8::1"},
	{"2001:DB8::aBcD", "2001:db8::abcd"},
	{"[2001:db8::1]:443", "2001:db8::1"},
	{"[2001:db8::1]", "2001:db8::1"},
	{"2001:db8::1:443", "2001:db8::1:443"},
	{"::", "::"},
	{"::1", "::1"},
	{"1::", "1::"},
	{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
	{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
	{"1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"},
	{"fe80::1%eth0", "fe80::1"},
	{"[fe80::1%eth0]:22", "fe80::1"},

	{"", ""},
	{"-", ""},
	{"unknown", ""},
	{"example.org", ""},
	{"192.0.2", ""},
	{"192.0.2.", ""},
	{"192.0.2.256", ""},
	{"192.0.2.01", ""},
	{"192.0.2.1.1", ""},
	{"192.0.2.1 ", ""},
	{"192.0.2.0/24", ""},
	{"192.0.2.1:", ""},
	{"192.0.2.1:65536", ""},
	{"192.0.2.1:http", ""},
	{"192.0.2.1%eth0", ""},
	{"[192.0.2.1]", ""},
	{`"192.0.2.1`, ""},
	{`"`, ""},
	{"192.0.2.1\x00", ""},
	{"192.0.2.\xff", ""},
	{"[2001:db8::1", ""},
	{"[2001:db8::1]x", ""},
	{"[]", ""},
	{":", ""},
	{":::", ""},
	{":1", ""},
	{"1:", ""},
	{"1::2::3", ""},
	{"12345::", ""},
	{"1:2:3:4:5:6:7", ""},
	{"1:2:3:4:5:6:7:8:9", ""},
	{"1:2:3:4:5:6:7:8::", ""},
	{"1:2:3:4::5:6:7:8", ""},
	{"1:2:3:4:5:6:7:192.0.2.1", ""},
	{"1:192.0.2.1", ""},
	{"::192.0.2.1:1", ""},
	{"::192.0.2", ""},
	{"2001:db8::/32", ""},
	{"2001:db8::1%", ""},
	{"2001:db8::g", ""},
}

func TestParseAddr(t *testing.T) {
	for _, tt := range sources {
		got, ok := parseAddr([]byte(tt.text))
		if ok != (tt.want != "") || ok && got.String() != tt.want {
			t.Errorf("parseAddr(%q) = %v, %v; want %q", tt.text, got, ok, tt.want)
		}
	}
}

// FuzzParseAddr holds the hand-written parsers to net/netip wherever the text
// carries nothing but an address.
func FuzzParseAddr(f *testing.F) {
	for _, tt := range sources {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseAddr([]byte(text))
		want, err := netip.ParseAddr(text)
		switch {
		case err == nil && (!ok || got != want.WithZone("")):
			t.Fatalf("parseAddr(%q) = %v, %v; netip says %v", text, got, ok, want)
		case err != nil && ok && !strings.ContainsAny(text, `"'[:`):
			t.Fatalf("parseAddr(%q) = %v; netip says %v", text, got, err)
		case ok && !got.IsValid():
			t.Fatalf("parseAddr(%q) gives an address that is not valid", text)
		}
	})
}
