package main

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

var trusted = proxies{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"),
	netip.MustParsePrefix("2001:db8:f::/48"), netip.MustParsePrefix("fe80::/10"),
}

var clients = []struct {
	name, peer string
	forwarded  string // lines of X-Forwarded-For, separated by |
	want       string // "" if it is none
}{
	{"direct", "203.0.113.5:4711", "", "203.0.113.5"},
	{"direct, IPv6", "[2001:db8::5]:4711", "", "2001:db8::5"},
	{"direct, mapped", "[::ffff:203.0.113.5]:4711", "", "203.0.113.5"},
	{"direct, zone", "[fe81::5%eth0]:4711", "", "fe81::5"},
	{"direct, with a header of its own", "203.0.113.5:4711", "198.51.100.1", "203.0.113.5"},
	{"Unix socket", "@", "198.51.100.1", ""},
	{"no peer", "", "", ""},

	{"one proxy", "10.1.2.3:80", "203.0.113.5", "203.0.113.5"},
	{"proxy given as an address", "192.0.2.7:80", "203.0.113.5", "203.0.113.5"},
	{"proxy with a mapped address", "[::ffff:10.1.2.3]:80", "203.0.113.5", "203.0.113.5"},
	{"proxy with a zone", "[fe80::1%eth0]:80", "203.0.113.5", "203.0.113.5"},
	{"two proxies", "10.1.2.3:80", "203.0.113.5, 192.0.2.7", "203.0.113.5"},
	{"two proxies, two lines", "10.1.2.3:80", "203.0.113.5|2001:db8:f::1", "203.0.113.5"},
	{"the client forges the left end", "10.1.2.3:80", "198.51.100.1, 203.0.113.5", "203.0.113.5"},
	{"in a line of its own", "10.1.2.3:80", "198.51.100.1, 10.9.9.9|203.0.113.5", "203.0.113.5"},
	{"it claims to be a proxy", "10.1.2.3:80", "198.51.100.1, 10.9.9.9, 203.0.113.5,192.0.2.7", "203.0.113.5"},
	{"garbage at the left end", "10.1.2.3:80", "<script>,,, 203.0.113.5", "203.0.113.5"},
	{"blanks", "10.1.2.3:80", " \t203.0.113.5 \t", "203.0.113.5"},
	{"with a port", "10.1.2.3:80", "203.0.113.5:4711", "203.0.113.5"},
	{"IPv6", "10.1.2.3:80", "2001:db8::5", "2001:db8::5"},
	{"IPv6 with a port", "10.1.2.3:80", "[2001:db8::5]:4711", "2001:db8::5"},
	{"IPv6 in brackets", "10.1.2.3:80", "[2001:db8::5]", "2001:db8::5"},
	{"IPv6 with a zone", "10.1.2.3:80", "2001:db8::5%eth0", "2001:db8::5"},
	{"mapped", "10.1.2.3:80", "::ffff:203.0.113.5", "203.0.113.5"},

	{"a proxy's own request", "10.1.2.3:80", "", "10.1.2.3"},
	{"from inside", "10.1.2.3:80", "10.4.4.4, 192.0.2.7", "10.4.4.4"},
	{"unknown", "10.1.2.3:80", "203.0.113.5, unknown", ""},
	{"empty", "10.1.2.3:80", "203.0.113.5,", ""},
	{"empty line", "10.1.2.3:80", "203.0.113.5|", ""},
	{"name", "10.1.2.3:80", "client.example", ""},
	{"unclosed bracket", "10.1.2.3:80", "[2001:db8::5", ""},
	{"leading zeros", "10.1.2.3:80", "203.0.113.005", ""},
	{"network", "10.1.2.3:80", "203.0.113.0/24", ""},
}

func request(peer, forwarded string) *http.Request {
	r := &http.Request{RemoteAddr: peer, Header: http.Header{}}
	if forwarded != "" {
		r.Header["X-Forwarded-For"] = strings.Split(forwarded, "|")
	}
	return r
}

func TestClient(t *testing.T) {
	for _, c := range clients {
		want, _ := netip.ParseAddr(c.want)
		if got := trusted.client(request(c.peer, c.forwarded)); got != want {
			t.Errorf("%s: from %q, forwarded for %q: %v, want %v", c.name, c.peer, c.forwarded, got, want)
		}
		if c.peer == "" || c.peer == "@" {
			continue
		}
		want = netip.MustParseAddrPort(c.peer).Addr().Unmap().WithZone("")
		if got := (proxies)(nil).client(request(c.peer, c.forwarded)); got != want {
			t.Errorf("%s: %v where no proxy is trusted, want %v", c.name, got, want)
		}
	}
}

func FuzzClient(f *testing.F) {
	for _, c := range clients {
		f.Add(c.peer, c.forwarded)
	}
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		got := trusted.client(request(peer, forwarded))
		if got.Zone() != "" || got.Is4In6() {
			t.Errorf("%v", got)
		}
		// What a client writes itself does not matter to whom it is, once a
		// proxy has added its address.
		honest := request("10.1.2.3:80", forwarded+", 203.0.113.5")
		if got := trusted.client(honest); got != netip.MustParseAddr("203.0.113.5") {
			t.Errorf("%v after %q", got, forwarded)
		}
	})
}

func TestParseProxies(t *testing.T) {
	for _, c := range []struct{ list, want string }{
		{"", ""},
		{" , ", ""},
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"10.1.2.3/8, 192.0.2.7", "10.0.0.0/8 192.0.2.7/32"},
		{"2001:db8::7,fe80::/10", "2001:db8::7/128 fe80::/10"},
	} {
		p, err := parseProxies(c.list)
		var got []string
		for _, network := range p {
			got = append(got, network.String())
		}
		if strings.Join(got, " ") != c.want || err != nil {
			t.Errorf("%q: %q, %v", c.list, got, err)
		}
	}
	for _, list := range []string{"x", "10.0.0.0/33", "10.0.0.0/8,proxy.example", "10.0.0", "fe80::1%eth0",
		"::ffff:10.0.0.0/104", "::ffff:10.0.0.1", "10.0.0.0/8;10.1.1.1"} {
		if p, err := parseProxies(list); err == nil || p != nil {
			t.Errorf("%q: %v, %v", list, p, err)
		}
	}
}
