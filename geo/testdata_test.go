package geo

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// A fixture is the description of a database in testdata. The program tools/fixtures
// has written the database from it.
type fixture struct {
	Type       string
	BuildEpoch int64 `json:"build_epoch"` // 0: that of testBuilt
	Networks   []network
	Want       struct {
		Schema, Credit string
		Networks       int               // 0: not tested
		NonCountry     map[string]int    `json:"non_country"`
		Lookups        map[string]string // by address
		Error          string            // that it says, if it cannot be opened
	}
}

// A network is a pair in JSON: a prefix and its record.
type network struct {
	prefix string
	record json.RawMessage
}

func (n *network) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[2]any{&n.prefix, &n.record})
}

// fixtures returns the descriptions in a file of testdata, by name.
func fixtures(t testing.TB, file string) map[string]fixture {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]fixture{}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func testdata(name string) string { return filepath.Join("testdata", name+".mmdb") }

// readTestdata returns the bytes of a database in testdata.
func readTestdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(testdata(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func openTestdata(t testing.TB, name string) *Table {
	t.Helper()
	table, err := Open(testdata(name))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// tableOf returns the table of a database with the country of each prefix.
func tableOf(t testing.TB, prefixes ...[2]string) *Table {
	t.Helper()
	table, err := OpenBytes(databaseOf(prefixes...))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func databaseOf(prefixes ...[2]string) []byte {
	var list []testenv.Network
	for _, p := range prefixes {
		list = append(list, testenv.Prefix(p[0], testenv.Country(p[1])))
	}
	return testenv.MMDB("Test", testBuilt, list...)
}

// handmade is a database that no writer would write: the nodes of its tree, its data
// and some of its metadata as given.
type handmade struct {
	nodes [][2]uint32
	data  []byte
	meta  testenv.Map
}

// leaf returns the tree record that points to the data at offset.
func (h handmade) leaf(offset int) uint32 { return testenv.DataCell(len(h.nodes), offset) }

func (h handmade) bytes() []byte { return testenv.File(h.nodes, h.data, h.meta) }

// oneNetwork is a database with one network, which holds everything and has the data.
func oneNetwork(data []byte, meta testenv.Map) []byte {
	h := handmade{nodes: make([][2]uint32, 1), data: data, meta: meta}
	h.nodes[0] = [2]uint32{h.leaf(0), h.leaf(0)}
	return h.bytes()
}

// countryRecord is a record as the data section has it.
func countryRecord(code string) []byte { return testenv.AppendValue(nil, testenv.Country(code)) }
