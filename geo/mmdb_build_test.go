package geo

import (
	"bytes"
	"encoding/binary"
	"net"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

type (
	dict = mmdbtype.Map
	text = mmdbtype.String
)

// entry is a network of a database that a test writes. Later entries replace
// earlier ones.
type entry struct {
	prefix string
	data   mmdbtype.DataType
}

func country(code string) dict { return dict{"country": dict{"iso_code": text(code)}} }
func countryCode(code string) dict {
	return dict{"country_code": text(code)}
}

// writeMMDB returns a database. Like the ones in circulation that are hardest
// to read it has no aliases of IPv4, and networks in special-purpose space.
func writeMMDB(t testing.TB, opts mmdbwriter.Options, entries ...entry) []byte {
	t.Helper()
	opts.DisableIPv4Aliasing = true
	opts.IncludeReservedNetworks = true
	return writeMMDBAs(t, opts, entries...)
}

func writeMMDBAs(t testing.TB, opts mmdbwriter.Options, entries ...entry) []byte {
	t.Helper()
	if opts.BuildEpoch == 0 {
		opts.BuildEpoch = 1780000000 // 2026-05-28T20:26:40Z
	}
	tree, err := mmdbwriter.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		_, network, err := net.ParseCIDR(e.prefix)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(network, e.data); err != nil {
			t.Fatalf("%s: %v", e.prefix, err)
		}
	}
	var buf bytes.Buffer
	if _, err := tree.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// handmade is a database that no writer would write: 32-bit tree records, a
// data section and metadata as given.
type handmade struct {
	nodes [][2]uint32
	data  []byte
	meta  []field // replaces or completes the sensible metadata
}

type field struct {
	key   string
	value []byte
}

// leaf returns the tree record that points to the data at offset.
func (h handmade) leaf(offset int) uint32 { return uint32(len(h.nodes) + 16 + offset) }

func (h handmade) bytes() []byte {
	var b []byte
	for _, n := range h.nodes {
		b = binary.BigEndian.AppendUint32(b, n[0])
		b = binary.BigEndian.AppendUint32(b, n[1])
	}
	b = append(b, make([]byte, 16)...)
	b = append(b, h.data...)
	b = append(b, "\xab\xcd\xefMaxMind.com"...)
	fields := []field{
		{"binary_format_major_version", uintValue(2)},
		{"binary_format_minor_version", uintValue(0)},
		{"build_epoch", uintValue(1780000000)},
		{"database_type", stringValue("Test")},
		{"description", mapValue()},
		{"ip_version", uintValue(6)},
		{"languages", []byte{0x00, 0x04}},
		{"node_count", uintValue(uint64(len(h.nodes)))},
		{"record_size", uintValue(32)},
	}
	for _, m := range h.meta {
		for i := range fields {
			if fields[i].key == m.key {
				fields[i] = m
			}
		}
	}
	return append(b, mapValue(fields...)...)
}

// The encodings of the MaxMind DB format, for short values.

func stringValue(s string) []byte { return append([]byte{0x40 | byte(len(s))}, s...) }

func mapValue(fields ...field) []byte {
	b := []byte{0xe0 | byte(len(fields))}
	for _, f := range fields {
		b = append(append(b, stringValue(f.key)...), f.value...)
	}
	return b
}

// uintValue encodes v as an unsigned 64-bit integer.
func uintValue(v uint64) []byte {
	b := bytes.TrimLeft(binary.BigEndian.AppendUint64(nil, v), "\x00")
	return append([]byte{byte(len(b)), 0x02}, b...)
}

// countryRecord is a record as the data section holds it.
func countryRecord(code string) []byte {
	return mapValue(field{"country", mapValue(field{"iso_code", stringValue(code)})})
}
