package load

import (
	"net/netip"
	"sync"

	"github.com/axiomhq/hyperloglog"
	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
)

// Naive is the pipeline that one writes from the usual parts: the MMDB decoded
// for each event, a map of countries, and a HyperLogLog with its public hash. It
// comes from NewNaive.
type Naive struct {
	Countries map[string]*Country
	db        *maxminddb.Reader
}

// Country is what Naive counts of one country.
type Country struct {
	Sources *hyperloglog.Sketch
	Events  uint64
}

// NewNaive returns a pipeline that has counted nothing.
func NewNaive() *Naive { return &Naive{map[string]*Country{}, Database()} }

// Add counts one event of an address, or of its /64 if it is IPv6.
func (n *Naive) Add(addr netip.Addr) {
	code := Decode(n.db, addr)
	c := n.Countries[code]
	if c == nil {
		c = &Country{Sources: hyperloglog.New14()}
		n.Countries[code] = c
	}
	c.Events++
	if addr.Is6() { // it counts sources as a Tally does
		prefix, _ := addr.Prefix(64)
		addr = prefix.Addr()
	}
	c.Sources.Insert(addr.AsSlice())
}

// Decode returns the country of an address as MMDB readers are used: the record
// decoded into a struct.
func Decode(db *maxminddb.Reader, addr netip.Addr) string {
	var record struct {
		Country struct {
			ISOCode string `maxminddb:"iso_code"`
		} `maxminddb:"country"`
	}
	if err := db.Lookup(addr).Decode(&record); err != nil {
		panic(err)
	}
	return record.Country.ISOCode
}

// Database returns Table as an MMDB, which is written once. Its records hold
// nothing but country.iso_code, which favours whoever decodes them.
var Database = sync.OnceValue(func() *maxminddb.Reader {
	db, err := maxminddb.OpenBytes(WriteDatabase(func(o geo.Origin) testenv.Map { return testenv.Country(o.String()) }))
	if err != nil {
		panic(err)
	}
	return db
})

// WriteDatabase returns Table as an MMDB with the given record for each country.
func WriteDatabase(record func(geo.Origin) testenv.Map) []byte {
	var networks []testenv.Network
	for r := range Table().Ranges() {
		networks = append(networks, testenv.Network{First: r.First, Last: r.Last, Record: record(r.Origin)})
	}
	return testenv.StrictMMDB("Country", Table().Info().Built, networks...)
}
