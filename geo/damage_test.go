package geo

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
)

// sane fails the test unless opening data gave a table whose answers agree with
// each other, or an error of this package.
func sane(t *testing.T, table *Table, err error) {
	t.Helper()
	if err != nil {
		known := errors.Is(err, ErrNotMMDB) || errors.Is(err, ErrNotCountry) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrTooLarge)
		if table != nil || !known || !strings.HasPrefix(err.Error(), "geo: ") || len(err.Error()) > 2000 {
			t.Fatalf("table %v, error %v", table != nil, err)
		}
		return
	}
	n := 0
	for r := range table.Ranges() {
		if got := table.Lookup(r.First); got != r.Origin {
			t.Fatalf("%v is %v in a range of %v", r.First, got, r.Origin)
		}
		if got := table.Lookup(r.Last); got != r.Origin {
			t.Fatalf("%v is %v in a range of %v", r.Last, got, r.Origin)
		}
		if n++; n > 1000 {
			break
		}
	}
}

func someMMDB(t testing.TB) []byte {
	return writeMMDB(t, mmdbwriter.Options{DatabaseType: "Test", Description: map[string]string{"en": "test"}, RecordSize: 24},
		entry{"5.0.0.0/8", country("DE")}, entry{"5.6.0.0/17", country("RU")}, entry{"5.6.7.8/32", country("FR")},
		entry{"6.0.0.0/8", dict{"country_code": text("US"), "country": text("United States")}},
		entry{"2a00::/16", country("NL")}, entry{"2a00:1:2:3::/64", country("GB")}, entry{"2a00:1:2:3:4::/80", country("EU")})
}

func gzipped(data []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	w.Write(data)
	w.Close()
	return buf.Bytes()
}

// binaryTree is a tree of 128 levels in which both ways lead to the same next
// node: it describes 2^128 networks.
func binaryTree(end func(h handmade) [2]uint32) []byte {
	h := handmade{nodes: make([][2]uint32, 128), data: append(countryRecord("DE"), countryRecord("FR")...)}
	for i := range h.nodes {
		h.nodes[i] = [2]uint32{uint32(i + 1), uint32(i + 1)}
	}
	h.nodes[127] = end(h)
	return h.bytes()
}

type badFile struct {
	name string
	data []byte
	err  error  // that the error wraps
	says string // that it says
}

func badFiles(t testing.TB) []badFile {
	good := someMMDB(t)
	one := func(data []byte, meta ...field) []byte {
		h := handmade{nodes: make([][2]uint32, 1), data: data, meta: meta}
		h.nodes[0] = [2]uint32{h.leaf(0), h.leaf(0)}
		return h.bytes()
	}
	// 4096 records of 8 bytes that all point to the same 4096 values
	shared := handmade{nodes: make([][2]uint32, 4095), meta: []field{{"ip_version", uintValue(4)}}}
	for range 4096 {
		shared.data = append(shared.data, 0xe1, 0x41, 'x', 0x38, 0, 0, 8*4096>>8, 0)
	}
	shared.data = append(shared.data, 0x1e, 0x04, (4096-285)>>8, (4096-285)&0xff)
	shared.data = append(shared.data, bytes.Repeat([]byte{0x00, 0x07}, 4096)...)
	for i := range shared.nodes {
		for j := range 2 {
			if next := 2*i + 1 + j; next < len(shared.nodes) {
				shared.nodes[i][j] = uint32(next)
			} else {
				shared.nodes[i][j] = shared.leaf(8 * (next - len(shared.nodes)))
			}
		}
	}
	deep := append(bytes.Repeat([]byte{0xe1, 0x41, 'k'}, 300), stringValue("end")...)
	wide := append([]byte{0x1f, 0x04, 0xff, 0xff, 0xff}, bytes.Repeat([]byte{0xa0}, 1<<12)...)
	cycle := append([]byte{0xe2, 0x41, 'a', 0x20, 0x00, 0x41, 'b', 0x20, 0x00}, countryRecord("DE")...)
	h := handmade{nodes: make([][2]uint32, 1), data: countryRecord("DE")}
	h.nodes[0] = [2]uint32{2, h.leaf(0)} // into the separator between tree and data
	separator := h.bytes()
	h.nodes[0] = [2]uint32{h.leaf(0), h.leaf(len(h.data) + 1<<20)}
	h.nodes[0][0], h.nodes[0][1] = h.nodes[0][1], h.nodes[0][0]
	beyond := h.bytes()

	return []badFile{
		{"empty", nil, ErrNotMMDB, ""},
		{"text", []byte("start,end,country\n1.0.0.0,1.0.0.255,AU\n"), ErrNotMMDB, ""},
		{"gzip", gzipped(good), ErrNotMMDB, "gzip"},
		{"only the marker", []byte("\xab\xcd\xefMaxMind.com"), ErrNotMMDB, ""},
		{"marker and half a map", []byte("\xab\xcd\xefMaxMind.com\xe9\x5b"), ErrNotMMDB, ""},
		{"node_count of 2^64-1", one(countryRecord("DE"), field{"node_count", uintValue(1<<64 - 1)}), ErrNotMMDB, ""},
		{"node_count of 2^61+1", one(countryRecord("DE"), field{"node_count", uintValue(1<<61 + 1)}), ErrNotMMDB, ""},
		{"node_count of 2^30", one(countryRecord("DE"), field{"node_count", uintValue(1 << 30)}), ErrNotMMDB, ""},
		{"node_count of 0", one(countryRecord("DE"), field{"node_count", uintValue(0)}), nil, ""},
		{"record_size of 0", one(countryRecord("DE"), field{"record_size", uintValue(0)}), ErrNotMMDB, ""},
		{"record_size of 31", one(countryRecord("DE"), field{"record_size", uintValue(31)}), ErrNotMMDB, ""},
		{"ip_version of 5", one(countryRecord("DE"), field{"ip_version", uintValue(5)}), ErrDamaged, "ip_version is 5"},
		{"ip_version of text", one(countryRecord("DE"), field{"ip_version", stringValue("6")}), ErrNotMMDB, ""},
		{"a node that leads to itself", binaryTree(func(handmade) [2]uint32 { return [2]uint32{127, 127} }), ErrDamaged, ""},
		{"a network in the separator", separator, ErrDamaged, ""},
		{"a network beyond the data", beyond, ErrDamaged, ""},
		{"2^128 networks", binaryTree(func(h handmade) [2]uint32 { return [2]uint32{h.leaf(0), h.leaf(len(countryRecord("DE")))} }),
			ErrDamaged, "more than 66048 networks in a tree of 128 nodes"},
		{"2^128 networks without data", binaryTree(func(h handmade) [2]uint32 { return [2]uint32{128, 128} }), ErrDamaged, "more than"},
		{"2^96 aliases of IPv4", binaryTree(func(h handmade) [2]uint32 { return [2]uint32{96, 96} }), ErrDamaged, ""},
		{"record that is a cycle", one(cycle), ErrDamaged, "record of network"},
		{"record nested 300 deep", one(deep), ErrDamaged, "nested too deeply"},
		{"record of 2^24 items", one(wide), ErrDamaged, ""},
		{"record cut short", one([]byte{0xe1, 0x47, 'c', 'o', 'u'}), ErrDamaged, ""},
		{"code cut short", one([]byte{0xe1, 0x44, 'c', 'o', 'd', 'e', 0x5f, 0xff, 0xff, 0xff}), ErrDamaged, ""},
		{"records that share a large value", shared.bytes(), ErrDamaged, "together are larger"},
	}
}

