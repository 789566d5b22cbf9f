package dbip

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
)

func TestTable(t *testing.T) {
	table, err := Table()
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"8.8.8.8": "US", "77.88.8.8": "RU", "202.22.224.1": "NC", "133.11.0.1": "JP", "212.58.244.20": "GB",
		"193.99.144.80": "DE", "2a02:6b8::1": "RU", "2001:200::1": "JP", "2a00:1450:4001::": "DE",
		"10.0.0.1": "reserved", "::1": "reserved", "2001:db8::1": "reserved",
		"3000::1": "unlocated", "2500::1": "unlocated",
	} {
		if got := table.Lookup(netip.MustParseAddr(addr)); got.String() != want {
			t.Errorf("%s is %v, want %s", addr, got, want)
		}
	}
	space := table.Space()
	for _, tt := range []struct {
		code     string
		low, top float64
	}{
		{"US", 0.38, 0.39}, {"CN", 0.09, 0.10}, {"RU", 0.012, 0.013}, {"FR", 0.02, 0.03},
		{"unlocated", 0, 0.005}, {"reserved", 0, 0},
	} {
		o, err := geo.ParseOrigin(tt.code)
		if err != nil {
			t.Fatal(err)
		}
		if got := space.IPv4[o]; got < tt.low || got > tt.top {
			t.Errorf("%s has %v of public IPv4, want %v to %v", tt.code, got, tt.low, tt.top)
		}
	}
	// Of routed space JP and KR have more than of all, US and GB less.
	for code, want := range map[string]float64{"US": 0.372, "JP": 0.056, "KR": 0.036, "GB": 0.045} {
		o, err := geo.ParseOrigin(code)
		if err != nil {
			t.Fatal(err)
		}
		if got := space.Routed[o]; got < want-0.001 || got > want+0.001 {
			t.Errorf("%s has %v of routed IPv4, want about %v", code, got, want)
		}
	}
	if got := space.IPv6[geo.Unlocated]; got < 0.99 {
		t.Errorf("only %v of IPv6 is unlocated: it is not limited to routed networks", got)
	}
	if got := table.Size(); got > 12<<20 {
		t.Errorf("the table takes %d bytes", got)
	}
	if len(data) > 700<<10 {
		t.Errorf("%d bytes are embedded", len(data))
	}
	if again, _ := Table(); again != table {
		t.Error("the second call made another table")
	}
}

func TestInfo(t *testing.T) {
	table, err := Table()
	if err != nil {
		t.Fatal(err)
	}
	info := table.Info()
	if info.Name != "DB-IP Lite" || info.Built.Format("2006-01-02") != "2026-06-01" || !info.IPv4 || !info.IPv6 ||
		len(info.SHA256) != 64 || info.Networks < 1_300_000 || info.Schema != "country_code" {
		t.Errorf("info %+v", info)
	}
	license, err := os.ReadFile("LICENSE-DB-IP.txt")
	if err != nil {
		t.Fatal(err)
	}
	built := info.Built.Format("2006-01-02")
	if info.Credit == "" || !strings.Contains(string(license), info.Credit) ||
		!strings.Contains(string(license), built) {
		t.Errorf("the license file does not have the credit %q and the build date", info.Credit)
	}
}
