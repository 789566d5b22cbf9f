// Package world has the address spaces of tests: a plain one, in which every country has a
// block of its own, and the real one. Only tests import it.
package world

import (
	"maps"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

// Built is when the tables of the plain world were built.
var Built = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Blocks is the plain world: one /8 or /16 per country. 9.0.0.0/8 and 2c0f::/16 are public
// and belong to none.
func Blocks() map[string]string {
	return map[string]string{
		"5.0.0.0/8": "RU", "3.0.0.0/8": "US", "36.0.0.0/8": "CN", "2.0.0.0/8": "FR",
		"37.0.0.0/8": "BY", "202.0.0.0/8": "NC", "2a02::/16": "RU", "2600::/16": "US",
	}
}

// MakeTable is the table of disjoint blocks. It is made of the same bytes each time.
func MakeTable(blocks map[string]string, built time.Time) *geo.Table {
	var networks []testenv.Network
	for _, prefix := range slices.Sorted(maps.Keys(blocks)) {
		networks = append(networks, testenv.Prefix(prefix, testenv.Country(blocks[prefix])))
	}
	return Must(geo.OpenBytes(testenv.MMDB("Test-Country", built, networks...)))
}

// Table is that of the plain world.
var Table = sync.OnceValue(func() *geo.Table { return MakeTable(Blocks(), Built) })

// Other calls everything American that Table calls Russian.
var Other = sync.OnceValue(func() *geo.Table {
	blocks := Blocks()
	for prefix, code := range blocks {
		if code == "RU" {
			blocks[prefix] = "US"
		}
	}
	return MakeTable(blocks, Built.AddDate(0, 1, 0))
})

// firstOctet is where the addresses of a country, or of none, begin.
var firstOctet = map[string]byte{"RU": 5, "US": 3, "CN": 36, "FR": 2, "BY": 37, "NC": 202, "": 9, "reserved": 10}

// IP is the i-th IPv4 address of a country of the plain world; "" has none, and "reserved"
// is private.
func IP(code string, i int) netip.Addr {
	return netip.AddrFrom4([4]byte{firstOctet[code], byte(i >> 16), byte(i >> 8), byte(i)})
}

// IP6 is an address in the i-th Russian /64.
func IP6(i int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x2a, 2, 4: byte(i >> 24), 5: byte(i >> 16), 6: byte(i >> 8), 7: byte(i), 15: 1})
}

// Key is the n-th of some fixed keys.
func Key(n byte) sketch.Key {
	return Must(sketch.KeyFrom(testenv.Secret(n)))
}

// Embedded is the table that package dbip embeds, decoded once.
var Embedded = sync.OnceValue(func() *geo.Table { return Must(dbip.Table()) })

// Origin is the one with a code.
func Origin(code string) geo.Origin { return Must(geo.ParseOrigin(code)) }

// Must returns v, and panics on an error.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Whole is the real address space: what a country database and the routing tables say of it,
// and who can be found there.
type Whole struct {
	Table, Routed *geo.Table
	Population    *scenario.Population
}

// Real returns the real address space.
func Real(t testing.TB) Whole {
	t.Helper()
	w, err := whole()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var whole = sync.OnceValues(func() (w Whole, err error) {
	w.Table = Embedded()
	if w.Routed, err = routed.Table(); err != nil {
		return w, err
	}
	w.Population = scenario.NewPopulation(w.Table, w.Routed)
	return w, nil
})