func TestBadFiles(t *testing.T) {
	for _, tt := range badFiles(t) {
		t.Run(tt.name, func(t *testing.T) {
			table, err := OpenBytes(tt.data)
			sane(t, table, err)
			if err == nil {
				t.Fatal("no error")
			}
			if tt.err != nil && !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want %v that says %q", err, tt.err, tt.says)
			}
			t.Log(err)
		})
	}
}

func TestTruncated(t *testing.T) {
	data := someMMDB(t)
	for n := range data {
		table, err := OpenBytes(data[:n])
		sane(t, table, err)
		if err == nil && n < len(data)-20 {
			t.Errorf("no error for %d of %d bytes", n, len(data))
		}
	}
}

func TestBitFlips(t *testing.T) {
	good := someMMDB(t)
	r := rand.New(rand.NewPCG(3, 4))
	refused := 0
	for i := range 500 {
		data := bytes.Clone(good)
		for range 1 + i/400*r.IntN(20) { // one bit at first, then several
			data[r.IntN(len(data))] ^= 1 << r.IntN(8)
		}
		table, err := OpenBytes(data)
		sane(t, table, err)
		if err != nil {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no damage was found")
	}
	t.Logf("%d of 500 refused", refused)
}

func TestNonCountryCodesAreBounded(t *testing.T) {
	entries := []entry{{"5.0.0.0/8", country("DE")}}
	for i := range 400 {
		entries = append(entries, entry{fmt.Sprintf("6.%d.%d.0/24", i/256, i%256), country(fmt.Sprint("code", i))})
	}
	table, err := OpenBytes(writeMMDB(t, mmdbwriter.Options{}, entries...))
	if err != nil {
		t.Fatal(err)
	}
	codes := table.Info().NonCountry
	if len(codes) != 257 || codes["..."] != 400-256 || codes["code0"] != 1 {
		t.Errorf("%d codes, %d others", len(codes), codes["..."])
	}
	codes["code0"] = 99
	if table.Info().NonCountry["code0"] != 1 {
		t.Error("the map is not a copy")
	}
}

func FuzzOpenBytes(f *testing.F) {
	f.Add(someMMDB(f))
	for _, b := range badFiles(f) {
		if len(b.data) < 1<<16 {
			f.Add(b.data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := OpenBytes(data)
		sane(t, table, err)
		if err == nil {
			table.Lookup(netip.MustParseAddr("5.6.7.8"))
			table.Lookup6(0x2a00000100020003, 1<<48)
		}
	})
}
