package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestASNDatabases reads an ASN database of every known shape.
func TestASNDatabases(t *testing.T) {
	for name, f := range fixtures(t, "asns.json") {
		if f.Want.Error != "" {
			continue // in TestOpenASNErrors
		}
		t.Run(name, func(t *testing.T) {
			table, err := OpenASN(testdata(name))
			if err != nil {
				t.Fatal(err)
			}
			for addr, want := range f.Want.Lookups {
				as, ok := table.Lookup(netip.MustParseAddr(addr))
				if got := as.String(); ok != (want != "") || ok && got != want {
					t.Errorf("%s: %v, %v, want %q", addr, got, ok, want)
				}
			}
			if as, ok := table.Lookup(netip.Addr{}); ok {
				t.Errorf("no address: %v", as)
			}
			info := table.Info()
			if info.Schema != f.Want.Schema || info.Name != f.Type || info.Built != testBuilt ||
				len(info.SHA256) != 64 || !info.IPv4 || info.IPv6 != (name == "asn") || info.Networks == 0 {
				t.Errorf("%+v", info)
			}
		})
	}
	if as, ok := new(ASNTable).Lookup(netip.MustParseAddr("5.1.1.1")); ok {
		t.Errorf("the zero table has %v", as)
	}
}

// Every lookup agrees with the description of the database.
func TestRandomASNDatabase(t *testing.T) {
	want := map[netip.Prefix]uint32{}
	for _, n := range fixtures(t, "random.json")["random-asn"].Networks {
		var record struct {
			Number uint32 `json:"autonomous_system_number"`
		}
		if err := json.Unmarshal(n.record, &record); err != nil {
			t.Fatal(err)
		}
		want[netip.MustParsePrefix(n.prefix)] = record.Number
	}
	table, err := OpenASN(testdata("random-asn"))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	found := 0
	for i := range 20_000 {
		addr := netip.AddrFrom4([4]byte{5, byte(rng.IntN(5)), byte(rng.IntN(256)), byte(rng.IntN(256))})
		if i%2 == 1 {
			addr = netip.AddrFrom16([16]byte{0x2a, 0, 0, byte(rng.IntN(5)), byte(rng.IntN(256)), byte(rng.IntN(256))})
		}
		var number uint32
		longest := -1
		for p, v := range want {
			if p.Contains(addr) && p.Bits() > longest {
				longest, number = p.Bits(), v
			}
		}
		as, ok := table.Lookup(addr)
		if ok != (longest >= 0) || as.Number != number {
			t.Fatalf("%v: %v %v, want %d", addr, as, ok, number)
		}
		if ok {
			found++
		}
	}
	if found < 5000 || found > 19_000 {
		t.Errorf("%d of 20,000 found: the test has no power", found)
	}
}

func TestOpenASNErrors(t *testing.T) {
	says := map[string]string{
		"country":             "it is a country database",
		"registered-country":  "it is a country database",
		"geoip2-anonymous-ip": "it is an Anonymous-IP database",
		"geoip2-domain": `it is a Domain database (database_type "GeoIP2-Domain", fields ["domain"]); ` +
			`want autonomous_system_number, or asn`,
	}
	for name, f := range fixtures(t, "asns.json") {
		if f.Want.Error != "" {
			says[name] = f.Want.Error
		}
	}
	for name, want := range says {
		table, err := OpenASN(testdata(name))
		if table != nil || !errors.Is(err, ErrNotASN) ||
			!strings.HasPrefix(err.Error(), "geo: "+testdata(name)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, want)
		}
	}
	for _, bad := range badFiles(t) {
		table, err := compileASN(bad.data)
		saneASN(t, table, err)
		if bad.err != nil && !errors.Is(err, bad.err) && !errors.Is(err, ErrNotASN) {
			t.Errorf("%s: %v, want %v", bad.name, err, bad.err)
		}
	}
	path := filepath.Join(t.TempDir(), "asn.mmdb")
	good := readTestdata(t, "asn")
	if err := os.WriteFile(path, good[:len(good)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenASN(path); !errors.Is(err, ErrNotMMDB) || !strings.Contains(err.Error(), path) {
		t.Errorf("half a file: %v", err)
	}
}

// saneASN fails the test unless compiling data gave a table of public networks that can
// be looked up, or an error of this package.
func saneASN(t *testing.T, table *ASNTable, err error) {
	t.Helper()
	if err != nil {
		known := errors.Is(err, ErrNotMMDB) || errors.Is(err, ErrNotASN) || errors.Is(err, ErrDamaged)
		if table != nil || !known || len(err.Error()) > 2000 {
			t.Fatalf("table %v, error %v", table != nil, err)
		}
		return
	}
	for p, place := range table.networks.All() {
		f := ipv6
		if p.Addr().Is4() {
			f = ipv4
		}
		for _, addr := range []netip.Addr{p.Addr(), f.addr(spanOf(p).last)} {
			as, ok := table.Lookup(addr)
			if !ok || int(place) >= len(table.systems) || as.Number == 0 {
				t.Fatalf("%v in %v: %v, %v", addr, p, as, ok)
			}
			if (scan{}).lookup(addr) == Reserved {
				t.Fatalf("%v is not public", p)
			}
		}
	}
}

func TestASNBitFlips(t *testing.T) {
	good := readTestdata(t, "asn")
	rng := rand.New(rand.NewPCG(3, 4))
	refused := 0
	for range 300 {
		data := bytes.Clone(good)
		data[rng.IntN(len(data))] ^= 1 << rng.IntN(8)
		table, err := compileASN(data)
		saneASN(t, table, err)
		if err != nil {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no damage was found")
	}
}

func FuzzOpenASN(f *testing.F) {
	f.Add(readTestdata(f, "asn"))
	f.Add(readTestdata(f, "asn-enterprise"))
	f.Add(readTestdata(f, "asn-ipinfo"))
	for _, b := range badFiles(f) {
		if len(b.data) < 1<<16 {
			f.Add(b.data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := compileASN(data)
		saneASN(t, table, err)
	})
}

func BenchmarkASNTable(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	table := &ASNTable{systems: make([]AS, 1<<16)}
	for i := range uint32(400_000) {
		first := ipv4.addr(uint128{0, 1<<24 + uint64(i)*8192})
		table.networks.Insert(netip.PrefixFrom(first, 19), i%uint32(len(table.systems)))
	}
	addrs := make([]netip.Addr, 1<<16)
	for i := range addrs {
		addrs[i] = ipv4.addr(uint128{0, 1<<24 + rng.Uint64N(190<<24)})
	}
	i := 0
	for b.Loop() {
		table.Lookup(addrs[i&(len(addrs)-1)])
		i++
	}
}
