package geo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadPrefixSet(t *testing.T) {
	const list = "\ufeff# hosting\r\n\r\n192.0.2.0/25\n  192.0.2.128/25 ; SBL1\n" +
		"198.51.100.7\n198.51.100.7#twice\n203.0.113.99/24\n" +
		"2001:db8::/32\n2001:db8:1::/48\n2001:db9::1\n::ffff:10.0.0.0/104\n::ffff:11.0.0.1"
	p, err := ReadPrefixSet("list", strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]bool{
		"192.0.1.255": false, "192.0.2.0": true, "192.0.2.127": true, "192.0.2.128": true, "192.0.2.255": true,
		"192.0.3.0": false, "198.51.100.6": false, "198.51.100.7": true, "::ffff:198.51.100.7": true,
		"198.51.100.8": false, "203.0.113.0": true, "203.0.113.255": true,
		"2001:db8::": true, "2001:db8:1::5%eth0": true, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff": true,
		"2001:db9::": false, "2001:db9::1": true, "2001:db9::1%eth0": true, "2001:db9::2": false,
		"10.255.0.1": true, "11.0.0.1": true, "11.0.0.0": false, "::a00:1": false, "0.0.0.0": false,
		"255.255.255.255": false,
	} {
		if got := p.Contains(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
	if p.Contains(netip.Addr{}) || new(PrefixSet).Contains(netip.MustParseAddr("192.0.2.1")) {
		t.Error("found without an address, or in nothing")
	}
	if p.Len() != 10 || p.Name() != "list" {
		t.Errorf("%d entries of %q", p.Len(), p.Name())
	}
	all, err := ReadPrefixSet("all", strings.NewReader("::/0\n0.0.0.0/0\nffff::/16\n255.0.0.0/8\n"))
	if err != nil || !all.Contains(netip.MustParseAddr("255.255.255.255")) || !all.Contains(netip.IPv6Unspecified()) {
		t.Errorf("everything: %v", err)
	}
}

func TestPrefixSetName(t *testing.T) {
	for name, want := range map[string]string{
		"vpn": "vpn", "": "", "a\x1b[31m\nb\u0085c\xff": "a[31mbc", "Réseau 9": "Réseau 9",
		strings.Repeat("x", 200): strings.Repeat("x", 100) + "...",
	} {
		if p, err := ReadPrefixSet(name, strings.NewReader("192.0.2.1")); err != nil || p.Name() != want {
			t.Errorf("%q: %q, %v", name, p.Name(), err)
		}
	}
	path := filepath.Join(t.TempDir(), "tor exits.txt")
	if err := os.WriteFile(path, []byte("192.0.2.0/24\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := OpenPrefixSet(path); err != nil || p.Len() != 1 || p.Name() != "tor exits.txt" {
		t.Errorf("%v, %v", p, err)
	}
}

type badList struct {
	name, text string
	says       string
}

var badLists = []badList{
	{"empty", "", "geo: vpn.txt:1: no address and no prefix: the list has no address"},
	{"only comments", "# a\n\n; b\n", "geo: vpn.txt:3: no address and no prefix: the list has no address"},
	{"web page", "<!DOCTYPE html>\n<p>192.0.2.1</p>", `geo: vpn.txt:1: no address and no prefix: "<!DOCTYPE html>"`},
	{"csv", "192.0.2.1,AU\n", `geo: vpn.txt:1: no address and no prefix: "192.0.2.1,AU"`},
	{"third line", "192.0.2.1\n\n192.0.2.0/33\n", `geo: vpn.txt:3: no address and no prefix: "192.0.2.0/33"`},
	{"zone", "fe80::1%eth0", "vpn.txt:1"},
	{"range", "192.0.2.1-192.0.2.9", "vpn.txt:1"},
	{"mapped and more", "::ffff:0.0.0.0/90", "vpn.txt:1"},
	{"leading zero", "192.0.02.1", "vpn.txt:1"},
	{"long line", "192.0.2.1\n" + strings.Repeat("1", 70_000),
		"geo: vpn.txt:2: no address and no prefix: the line is longer"},
	{"long text", strings.Repeat("1", 1000), "vpn.txt:1"},
}

func TestReadPrefixSetErrors(t *testing.T) {
	for _, tt := range badLists {
		p, err := ReadPrefixSet("vpn.txt", strings.NewReader(tt.text))
		if p != nil || !errors.Is(err, ErrNotPrefix) ||
			!strings.Contains(err.Error(), tt.says) || len(err.Error()) > 300 {
			t.Errorf("%s: %v, %v", tt.name, p, err)
		}
	}
	broken := errors.New("broken")
	_, err := ReadPrefixSet("vpn.txt", iotest.ErrReader(broken))
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "geo: vpn.txt:1: ") {
		t.Errorf("a reader that fails: %v", err)
	}
	if _, err := OpenPrefixSet(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(path, []byte("192.0.2.0/24\n<p>\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPrefixSet(path); !errors.Is(err, ErrNotPrefix) || !strings.Contains(err.Error(), path+":2: ") {
		t.Errorf("a bad file: %v", err)
	}
}

// A set holds what its prefixes hold one by one.
func TestPrefixSetAgainstAScan(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	octet := func(n int) byte { return byte(rng.IntN(n)) }
	var list []netip.Prefix
	var b strings.Builder
	for i := range 500 {
		addr, bits := netip.AddrFrom4([4]byte{5, octet(8), octet(256), octet(256)}), 18+rng.IntN(15)
		if i%2 == 1 {
			addr, bits = netip.AddrFrom16([16]byte{0x2a, 0, octet(8), octet(256), 15: octet(256)}), 26+rng.IntN(103)
		}
		p := netip.PrefixFrom(addr, bits)
		list = append(list, p)
		fmt.Fprintln(&b, p)
	}
	set, err := ReadPrefixSet("list", strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20_000 {
		addr := netip.AddrFrom4([4]byte{5, octet(9), octet(256), octet(256)})
		if i%2 == 1 {
			addr = netip.AddrFrom16([16]byte{0x2a, 0, octet(9), octet(256), 15: octet(256)})
		}
		want := false
		for _, p := range list {
			want = want || p.Contains(addr)
		}
		if got := set.Contains(addr); got != want {
			t.Fatalf("%v: %v, want %v", addr, got, want)
		}
	}
}

func FuzzReadPrefixSet(f *testing.F) {
	f.Add("192.0.2.0/24 # x\n2001:db8::1\n")
	for _, b := range badLists {
		f.Add(b.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadPrefixSet("f", strings.NewReader(text))
		if err != nil {
			if p != nil || !errors.Is(err, ErrNotPrefix) ||
				!strings.HasPrefix(err.Error(), "geo: f:") || len(err.Error()) > 500 {
				t.Fatal(err)
			}
			return
		}
		if p.Len() == 0 {
			t.Fatal("a list of nothing")
		}
		n := 0
		for prefix := range p.prefixes.All() {
			n++
			if !p.Contains(prefix.Addr()) || prefix != prefix.Masked() || prefix.Addr().Is4In6() {
				t.Fatalf("prefix %v", prefix)
			}
		}
		if n == 0 || n > p.Len() {
			t.Fatalf("%d prefixes of %d entries", n, p.Len())
		}
	})
}
