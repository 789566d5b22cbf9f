package testenv_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/whence-go/whence/internal/testenv"
)

var built = time.Unix(1780000000, 0)

func open(t *testing.T, data []byte) *maxminddb.Reader {
	t.Helper()
	db, err := maxminddb.OpenBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// A database has all that the format asks for.
func TestVerify(t *testing.T) {
	db := open(t, testenv.MMDB("Test", built,
		testenv.Prefix("5.0.0.0/8", testenv.Country("DE")), testenv.Prefix("5.1.0.0/16", testenv.Country("FR")),
		testenv.Prefix("2a00::/16", testenv.AS(64500, "x")), testenv.Prefix("2a00::1/128", testenv.Country("DE"))))
	if err := db.Verify(); err != nil {
		t.Error(err)
	}
}

// What is written is what maxminddb reads: the last network that holds an address.
func TestMMDB(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	octet := func(n int) byte { return byte(rng.IntN(n)) }
	addr := func(v6 bool) netip.Addr {
		if v6 {
			return netip.AddrFrom16([16]byte{0x2a, 0, octet(4), octet(256), 7: octet(3), 15: octet(256)})
		}
		return netip.AddrFrom4([4]byte{octet(4), octet(256), octet(256), octet(256)})
	}
	var networks []testenv.Network
	for i := range 300 {
		a, b := addr(i%2 == 1), addr(i%2 == 1)
		if b.Less(a) {
			a, b = b, a
		}
		record := testenv.AS(uint32(i), strings.Repeat("name ", i))
		if i%3 > 0 {
			bits := a.BitLen() - rng.IntN(20)
			networks = append(networks, testenv.Prefix(netip.PrefixFrom(a, bits).String(), record))
		} else {
			networks = append(networks, testenv.Network{First: a, Last: b, Record: record})
		}
	}
	db := open(t, testenv.MMDB("Test", built, networks...))
	if m := db.Metadata; m.DatabaseType != "Test" || m.BuildTime() != built || m.RecordSize != 24 || m.IPVersion != 6 {
		t.Errorf("metadata %+v", m)
	}
	found, missing := 0, 0
	probe := func(a netip.Addr) {
		t.Helper()
		want := -1
		for i, n := range networks {
			if a.BitLen() == n.First.BitLen() && !a.Less(n.First) && !n.Last.Less(a) {
				want = i
			}
		}
		var record struct {
			Number *int   `maxminddb:"autonomous_system_number"`
			Name   string `maxminddb:"autonomous_system_organization"`
		}
		result := db.Lookup(a)
		if err := result.Decode(&record); err != nil {
			t.Fatal(err)
		}
		switch {
		case want < 0 && result.Found():
			t.Fatalf("%v has %v", a, *record.Number)
		case want >= 0 && (!result.Found() || *record.Number != want || record.Name != strings.Repeat("name ", want)):
			t.Fatalf("%v has %v, want %d", a, record, want)
		case want < 0:
			missing++
		default:
			found++
		}
	}
	for i, n := range networks {
		for _, a := range []netip.Addr{n.First.Prev(), n.First, n.Last, n.Last.Next(), addr(i%2 == 1)} {
			if a.IsValid() {
				probe(a)
			}
		}
	}
	if found < 20 || missing < 20 {
		t.Errorf("%d addresses were found and %d were not: the test has no power", found, missing)
	}
}

// Cells get longer where there is too much data for short ones.
func TestMMDBLongCells(t *testing.T) {
	var networks []testenv.Network
	name := strings.Repeat("x", 65_000)
	for i := range 260 {
		a := netip.AddrFrom4([4]byte{5, 0, byte(i >> 8), byte(i)})
		networks = append(networks, testenv.Network{First: a, Last: a, Record: testenv.AS(uint32(i), name)})
	}
	db := open(t, testenv.MMDB("Test", built, networks...))
	if db.Metadata.RecordSize != 32 {
		t.Errorf("records of %d bits", db.Metadata.RecordSize)
	}
	var record struct {
		Number uint32 `maxminddb:"autonomous_system_number"`
	}
	if err := db.Lookup(networks[259].First).Decode(&record); err != nil || record.Number != 259 {
		t.Errorf("the last network has %d, %v", record.Number, err)
	}
	if db.Lookup(networks[259].Last.Next()).Found() {
		t.Error("one more network than was written")
	}
}

func TestFile(t *testing.T) {
	data := testenv.AppendValue(nil, testenv.Country("DE"))
	nodes := [][2]uint32{{testenv.DataCell(1, 0), 1}}
	for _, meta := range []testenv.Map{nil, {"record_size": uint64(24)}, {"ip_version": uint64(4)}} {
		db := open(t, testenv.File(nodes, data, meta))
		if !db.Lookup(netip.MustParseAddr("1.1.1.1")).Found() || db.Lookup(netip.MustParseAddr("200.1.1.1")).Found() !=
			(meta["ip_version"] == nil) {
			t.Errorf("%v: the wrong half has a record", meta)
		}
	}
}

func TestAppendValue(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{
		{"", "\x40"},
		{"ab", "\x42ab"},
		{strings.Repeat("x", 29), "\x5d\x00" + strings.Repeat("x", 29)},
		{strings.Repeat("x", 284), "\x5d\xff" + strings.Repeat("x", 284)},
		{strings.Repeat("x", 285), "\x5e\x00\x00" + strings.Repeat("x", 285)},
		{uint32(0), "\xc0"},
		{uint32(256), "\xc2\x01\x00"},
		{uint64(1<<64 - 1), "\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff"},
		{[]string{"a"}, "\x01\x04\x41a"},
		{testenv.Map{"b": "x", "a": testenv.Map{}}, "\xe2\x41a\xe0\x41b\x41x"},
	} {
		if got := testenv.AppendValue([]byte("!"), tt.v); !bytes.Equal(got, []byte("!"+tt.want)) {
			t.Errorf("%v: %q, want %q", tt.v, got, "!"+tt.want)
		}
	}
}
