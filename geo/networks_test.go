package geo

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

func asRecord(number uint32, name string) dict {
	return dict{"autonomous_system_number": mmdbtype.Uint32(number), "autonomous_system_organization": text(name)}
}

func TestNetworks(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entries []entry
		schema  string
		want    map[string]string // "" where there is none
	}{
		{
			"GeoLite2 ASN",
			[]entry{
				{"5.0.0.0/8", asRecord(64500, "Example")}, {"5.6.0.0/17", asRecord(64501, "")}, {"5.6.7.8/32", asRecord(4200000000, "Far\tout")},
				{"6.0.0.0/8", asRecord(0, "nobody")}, {"10.0.0.0/8", asRecord(64502, "private")},
				{"2a00::/16", asRecord(64500, "Example")}, {"2a00:1:2:3:4::/80", asRecord(64503, "small")},
			},
			"autonomous_system_number",
			map[string]string{
				"5.0.0.0": "AS64500 Example", "5.255.255.255": "AS64500 Example", "5.6.0.0": "AS64501", "5.6.127.255": "AS64501", "5.6.128.0": "AS64500 Example",
				"5.6.7.8": "AS4200000000 Farout", "::ffff:5.6.7.8": "AS4200000000 Farout", "5.6.7.9": "AS64501", "4.255.255.255": "", "6.0.0.0": "", "10.1.1.1": "",
				"2a00::": "AS64500 Example", "2a00:1:2:3:4::1%eth0": "AS64503 small", "2a00:1:2:3:5::": "AS64500 Example", "2a01::": "", "::1": "",
			},
		},
		{
			"GeoIP2 Enterprise",
			[]entry{{"5.0.0.0/8", dict{
				"country": dict{"iso_code": text("DE")},
				"traits":  dict{"autonomous_system_number": mmdbtype.Uint32(64500), "autonomous_system_organization": text("Example"), "isp": text("x")},
			}}},
			"traits.autonomous_system_number",
			map[string]string{"5.1.1.1": "AS64500 Example"},
		},
		{
			"IPinfo",
			[]entry{
				{"5.0.0.0/8", dict{"asn": text("AS64500"), "name": text("Example"), "domain": text("example.com"), "country": text("DE")}},
				{"6.0.0.0/8", dict{"asn": text(""), "as_name": text("none"), "country_code": text("DE")}},
				{"7.0.0.0/8", dict{"asn": text("as64501"), "as_name": text("Lite"), "country": text("Germany"), "country_code": text("DE")}},
				{"8.0.0.0/8", dict{"asn": text("AS99999999999"), "name": text("too large")}},
				{"9.0.0.0/8", dict{"asn": mmdbtype.Uint16(77), "name": text("plain")}},
			},
			"asn",
			map[string]string{"5.1.1.1": "AS64500 Example", "6.1.1.1": "", "7.1.1.1": "AS64501 Lite", "8.1.1.1": "", "9.1.1.1": "AS77 plain"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := writeMMDB(t, mmdbwriter.Options{DatabaseType: "Test-ASN"}, tt.entries...)
			n, err := OpenNetworksBytes(data)
			if err != nil {
				t.Fatal(err)
			}
			for addr, want := range tt.want {
				as, ok := n.Lookup(netip.MustParseAddr(addr))
				if got := as.String(); ok != (want != "") || ok && got != want {
					t.Errorf("%s: %v, %v, want %q", addr, got, ok, want)
				}
			}
			if as, ok := n.Lookup(netip.Addr{}); ok {
				t.Errorf("no address: %v", as)
			}
			info := n.Info()
			if info.Schema != tt.schema || info.Name != "Test-ASN" || info.Built.Unix() != 1780000000 || len(info.SHA256) != 64 || !info.IPv4 || info.Networks == 0 {
				t.Errorf("%+v", info)
			}
		})
	}
}

// Every lookup agrees with the database itself.
func TestNetworksAgainstTheFile(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var entries []entry
	want := map[netip.Prefix]uint32{}
	for i := range uint32(400) {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{5, byte(rng.IntN(4)), byte(rng.IntN(256)), 0}), 17+rng.IntN(8)).Masked()
		if i%2 == 1 {
			p = netip.PrefixFrom(netip.AddrFrom16([16]byte{0x2a, 0, 0, byte(rng.IntN(4)), byte(rng.IntN(256))}), 33+rng.IntN(8)).Masked()
		}
		number := 1 + i%7
		for q := range want { // a later entry replaces what it covers
			if p.Contains(q.Addr()) && p.Bits() <= q.Bits() {
				delete(want, q)
			}
		}
		want[p] = number
		entries = append(entries, entry{p.String(), asRecord(number, "x")})
	}
	n, err := OpenNetworksBytes(writeMMDB(t, mmdbwriter.Options{}, entries...))
	if err != nil {
		t.Fatal(err)
	}
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
		as, ok := n.Lookup(addr)
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

