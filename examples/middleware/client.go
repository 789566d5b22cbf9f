package main

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks whose word about a client is taken: one's own reverse
// proxies and load balancers.
//
// X-Forwarded-For is text that anybody can send. Each proxy appends the address
// that it was called from, so that only the right end can be relied on: what
// one's own proxies wrote. Whoever takes the left end, as many do, lets clients
// choose the address that they are counted under.
type proxies []netip.Prefix

// parseProxies reads networks and single addresses, separated by commas.
func parseProxies(list string) (proxies, error) {
	var p proxies
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if addr, e := netip.ParseAddr(text); e == nil && addr.Zone() == "" {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil || network.Addr().Is4In6() {
			return nil, fmt.Errorf("%q is no network such as 10.0.0.0/8 or 2001:db8::/32", text)
		}
		p = append(p, network.Masked())
	}
	return p, nil
}

func (p proxies) contain(addr netip.Addr) bool {
	for _, network := range p {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// client returns the address that a request came from: that of the peer, or, if
// the peer is a trusted proxy, the right-most address of X-Forwarded-For that is
// not one. If all of them are, the left-most is the client, inside one's own
// network; without the header it is the peer.
//
// The address is invalid if the peer has none, as on a Unix socket, or if a
// trusted proxy passed on what is no address. Counting the proxy instead would
// blame its country.
func (p proxies) client(r *http.Request) netip.Addr {
	addr := parseAddr(r.RemoteAddr)
	if !p.contain(addr) {
		return addr
	}
	// A proxy may add a line of its own instead of appending to the last one
	// (RFC 9110, section 5.3): they read as one list.
	lines := r.Header["X-Forwarded-For"]
	for i := len(lines) - 1; i >= 0; i-- {
		for rest, more := lines[i], true; more; {
			var last string
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				rest, last = rest[:comma], rest[comma+1:]
			} else {
				last, more = rest, false
			}
			addr = parseAddr(strings.TrimSpace(last))
			if !p.contain(addr) {
				return addr
			}
		}
	}
	return addr
}

// parseAddr reads an address as servers and proxies write it: with or without a
// port, with or without brackets. A zone such as %eth0 is dropped, it means
// nothing on another machine and would make one source two; ::ffff:192.0.2.1 is
// 192.0.2.1. The address is invalid if text is none.
func parseAddr(text string) netip.Addr {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil && strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
			withPort, _ = netip.ParseAddrPort(text + ":0")
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone("")
}
