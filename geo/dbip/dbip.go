// Package dbip embeds a country database, so that a program geolocates without
// any file: DB-IP Lite, the IP to Country edition built on 2026-06-01.
//
// # Licence
//
// The data is by DB-IP (https://db-ip.com), under the Creative Commons
// Attribution 4.0 International licence; LICENSE-DB-IP.txt beside it says what
// that asks for. In short: show the Credit of [geo.Info] wherever results are
// shown, on a web page with a link back to DB-IP.com. That duty comes with the
// import, which is why package geo does not import it for you.
//
// # Accuracy
//
// The data ages from its build date, which is in Info: within a few months
// little of the address space changes, but the part that attacks come from
// changes faster. Do not judge traffic by it that is more than 90 days younger.
//
// It was built from the MMDB edition that the ip-location-db project
// distributed, and of which this was one of the last: that distribution is
// frozen, and its maintainers later announced errors in its data. This package
// is for trying things out and for a first answer. Whoever needs accuracy
// brings a current file and reads it with [geo.Open].
//
// IPv6 is limited to the networks that were announced in the Internet's routing
// tables at the time; the rest of it is unlocated. The database itself gives a
// country to half of 2000::/3, nearly all of which was never delegated.
//
// # Regenerating
//
// One command replaces the data by that of newer files:
//
//	DBIP_MMDB=/path/dbip-country.mmdb ROUTED_MMDB=/path/iptoasn-country.mmdb go generate ./geo/dbip
package dbip

import (
	_ "embed"
	"sync"

	"github.com/whence-go/whence/geo"
)

//go:generate go run ../internal/generate -o dbip.geo -mmdb $DBIP_MMDB -routed $ROUTED_MMDB -name "DB-IP Lite" -credit "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0"

//go:embed dbip.geo
var data []byte

var table = sync.OnceValues(func() (*geo.Table, error) { return geo.Decode(data) })

// Table returns the embedded database. The first call takes up to 0.1 s and 12
// MB; later ones return the same table. An error means that the program itself
// is damaged. Table is safe for concurrent use.
func Table() (*geo.Table, error) { return table() }
