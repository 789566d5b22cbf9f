package routed

import (
	"net/netip"
	"testing"

	"github.com/whence-go/whence/geo"
)

func TestTable(t *testing.T) {
	table, err := Table()
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "77.88.8.8": true, "202.22.224.1": true, "2a02:6b8::1": true,
		"19.100.0.1": false, "25.200.0.1": false, "3000::1": false, "10.0.0.1": false, "2001:db8::1": false,
	} {
		if got := table.Lookup(netip.MustParseAddr(addr)).IsCountry(); got != want {
			t.Errorf("%s routed: %v, want %v", addr, got, want)
		}
	}
	info := table.Info()
	if info.Built.Format("2006-01-02") != "2026-06-17" || !info.IPv4 || !info.IPv6 {
		t.Errorf("info %+v", info)
	}
	// 72.4 % of all IPv4 addresses are routed, and 13.8 % cannot be.
	if got, want := 1-table.Space().IPv4[geo.Unlocated], 0.7242/(1-0.1380); got < want-0.005 || got > want+0.005 {
		t.Errorf("%v of public IPv4 is routed, want about %v", got, want)
	}
	if again, _ := Table(); again != table {
		t.Error("the second call made another table")
	}
}
