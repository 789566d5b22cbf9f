package snapshot

import (
	"bytes"
	"slices"
	"sync/atomic"

	"github.com/whence-go/whence/geo"
)

// lastDatabases are those of the state that was decoded last. Where many are decoded, most have
// the same.
var lastDatabases atomic.Pointer[encodedDatabases]

type encodedDatabases struct {
	encoding  []byte
	databases Databases
}

const mostRemembered = 1 << 10 // bytes of an encoding, as many as the names of some databases take

func (d decoder) databases() (ds Databases) {
	if last := lastDatabases.Load(); last != nil && d.Takes(last.encoding) {
		return last.databases
	}
	from := d.At()
	for n := d.count("databases", maxDatabases, 5); n > 0 && d.Err() == nil; n-- {
		db := d.database()
		if len(ds) > 0 && ds[len(ds)-1].Compare(db) >= 0 {
			d.Fail("databases out of order")
		}
		ds = append(ds, db)
	}
	if encoding := d.Since(from); d.Err() == nil && len(encoding) <= mostRemembered {
		lastDatabases.Store(&encodedDatabases{bytes.Clone(encoding), slices.Clip(ds)})
	}
	return ds
}

func (d decoder) database() Database {
	name, built := d.text(), d.Uvarint()
	if built >= endOfTime {
		d.Fail("build time out of range")
		built = 0
	}
	db := Database{Name: name, Built: timeOf(built), SHA256: d.text(), Credit: d.text()}
	n := d.count("origins", geo.MaxOrigins, 3)
	if n == 0 {
		return db
	}
	db.Space = new(geo.SpaceCounts)
	var public, routed uint64
	for last := -1; n > 0 && d.Err() == nil; n-- {
		o := d.origin(&last)
		db.Space.IPv4[o], db.Space.Routed[o] = d.Uvarint(), d.Uvarint()
		if db.Space.IPv4[o] == 0 && db.Space.Routed[o] == 0 {
			d.Fail("origin %d without addresses", o)
		}
		public = AddSaturated(public, db.Space.IPv4[o])
		routed = AddSaturated(routed, db.Space.Routed[o])
	}
	if public > maxAddresses || routed > maxAddresses {
		d.Fail("more addresses than there are")
	}
	return db
}
