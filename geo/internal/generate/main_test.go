package main

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/whence-go/whence/geo"
)

func writeMMDB(t *testing.T, countries map[string]string) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "test", BuildEpoch: 1780000000})
	if err != nil {
		t.Fatal(err)
	}
	for prefix, code := range countries {
		_, network, err := net.ParseCIDR(prefix)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(network, mmdbtype.Map{"country_code": mmdbtype.String(code)}); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "test.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := tree.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

func TestGenerate(t *testing.T) {
	mmdb := writeMMDB(t, map[string]string{"5.0.0.0/8": "DE", "2a00::/16": "FR"})
	routed := writeMMDB(t, map[string]string{"2a00:1::/32": "NL"})
	out := filepath.Join(t.TempDir(), "test.geo")
	for _, tt := range []struct{ routed, addr, want string }{
		{"", "5.1.1.1", "DE"}, {"", "2a00:1::1", "FR"}, {"", "2a00:2::1", "FR"},
		{routed, "5.1.1.1", "DE"}, {routed, "2a00:1::1", "FR"}, {routed, "2a00:2::1", "unlocated"},
	} {
		if err := generate(geo.Loader{Name: "name", Credit: "credit"}, mmdb, tt.routed, out); err != nil {
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
	if err := generate(geo.Loader{}, mmdb+".not", "", out); err == nil {
		t.Error("no error for a database that is not there")
	}
	if err := generate(geo.Loader{}, mmdb, out, out); err == nil {
		t.Error("no error for a routed file that is no MMDB")
	}
}
