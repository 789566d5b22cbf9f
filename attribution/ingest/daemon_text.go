package ingest

import (
	"bytes"
	"net/netip"
)

// Helpers to read the sentences of daemons.

// cutText is bytes.CutPrefix for a constant.
func cutText(b []byte, prefix string) ([]byte, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return b, false
	}
	return b[len(prefix):], true
}

// indexText and lastText are bytes.Index and bytes.LastIndex for a constant.
func indexText(b []byte, text string) int { return bytes.Index(b, []byte(text)) }
func lastText(b []byte, text string) int  { return bytes.LastIndex(b, []byte(text)) }

// behind returns what follows the first such text.
func behind(b []byte, text string) ([]byte, bool) {
	i := indexText(b, text)
	if i < 0 {
		return nil, false
	}
	return b[i+len(text):], true
}

// bracketed reads "[address]" and a port, and returns what stands behind it.
func bracketed(b []byte) (a netip.Addr, rest []byte, ok bool) {
	end := bytes.IndexByte(b, ']')
	if end < 1 || b[0] != '[' {
		return a, nil, false
	}
	inner, _ := cutText(b[1:end], "IPv6:")
	if a, ok = bareAddr(inner); !ok {
		return a, nil, false
	}
	rest = b[end+1:]
	if len(rest) > 1 && rest[0] == ':' && isDigit(rest[1]) {
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		if !isPortOrEmpty(rest[:n]) {
			return a, nil, false
		}
		rest = rest[n:]
	}
	return a, rest, true
}

// behindSolaris takes off the number and the level that the syslog of Solaris writes.
func behindSolaris(b []byte) []byte {
	if rest, ok := cutText(b, "[ID "); ok {
		if rest, ok = behind(rest, "] "); ok {
			return rest
		}
	}
	return b
}

// bareAddr reads an address without quotes, brackets or port.
func bareAddr(b []byte) (netip.Addr, bool) {
	if ip, n, ok := parseIPv4(b); ok && n == len(b) {
		return netip.AddrFrom4(ip), true
	}
	return parseIPv6(b)
}

// hostAddr reads "host[address]" and a port. No name of a host has a bracket or a blank.
func hostAddr(b []byte) (a netip.Addr, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '[')
	if i < 0 || bytes.IndexByte(b[:i], ' ') >= 0 {
		return a, nil, false
	}
	return bracketed(b[i:])
}

// leadingAddr reads an address that ends with a blank, a comma, a colon or the text.
func leadingAddr(b []byte) (a netip.Addr, rest []byte, ok bool) {
	n := 0
	for n < len(b) && (isAddrByte(b[n]) || b[n] == '%') {
		n++
	}
	if n < len(b) && b[n] != ' ' && b[n] != ',' && b[n] != '\t' {
		return a, nil, false
	}
	if a, ok = bareAddr(b[:n]); !ok && n > 1 && b[n-1] == ':' {
		n--
		a, ok = bareAddr(b[:n])
	}
	return a, b[n:], ok
}

// isHostName reports whether b may be the name of a host.
func isHostName(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return len(b) > 0
}

// digitsOf returns the digits that b begins with.
func digitsOf(b []byte) []byte {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return b[:n]
}

// connections remembers the connections that were counted last, so that further lines about
// one of them do not count again. It forgets the oldest; its size is fixed.
type connections struct {
	at [4096]connection
}

type connection struct {
	key      uint64
	open     bool // no attempt to log in was counted yet
	portless bool // no line has named its port
	counted  bool // another line about it is an event
}

// see returns the place of a connection, and whether it was counted before.
func (c *connections) see(a netip.Addr, number []byte) (*connection, bool) {
	at, h := c.place(a, number)
	if at.key == h {
		return at, true
	}
	*at = connection{key: h}
	return at, false
}

// find is see that remembers nothing.
func (c *connections) find(a netip.Addr, number []byte) (*connection, bool) {
	at, h := c.place(a, number)
	return at, at.key == h
}

func (c *connections) place(a netip.Addr, number []byte) (at *connection, key uint64) {
	h := mixAddr(a)
	for _, b := range number {
		h = (h ^ uint64(b)) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd // neighbors differ in the lowest bits alone
	h = h ^ h>>33 | 1
	return &c.at[h>>20%uint64(len(c.at))], h
}
