package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
)

func writeMMDB(t *testing.T, networks ...testenv.Network) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "test.mmdb")
	if err := os.WriteFile(path, testenv.MMDB("test", time.Unix(1780000000, 0), networks...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEmbed(t *testing.T) {
	mmdb := writeMMDB(t,
		testenv.Prefix("5.0.0.0/8", testenv.Country("DE")), testenv.Prefix("2a00::/16", testenv.Country("FR")))
	routed := writeMMDB(t, testenv.Prefix("2a00:1::/32", testenv.Country("NL")))
	out := filepath.Join(t.TempDir(), "test.geo")
	for _, tt := range []struct{ routed, addr, want string }{
		{"", "5.1.1.1", "DE"}, {"", "2a00:1::1", "FR"}, {"", "2a00:2::1", "FR"},
		{routed, "5.1.1.1", "DE"}, {routed, "2a00:1::1", "FR"}, {routed, "2a00:2::1", "unlocated"},
	} {
		if err := embed(geo.Loader{Name: "name", Credit: "credit"}, mmdb, tt.routed, out); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		table, err := geo.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Lookup(netip.MustParseAddr(tt.addr)); got.String() != tt.want {
			t.Errorf("routed %q: %s is %v, want %s", tt.routed, tt.addr, got, tt.want)
		}
		if info := table.Info(); info.Name != "name" || info.Credit != "credit" {
			t.Errorf("info %+v", info)
		}
	}
	if err := embed(geo.Loader{}, mmdb+".not", "", out); err == nil {
		t.Error("no error for a database that is not there")
	}
	if err := embed(geo.Loader{}, mmdb, out, out); err == nil {
		t.Error("no error for a routed file that is no MMDB")
	}
}
