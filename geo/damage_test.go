package geo

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// sane fails the test unless opening data gave a table whose answers agree with
// each other, or an error of this package.
func sane(t *testing.T, table *Table, err error) {
	t.Helper()
	if err != nil {
		known := errors.Is(err, ErrNotMMDB) || errors.Is(err, ErrNotCountry) ||
			errors.Is(err, ErrDamaged) || errors.Is(err, ErrTooLarge)
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
	good := readTestdata(t, "country")
	de := countryRecord("DE")
	meta := func(key string, value any) []byte { return oneNetwork(de, testenv.Map{key: value}) }
	// 4096 records of 8 bytes that all point to the same 4096 values
	shared := handmade{nodes: make([][2]uint32, 4095), meta: testenv.Map{"ip_version": uint64(4)}}
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
	deep := append(bytes.Repeat([]byte{0xe1, 0x41, 'k'}, 300), testenv.AppendValue(nil, "end")...)
	wide := append([]byte{0x1f, 0x04, 0xff, 0xff, 0xff}, bytes.Repeat([]byte{0xa0}, 1<<12)...)
	cycle := append([]byte{0xe2, 0x41, 'a', 0x20, 0x00, 0x41, 'b', 0x20, 0x00}, de...)
	h := handmade{nodes: make([][2]uint32, 1), data: de}
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
		{"node_count of 2^64-1", meta("node_count", uint64(1<<64-1)), ErrNotMMDB, ""},
		{"node_count of 2^61+1", meta("node_count", uint64(1<<61+1)), ErrNotMMDB, ""},
		{"node_count of 2^30", meta("node_count", uint64(1<<30)), ErrNotMMDB, ""},
		{"node_count of 0", meta("node_count", uint64(0)), nil, ""},
		{"record_size of 0", meta("record_size", uint64(0)), ErrNotMMDB, ""},
		{"record_size of 31", meta("record_size", uint64(31)), ErrNotMMDB, ""},
		{"ip_version of 5", meta("ip_version", uint64(5)), ErrDamaged, "ip_version is 5"},
		{"ip_version of text", meta("ip_version", "6"), ErrNotMMDB, ""},
		{"a node that leads to itself", binaryTree(func(handmade) [2]uint32 { return [2]uint32{127, 127} }),
			ErrDamaged, ""},
		{"a network in the separator", separator, ErrDamaged, ""},
		{"a network beyond the data", beyond, ErrDamaged, ""},
		{"2^128 networks", binaryTree(func(h handmade) [2]uint32 { return [2]uint32{h.leaf(0), h.leaf(len(de))} }),
			ErrDamaged, "more than 66048 networks in a tree of 128 nodes"},
		{"2^128 networks without data", binaryTree(func(handmade) [2]uint32 { return [2]uint32{128, 128} }),
			ErrDamaged, "more than"},
		{"2^96 aliases of IPv4", binaryTree(func(handmade) [2]uint32 { return [2]uint32{96, 96} }), ErrDamaged, ""},
		{"record that is a cycle", oneNetwork(cycle, nil), ErrDamaged, "record of network"},
		{"record nested 300 deep", oneNetwork(deep, nil), ErrDamaged, "nested too deeply"},
		{"record of 2^24 items", oneNetwork(wide, nil), ErrDamaged, ""},
		{"record cut short", oneNetwork([]byte{0xe1, 0x47, 'c', 'o', 'u'}, nil), ErrDamaged, ""},
		{"code cut short", oneNetwork([]byte{0xe1, 0x44, 'c', 'o', 'd', 'e', 0x5f, 0xff, 0xff, 0xff}, nil),
			ErrDamaged, ""},
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
	data := readTestdata(t, "country")
	for n := range data {
		table, err := OpenBytes(data[:n])
		sane(t, table, err)
		if err == nil && n < len(data)-20 {
			t.Errorf("no error for %d of %d bytes", n, len(data))
		}
	}
}

func TestBitFlips(t *testing.T) {
	good := readTestdata(t, "country")
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

func FuzzOpenBytes(f *testing.F) {
	f.Add(readTestdata(f, "country"))
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
