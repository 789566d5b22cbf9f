// Package dbip embeds a country database, so that a program needs no file to
// geolocate: DB-IP Lite, the IP to Country edition built on 2026-06-01.
//
// # License
//
// The data is by DB-IP (https://db-ip.com), under the Creative Commons Attribution 4.0
// International license. LICENSE-DB-IP.txt says what it asks for: show the Credit of
// [geo.Info] wherever you show results, on a web page with a link to DB-IP.com. This
// duty comes with the import, so package geo does not import dbip for you.
//
// # Accuracy
//
// The data ages from its build date, which is in Info. In a few months little of the
// address space changes, but the part that attacks come from changes faster. Do not
// judge traffic by it that is more than 90 days younger.
//
// The data comes from one of the last MMDB files of the ip-location-db project. That
// distribution is frozen, and its maintainers later announced errors in its data. Use
// this package to try things out and for a first answer. If you need accuracy, get a
// current file and read it with [geo.Open].
//
// IPv6 is limited to the networks that were announced in the Internet's routing tables
// at the time. The rest is unlocated. The database itself gives a country to half of
// 2000::/3, although nearly all of that was never delegated.
//
// # Performance
//
// The data adds 0.6 MB to a program. The table takes 12 MB of memory, once it is used.
//
// # Regenerating
//
// One command replaces the data by that of newer files, given by their full paths:
//
//	DBIP_MMDB=/path/dbip-country.mmdb ROUTED_MMDB=/path/iptoasn-country.mmdb go generate ./geo/dbip
package dbip

import (
	_ "embed"
	"sync"

	"github.com/whence-go/whence/geo"
)

//go:generate -command embed go -C ../../tools run ./embed -o ../geo/dbip/dbip.geo -name "DB-IP Lite" -mmdb $DBIP_MMDB
//go:generate embed -routed $ROUTED_MMDB -credit "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0"

//go:embed dbip.geo
var data []byte

var table = sync.OnceValues(func() (*geo.Table, error) { return geo.Decode(data) })

// Table returns the embedded database. The first call takes up to 0.1 s; later calls
// return the same table. An error means that the program itself is damaged. Table is
// safe for concurrent use.
func Table() (*geo.Table, error) { return table() }
