package ingest

import (
	"bytes"
	"net/netip"
)

// parseAddr reads an address the way logs write it: bare, in quotes, in brackets, or
// with a port. It drops a zone, which means nothing outside the host that wrote it. It
// refuses everything else, such as networks and host names.
//
// It accepts what [netip.ParseAddr] accepts. That function copies the text, which costs
// more than counting the record.
func parseAddr(b []byte) (netip.Addr, bool) {
	if n := len(b); n >= 2 && (b[0] == '"' || b[0] == '\'') && b[n-1] == b[0] {
		b = b[1 : n-1]
	}
	if len(b) > 0 && b[0] == '[' {
		end := bytes.IndexByte(b, ']')
		if end < 0 || !isPortOrEmpty(b[end+1:]) {
			return netip.Addr{}, false
		}
		return parseIPv6(b[1:end])
	}
	if ip, n, ok := parseIPv4(b); ok && isPortOrEmpty(b[n:]) {
		return netip.AddrFrom4(ip), true
	}
	return parseIPv6(b)
}

// parseIPv4 reads the dotted quad that b begins with and says how long it is.
func parseIPv4(b []byte) (ip [4]byte, n int, ok bool) {
	for octet := range ip {
		if octet > 0 {
			if n == len(b) || b[n] != '.' {
				return ip, n, false
			}
			n++
		}
		if n == len(b) || !isDigit(b[n]) {
			return ip, n, false
		}
		v := uint(b[n] - '0')
		n++
		for most := n + 2; n < len(b) && n < most && isDigit(b[n]); n++ {
			// A leading zero is refused because readers disagree on what it means.
			if v == 0 {
				return ip, n, false
			}
			v = v*10 + uint(b[n]-'0')
		}
		if v > 255 {
			return ip, n, false
		}
		ip[octet] = byte(v)
	}
	return ip, n, true
}

// parseIPv6 reads the text forms of RFC 4291, section 2.2.
func parseIPv6(b []byte) (netip.Addr, bool) {
	if i := bytes.IndexByte(b, '%'); i >= 0 {
		if i == len(b)-1 {
			return netip.Addr{}, false
		}
		b = b[:i]
	}
	var ip [16]byte
	n, gap := 0, -1 // bytes read, and how many of them stand before "::"
	if bytes.HasPrefix(b, []byte("::")) {
		gap, b = 0, b[2:]
	} else if len(b) == 0 {
		return netip.Addr{}, false
	}
	for len(b) > 0 {
		if n == len(ip) {
			return netip.Addr{}, false
		}
		v, digits := 0, 0
		for digits < len(b) && digits < 5 {
			d, ok := hexValue(b[digits])
			if !ok {
				break
			}
			v = v<<4 | d
			digits++
		}
		if digits < len(b) && b[digits] == '.' { // the last four bytes as a dotted quad
			quad, size, ok := parseIPv4(b)
			if !ok || size != len(b) || n > 12 || n < 12 && gap < 0 {
				return netip.Addr{}, false
			}
			n += copy(ip[n:], quad[:])
			break
		}
		if digits == 0 || digits > 4 {
			return netip.Addr{}, false
		}
		ip[n], ip[n+1] = byte(v>>8), byte(v)
		n += 2
		b = b[digits:]
		if len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return netip.Addr{}, false
		}
		b = b[1:]
		if b[0] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, b = n, b[1:]
		}
	}
	switch {
	case gap < 0 && n < len(ip), gap >= 0 && n == len(ip):
		return netip.Addr{}, false
	case gap >= 0:
		tail := n - gap
		copy(ip[len(ip)-tail:], ip[gap:n])
		clear(ip[gap : len(ip)-tail])
	}
	return netip.AddrFrom16(ip), true
}

// isPortOrEmpty reports whether b is nothing or ":" and a port number.
func isPortOrEmpty(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if b[0] != ':' || len(b) == 1 || len(b) > 6 {
		return false
	}
	port := 0
	for _, c := range b[1:] {
		if !isDigit(c) {
			return false
		}
		port = port*10 + int(c-'0')
	}
	return port <= 65535
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func hexValue(c byte) (int, bool) {
	switch {
	case isDigit(c):
		return int(c - '0'), true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10, true
	}
	return 0, false
}
