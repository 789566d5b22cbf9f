package testenv

import (
	"encoding/binary"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// A Map is a record of a database, or a part of one.
type Map map[string]any

// Country returns the record of a country as GeoLite2 and DB-IP write it.
func Country(code string) Map { return Map{"country": Map{"iso_code": code}} }

// AS returns the record of an autonomous system as GeoLite2 writes it.
func AS(number uint32, name string) Map {
	return Map{"autonomous_system_number": number, "autonomous_system_organization": name}
}

// A Network is the addresses from First to Last, of one family, and their record.
type Network struct {
	First, Last netip.Addr
	Record      Map
}

// Prefix returns the network of a prefix such as "192.0.2.0/24". It panics if the text
// is no prefix.
func Prefix(text string, record Map) Network {
	p := netip.MustParsePrefix(text).Masked()
	last := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(last); i++ {
		last[i/8] |= 0x80 >> (i % 8)
	}
	addr, _ := netip.AddrFromSlice(last)
	return Network{p.Addr(), addr, record}
}

// MMDB returns a database of both families. A network replaces what it covers of
// those before it. There are no aliases of IPv4, and special-purpose space may have
// records.
func MMDB(databaseType string, built time.Time, networks ...Network) []byte {
	return newTree(networks).file(Map{"database_type": databaseType, "build_epoch": uint64(built.Unix())})
}

// StrictMMDB is MMDB with metadata of the types that the format asks for. libmaxminddb insists on them; the golden
// files are older.
func StrictMMDB(databaseType string, built time.Time, networks ...Network) []byte {
	t := newTree(networks)
	return t.file(Map{
		"binary_format_major_version": uint16(2), "binary_format_minor_version": uint16(0), "ip_version": uint16(6),
		"node_count": uint32(len(t.nodes) - 1), "record_size": uint16(32),
		"database_type": databaseType, "build_epoch": uint64(built.Unix()),
	})
}

func newTree(networks []Network) *tree {
	t := &tree{nodes: make([][2]int32, 2), places: map[string]int32{}}
	for _, n := range networks {
		t.set(root, 0, numberOf(n.First), numberOf(n.Last), t.leaf(n.Record))
	}
	return t
}

// A tree is the search tree of a database that is being written. A cell of a node is
// the number of the next node, 0 for no data, or -1-i for the data at offset i. Node 0
// is not used.
type tree struct {
	nodes  [][2]int32
	data   []byte
	places map[string]int32 // of each record in data
}

const root = 1

// leaf returns the cell of a record, which is stored once.
func (t *tree) leaf(record Map) int32 {
	encoded := AppendValue(nil, record)
	place, ok := t.places[string(encoded)]
	if !ok {
		place = int32(len(t.data))
		t.places[string(encoded)] = place
		t.data = append(t.data, encoded...)
	}
	return -1 - place
}

// set gives a leaf to the addresses from first to last in the subtree of a cell, whose
// addresses have the first depth bits in common. It returns the new cell.
func (t *tree) set(cell int32, depth uint, first, last number, leaf int32) int32 {
	if depth > 0 && first.isZeroFrom(depth) && last.not().isZeroFrom(depth) {
		return leaf
	}
	if cell <= 0 {
		t.nodes = append(t.nodes, [2]int32{cell, cell})
		cell = int32(len(t.nodes) - 1)
	}
	for bit := first.bit(depth); bit <= last.bit(depth); bit++ {
		from, to := first, last
		if bit > first.bit(depth) {
			from = number{}
		}
		if bit < last.bit(depth) {
			to = number{}.not()
		}
		next := t.set(t.nodes[cell][bit], depth+1, from, to, leaf)
		t.nodes[cell][bit] = next
	}
	return cell
}

func (t *tree) file(meta Map) []byte {
	nodes := make([][2]uint32, len(t.nodes)-1)
	for i := range nodes {
		for side, cell := range t.nodes[i+1] {
			switch {
			case cell > 0:
				nodes[i][side] = uint32(cell - 1)
			case cell == 0:
				nodes[i][side] = uint32(len(nodes))
			default:
				nodes[i][side] = DataCell(len(nodes), int(-1-cell))
			}
		}
	}
	if _, given := meta["record_size"]; !given && DataCell(len(nodes), len(t.data)) < 1<<24 {
		meta["record_size"] = uint64(24)
	}
	return File(nodes, t.data, meta)
}

// DataCell returns the cell of a node that leads to the data at an offset, in a tree
// of that many nodes.
func DataCell(nodes, offset int) uint32 { return uint32(nodes + 16 + offset) }

// File puts a database together from its tree and its data, which may be wrong in any
// way. Cells have 24 bits if meta says so, and else 32. Meta replaces some of the
// metadata that a good file has.
func File(nodes [][2]uint32, data []byte, meta Map) []byte {
	full := Map{
		"binary_format_major_version": uint64(2),
		"binary_format_minor_version": uint64(0),
		"build_epoch":                 uint64(1780000000), // 2026-05-28
		"database_type":               "Test",
		"description":                 Map{"en": "test"},
		"ip_version":                  uint64(6),
		"languages":                   []string{},
		"node_count":                  uint64(len(nodes)),
		"record_size":                 uint64(32),
	}
	maps.Copy(full, meta)
	skip := 0
	if full["record_size"] == uint64(24) {
		skip = 1
	}
	var b []byte
	for _, n := range nodes {
		for _, cell := range n {
			b = append(b, binary.BigEndian.AppendUint32(nil, cell)[skip:]...)
		}
	}
	b = append(b, make([]byte, 16)...)
	b = append(b, data...)
	b = append(b, "\xab\xcd\xefMaxMind.com"...)
	return AppendValue(b, full)
}

// AppendValue appends v as the data of a database has it. v is a string, a boolean, a
// uint16, a uint32, a uint64, a Map or a list of strings. AppendValue panics on other types.
func AppendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(appendControl(b, 2, len(v)), v...)
	case bool:
		size := 0
		if v {
			size = 1
		}
		return appendControl(b, 14, size)
	case uint16:
		return appendUint(b, 5, uint64(v))
	case uint32:
		return appendUint(b, 6, uint64(v))
	case uint64:
		return appendUint(b, 9, v)
	case []string:
		b = appendControl(b, 11, len(v))
		for _, s := range v {
			b = AppendValue(b, s)
		}
		return b
	case Map:
		b = appendControl(b, 7, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b = AppendValue(AppendValue(b, key), v[key])
		}
		return b
	}
	panic(fmt.Sprintf("testenv: a value of type %T", v))
}

