package attribution

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

var built = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// blocks is the plain world of these tests: one /8 or /16 per country. 11.0.0.0/8
// and 2c0f::/16 are public and belong to none.
var blocks = map[string]string{
	"5.0.0.0/8": "RU", "3.0.0.0/8": "US", "36.0.0.0/8": "CN", "2.0.0.0/8": "FR",
	"37.0.0.0/8": "BY", "202.0.0.0/8": "NC", "2a02::/16": "RU", "2600::/16": "US",
}

func makeTable(blocks map[string]string, built time.Time) *geo.Table {
	var list []testenv.Network
	// A prefix within another one comes after it.
	for _, prefix := range slices.SortedFunc(maps.Keys(blocks), func(a, b string) int {
		return cmp.Compare(netip.MustParsePrefix(a).Bits(), netip.MustParsePrefix(b).Bits())
	}) {
		list = append(list, testenv.Prefix(prefix, testenv.Country(blocks[prefix])))
	}
	table, err := geo.OpenBytes(testenv.MMDB("Test-Country", built, list...))
	if err != nil {
		panic(err)
	}
	return table
}

var testTable = sync.OnceValue(func() *geo.Table { return makeTable(blocks, built) })

// otherTable calls everything American that testTable calls Russian.
var otherTable = sync.OnceValue(func() *geo.Table {
	other := map[string]string{}
	for prefix, code := range blocks {
		if code == "RU" {
			code = "US"
		}
		other[prefix] = code
	}
	return makeTable(other, built.AddDate(0, 1, 0))
})

// makeASNs gives every prefix to an autonomous system.
func makeASNs(systems map[string]uint32) *geo.ASNTable {
	var list []testenv.Network
	for prefix, number := range systems {
		list = append(list, testenv.Prefix(prefix, testenv.AS(number, fmt.Sprint("Net ", number))))
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "asn.mmdb")
	if err := os.WriteFile(path, testenv.MMDB("Test-ASN", built, list...), 0o600); err != nil {
		panic(err)
	}
	table, err := geo.OpenASN(path)
	if err != nil {
		panic(err)
	}
	return table
}

// firstOctet is where the addresses of a country, or of none, begin.
var firstOctet = map[string]byte{"RU": 5, "US": 3, "CN": 36, "FR": 2, "BY": 37, "NC": 202, "": 11, "reserved": 10}

// ip returns the i-th IPv4 address of a country.
func ip(code string, i int) netip.Addr {
	return netip.AddrFrom4([4]byte{firstOctet[code], byte(i >> 16), byte(i >> 8), byte(i)})
}

// ip6 returns an address in the i-th Russian /64.
func ip6(i int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x2a, 2, 4: byte(i >> 24), 5: byte(i >> 16), 6: byte(i >> 8), 7: byte(i), 15: 1})
}

func testKey(n byte) sketch.Key {
	secret := make([]byte, 32)
	if secret[31] = n; n == 0 {
		secret[0] = 1 // zeros only are no secret
	}
	key, err := sketch.KeyFrom(secret)
	if err != nil {
		panic(err)
	}
	return key
}

// small are options under which a thousand sources fill the sample.
var small = Options{Key: testKey(1), SampleSize: sketch.MinSampleSize, Precision: 12}

// tallyOf counts one event for each of the first n[code] addresses of a country.
func tallyOf(o Options, n map[string]int) *Tally {
	t := NewTally(testTable(), o)
	for code, n := range n {
		for i := range n {
			t.Add(ip(code, i))
		}
	}
	return t
}

func encoded(t *testing.T, v *Tally) []byte {
	t.Helper()
	b, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}
