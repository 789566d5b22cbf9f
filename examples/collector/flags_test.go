package main

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
)

// What makes no sense is refused with a word of why.
func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-h"}, exitOK, "-listen"},
		{[]string{"-x"}, exitUsage, "-x"},
		{[]string{"file"}, exitUsage, "file"},
		{[]string{"-listen", "http://:80"}, exitUsage, "netflow, ipfix, sflow, udp"},
		{[]string{"-listen", "2055"}, exitUsage, "missing port"},
		{[]string{"-listen", ":port"}, exitUsage, "port"},
		{[]string{"-workers", "0"}, exitUsage, "-workers 0"},
		{[]string{"-workers", "64", "-listen", ":1", "-listen", ":2", "-listen", ":3", "-listen", ":4", "-listen", ":5"},
			exitUsage, "256 sockets"},
		{[]string{"-buffer", "1"}, exitUsage, "-buffer"},
		{[]string{"-allow", "x"}, exitUsage, "-allow"},
		{[]string{"-target", "host"}, exitUsage, "addr"},
		{[]string{"-target", "/7"}, exitUsage, "/8"},
		{[]string{"-target", "/129"}, exitUsage, "/8"},
		{[]string{"-claim", "x"}, exitUsage, "claim"},
		{[]string{"-interval", "7s"}, exitUsage, "7s"},
		{[]string{"-interval", "0"}, exitUsage, "0s"},
		{[]string{"-lateness", "2m"}, exitUsage, "8 intervals"},
		{[]string{"-sampling", "4294967296"}, exitUsage, "2^32"},
		{[]string{"-state", "x"}, exitUsage, "-key"},
		{[]string{"-webhook", "ftp://x/secret"}, exitUsage, "http"},
		{[]string{"-replay", "x", "-status", ":0"}, exitUsage, "beside -replay"},
		{[]string{"-text", "-json"}, exitUsage, "one of them"},
		{[]string{"-db", "none.mmdb"}, exitFailed, "none.mmdb"},
		{[]string{"-key", "none"}, exitFailed, "none"},
		{[]string{"-listen", "192.0.2.1:0"}, exitFailed, "192.0.2.1"},
		{[]string{"-listen", "127.0.0.1:0", "-status", "192.0.2.1:0"}, exitFailed, "192.0.2.1"},
	} {
		var out, stderr bytes.Buffer
		status := run(t.Context(), c.args, nil, &out, &stderr)
		if status != c.status || out.Len() > 0 || !bytes.Contains(stderr.Bytes(), []byte(c.says)) {
			t.Errorf("%q: exit status %d, %s", c.args, status, stderr.String())
		}
	}
}

// What is not said has a default that makes sense.
func TestDefaults(t *testing.T) {
	cfg, err := parse(nil, &bytes.Buffer{})
	must(t, err)
	if len(cfg.listen) != 1 || cfg.listen[0] != ":2055" || cfg.lateness != 10*time.Second || cfg.allow != nil {
		t.Errorf("%+v", cfg)
	}
	cfg, err = parse([]string{"-listen", "sflow://:6343", "-interval", "1m"}, &bytes.Buffer{})
	must(t, err)
	if len(cfg.listen) != 1 || portOf(cfg.listen[0]) != 6343 || cfg.lateness != time.Minute {
		t.Errorf("%+v", cfg)
	}
}

// The target of a flow is its destination, or the network that this lies in.
func TestTargets(t *testing.T) {
	v4, v6 := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("2001:db8:1:2::3")
	for _, c := range []struct {
		flags  []string
		v4, v6 string
		groups monitor.Groups
	}{
		{nil, "198.51.100.7", "2001:db8:1:2::3", monitor.Networks},
		{[]string{"/24"}, "198.51.100.0/24", "2001:db8:1::/48", -1},
		{[]string{"/16", "/64"}, "198.51.0.0/16", "2001:db8:1:2::/64", -1},
		{[]string{"/32", "/128"}, "198.51.100.7", "2001:db8:1:2::3", -1},
		{[]string{"/56"}, "198.51.100.0/24", "2001:db8:1::/56", -1},
		{[]string{"/16", "addr"}, "198.51.100.7", "2001:db8:1:2::3", monitor.Networks},
	} {
		var x targets
		for _, f := range c.flags {
			must(t, x.set(f))
		}
		got4, got6 := x.of(monitor.TargetAddr(v4)).String(), x.of(monitor.TargetAddr(v6)).String()
		if got4 != c.v4 || got6 != c.v6 || x.groups() != c.groups || !x.of(monitor.Target{}).IsZero() {
			t.Errorf("%q: %s, %s, groups %v", c.flags, got4, got6, x.groups())
		}
	}
}

// With -target, networks are what bursts are of.
func TestTargetNetworks(t *testing.T) {
	s := start(t, begin, "-workers", "1", "-target", "/24")
	s.quarter(begin, true)
	must(t, s.stop())
	contains(t, s.out.String(), `"target":"198.51.100.0/24"`)
}
