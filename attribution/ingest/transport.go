package ingest

import (
	"bytes"
	"strings"
)

// Transport protocols (IANA numbers).
const (
	tcp = 6
	udp = 17
)

// setTransport takes what a record says about how its packets came. What is empty, or a minus,
// is not known. It reports false if something was there that cannot be read.
func (e *Event) setTransport(protocol, port, flags []byte) (ok bool) {
	ok = true
	read := func(field []byte, parse func([]byte) bool) {
		if field = bytes.Trim(field, "\" \t"); len(field) > 0 && string(field) != "-" && !parse(field) {
			ok = false
		}
	}
	read(protocol, func(b []byte) (ok bool) { e.Protocol, ok = parseProtocol(b); return ok })
	read(port, func(b []byte) (ok bool) { e.SourcePort, ok = parsePort(b); return ok })
	read(flags, func(b []byte) (ok bool) { e.TCPFlags, ok = parseFlags(b); return ok })
	if protocol == nil && e.TCPFlags != 0 {
		e.Protocol = tcp // which alone has flags
	}
	return ok
}

// protocolNumbers are those of the IANA registry that come in records of flows and packets.
var protocolNumbers = map[string]uint8{
	"icmp": 1, "igmp": 2, "ipip": 4, "tcp": tcp, "udp": udp, "dccp": 33, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51,
	"icmp6": 58, "icmpv6": 58, "ipv6-icmp": 58, "ospf": 89, "sctp": 132, "udplite": 136,
}

// parseProtocol reads a name or a number.
func parseProtocol(b []byte) (uint8, bool) {
	if isDigit(b[0]) {
		n, ok := number(b, 255)
		return uint8(n), ok
	}
	var lower [16]byte
	if len(b) > len(lower) {
		return 0, false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	n, ok := protocolNumbers[string(lower[:len(b)])]
	return n, ok
}

func parsePort(b []byte) (uint16, bool) {
	n, ok := number(b, 65535)
	return uint16(n), ok
}

// number reads decimal digits alone.
func number(b []byte, most int) (n int, ok bool) {
	if len(b) == 0 || len(b) > 10 {
		return 0, false
	}
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n <= most
}

// maxFlags are the nine flags and three reserved bits of TCP, of which the low byte counts.
const maxFlags = 1<<12 - 1

// flagLetters are the flags from the highest bit, as nfdump and tshark line them up.
const flagLetters = "CEUAPRSF"

// parseFlags reads TCP flags: a number, a hexadecimal one with 0x, or letters.
func parseFlags(b []byte) (flags uint8, ok bool) {
	if len(b) > 2 && b[0] == '0' && b[1]|0x20 == 'x' {
		n := 0
		for _, c := range b[2:] {
			v, isHex := hexValue(c)
			if n = n<<4 | v; !isHex || n > maxFlags {
				return 0, false
			}
		}
		return uint8(n), true
	}
	if isDigit(b[0]) {
		n, ok := number(b, maxFlags)
		return uint8(n), ok
	}
	if b[0] == '[' && b[len(b)-1] == ']' { // tcpdump
		b = b[1 : len(b)-1]
	}
	if flags, ok := linedUp(b); ok {
		return flags, true
	}
	if string(b) == "none" {
		return 0, true
	}
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '.': // of tcpdump
			flags |= 1 << 4
		case c == 'W': // likewise, for CWR
			flags |= 1 << 7
		case bytes.HasPrefix(b[i:], []byte("·")): // a place of tshark
			i++
		default:
			place := strings.IndexByte(flagLetters, c)
			if place < 0 {
				return 0, false
			}
			flags |= 1 << (7 - place)
		}
	}
	return flags, true
}

// linedUp reads flags that each have their place, with dots where they are not set.
func linedUp(b []byte) (flags uint8, ok bool) {
	if len(b) != 6 && len(b) != 8 {
		return 0, false
	}
	for i, c := range b {
		place := len(flagLetters) - len(b) + i
		switch c {
		case '.':
		case flagLetters[place]:
			flags |= 1 << (7 - place)
		default:
			return 0, false
		}
	}
	return flags, true
}