func TestOpenNetworksErrors(t *testing.T) {
	good := writeMMDB(t, mmdbwriter.Options{}, entry{"5.0.0.0/8", asRecord(1, "x")})
	for _, tt := range []struct {
		name string
		data []byte
		err  error
		says string
	}{
		{"country", someMMDB(t), ErrNotASN, "it is a country database"},
		{"anonymous", writeMMDB(t, mmdbwriter.Options{}, entry{"5.0.0.0/8", dict{"is_anonymous": mmdbtype.Bool(true)}}), ErrNotASN, "it is an Anonymous-IP database"},
		{"domain", writeMMDB(t, mmdbwriter.Options{DatabaseType: "D"}, entry{"5.0.0.0/8", dict{"domain": text("x")}}), ErrNotASN, `it is a Domain database (database_type "D", fields ["domain"]); want autonomous_system_number, or asn`},
		{"no number", writeMMDB(t, mmdbwriter.Options{}, entry{"5.0.0.0/8", asRecord(0, "x")}), ErrNotASN, "no record has a valid number"},
		{"number of text", writeMMDB(t, mmdbwriter.Options{}, entry{"5.0.0.0/8", dict{"asn": text("none")}}), ErrNotASN, "no record has a valid number"},
		{"number too large", writeMMDB(t, mmdbwriter.Options{}, entry{"5.0.0.0/8", dict{"asn": mmdbtype.Uint64(1 << 32)}}), ErrNotASN, "no record has a valid number"},
		{"nothing public", writeMMDB(t, mmdbwriter.Options{}, entry{"10.0.0.0/8", asRecord(1, "x")}), ErrNotASN, "no public network has data"},
		{"gzip", gzipped(good), ErrNotMMDB, "gzip"},
	} {
		n, err := OpenNetworksBytes(tt.data)
		if n != nil || !errors.Is(err, tt.err) || !strings.HasPrefix(err.Error(), "geo: MMDB: ") || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	for _, bad := range badFiles(t) {
		n, err := OpenNetworksBytes(bad.data)
		saneNetworks(t, n, err)
		if bad.err != nil && !errors.Is(err, bad.err) && !errors.Is(err, ErrNotASN) {
			t.Errorf("%s: %v, want %v", bad.name, err, bad.err)
		}
	}
	if _, err := OpenNetworks(filepath.Join(t.TempDir(), "none.mmdb")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "asn.mmdb")
	if err := os.WriteFile(path, good[:len(good)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenNetworks(path); !errors.Is(err, ErrNotMMDB) || !strings.Contains(err.Error(), path) {
		t.Errorf("half a file: %v", err)
	}
}

// saneNetworks fails the test unless opening data gave networks in order, or an
// error of this package.
func saneNetworks(t *testing.T, n *Networks, err error) {
	t.Helper()
	if err != nil {
		known := errors.Is(err, ErrNotMMDB) || errors.Is(err, ErrNotASN) || errors.Is(err, ErrDamaged)
		if n != nil || !known || !strings.HasPrefix(err.Error(), "geo: ") || len(err.Error()) > 2000 {
			t.Fatalf("networks %v, error %v", n != nil, err)
		}
		return
	}
	for _, f := range []*family{ipv4, ipv6} {
		list := n.values.of(f.bits).list
		for i, v := range list {
			if v.last.less(v.first) || i > 0 && !list[i-1].last.less(v.first) || int(v.number) >= len(n.known) {
				t.Fatalf("network %d of %d: %+v", i, len(list), v)
			}
			if as, ok := n.Lookup(f.addr(v.last)); !ok || as != n.known[v.number] {
				t.Fatalf("%v: %v, %v", f.addr(v.last), as, ok)
			}
		}
	}
}

func someNetworks(t testing.TB) []byte {
	return writeMMDB(t, mmdbwriter.Options{DatabaseType: "Test-ASN", RecordSize: 24},
		entry{"5.0.0.0/8", asRecord(64500, "Example")}, entry{"5.6.7.8/32", dict{"asn": text("AS64501"), "name": text("x")}},
		entry{"6.0.0.0/8", dict{"traits": dict{"autonomous_system_number": mmdbtype.Uint32(7)}}}, entry{"2a00:1::/32", asRecord(64500, "Example")})
}

func TestNetworksBitFlips(t *testing.T) {
	good := someNetworks(t)
	rng := rand.New(rand.NewPCG(3, 4))
	refused := 0
	for range 300 {
		data := bytes.Clone(good)
		data[rng.IntN(len(data))] ^= 1 << rng.IntN(8)
		n, err := OpenNetworksBytes(data)
		saneNetworks(t, n, err)
		if err != nil {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no damage was found")
	}
}

func FuzzOpenNetworksBytes(f *testing.F) {
	f.Add(someNetworks(f))
	for _, b := range badFiles(f) {
		if len(b.data) < 1<<16 {
			f.Add(b.data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := OpenNetworksBytes(data)
		saneNetworks(t, n, err)
	})
}

func BenchmarkNetworks(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	var list []value
	for i := range uint64(400_000) {
		list = append(list, value{span{uint128{0, 1<<24 + i*8192}, uint128{0, 1<<24 + i*8192 + 8191}}, uint32(i)})
	}
	n := &Networks{values: values{v4: valueList{list: list}}, known: make([]AS, len(list))}
	n.values.seal()
	addrs := make([]netip.Addr, 1<<16)
	for i := range addrs {
		addrs[i] = netip.AddrFrom4([4]byte{byte(1 + rng.IntN(190)), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())})
	}
	i := 0
	for b.Loop() {
		n.Lookup(addrs[i&(len(addrs)-1)])
		i++
	}
}
