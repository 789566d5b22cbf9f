package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution/monitor"
)

// targets says what was hit by a flow to an address. The zero value is the address.
type targets struct {
	prefixes     bool
	bits4, bits6 int
}

// set reads one -target.
func (t *targets) set(text string) error {
	if text == "addr" {
		*t = targets{}
		return nil
	}
	length, ok := strings.CutPrefix(text, "/")
	bits, err := strconv.Atoi(length)
	if !ok || err != nil || bits < 8 || bits > 128 {
		return fmt.Errorf("not addr, nor a length from /8 to /32 (IPv4) or /33 to /128 (IPv6)")
	}
	if !t.prefixes {
		*t = targets{prefixes: true, bits4: 24, bits6: 48}
	}
	if bits <= 32 {
		t.bits4 = bits
	} else {
		t.bits6 = bits
	}
	return nil
}

// of returns the target for one that is an address.
func (t *targets) of(hit monitor.Target) monitor.Target {
	addr := hit.Addr()
	if !t.prefixes || !addr.IsValid() {
		return hit
	}
	bits := t.bits6
	if addr.Is4() {
		bits = t.bits4
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return hit
	}
	return monitor.TargetPrefix(p)
}

// groups are those of the monitor. Networks that are targets are in no other network.
func (t *targets) groups() monitor.Groups {
	if t.prefixes {
		return -1
	}
	return monitor.Networks
}
