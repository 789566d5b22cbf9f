package web

import (
	"net/netip"
	"strings"
)

// lastOfList cuts the last element off a list with commas.
func lastOfList(line string) (element, rest string, more, ok bool) {
	i := strings.LastIndexByte(line[max(0, len(line)-maxElement):], ',')
	if i < 0 {
		return line, "", false, len(line) <= maxElement
	}
	i += max(0, len(line)-maxElement)
	return line[i+1:], line[:i], true, true
}

// lastForwarded cuts the last element off a Forwarded header. Commas in quotes do not count.
// It reads from the right: a quote that a client left open must not swallow what proxies
// wrote behind it.
func lastForwarded(line string) (element, rest string, more, ok bool) {
	quoted := false
	for i := len(line) - 1; i >= max(0, len(line)-maxElement); i-- {
		switch c := line[i]; {
		case c == '"' && !isEscaped(line, i):
			quoted = !quoted
		case c == ',' && !quoted:
			return line[i+1:], line[:i], true, true
		}
	}
	return line, "", false, len(line) <= maxElement
}

// isEscaped reports whether an odd number of backslashes stands before a byte of line.
func isEscaped(line string, i int) bool {
	before := strings.TrimRight(line[max(0, i-maxElement):i], `\`)
	return (i-max(0, i-maxElement)-len(before))%2 == 1
}

// readForwarded reads an element of a Forwarded header: pairs with semicolons between them, of
// which "for" is the one that counts (RFC 7239, section 4). Without it the proxy did not tell.
func readForwarded(element string) (netip.Addr, string) {
	node, found := "", false
	for rest, more := element, true; more; {
		var name, value string
		var ok bool
		if name, value, rest, more, ok = cutPair(rest); !ok {
			return netip.Addr{}, BadAddress
		}
		if strings.EqualFold(name, "for") {
			if found { // twice, which is not allowed
				return netip.Addr{}, BadAddress
			}
			node, found = value, true
		}
	}
	if !found {
		return netip.Addr{}, Obscured
	}
	return readAddr(node)
}

// cutPair cuts the first pair off an element. The value is without its quotes. An element may
// have empty pairs, which have no name.
func cutPair(s string) (name, value, rest string, more, ok bool) {
	s = trim(s)
	i := 0
	for i < len(s) && isToken(s[i]) {
		i++
	}
	name = s[:i]
	if name == "" && (s == "" || s[0] == ';') {
		return "", "", s[min(1, len(s)):], s != "", true
	}
	if name == "" || i == len(s) || s[i] != '=' {
		return "", "", "", false, false
	}
	s = s[i+1:]
	if s != "" && s[0] == '"' {
		end := 1
		for end < len(s) && s[end] != '"' {
			if s[end] == '\\' { // nothing that counts needs one
				end++
			}
			end++
		}
		if end >= len(s) {
			return "", "", "", false, false
		}
		value, s = s[1:end], trim(s[end+1:])
	} else {
		end := strings.IndexByte(s, ';')
		if end < 0 {
			end = len(s)
		}
		value, s = trim(s[:end]), s[end:]
		if strings.IndexByte(value, '"') >= 0 {
			return "", "", "", false, false
		}
	}
	if s == "" {
		return name, value, "", false, true
	}
	return name, value, s[1:], true, s[0] == ';'
}

// readAddr reads an address as servers and proxies write it: with or without a port, with or
// without brackets. The port may be a name that the proxy made up. A zone such as %eth0 is
// dropped: it means nothing on another machine, and would make two sources of one.
func readAddr(text string) (addr netip.Addr, code string) {
	text = trim(text)
	if len(text) > maxElement {
		return addr, BadAddress
	}
	host, port := text, ""
	switch bracket := strings.IndexByte(text, ']'); {
	case strings.HasPrefix(text, "[") && bracket > 0:
		host, port = text[1:bracket], text[bracket+1:]
		if strings.IndexByte(host, ':') < 0 { // [192.0.2.1] is nothing
			return addr, BadAddress
		}
	case strings.Count(text, ":") == 1:
		i := strings.IndexByte(text, ':')
		host, port = text[:i], text[i:]
	}
	if strings.EqualFold(host, "unknown") || text == "-" || strings.HasPrefix(text, "_") {
		return addr, Obscured
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || port != "" && !isPort(port) {
		return netip.Addr{}, BadAddress
	}
	return addr.Unmap().WithZone(""), ""
}

// isPort reports whether s is a colon and a port: up to 5 digits, or a name that begins with
// an underscore.
func isPort(s string) bool {
	if s[0] != ':' {
		return false
	}
	s = s[1:]
	if len(s) > 1 && s[0] == '_' {
		return true
	}
	number := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || number > 65535 {
			return false
		}
		number = number*10 + int(c-'0')
	}
	return s != "" && number <= 65535
}

// trim takes off blanks and tabs, which are the white space of headers.
func trim(s string) string { return strings.Trim(s, " \t") }

// isToken reports whether a byte may be in a token (RFC 9110, section 5.6.2).
func isToken(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}
