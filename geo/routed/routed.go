// Package routed embeds a map of the addresses that were announced in the Internet's
// routing tables in June 2026. It is made from the iptoasn.com data.
//
// NEVER USE ITS COUNTRIES AS LOCATIONS. They say where the network that announces an
// address is registered, not where the address is used. Addresses in Moscow appear as
// Serbian if a Serbian company announces them. For locations use package dbip or a file
// of your own.
//
// The table answers one question: can an address be a source at all?
//
//	announced := t.Lookup(addr).IsCountry()
//
// Of uniformly random IPv4 addresses 28 in 100 cannot. Of real sources hardly one
// cannot. Many unrouted sources are therefore a sign of forged addresses. A few announced
// networks are registered to no single country ("AP"). They are [geo.Unlocated], like
// addresses that nobody announces, and Info counts them.
//
// # License
//
// The data is in the public domain (Open Data Commons PDDL 1.0, see
// LICENSE-IPTOASN.txt). It asks for nothing.
//
// # Performance
//
// The data adds 0.4 MB to a program. The table takes 8 MB of memory, once it is used.
//
// # Regenerating
//
// One command replaces the data by that of a newer file, given by its full path:
//
//	ROUTED_MMDB=/path/iptoasn-country.mmdb go generate ./geo/routed
package routed

import (
	_ "embed"
	"sync"

	"github.com/whence-go/whence/geo"
)

//go:generate -command embed go -C ../../tools run ./embed -o ../geo/routed/routed.geo -mmdb $ROUTED_MMDB
//go:generate embed -name "iptoasn (country of registration)"

//go:embed routed.geo
var data []byte

var table = sync.OnceValues(func() (*geo.Table, error) { return geo.Decode(data) })

// Table returns the embedded map. The first call takes up to 0.1 s; later calls return
// the same table. An error means that the program itself is damaged. Table is safe for
// concurrent use.
func Table() (*geo.Table, error) { return table() }
