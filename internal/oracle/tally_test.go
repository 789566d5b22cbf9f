package oracle_test

import (
	"maps"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/oracle"
)

func TestKey(t *testing.T) {
	for _, c := range []struct {
		addr string
		bits int
		want string
	}{
		{"192.0.2.1", 64, "192.0.2.1"},
		{"192.0.2.1", 8, "192.0.2.1"},
		{"::ffff:192.0.2.1", 64, "192.0.2.1"},
		{"2a00:1:2:3:4:5:6:7", 64, "2a00:1:2:3::"},
		{"2a00:1:2:3:4:5:6:7", 128, "2a00:1:2:3:4:5:6:7"},
		{"2a00:1:2:3:4:5:6:7", 48, "2a00:1:2::"},
		{"2a00:1:2:3ff::1", 56, "2a00:1:2:300::"},
		{"fe80::1%eth0", 64, "fe80::"},
	} {
		if got := oracle.Key(netip.MustParseAddr(c.addr), c.bits); got != netip.MustParseAddr(c.want) {
			t.Errorf("Key(%s, %d) = %v, want %s", c.addr, c.bits, got, c.want)
		}
	}
	if got := oracle.Key(netip.Addr{}, 64); got.IsValid() {
		t.Errorf("Key(zero Addr) = %v, want the zero Addr", got)
	}
}

func TestTally(t *testing.T) {
	ru, nc := origin(t, "RU"), origin(t, "NC")

	// NC holds one single address, so the address and its /64 network have
	// different origins: the key's is the one that counts.
	single := netip.MustParseAddr("2a00::5")
	tally := oracle.New(func(a netip.Addr) geo.Origin {
		switch {
		case a == single:
			return nc
		case a.Is4In6() || a.Zone() != "":
			t.Errorf("%v was located as it came, not as its key", a)
		}
		return ru
	}, 64)

	tally.Add(netip.MustParseAddr("5.8.1.1"), 1, 100)
	tally.Add(netip.MustParseAddr("::ffff:5.8.1.1"), 2, 50)
	tally.Add(netip.MustParseAddr("5.8.1.2"), 3, 0)
	tally.Add(single, 10, 7)
	tally.Add(netip.MustParseAddr("2a00::6%eth0"), 5, 1)
	tally.Add(netip.Addr{}, 9, 9)
	tally.Add(netip.Addr{}, 0, 0)

	want := map[netip.Addr]oracle.Volume{
		netip.MustParseAddr("5.8.1.1"): {Events: 3, Bytes: 150},
		netip.MustParseAddr("5.8.1.2"): {Events: 3},
		netip.MustParseAddr("2a00::"):  {Events: 15, Bytes: 8},
	}
	if !maps.Equal(tally.Sources[ru], want) {
		t.Errorf("sources of RU = %v, want %v", tally.Sources[ru], want)
	}
	if n := tally.Distinct(ru); n != 3 {
		t.Errorf("Distinct(RU) = %d, want 3", n)
	}
	if n := tally.Distinct(nc); n != 0 {
		t.Errorf("Distinct(NC) = %d, want 0: the network is in RU", n)
	}
	if v := tally.Volume(ru); v != (oracle.Volume{Events: 21, Bytes: 158}) {
		t.Errorf("Volume(RU) = %+v, want 21 events and 158 bytes", v)
	}
	if n, v := tally.Total(); n != 3 || v != (oracle.Volume{Events: 21, Bytes: 158}) {
		t.Errorf("Total() = %d, %+v, want 3 sources, 21 events and 158 bytes", n, v)
	}
	if tally.Skipped != 2 {
		t.Errorf("Skipped = %d, want 2", tally.Skipped)
	}
}

func TestTallyPerAddress(t *testing.T) {
	ru := origin(t, "RU")
	tally := oracle.New(func(netip.Addr) geo.Origin { return ru }, 128)
	for _, a := range []string{"2a00::1", "2a00::2", "2a00::1"} {
		tally.Add(netip.MustParseAddr(a), 1, 1)
	}
	if n := tally.Distinct(ru); n != 2 {
		t.Errorf("Distinct = %d, want 2 addresses", n)
	}
}
