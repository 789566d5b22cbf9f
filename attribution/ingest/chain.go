package ingest

import (
	"bytes"
	"net/netip"

	"github.com/whence-go/whence/geo"
)

// A chain is a list of addresses that proxies have written one after another, as in
// X-Forwarded-For and Forwarded (RFC 7239). One rule reads it in every format.
//
// Without trusted proxies it is the first public address. The client may have written it,
// so that it proves no handshake. With trusted proxies it is the last address that is not
// one of them, which a trusted proxy has seen.
type chain struct {
	trusted *geo.PrefixSet
}

// read returns the source that a chain names. Claimed says that the client may have written
// it. A single address is a chain that claims nothing.
func (c *chain) read(b []byte) (source netip.Addr, claimed, ok bool) {
	if a, ok := parseAddr(b); ok {
		return a, false, true
	}
	if n := len(b); n >= 2 && b[0] == '"' && b[n-1] == '"' {
		b = b[1 : n-1]
	}
	if b = bytes.TrimSpace(b); len(b) < 2 {
		return netip.Addr{}, false, false
	}
	if !isList(b) {
		a, ok := parseHop(b)
		return a, false, ok
	}
	// What a client writes between commas must not hide its record. Text with blanks alone
	// is a list only if everything in it is an address.
	strict := bytes.IndexByte(b, ',') < 0 && bytes.IndexByte(b, '=') < 0
	var first netip.Addr
	for rest := b; len(rest) > 0; {
		var hop []byte
		if c.trusted != nil {
			hop, rest = cutLast(rest)
		} else {
			hop, rest = cutFirst(rest)
		}
		a, ok := parseHop(hop)
		switch {
		case !ok && (c.trusted != nil || strict && !isObscured(hop)):
			return netip.Addr{}, false, false // of what stands before it nothing is known
		case !ok:
		case c.trusted != nil && !c.trusted.Contains(a):
			return a, false, true
		case c.trusted == nil && isPublic(a):
			return a, true, true
		case !first.IsValid() || c.trusted != nil:
			first = a
		}
	}
	return first, c.trusted == nil, first.IsValid()
}

func isList(b []byte) bool {
	return bytes.IndexByte(b, ',') >= 0 || bytes.IndexByte(b, ' ') >= 0 || bytes.IndexByte(b, ';') >= 0 ||
		bytes.IndexByte(b, '=') >= 0
}

// cutFirst and cutLast cut a list at a comma, or at blanks where it has no comma.
func cutFirst(b []byte) (hop, rest []byte) {
	i := bytes.IndexByte(b, ',')
	if i < 0 && !bytes.Contains(b, []byte("=")) {
		b = bytes.TrimSpace(b)
		i = bytes.IndexByte(b, ' ')
	}
	if i < 0 {
		return trimHop(b), nil
	}
	return trimHop(b[:i]), b[i+1:]
}

func cutLast(b []byte) (hop, rest []byte) {
	i := bytes.LastIndexByte(b, ',')
	if i < 0 && !bytes.Contains(b, []byte("=")) {
		b = bytes.TrimSpace(b)
		i = bytes.LastIndexByte(b, ' ')
	}
	if i < 0 {
		return trimHop(b), nil
	}
	return trimHop(b[i+1:]), b[:i]
}

// trimHop takes off the blanks around an element, and the + that an encoding makes of them.
func trimHop(b []byte) []byte { return bytes.Trim(b, " \t+") }

// parseHop reads an element: an address, or the parameter "for" of RFC 7239.
func parseHop(b []byte) (netip.Addr, bool) {
	if a, ok := parseAddr(b); ok {
		return a, true
	}
	if bytes.IndexByte(b, '=') < 0 {
		return netip.Addr{}, false
	}
	for rest := b; len(rest) > 0; {
		var pair []byte
		pair, rest, _ = bytes.Cut(rest, []byte(";"))
		name, value, found := bytes.Cut(pair, []byte("="))
		if found && bytes.EqualFold(bytes.TrimSpace(name), []byte("for")) {
			return parseAddr(bytes.TrimSpace(value))
		}
	}
	return netip.Addr{}, false
}

// isObscured reports whether an element stands for an address that its writer did not know
// or did not tell (RFC 7239, section 6).
func isObscured(b []byte) bool {
	if name, value, found := bytes.Cut(b, []byte("=")); found && bytes.EqualFold(name, []byte("for")) {
		b, _, _ = bytes.Cut(value, []byte(";"))
	}
	b = bytes.Trim(b, `"`)
	return len(b) == 0 || b[0] == '_' || string(b) == "-" || bytes.EqualFold(b, []byte("unknown"))
}

var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("198.18.0.0/15"),
}

// isPublic reports whether an address may be that of a client on the Internet.
func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
