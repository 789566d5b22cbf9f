package geo

import (
	"cmp"
	"fmt"
	"io/fs"
	"net/netip"
	"os"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Loader holds the choices in reading an MMDB file. The zero Loader is what
// [Open] uses.
type Loader struct {
	// RegisteredCountry reads registered_country, where the holder of the
	// network registered it, instead of where it is used. For attack
	// sources the two often differ.
	RegisteredCountry bool

	// Routed, if not nil, has a country for every address that is announced
	// in the Internet's routing tables, as that of package geo/routed. It
	// limits IPv6 to these ranges, since databases give countries to great
	// stretches of IPv6 that nobody announces, and tells Space.Routed.
	Routed *Table

	// Name is used as Info.Name instead of the file's database_type or, in
	// its absence, its description.
	Name string

	// Credit is used as Info.Credit instead of the sentence that is known
	// for the file's database_type, if any.
	Credit string
}

// Open reads the MMDB file at path into a table. It does not keep the file
// open or mapped, so that it may be replaced at any time.
//
// A country is found in the first of these fields that a record has: iso_code
// in the map country, the string country_code, or the string country if it has
// two letters. A code that is no country makes its networks [Unlocated] and is
// counted in Info. A damaged file is an error here and never later.
//
// The error wraps [ErrNotMMDB], [ErrNotCountry], [ErrDamaged] or [ErrTooLarge],
// or it is that of the file system.
func Open(path string) (*Table, error) { return Loader{}.Open(path) }

// OpenFS is [Open] for the file name of fsys.
func OpenFS(fsys fs.FS, name string) (*Table, error) { return Loader{}.OpenFS(fsys, name) }

// OpenBytes is [Open] for a file in memory. It does not keep data.
func OpenBytes(data []byte) (*Table, error) { return Loader{}.OpenBytes(data) }

// Open is like the function [Open] with the choices of l.
func (l Loader) Open(path string) (*Table, error) {
	data, err := os.ReadFile(path)
	return l.load(path, data, err)
}

// OpenFS is like the function [OpenFS] with the choices of l.
func (l Loader) OpenFS(fsys fs.FS, name string) (*Table, error) {
	data, err := fs.ReadFile(fsys, name)
	return l.load(name, data, err)
}

// OpenBytes is like the function [OpenBytes] with the choices of l.
func (l Loader) OpenBytes(data []byte) (*Table, error) { return l.load("MMDB", data, nil) }

// load compiles the data of the file name, unless reading it failed.
func (l Loader) load(name string, data []byte, err error) (*Table, error) {
	if err != nil {
		return nil, fmt.Errorf("geo: %w", err)
	}
	t, err := l.compile(data)
	if err != nil {
		return nil, fmt.Errorf("geo: %s: %w", name, err)
	}
	return t, nil
}

func (l Loader) compile(data []byte) (*Table, error) {
	tree, err := openTree(data)
	if err != nil {
		return nil, err
	}
	w := walker{tree: tree, records: newRecords(l.RegisteredCountry, len(data))}
	list4, err := w.walk(ipv4)
	if err != nil {
		return nil, err
	}
	list6, err := w.walk(ipv6)
	if err != nil {
		return nil, err
	}
	if err := w.records.check(tree.db.Metadata.DatabaseType); err != nil {
		return nil, err
	}
	var routed [MaxOrigins]uint64
	if l.Routed != nil {
		list6 = within(ipv6, list6, l.Routed.v6.runs())
		routed = countWithin(list4, l.Routed.v4.runs())
	}
	return newTable(l.info(&w, data), list4, list6, routed)
}

func (l Loader) info(w *walker, data []byte) Info {
	info := w.tree.info(data)
	info.Name = cmp.Or(l.Name, info.Name)
	info.Credit = cmp.Or(l.Credit, info.Credit)
	info.Schema = w.records.schema()
	info.Networks = w.networks
	info.NonCountry = w.records.nonCountry
	return info
}

// A walker reads the countries of a database.
type walker struct {
	tree     *tree
	records  *records
	networks int
}

// walk returns the runs of one family.
func (w *walker) walk(f *family) ([]run, error) {
	r := runs{family: f}
	var previous netip.Prefix
	err := w.tree.walk(f, func(res maxminddb.Result, s span) error {
		o := Unlocated
		if res.Found() {
			rec, err := w.records.at(res)
			if err != nil {
				return err
			}
			o = rec.origin
			// A network that holds several pieces comes with each.
			if network := res.Prefix(); network != previous {
				w.networks++
				w.records.count(rec)
				previous = network
			}
		}
		r.cover(s.last, o)
		return nil
	})
	return r.close(), err
}
