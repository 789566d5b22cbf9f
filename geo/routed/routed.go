// Package routed embeds a map of the addresses that were announced in the
// Internet's routing tables in June 2026, made from the iptoasn.com data.
//
// NEVER USE ITS COUNTRIES AS LOCATIONS. The country of an address in this table
// is where the network that announces it is registered, not where the address
// is used: addresses in Moscow appear as Serbian when a Serbian company
// announces them. For locations use package dbip or a file of your own.
//
// What the table is good for is one question, whether an address can be a
// source at all:
//
//	announced := t.Lookup(addr).IsCountry()
//
// Of uniformly random IPv4 addresses 28 in 100 cannot, of real sources hardly
// one, and so a crowd of unrouted sources betrays forged addresses. The few
// announced networks that are registered to no single country ("AP") are
// [geo.Unlocated], like those that nobody announces; Info counts them.
//
// # Licence
//
// The data is in the public domain (Open Data Commons PDDL 1.0, see
// LICENSE-IPTOASN.txt) and asks for nothing.
//
// # Regenerating
//
// One command replaces the data by that of a newer file:
//
//	ROUTED_MMDB=/path/iptoasn-country.mmdb go generate ./geo/routed
package routed

import (
	_ "embed"
	"sync"

	"github.com/whence-go/whence/geo"
)

//go:generate go run ../internal/generate -o routed.geo -mmdb $ROUTED_MMDB -name "iptoasn (country of registration)"

//go:embed routed.geo
var data []byte

var table = sync.OnceValues(func() (*geo.Table, error) { return geo.Decode(data) })

// Table returns the embedded map. The first call takes up to 0.1 s and 8 MB;
// later ones return the same table. An error means that the program itself is
// damaged. Table is safe for concurrent use.
func Table() (*geo.Table, error) { return table() }
