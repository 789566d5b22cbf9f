package geo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

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
	db, err := maxminddb.OpenBytes(data)
	if err != nil {
		if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			return nil, fmt.Errorf("%w: it is compressed by gzip", ErrNotMMDB)
		}
		return nil, fmt.Errorf("%w: %v", ErrNotMMDB, err)
	}
	if v := db.Metadata.IPVersion; v != 4 && v != 6 {
		return nil, fmt.Errorf("%w: ip_version is %d", ErrDamaged, v)
	}
	w := walker{
		db:      db,
		records: newRecords(l.RegisteredCountry, len(data)),
		// A tree has one leaf more than nodes. A file may share subtrees,
		// but then a small one can describe more networks than there is
		// time for.
		limit: 4*db.Metadata.NodeCount + 1<<16,
	}
	list4, err := w.walk(ipv4)
	if err != nil {
		return nil, err
	}
	list6, err := w.walk(ipv6)
	if err != nil {
		return nil, err
	}
	if err := w.records.check(db.Metadata.DatabaseType); err != nil {
		return nil, err
	}
	var routed [MaxOrigins]uint64
	if l.Routed != nil {
		list6 = within(ipv6, list6, l.Routed.v6.runs())
		routed = countWithin(list4, l.Routed.v4.runs())
	}
	return newTable(l.info(&w, data), list4, list6, routed)
}

// The years in which a build time makes sense: the format is of 2012.
const (
	minBuilt = 1262304000 // 2010-01-01
	maxBuilt = 7258118400 // 2200-01-01
)

func (l Loader) info(w *walker, data []byte) Info {
	meta := w.db.Metadata
	sum := sha256.Sum256(data)
	info := Info{
		Name:       l.Name,
		Credit:     l.Credit,
		Schema:     w.records.schema(),
		SHA256:     hex.EncodeToString(sum[:]),
		Networks:   w.networks,
		NonCountry: w.records.nonCountry,
	}
	if info.Name == "" {
		info.Name = clip(meta.DatabaseType, 100)
	}
	if info.Name == "" {
		info.Name = clip(description(meta.Description), 100)
	}
	if info.Credit == "" {
		info.Credit = knownCredit(meta.DatabaseType)
	}
	if b := meta.BuildEpoch; b >= minBuilt && uint64(b) < maxBuilt {
		info.Built = time.Unix(int64(b), 0).UTC()
	}
	return info
}

func description(byLanguage map[string]string) string {
	if s := byLanguage["en"]; s != "" {
		return s
	}
	for _, language := range slices.Sorted(maps.Keys(byLanguage)) {
		if s := byLanguage[language]; s != "" {
			return s
		}
	}
	return ""
}

// knownCredit returns the sentence that the licence of a free database asks
// those to show who use it.
func knownCredit(databaseType string) string {
	switch {
	case strings.HasPrefix(databaseType, "GeoLite2-"):
		return "This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com."
	case strings.HasPrefix(databaseType, "DBIP-") && strings.Contains(databaseType, "-Lite"):
		return "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0"
	}
	return ""
}

// A walker reads the networks of a database.
type walker struct {
	db       *maxminddb.Reader
	records  *records
	networks int
	visited  uint
	limit    uint
}

// walk returns the runs of one family. It enters public space only, where no
// database should have aliases of its IPv4 networks; those that one has there
// all the same count against the limit like other networks.
func (w *walker) walk(f *family) ([]run, error) {
	r := runs{family: f}
	if f == ipv6 && w.db.Metadata.IPVersion == 4 {
		return r.close(), nil
	}
	var previous netip.Prefix
	for _, piece := range f.public {
		end := spanOf(piece).last
		for res := range w.db.NetworksWithin(piece,
			maxminddb.IncludeAliasedNetworks(), maxminddb.IncludeNetworksWithoutData()) {
			if w.visited++; w.visited > w.limit {
				return nil, fmt.Errorf("%w: more than %d networks in a tree of %d nodes",
					ErrDamaged, w.limit, w.db.Metadata.NodeCount)
			}
			network := res.Prefix()
			if err := res.Err(); err != nil {
				return nil, fmt.Errorf("%w: network %v: %v", ErrDamaged, network, err)
			}
			o := Unlocated
			if res.Found() {
				rec, err := w.records.at(res)
				if err != nil {
					return nil, fmt.Errorf("%w: record of network %v: %v", ErrDamaged, network, err)
				}
				o = rec.origin
				// A network that holds several pieces comes with each.
				if network != previous {
					w.networks++
					w.records.count(rec)
				}
				previous = network
			}
			// A network may reach beyond the piece, and one that holds all
			// of IPv4 may have an IPv6 prefix.
			last := end
			if network.Addr().BitLen() == f.bits && network.Bits() > piece.Bits() {
				last = spanOf(network).last
			}
			r.cover(last, o)
		}
	}
	return r.close(), nil
}
