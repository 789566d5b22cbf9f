package geo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// TestSchemas reads one database of every known shape.
func TestSchemas(t *testing.T) {
	names := func(en string) dict { return dict{"en": text(en), "de": text(en)} }
	continent := dict{"code": text("EU"), "geoname_id": mmdbtype.Uint32(6255148), "names": names("Europe")}
	for _, tt := range []struct {
		name    string
		loader  Loader
		typ     string
		entries []entry
		schema  string
		credit  string
		want    map[string]string
		non     map[string]int
	}{
		{
			name: "GeoLite2 Country", typ: "GeoLite2-Country",
			entries: []entry{
				{"5.0.0.0/8", dict{
					"continent":          continent,
					"country":            dict{"geoname_id": mmdbtype.Uint32(2921044), "is_in_european_union": mmdbtype.Bool(true), "iso_code": text("DE"), "names": names("Germany")},
					"registered_country": dict{"iso_code": text("RU"), "names": names("Russia")},
				}},
				{"6.0.0.0/8", dict{"continent": continent}},
				{"7.0.0.0/8", dict{"registered_country": dict{"iso_code": text("AU")}}},
				{"8.0.0.0/8", dict{"country": dict{"geoname_id": mmdbtype.Uint32(1)}}},
				{"2a00::/16", country("FR")},
			},
			schema: "country.iso_code",
			credit: "This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com.",
			want: map[string]string{
				"5.1.2.3": "DE", "6.1.1.1": "unlocated", "7.1.1.1": "unlocated", "8.1.1.1": "unlocated",
				"9.1.1.1": "unlocated", "2a00::1": "FR", "::ffff:5.1.2.3": "DE",
			},
		},
		{
			name: "registered country by choice", typ: "GeoLite2-Country", loader: Loader{RegisteredCountry: true, Name: "mine", Credit: "me"},
			entries: []entry{
				{"5.0.0.0/8", dict{"country": dict{"iso_code": text("DE")}, "registered_country": dict{"iso_code": text("RU")}}},
				{"6.0.0.0/8", country("FR")},
			},
			schema: "registered_country.iso_code", credit: "me",
			want: map[string]string{"5.1.2.3": "RU", "6.1.1.1": "unlocated"},
		},
		{
			name: "Enterprise", typ: "GeoIP2-Enterprise",
			entries: []entry{{"5.0.0.0/8", dict{
				"city":         dict{"names": names("Berlin"), "confidence": mmdbtype.Uint16(11)},
				"country":      dict{"iso_code": text("DE"), "confidence": mmdbtype.Uint16(99)},
				"location":     dict{"latitude": mmdbtype.Float64(52.5), "time_zone": text("Europe/Berlin")},
				"subdivisions": mmdbtype.Slice{dict{"iso_code": text("BE")}, dict{"iso_code": text("XX")}},
				"traits":       dict{"autonomous_system_number": mmdbtype.Uint32(3320), "isp": text("x"), "is_anycast": mmdbtype.Bool(true)},
			}}},
			schema: "country.iso_code",
			want:   map[string]string{"5.1.2.3": "DE"},
		},
		{
			name: "DB-IP", typ: "DBIP-Country-Lite (compat=Country)",
			entries: []entry{{"5.0.0.0/8", country("DE")}, {"6.0.0.0/8", country("ZZ")}},
			schema:  "country.iso_code", credit: "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0",
			want: map[string]string{"5.1.2.3": "DE", "6.1.1.1": "unlocated"},
			non:  map[string]int{"ZZ": 1},
		},
		{
			name: "IP2Location", typ: "IP2LITE-Country",
			entries: []entry{{"5.0.0.0/8", country("DE")}, {"6.0.0.0/8", country("-")}, {"8.0.0.0/8", country("-")}},
			schema:  "country.iso_code",
			want:    map[string]string{"5.1.2.3": "DE", "6.1.1.1": "unlocated"},
			non:     map[string]int{"-": 2},
		},
		{
			name: "ip-location-db", typ: "country ipvAll",
			entries: []entry{{"5.0.0.0/8", countryCode("DE")}, {"6.0.0.0/8", countryCode("EU")}, {"7.0.0.0/8", countryCode("A1")}, {"192.168.0.0/16", countryCode("AU")}},
			schema:  "country_code",
			want:    map[string]string{"5.1.2.3": "DE", "6.1.1.1": "unlocated", "192.168.1.1": "reserved"},
			non:     map[string]int{"EU": 1, "A1": 1},
		},
		{
			name: "IPinfo Lite", typ: "ipinfo generic_ipinfo_lite.mmdb",
			entries: []entry{{"5.0.0.0/8", dict{
				"asn": text("AS3320"), "as_name": text("x"), "as_domain": text("x.de"),
				"continent": text("Europe"), "continent_code": text("EU"), "country": text("Germany"), "country_code": text("DE"),
			}}},
			schema: "country_code",
			want:   map[string]string{"5.1.2.3": "DE"},
		},
		{
			name: "IPLocate", typ: "iplocate",
			entries: []entry{{"5.0.0.0/8", dict{"country_code": text("de"), "network": text("5.0.0.0/8"), "name": text("Germany")}}},
			schema:  "country_code",
			want:    map[string]string{"5.1.2.3": "DE"},
		},
		{
			name: "legacy IPinfo", typ: "ipinfo standard_location",
			entries: []entry{
				{"5.0.0.0/8", dict{"city": text("Kyiv"), "country": text("UA"), "region": text("Kyiv City")}},
				{"6.0.0.0/8", dict{"country": text("Ukraine")}},
				{"7.0.0.0/8", dict{"country": text("UK")}},
				{"8.0.0.0/8", dict{"country": text("xk"), "asn": text("AS1"), "as_name": text("x")}},
			},
			schema: "country",
			want:   map[string]string{"5.1.2.3": "UA", "6.1.1.1": "unlocated", "7.1.1.1": "GB", "8.1.1.1": "XK"},
		},
		{
			name: "codes that are no country", typ: "x",
			entries: []entry{
				{"5.0.0.0/8", country("Uk")}, {"6.0.0.0/8", country("EU")}, {"7.0.0.0/8", country("AP")}, {"8.0.0.0/8", country("A2")},
				{"9.0.0.0/8", country("O1")}, {"11.0.0.0/8", country("CS")}, {"12.0.0.0/8", country("AN")}, {"13.0.0.0/8", country("??")},
				{"14.0.0.0/8", country("--")}, {"15.0.0.0/8", country(strings.Repeat("x", 50))}, {"16.0.0.0/8", country("")},
				{"17.0.0.0/9", country("EU")}, {"17.128.0.0/9", dict{"country": mmdbtype.Slice{text("DE")}}},
				{"18.0.0.0/8", mmdbtype.Slice{text("DE")}}, {"19.0.0.0/8", text("DE")}, {"20.0.0.0/8", dict{"country_code": mmdbtype.Uint32(4)}},
			},
			schema: "country.iso_code",
			want:   map[string]string{"5.1.2.3": "GB", "6.1.1.1": "unlocated", "13.1.1.1": "unlocated", "17.200.0.0": "unlocated", "19.1.1.1": "unlocated"},
			non: map[string]int{"EU": 2, "AP": 1, "A2": 1, "O1": 1, "CS": 1, "AN": 1, "??": 1, "--": 1,
				strings.Repeat("x", 32) + "...": 1},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := writeMMDB(t, mmdbwriter.Options{DatabaseType: tt.typ}, tt.entries...)
			table, err := tt.loader.OpenBytes(data)
			if err != nil {
				t.Fatal(err)
			}
			for addr, want := range tt.want {
				if got := table.Lookup(netip.MustParseAddr(addr)); got.String() != want {
					t.Errorf("%s is %v, want %s", addr, got, want)
				}
			}
			info := table.Info()
			sum := sha256.Sum256(data)
			name := tt.typ
			if tt.loader.Name != "" {
				name = tt.loader.Name
			}
			if info.Name != name || info.Schema != tt.schema || info.Credit != tt.credit || info.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("info %+v", info)
			}
			if !maps.Equal(info.NonCountry, tt.non) {
				t.Errorf("non-country codes %v, want %v", info.NonCountry, tt.non)
			}
			special := 0
			for _, e := range tt.entries {
				if strings.HasPrefix(e.prefix, "192.168.") {
					special++
				}
			}
			if want := len(tt.entries) - special; info.Networks != want {
				t.Errorf("%d networks, want %d", info.Networks, want)
			}
		})
	}
}

