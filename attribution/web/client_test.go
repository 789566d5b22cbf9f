package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// proxies are those of the tests: private, public, and IPv6.
var proxies = world.Must(geo.ReadPrefixSet("proxies", strings.NewReader(
	"10.0.0.0/8\n192.0.2.7\n198.51.100.0/24\n2001:db8:f::/48\nfe80::/10")))

var clients = []struct {
	name, peer string
	header     Header // "": X-Forwarded-For
	lines      string // of the header, separated by newlines
	want       string // an address, or a code
}{
	{"direct", "203.0.113.5:4711", "", "", "203.0.113.5"},
	{"direct, IPv6", "[2001:db8::5]:4711", "", "", "2001:db8::5"},
	{"direct, mapped", "[::ffff:203.0.113.5]:4711", "", "", "203.0.113.5"},
	{"direct, zone", "[fec0::5%eth0]:4711", "", "", "fec0::5"},
	{"direct, without a port", "203.0.113.5", "", "", "203.0.113.5"},
	{"direct, with a forged list", "203.0.113.5:4711", "", "198.51.100.1", "203.0.113.5"},
	{"direct, with a forged Forwarded", "203.0.113.5:4711", Forwarded, "for=198.51.100.1", "203.0.113.5"},
	{"direct, with a forged header of a CDN", "203.0.113.5:4711", CFConnectingIP, "198.51.100.1", "203.0.113.5"},
	{"Unix socket", "@", "", "198.51.100.1", NoPeer},
	{"Unix socket with a path", "/run/proxy.sock", "", "198.51.100.1", NoPeer},
	{"no peer", "", "", "", NoPeer},
	{"peer with a name", "proxy.example:80", "", "203.0.113.5", NoPeer},

	{"one proxy", "10.1.2.3:80", "", "203.0.113.5", "203.0.113.5"},
	{"proxy given as an address", "192.0.2.7:80", "", "203.0.113.5", "203.0.113.5"},
	{"its neighbor is none", "192.0.2.8:80", "", "203.0.113.5", "192.0.2.8"},
	{"proxy with a mapped address", "[::ffff:10.1.2.3]:80", "", "203.0.113.5", "203.0.113.5"},
	{"proxy with a zone", "[fe80::1%eth0]:80", "", "203.0.113.5", "203.0.113.5"},
	{"two proxies", "10.1.2.3:80", "", "203.0.113.5, 192.0.2.7", "203.0.113.5"},
	{"three proxies, a CDN among them", "10.1.2.3:80", "", "203.0.113.5,198.51.100.9 ,10.4.4.4", "203.0.113.5"},
	{"two proxies, two lines", "10.1.2.3:80", "", "203.0.113.5\n2001:db8:f::1", "203.0.113.5"},
	{"the client forges the left end", "10.1.2.3:80", "", "198.51.100.1, 203.0.113.5", "203.0.113.5"},
	{"in a line of its own", "10.1.2.3:80", "", "198.51.100.1, 10.9.9.9\n203.0.113.5", "203.0.113.5"},
	{"it claims to be a proxy", "10.1.2.3:80", "", "198.51.100.1, 10.9.9.9, 203.0.113.5,192.0.2.7", "203.0.113.5"},
	{"many headers", "10.1.2.3:80", "", strings.Repeat("198.51.100.1\n", 500) + "203.0.113.5", "203.0.113.5"},
	{"garbage at the left end", "10.1.2.3:80", "", "<script>,,, 203.0.113.5", "203.0.113.5"},
	{"huge garbage at the left end", "10.1.2.3:80", "", strings.Repeat("x", 1<<20) + ", 203.0.113.5", "203.0.113.5"},
	{"huge list", "10.1.2.3:80", "", strings.Repeat("10.0.0.1,", 1<<17) + "203.0.113.5", "203.0.113.5"},
	{"blanks", "10.1.2.3:80", "", " \t203.0.113.5 \t", "203.0.113.5"},
	{"with a port", "10.1.2.3:80", "", "203.0.113.5:4711", "203.0.113.5"},
	{"IPv6", "10.1.2.3:80", "", "2001:db8::5", "2001:db8::5"},
	{"IPv6 with a port", "10.1.2.3:80", "", "[2001:db8::5]:4711", "2001:db8::5"},
	{"IPv6 in brackets", "10.1.2.3:80", "", "[2001:db8::5]", "2001:db8::5"},
	{"IPv6 with a zone", "10.1.2.3:80", "", "2001:db8::5%eth0", "2001:db8::5"},
	{"mapped", "10.1.2.3:80", "", "::ffff:203.0.113.5", "203.0.113.5"},
	{"from inside", "10.1.2.3:80", "", "10.4.4.4, 192.0.2.7", "10.4.4.4"},
	{"a private proxy's own request", "10.1.2.3:80", "", "", "10.1.2.3"},
	{"a public proxy without a header", "192.0.2.7:80", "", "", NoHeader},

	{"unknown", "10.1.2.3:80", "", "203.0.113.5, unknown", Obscured},
	{"withheld", "10.1.2.3:80", "", "203.0.113.5, _hidden", Obscured},
	{"empty", "10.1.2.3:80", "", "203.0.113.5,", BadAddress},
	{"empty line", "10.1.2.3:80", "", "203.0.113.5\n", BadAddress},
	{"name", "10.1.2.3:80", "", "client.example", BadAddress},
	{"unclosed bracket", "10.1.2.3:80", "", "[2001:db8::5", BadAddress},
	{"nothing in brackets", "10.1.2.3:80", "", "[]", BadAddress},
	{"IPv4 in brackets", "10.1.2.3:80", "", "[203.0.113.5]", BadAddress},
	{"text behind brackets", "10.1.2.3:80", "", "[2001:db8::5]80", BadAddress},
	{"leading zeros", "10.1.2.3:80", "", "203.0.113.005", BadAddress},
	{"network", "10.1.2.3:80", "", "203.0.113.0/24", BadAddress},
	{"port that is none", "10.1.2.3:80", "", "203.0.113.5:65536", BadAddress},
	{"endless port", "10.1.2.3:80", "", "203.0.113.5:" + strings.Repeat("1", 99), BadAddress},
	{"empty port", "10.1.2.3:80", "", "203.0.113.5:", BadAddress},
	{"blanks instead of commas", "10.1.2.3:80", "", "203.0.113.5 203.0.113.6", BadAddress},
	{"huge address", "10.1.2.3:80", "", strings.Repeat("1", 1<<20), BadAddress},
	{"32 proxies", "10.1.2.3:80", "", "203.0.113.5" + strings.Repeat(",10.0.0.1", 31), "203.0.113.5"},
	{"33 proxies", "10.1.2.3:80", "", "203.0.113.5" + strings.Repeat(",10.0.0.1", 32), LongChain},

	{"Forwarded", "10.1.2.3:80", Forwarded, "for=203.0.113.5", "203.0.113.5"},
	{"Forwarded, all pairs", "10.1.2.3:80", Forwarded, "For=203.0.113.5;proto=https;by=10.1.2.3", "203.0.113.5"},
	{"Forwarded, for comes last", "10.1.2.3:80", Forwarded, `host="a;b,for=1.1.1.1" ; for=203.0.113.5`, "203.0.113.5"},
	{"Forwarded, port", "10.1.2.3:80", Forwarded, `for="203.0.113.5:4711"`, "203.0.113.5"},
	{"Forwarded, port with a name", "10.1.2.3:80", Forwarded, `for="203.0.113.5:_x"`, "203.0.113.5"},
	{"Forwarded, IPv6", "10.1.2.3:80", Forwarded, `for="[2001:db8::5]"`, "2001:db8::5"},
	{"Forwarded, IPv6 and port", "10.1.2.3:80", Forwarded, `for="[2001:db8::5]:4711";proto=http`, "2001:db8::5"},
	{"Forwarded, IPv6 and a name", "10.1.2.3:80", Forwarded, `for="[2001:db8::5]:_http"`, "2001:db8::5"},
	{"Forwarded, IPv6 without quotes", "10.1.2.3:80", Forwarded, `for=[2001:db8::5]:80`, "2001:db8::5"},
	{"Forwarded, chain", "10.1.2.3:80", Forwarded, `for=203.0.113.5, for="[2001:db8:f::1]"`, "203.0.113.5"},
	{"Forwarded, forged", "10.1.2.3:80", Forwarded, `for=1.1.1.1, for=203.0.113.5`, "203.0.113.5"},
	{"Forwarded, open quote", "10.1.2.3:80", Forwarded, `for="1.1.1.1, for=203.0.113.5`, "203.0.113.5"},
	{"Forwarded, open quote, IPv6", "10.1.2.3:80", Forwarded, `for="1.1.1.1, for="[2001:db8::5]"`, "2001:db8::5"},
	{"Forwarded, open escape", "10.1.2.3:80", Forwarded, `for="\, for=203.0.113.5`, "203.0.113.5"},
	{"Forwarded, escaped quote", "10.1.2.3:80", Forwarded, `for=1.1.1.1,for=203.0.113.5;host="a\",\\"`, "203.0.113.5"},
	{"Forwarded, two lines", "10.1.2.3:80", Forwarded, "for=1.1.1.1\nfor=203.0.113.5", "203.0.113.5"},
	{"Forwarded, unknown", "10.1.2.3:80", Forwarded, "for=203.0.113.5, for=unknown", Obscured},
	{"Forwarded, unknown with a port", "10.1.2.3:80", Forwarded, `for="unknown:4711"`, Obscured},
	{"Forwarded, obfuscated", "10.1.2.3:80", Forwarded, "for=_gazonk", Obscured},
	{"Forwarded, obfuscated, with a port", "10.1.2.3:80", Forwarded, `for="_gazonk:_p"`, Obscured},
	{"Forwarded, without for", "10.1.2.3:80", Forwarded, "proto=https;by=_secret", Obscured},
	{"Forwarded, for twice", "10.1.2.3:80", Forwarded, "for=203.0.113.5;for=1.1.1.1", BadAddress},
	{"Forwarded, no pair", "10.1.2.3:80", Forwarded, "203.0.113.5", BadAddress},
	{"Forwarded, unclosed", "10.1.2.3:80", Forwarded, `for="203.0.113.5`, BadAddress},
	{"Forwarded, quote within", "10.1.2.3:80", Forwarded, `for=203.0.113.5";proto="http`, BadAddress},
	{"Forwarded, text behind quotes", "10.1.2.3:80", Forwarded, `for="203.0.113.5"x`, BadAddress},
	{"Forwarded, blank before =", "10.1.2.3:80", Forwarded, `for =203.0.113.5`, BadAddress},
	{"Forwarded, long element", "10.1.2.3:80", Forwarded, "for=203.0.113.5;host=" + strings.Repeat("x", 1100), BadAddress},
	{"Forwarded, huge", "10.1.2.3:80", Forwarded, strings.Repeat(`for="\`, 1<<17) + ",for=203.0.113.5", "203.0.113.5"},
	{"X-Forwarded-For is not read then", "10.1.2.3:80", Forwarded, "", "10.1.2.3"},

	{"Cloudflare", "198.51.100.3:80", CFConnectingIP, "203.0.113.5", "203.0.113.5"},
	{"Cloudflare, IPv6", "198.51.100.3:80", CFConnectingIP, "2001:db8::5", "2001:db8::5"},
	{"Cloudflare, a list", "198.51.100.3:80", CFConnectingIP, "1.1.1.1, 203.0.113.5", BadAddress},
	{"Cloudflare, two headers", "198.51.100.3:80", CFConnectingIP, "1.1.1.1\n203.0.113.5", Repeated},
	{"Cloudflare, no header", "198.51.100.3:80", CFConnectingIP, "", NoHeader},
	{"nginx", "10.1.2.3:80", XRealIP, "203.0.113.5", "203.0.113.5"},
	{"Akamai", "10.1.2.3:80", TrueClientIP, "203.0.113.5", "203.0.113.5"},
	{"any other", "10.1.2.3:80", "fly-client-ip", "203.0.113.5", "203.0.113.5"},
	{"one address that is a proxy's", "10.1.2.3:80", XRealIP, "10.9.9.9", "10.9.9.9"},
}

// request has the same address in all other headers, which nobody may read.
func request(peer string, header Header, lines string) *http.Request {
	r := &http.Request{RemoteAddr: peer, Header: http.Header{}}
	for _, other := range []Header{XForwardedFor, Forwarded, CFConnectingIP, XRealIP, TrueClientIP} {
		r.Header.Set(string(other), "6.6.6.6")
	}
	name := http.CanonicalHeaderKey(string(header))
	if name == "" {
		name = string(XForwardedFor)
	}
	delete(r.Header, name)
	if lines != "" {
		r.Header[name] = strings.Split(lines, "\n")
	}
	return r
}

func mustFinder(t testing.TB, p Proxies) finder {
	t.Helper()
	f, err := newFinder(p)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestClient(t *testing.T) {
	for _, tt := range clients {
		t.Run(tt.name, func(t *testing.T) {
			r := request(tt.peer, tt.header, tt.lines)
			f := mustFinder(t, Proxies{Trusted: proxies, Header: tt.header})
			got := f.client(r)
			want := Client{Unread: tt.want}
			if a, err := netip.ParseAddr(tt.want); err == nil {
				peer, _ := readAddr(tt.peer)
				want = Client{Addr: a, Forwarded: a != peer}
			}
			if got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			// Where nobody is trusted, it is the peer whatever headers say.
			peer, code := readAddr(tt.peer)
			if code != "" {
				code = NoPeer
			}
			alone := mustFinder(t, Proxies{})
			if got := alone.client(r); got != (Client{Addr: peer, Unread: code}) {
				t.Errorf("%+v where no proxy is trusted, want the peer %v", got, peer)
			}
		})
	}
}

// A trusted Unix socket is a proxy without an address. What came in over TCP is none, whatever
// its peer is called.
func TestClientOnUnixSocket(t *testing.T) {
	unix := context.WithValue(context.Background(), http.LocalAddrContextKey, &net.UnixAddr{Net: "unix"})
	tcp := context.WithValue(context.Background(), http.LocalAddrContextKey, &net.TCPAddr{})
	for _, tt := range []struct {
		name, lines string
		ctx         context.Context
		proxies     Proxies
		want        Client
	}{
		{"trusted", "1.1.1.1, 203.0.113.5", unix, Proxies{UnixSocket: true},
			Client{Addr: netip.MustParseAddr("203.0.113.5"), Forwarded: true}},
		{"trusted, with proxies behind", "203.0.113.5, 10.0.0.1", unix, Proxies{UnixSocket: true, Trusted: proxies},
			Client{Addr: netip.MustParseAddr("203.0.113.5"), Forwarded: true}},
		{"trusted, no header", "", unix, Proxies{UnixSocket: true}, Client{Unread: NoHeader}},
		{"not trusted", "203.0.113.5", unix, Proxies{Trusted: proxies}, Client{Unread: NoPeer}},
		{"TCP", "203.0.113.5", tcp, Proxies{UnixSocket: true}, Client{Unread: NoPeer}},
		{"unknown", "203.0.113.5", context.Background(), Proxies{UnixSocket: true}, Client{Unread: NoPeer}},
	} {
		f := mustFinder(t, tt.proxies)
		if got := f.client(request("@", "", tt.lines).WithContext(tt.ctx)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestProxiesAreChecked(t *testing.T) {
	for _, p := range []Proxies{
		{Trusted: proxies, Header: "X Real IP"},
		{Trusted: proxies, Header: "X-Real-IP:"},
		{Trusted: proxies, Header: "X-Reäl-IP"},
		{Header: CFConnectingIP}, // nobody may write it
	} {
		if _, err := newFinder(p); !isInvalidOptions(err) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

func FuzzClient(f *testing.F) {
	for _, c := range clients {
		f.Add(c.peer, string(c.header), c.lines)
	}
	f.Fuzz(func(t *testing.T, peer, header, lines string) {
		find, err := newFinder(Proxies{Trusted: proxies, Header: Header(header)})
		if err != nil {
			t.Skip()
		}
		got := find.client(request(peer, Header(header), lines))
		if a := got.Addr; a.Zone() != "" || a.Is4In6() || a.IsValid() == (got.Unread != "") {
			t.Errorf("%+v", got)
		}
		if got.Forwarded && !got.Addr.IsValid() {
			t.Errorf("%+v", got)
		}
		p, code := readAddr(peer)
		if code == "" && !proxies.Contains(p) && got != (Client{Addr: p}) {
			t.Errorf("%+v of an untrusted peer", got)
		}
		// What a client writes itself does not matter to whom it is, once a proxy has added
		// its address.
		want := Client{Addr: netip.MustParseAddr("2001:db8::7"), Forwarded: true}
		for name, own := range map[Header]string{
			XForwardedFor: "2001:db8::7", Forwarded: `for="[2001:db8::7]:80";proto=https`,
		} {
			find := mustFinder(t, Proxies{Trusted: proxies, Header: name})
			for _, join := range []string{",", ", ", "\n"} {
				if got := find.client(request("10.1.2.3:80", name, lines+join+own)); got != want {
					t.Errorf("%s: %+v after %q%q", name, got, lines, join)
				}
			}
		}
	})
}

// Finding the client allocates nothing.
func TestClientAllocatesNothing(t *testing.T) {
	for _, tt := range clients {
		f := mustFinder(t, Proxies{Trusted: proxies, Header: tt.header})
		r := request(tt.peer, tt.header, tt.lines)
		// An address that is none costs an error, and a zone is stored.
		if slices.Contains([]string{BadAddress, NoPeer}, tt.want) || strings.Contains(tt.peer+tt.lines, "%") {
			continue
		}
		if n := testing.AllocsPerRun(10, func() { f.client(r) }); n > 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

// docs/WEB.md explains every code, and no other.
func TestDocsExplainEveryCode(t *testing.T) {
	doc, err := os.ReadFile("../../docs/WEB.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "\n| code | why the record was lost |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var explained, want []string
	for _, row := range regexp.MustCompile(`(?m)^\| ([A-Z_]+) \|`).FindAllStringSubmatch(table, -1) {
		explained = append(explained, row[1])
	}
	for _, c := range clients { // the table of tests has all of them
		if _, err := netip.ParseAddr(c.want); err != nil {
			want = append(want, c.want)
		}
	}
	slices.Sort(explained)
	slices.Sort(want)
	if want = slices.Compact(want); !slices.Equal(explained, want) {
		t.Errorf("docs/WEB.md explains %v, the tests have %v", explained, want)
	}
}
