package geo

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

var testBuilt = time.Unix(1780000000, 0).UTC()

// TestCountryDatabases reads a database of every known shape.
func TestCountryDatabases(t *testing.T) {
	for name, f := range fixtures(t, "countries.json") {
		t.Run(name, func(t *testing.T) {
			table := openTestdata(t, name)
			for addr, want := range f.Want.Lookups {
				if got := table.Lookup(netip.MustParseAddr(addr)); got.String() != want {
					t.Errorf("%s is %v, want %s", addr, got, want)
				}
			}
			info := table.Info()
			sum := sha256.Sum256(readTestdata(t, name))
			if info.Name != f.Type || info.Schema != f.Want.Schema || info.Credit != f.Want.Credit ||
				info.SHA256 != hex.EncodeToString(sum[:]) ||
				info.Built.Unix() != cmp.Or(f.BuildEpoch, testBuilt.Unix()) {
				t.Errorf("info %+v", info)
			}
			if !maps.Equal(info.NonCountry, f.Want.NonCountry) {
				t.Errorf("non-country codes %v, want %v", info.NonCountry, f.Want.NonCountry)
			}
			if f.Want.Networks != 0 && info.Networks != f.Want.Networks {
				t.Errorf("%d networks, want %d", info.Networks, f.Want.Networks)
			}
			has := [2]bool{}
			for r := range table.Ranges() {
				has[min(1, r.First.BitLen()/128)] = true
			}
			if has != [2]bool{info.IPv4, info.IPv6} || !has[0] && !has[1] {
				t.Errorf("countries in IPv4 and IPv6: %v, the info has %v and %v", has, info.IPv4, info.IPv6)
			}
		})
	}
}

// TestOtherDatabases checks that an error says what a database of another kind is.
func TestOtherDatabases(t *testing.T) {
	for name, f := range fixtures(t, "others.json") {
		table, err := Open(testdata(name))
		if table != nil || !errors.Is(err, ErrNotCountry) || errors.Is(err, ErrDamaged) {
			t.Errorf("%s: table %v, error %v", name, table != nil, err)
			continue
		}
		for _, want := range []string{"geo: ", testdata(name), f.Want.Error, f.Type, "want country.iso_code"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q does not say %q", name, err, want)
			}
		}
	}
}

func TestLoaderNames(t *testing.T) {
	table, err := Loader{Name: "mine", Credit: "me"}.Open(testdata("geolite2-country"))
	if err != nil {
		t.Fatal(err)
	}
	if info := table.Info(); info.Name != "mine" || info.Credit != "me" {
		t.Errorf("info %+v", info)
	}
}

func TestBuildTime(t *testing.T) {
	for epoch, want := range map[uint64]time.Time{
		1780000000:    testBuilt,
		0:             {},
		1:             {},
		1<<64 - 1:     {},
		1 << 40:       {},
		4102444800000: {}, // milliseconds
	} {
		table, err := OpenBytes(oneNetwork(countryRecord("DE"), testenv.Map{"build_epoch": epoch}))
		if epoch > math.MaxUint {
			// maxminddb has the build time in a uint, which is too short on 32 bits.
			if !errors.Is(err, ErrNotMMDB) {
				t.Errorf("epoch %d: %v", epoch, err)
			}
			continue
		}
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
	for addr, want := range map[string]string{
		"1.1.1.1": "DE", "223.1.1.1": "DE", "2000::": "DE", "3fff:1000::1": "DE",
		"10.0.0.1": "reserved", "fe80::": "reserved",
	} {
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
		description testenv.Map
	}{
		{"Type", "Type", testenv.Map{"en": "Description"}},
		{"", "Description", testenv.Map{"de": "Beschreibung", "en": "Description"}},
		{"", "Beschreibung", testenv.Map{"de": "Beschreibung", "fr": "La description"}},
		{"", "", testenv.Map{}},
		{strings.Repeat("x", 500), strings.Repeat("x", 100) + "...", testenv.Map{}},
	} {
		meta := testenv.Map{"database_type": tt.typ, "description": tt.description}
		table, err := OpenBytes(oneNetwork(countryRecord("DE"), meta))
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Info().Name; got != tt.want {
			t.Errorf("type %q and description %v give the name %q", tt.typ, tt.description, got)
		}
	}
}

func TestNonCountryCodesAreBounded(t *testing.T) {
	rs := newRecords(0)
	for i := range 400 {
		rs.count(record{code: string([]byte{'0' + byte(i/100), '0' + byte(i/10%10), '0' + byte(i%10)})})
	}
	if n := rs.nonCountry; len(n) != 257 || n["..."] != 400-256 || n["000"] != 1 {
		t.Errorf("%d codes, %d others", len(n), n["..."])
	}
	table := openTestdata(t, "odd-codes")
	table.Info().NonCountry["EU"] = 99
	if table.Info().NonCountry["EU"] != 2 {
		t.Error("the map is not a copy")
	}
}

func TestOpenBytesKeepsNothing(t *testing.T) {
	data := bytes.Clone(readTestdata(t, "country"))
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
	routed := tableOf(t, [2]string{"2a00:1::/32", "NL"}, [2]string{"2a00:3::/48", "NL"},
		[2]string{"2a00:4::/31", "NL"}, [2]string{"2c00::/16", "NL"}, [2]string{"6.0.0.0/8", "NL"})
	data := databaseOf([2]string{"5.0.0.0/8", "DE"}, [2]string{"2a00::/16", "FR"}, [2]string{"2a00:5::/32", "GB"})
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
	if !slices.Equal(got, want) {
		t.Errorf("ranges\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if space := table.Space().Routed; space[Unlocated] != 1 || space[mustOrigin(t, "DE")] != 0 {
		t.Errorf("of 6.0.0.0/8 as all that is routed, %v are unlocated and %v of DE",
			space[Unlocated], space[mustOrigin(t, "DE")])
	}
}
