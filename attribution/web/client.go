package web

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// Header is the name of a header in which proxies pass on the address of a client.
//
// [XForwardedFor] and [Forwarded] are lists, to which each proxy appends. Every other header
// holds one address, which a proxy sets in place of what a client wrote. The names below are
// common ones. Any other name may be given, such as Fly-Client-IP.
type Header string

// The headers that are known by name.
const (
	XForwardedFor  Header = "X-Forwarded-For"
	Forwarded      Header = "Forwarded" // RFC 7239
	CFConnectingIP Header = "CF-Connecting-IP"
	XRealIP        Header = "X-Real-IP"
	TrueClientIP   Header = "True-Client-IP"
)

// Proxies says whose word about a client is believed. The zero Proxies believe nobody: the
// client is the peer of the connection.
type Proxies struct {
	// Trusted are the networks of your own proxies and load balancers, and of a CDN in
	// front of them. Headers are read only if the peer is one of these.
	Trusted *geo.PrefixSet

	// UnixSocket trusts peers on Unix sockets, which have no address. Set it if nothing but
	// your proxy can open the socket.
	UnixSocket bool

	// Header is where these proxies write the address. One header is read and no other: a
	// client can send all those that your proxies do not overwrite. "" stands for
	// [XForwardedFor].
	Header Header
}

// Client is the address that a request came from.
type Client struct {
	// Addr is invalid if the address is not known. It has no zone, and an IPv4-mapped
	// address is IPv4.
	Addr netip.Addr

	// Forwarded says that a proxy told the address. Then no handshake with this server
	// proves it.
	Forwarded bool

	// Unread is a code that says why the address is not known. It is empty if it is.
	Unread string
}

// These codes say why the address of a client is not known. See [Client] and
// [attribution.Unread].
const (
	NoPeer     = "NO_PEER"     // the connection has no address, as on a Unix socket
	NoHeader   = "NO_HEADER"   // a trusted proxy with a public address sent no header
	Obscured   = "OBSCURED"    // the proxy wrote "unknown" or a name that it made up
	BadAddress = "BAD_ADDRESS" // what the proxy wrote is no address
	Repeated   = "REPEATED"    // a header for one address came several times
	LongChain  = "LONG_CHAIN"  // the last 32 elements of the list are trusted proxies
)

const (
	maxHops    = 32   // elements of a list that are looked at
	maxElement = 1024 // bytes of one
)

// finder finds the client of a request. It is immutable.
type finder struct {
	trusted *geo.PrefixSet
	socket  bool
	header  string // in canonical form
	last    func(line string) (element, rest string, more, ok bool)
	read    func(element string) (netip.Addr, string)
}

func newFinder(p Proxies) (finder, error) {
	header := cmp.Or(p.Header, XForwardedFor)
	for _, c := range []byte(header) {
		if !isToken(c) {
			return finder{}, fmt.Errorf("web: %w: %.40q is no name of a header", attribution.ErrInvalidOptions, header)
		}
	}
	if p.Header != "" && p.Trusted == nil && !p.UnixSocket {
		return finder{}, fmt.Errorf("web: %w: nobody is trusted to write %s", attribution.ErrInvalidOptions, header)
	}
	f := finder{trusted: p.Trusted, socket: p.UnixSocket, header: http.CanonicalHeaderKey(string(header))}
	switch Header(f.header) {
	case XForwardedFor:
		f.last, f.read = lastOfList, readAddr
	case Forwarded:
		f.last, f.read = lastForwarded, readForwarded
	default:
		f.read = readAddr
	}
	return f, nil
}

func (f *finder) trusts(a netip.Addr) bool { return f.trusted != nil && f.trusted.Contains(a) }

// client returns the peer, if that is no trusted proxy. Else it reads the header from right
// to left, up to the first address that is no trusted proxy: a trusted one wrote it. What
// stands to the left of it may be made up.
func (f *finder) client(r *http.Request) Client {
	peer, code := readAddr(r.RemoteAddr)
	switch {
	case code != "" && !(f.socket && isUnix(r)):
		return Client{Unread: NoPeer}
	case code == "" && !f.trusts(peer):
		return Client{Addr: peer}
	}
	lines := r.Header[f.header]
	switch {
	case len(lines) == 0 && code == "" && isInternal(peer): // such as a check of a load balancer
		return Client{Addr: peer}
	case len(lines) == 0:
		return Client{Unread: NoHeader}
	case f.last == nil && len(lines) > 1:
		return Client{Unread: Repeated}
	case f.last == nil:
		return forwarded(f.read(lines[0]))
	}
	return f.walk(lines)
}

// walk reads a list. A proxy may add a line of its own instead of appending to the last one:
// they read as one list (RFC 9110, section 5.3).
func (f *finder) walk(lines []string) Client {
	hops := 0
	addr, code := netip.Addr{}, BadAddress
	for i := len(lines) - 1; i >= 0; i-- {
		for rest, more := lines[i], true; more; hops++ {
			var element string
			var ok bool
			if element, rest, more, ok = f.last(rest); !ok {
				return Client{Unread: BadAddress}
			}
			if hops == maxHops {
				return Client{Unread: LongChain}
			}
			if addr, code = f.read(element); code != "" || !f.trusts(addr) {
				return forwarded(addr, code)
			}
		}
	}
	return forwarded(addr, code) // all are trusted: the client is inside
}

func forwarded(addr netip.Addr, code string) Client {
	return Client{Addr: addr, Forwarded: code == "", Unread: code}
}

// isUnix reports whether the connection came in on a Unix socket.
func isUnix(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && local != nil && strings.HasPrefix(local.Network(), "unix")
}

var shared = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// isInternal reports whether an address is one of a private network.
func isInternal(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || shared.Contains(a)
}
