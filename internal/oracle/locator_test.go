package oracle_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/oracle"
)

func origin(t testing.TB, code string) geo.Origin {
	t.Helper()
	o, err := geo.ParseOrigin(code)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestLocate(t *testing.T) {
	ru, nc, fr := origin(t, "RU"), origin(t, "NC"), origin(t, "FR")
	network := func(s string, o geo.Origin) geo.Range { return oracle.Network(netip.MustParsePrefix(s), o) }
	ranges := []geo.Range{
		network("5.8.16.0/24", nc), // inside the next two, and before them
		network("5.8.0.0/16", ru),
		network("5.8.16.0/20", fr),
		network("10.0.0.0/8", ru), // a database that codes private space
		network("2a00::/16", ru),
		network("2a00:0:0:1::/64", nc),
		{First: netip.MustParseAddr("8.0.0.5"), Last: netip.MustParseAddr("8.0.0.6"), Origin: fr},
	}
	backwards := slices.Clone(ranges)
	slices.Reverse(backwards)
	for _, list := range [][]geo.Range{ranges, backwards} {
		l := oracle.NewLocator(slices.Values(list))
		for addr, want := range map[string]geo.Origin{
			"5.7.255.255": geo.Unlocated, "5.8.0.0": ru, "5.8.15.255": ru,
			"5.8.16.0": nc, "5.8.16.255": nc, "5.8.17.0": fr, "5.8.31.255": fr,
			"5.8.32.0": ru, "5.8.255.255": ru, "5.9.0.0": geo.Unlocated,
			"8.0.0.4": geo.Unlocated, "8.0.0.5": fr, "8.0.0.6": fr, "8.0.0.7": geo.Unlocated,
			"2a00::": ru, "2a00:0:0:1::": nc, "2a00:0:0:1:ffff:ffff:ffff:ffff": nc, "2a00:0:0:2::": ru,
			"2a00::1%eth0": ru, "2a01::": geo.Unlocated,
			"::ffff:5.8.16.1": nc, "::ffff:10.1.2.3": geo.Reserved,
		} {
			if got := l.Locate(netip.MustParseAddr(addr)); got != want {
				t.Errorf("Locate(%s) = %v, want %v", addr, got, want)
			}
		}
		if got := l.Locate(netip.Addr{}); got != geo.Unlocated {
			t.Errorf("Locate(zero Addr) = %v, want unlocated", got)
		}
	}
}

func TestLocateReserved(t *testing.T) {
	// Each block by its ends, and the addresses on either side of it.
	blocks := []struct{ before, first, last, after string }{
		{"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
		{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
		{"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
		{"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
		{"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
		{"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
		{"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
		{"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
		{"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
		{"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
		{"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
		{"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
		{"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
		{"223.255.255.255", "224.0.0.0", "255.255.255.255", ""},
		{"", "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
		{"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
		{"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
		{"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
		{"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
		{"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
	}
	us := origin(t, "US")
	everything := []geo.Range{
		oracle.Network(netip.MustParsePrefix("0.0.0.0/0"), us),
		oracle.Network(netip.MustParsePrefix("::/0"), us),
	}
	l := oracle.NewLocator(slices.Values(everything))
	for _, b := range blocks {
		for addr, want := range map[string]geo.Origin{
			b.before: us, b.first: geo.Reserved, b.last: geo.Reserved, b.after: us,
		} {
			if addr == "" {
				continue
			}
			if got := l.Locate(netip.MustParseAddr(addr)); got != want {
				t.Errorf("Locate(%s) = %v, want %v", addr, got, want)
			}
		}
	}
}

func TestNetwork(t *testing.T) {
	for _, c := range []struct{ prefix, first, last string }{
		{"0.0.0.0/0", "0.0.0.0", "255.255.255.255"},
		{"10.1.2.3/8", "10.0.0.0", "10.255.255.255"},
		{"5.8.16.0/20", "5.8.16.0", "5.8.31.255"},
		{"5.8.16.9/32", "5.8.16.9", "5.8.16.9"},
		{"::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"2a00::/13", "2a00::", "2a07:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	} {
		r := oracle.Network(netip.MustParsePrefix(c.prefix), geo.Unlocated)
		if r.First.String() != c.first || r.Last.String() != c.last {
			t.Errorf("Network(%s) = %v to %v, want %s to %s", c.prefix, r.First, r.Last, c.first, c.last)
		}
	}
}