func appendUint(b []byte, kind byte, v uint64) []byte {
	size := 0
	for size < 8 && v>>(8*size) != 0 {
		size++
	}
	return append(appendControl(b, kind, size), binary.BigEndian.AppendUint64(nil, v)[8-size:]...)
}

// appendControl appends the bytes before a value, which say its kind and its size.
func appendControl(b []byte, kind byte, size int) []byte {
	short, more := size, []byte(nil)
	switch {
	case size >= 285:
		short, more = 30, binary.BigEndian.AppendUint16(nil, uint16(size-285))
	case size >= 29:
		short, more = 29, []byte{byte(size - 29)}
	}
	if kind < 8 {
		b = append(b, kind<<5|byte(short))
	} else {
		b = append(b, byte(short), kind-7)
	}
	return append(b, more...)
}

// A number is an address as the tree has it: IPv4 is in ::/96.
type number struct{ hi, lo uint64 }

func numberOf(addr netip.Addr) number {
	b := addr.As16()
	n := number{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
	if addr.Is4() {
		n.lo &= 1<<32 - 1
	}
	return n
}

func (n number) not() number { return number{^n.hi, ^n.lo} }

// Bit 0 is the most significant. A shift by 64 or more gives 0 in Go, and so does one by
// i-64 for an i below 64.

func (n number) bit(i uint) int { return int(n.hi<<i>>63 | n.lo<<(i-64)>>63) }

func (n number) isZeroFrom(i uint) bool {
	if i < 64 {
		return n.hi<<i == 0 && n.lo == 0
	}
	return n.lo<<(i-64) == 0
}