// TestNotCountry holds that files of other kinds are refused by what they are.
func TestNotCountry(t *testing.T) {
	for _, tt := range []struct {
		name   string
		record mmdbtype.DataType
		loader Loader
		says   string
	}{
		{name: "GeoLite2-ASN", record: dict{"autonomous_system_number": mmdbtype.Uint32(3320), "autonomous_system_organization": text("DTAG")}, says: "ASN database"},
		{name: "GeoIP2-Anonymous-IP", record: dict{"is_anonymous": mmdbtype.Bool(true), "is_anonymous_vpn": mmdbtype.Bool(true)}, says: "Anonymous-IP database"},
		{name: "GeoIP2-Connection-Type", record: dict{"connection_type": text("Cable/DSL")}, says: "Connection-Type database"},
		{name: "GeoIP2-Domain", record: dict{"domain": text("example.com")}, says: "Domain database"},
		{name: "GeoIP2-ISP", record: dict{"autonomous_system_number": mmdbtype.Uint32(1), "isp": text("x"), "organization": text("y")}, says: "ISP database"},
		{name: "ipinfo standard_asn.mmdb", record: dict{"asn": text("AS3320"), "country": text("DE"), "domain": text("x.de"), "name": text("x"), "route": text("5.0.0.0/8"), "type": text("isp")}, says: "ASN database"},
		{name: "all unknown", record: countryCode("ZZ"), says: "none of 1 networks with country_code has a country"},
		{name: "registered only", record: dict{"registered_country": dict{"iso_code": text("DE")}}, says: "Loader.RegisteredCountry"},
		{name: "not registered", record: country("DE"), loader: Loader{RegisteredCountry: true}, says: "want registered_country.iso_code"},
		{name: "empty records", record: dict{}, says: "no public network has data"},
		{name: "something else", record: dict{"colour": text("red")}, says: `fields ["colour"]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := writeMMDB(t, mmdbwriter.Options{DatabaseType: tt.name}, entry{"5.0.0.0/8", tt.record})
			_, err := tt.loader.OpenBytes(data)
			if !errors.Is(err, ErrNotCountry) || errors.Is(err, ErrDamaged) {
				t.Fatalf("error %v", err)
			}
			for _, want := range []string{"geo: ", tt.says, tt.name, "want "} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
	special := writeMMDB(t, mmdbwriter.Options{}, entry{"192.168.0.0/16", countryCode("AU")})
	if _, err := OpenBytes(special); !errors.Is(err, ErrNotCountry) {
		t.Errorf("a database of nothing but special-purpose space: %v", err)
	}
}

func TestFamilies(t *testing.T) {
	v4, v6 := entry{"5.0.0.0/8", country("DE")}, entry{"2a00::/16", country("FR")}
	for _, tt := range []struct {
		name    string
		version int
		entries []entry
		has     [2]bool
	}{
		{"IPv4 file", 4, []entry{v4}, [2]bool{true, false}},
		{"IPv6 only", 6, []entry{v6}, [2]bool{false, true}},
		{"both", 6, []entry{v4, v6}, [2]bool{true, true}},
	} {
		for _, size := range []int{24, 28, 32} {
			data := writeMMDB(t, mmdbwriter.Options{IPVersion: tt.version, RecordSize: size}, tt.entries...)
			table, err := OpenBytes(data)
			if err != nil {
				t.Fatal(err)
			}
			info := table.Info()
			if got := [2]bool{info.IPv4, info.IPv6}; got != tt.has {
				t.Errorf("%s, %d-bit records: families %v", tt.name, size, got)
			}
			for i, addr := range []string{"5.1.1.1", "2a00::1"} {
				if table.Lookup(netip.MustParseAddr(addr)).IsCountry() != tt.has[i] {
					t.Errorf("%s, %d-bit records: %s is %v", tt.name, size, addr, table.Lookup(netip.MustParseAddr(addr)))
				}
			}
		}
	}
}

// TestAliases reads a database in which the IPv4 tree hangs under several IPv6
// prefixes, as MaxMind writes them.
func TestAliases(t *testing.T) {
	data := writeMMDBAs(t, mmdbwriter.Options{}, entry{"5.0.0.0/8", country("DE")}, entry{"2a00::/16", country("FR")})
	table, err := OpenBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	if n := table.Info().Networks; n != 2 {
		t.Errorf("%d networks, want 2", n)
	}
	for addr, want := range map[string]string{"5.1.1.1": "DE", "::ffff:5.1.1.1": "DE", "2002:501:101::": "reserved", "2001::": "reserved"} {
		if got := table.Lookup(netip.MustParseAddr(addr)); got.String() != want {
			t.Errorf("%s is %v, want %s", addr, got, want)
		}
	}
}

func TestBuildTime(t *testing.T) {
	for epoch, want := range map[uint64]time.Time{
		1780000000:    time.Date(2026, 5, 28, 20, 26, 40, 0, time.UTC),
		0:             {},
		1:             {},
		1<<64 - 1:     {},
		1 << 40:       {},
		4102444800000: {}, // milliseconds
	} {
		h := handmade{nodes: make([][2]uint32, 1), data: countryRecord("DE"), meta: []field{{"build_epoch", uintValue(epoch)}}}
		h.nodes[0] = [2]uint32{h.leaf(0), h.leaf(0)}
		table, err := OpenBytes(h.bytes())
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Info().Built; got != want {
			t.Errorf("epoch %d: built %v, want %v", epoch, got, want)
		}
	}
}

// TestWholeFamily reads a tree of one node: one network holds all of IPv4 and a
// good part of IPv6.
func TestWholeFamily(t *testing.T) {
	h := handmade{nodes: make([][2]uint32, 1), data: append(countryRecord("DE"), countryRecord("FR")...)}
	h.nodes[0] = [2]uint32{h.leaf(0), h.leaf(len(countryRecord("DE")))}
	table, err := OpenBytes(h.bytes())
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{"1.1.1.1": "DE", "223.1.1.1": "DE", "2000::": "DE", "3fff:1000::1": "DE", "10.0.0.1": "reserved", "fe80::": "reserved"} {
		if got := table.Lookup(netip.MustParseAddr(addr)); got.String() != want {
			t.Errorf("%s is %v, want %s", addr, got, want)
		}
	}
	if n := table.Info().Networks; n != 2 {
		t.Errorf("%d networks, want 2: all of IPv4 and all of 2000::/3", n)
	}
	if de := mustOrigin(t, "DE"); table.Space().IPv4[de] != 1 || table.Space().IPv6[de] != 1 {
		t.Errorf("DE has %v of IPv4, %v of IPv6", table.Space().IPv4[de], table.Space().IPv6[de])
	}
}

func TestDescriptionAsName(t *testing.T) {
	for _, tt := range []struct {
		typ, want   string
		description map[string]string
	}{
		{"Type", "Type", map[string]string{"en": "Description"}},
		{"", "Description", map[string]string{"de": "Beschreibung", "en": "Description"}},
		{"", "Beschreibung", map[string]string{"de": "Beschreibung", "fr": "La description"}},
		{"", "", nil},
		{strings.Repeat("x", 500), strings.Repeat("x", 100) + "...", nil},
	} {
		data := writeMMDB(t, mmdbwriter.Options{DatabaseType: tt.typ, Description: tt.description}, entry{"5.0.0.0/8", country("DE")})
		table, err := OpenBytes(data)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Info().Name; got != tt.want {
			t.Errorf("type %q and description %v give the name %q", tt.typ, tt.description, got)
		}
	}
}

func TestOpenFiles(t *testing.T) {
	data := writeMMDB(t, mmdbwriter.Options{DatabaseType: "T"}, entry{"5.0.0.0/8", country("DE")})
	path := filepath.Join(t.TempDir(), "country.mmdb")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{"db/country.mmdb": {Data: data}, "db/bad.mmdb": {Data: []byte("bad")}}
	for name, open := range map[string]func() (*Table, error){
		"Open":   func() (*Table, error) { return Open(path) },
		"OpenFS": func() (*Table, error) { return OpenFS(fsys, "db/country.mmdb") },
		"Loader": func() (*Table, error) { return Loader{Name: "T"}.Open(path) },
	} {
		table, err := open()
		if err != nil || table.Info().Name != "T" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(path + ".not"); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "geo: ") {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := OpenFS(fsys, "db/bad.mmdb"); !errors.Is(err, ErrNotMMDB) || !strings.Contains(err.Error(), "db/bad.mmdb") {
		t.Errorf("a bad file: %v", err)
	}

	table, err := OpenBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	if got := table.Lookup(netip.MustParseAddr("5.1.1.1")); got.String() != "DE" {
		t.Errorf("with the file overwritten 5.1.1.1 is %v", got)
	}
}

func TestRouted(t *testing.T) {
	routed, err := OpenBytes(writeMMDB(t, mmdbwriter.Options{},
		entry{"2a00:1::/32", country("NL")}, entry{"2a00:3::/48", country("NL")}, entry{"2a00:4::/31", country("NL")},
		entry{"2c00::/16", country("NL")}, entry{"6.0.0.0/8", country("NL")}))
	if err != nil {
		t.Fatal(err)
	}
	data := writeMMDB(t, mmdbwriter.Options{},
		entry{"5.0.0.0/8", country("DE")}, entry{"2a00::/16", country("FR")}, entry{"2a00:5::/32", country("GB")})
	table, err := Loader{Routed: routed}.OpenBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := range table.Ranges() {
		got = append(got, r.First.String()+" "+r.Last.String()+" "+r.Origin.String())
	}
	want := []string{
		"5.0.0.0 5.255.255.255 DE",
		"2a00:1:: 2a00:1:ffff:ffff:ffff:ffff:ffff:ffff FR",
		"2a00:3:: 2a00:3:0:ffff:ffff:ffff:ffff:ffff FR",
		"2a00:4:: 2a00:4:ffff:ffff:ffff:ffff:ffff:ffff FR",
		"2a00:5:: 2a00:5:ffff:ffff:ffff:ffff:ffff:ffff GB",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("ranges\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if space := table.Space().Routed; space[Unlocated] != 1 || space[mustOrigin(t, "DE")] != 0 {
		t.Errorf("of 6.0.0.0/8 as all that is routed, %v are unlocated and %v of DE", space[Unlocated], space[mustOrigin(t, "DE")])
	}
}
