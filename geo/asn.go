package geo

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gaissmai/bart"
	"github.com/oschwald/maxminddb-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2/mmdbdata"
)

// An AS is an autonomous system: a network that one organization runs and
// announces to the Internet.
type AS struct {
	Number uint32 `json:"number"`
	Name   string `json:"name,omitempty"` // of the organization; "" if the file has none
}

// String returns a text such as "AS64500 Example".
func (a AS) String() string {
	s := "AS" + strconv.FormatUint(uint64(a.Number), 10)
	if a.Name != "" {
		s += " " + a.Name
	}
	return s
}

// An ASNTable maps addresses to the autonomous systems that announce them. It
// comes from [OpenASN]. It never changes, so any number of goroutines may use it.
// The zero ASNTable has no network. Do not copy an ASNTable.
//
// A lookup takes 0.1 to 0.2 µs. It is made for a sample of sources, not for every
// packet. A table of 500,000 networks takes about 15 MB.
type ASNTable struct {
	networks bart.Table[uint32] // the place of each network's system in systems
	systems  []AS
	info     Info
}

// OpenASN reads the ASN database in the file at path, which is an MMDB file or text. It
// reads files as [Open] does, and does not keep the file open either.
//
// Of an MMDB file:
//
// The number is in the first of these fields that a record has:
// autonomous_system_number, at the top or in the map traits, or asn. The field asn
// holds a number or a text such as "AS64500". The name is in
// autonomous_system_organization or as_name. In a record with asn it may also be in
// name. OpenASN ignores records without a number and records with the reserved
// number 0 (RFC 7607). It checks the whole file, so that no lookup can fail later.
//
// A text has a network on each line, in columns that tabs, commas or spaces separate:
//
//	first, last, number[, country], name    iptoasn.com, DB-IP, ip-location-db
//	first, last, prefix, number, name       IP2Location LITE
//	prefix, number, name                    GeoLite2 CSV, lists of announced prefixes
//	address, length, number                 pfx2as of CAIDA
//
// An address may be a number of 32 bits, as IP2Location has it. Of several systems of one
// network ("64500_64501") the first counts. Lines before the first network may name the
// columns. Of networks that overlap, the smallest counts. Such a file has no build time,
// and its name is the last element of the path. Errors have the line.
//
// The error wraps [ErrNotMMDB], [ErrNotASN], [ErrDamaged], [ErrTooLarge] or
// [ErrChanging], or it is an error of the file system. A file that is no MMDB file and
// looks like text is [ErrNotASN] if it cannot be read.
func OpenASN(path string) (*ASNTable, error) {
	compile := compileASN
	data, _, err := readFile(path)
	if errors.Is(err, ErrNotMMDB) {
		if text, ok := readText(path); ok {
			compile, data, err = compileASNText, text, nil
		}
	}
	if err != nil {
		return nil, err
	}
	t, err := compile(data)
	if err != nil {
		return nil, fmt.Errorf("geo: %s: %w", path, err)
	}
	if t.info.Name == "" {
		t.info.Name = printable(filepath.Base(path), longestName)
	}
	return t, nil
}

func compileASN(data []byte) (*ASNTable, error) {
	tree, err := openTree(data)
	if err != nil {
		return nil, err
	}
	t := &ASNTable{info: tree.info(data)}
	records := newASRecords(len(data))
	for _, f := range []*family{ipv4, ipv6} {
		var previous netip.Prefix
		err := tree.walk(f, func(res maxminddb.Result, held netip.Prefix) error {
			if !res.Found() {
				return nil
			}
			place, ok, err := records.at(res)
			if err != nil {
				return err
			}
			if network := res.Prefix(); network != previous {
				t.info.Networks++
				previous = network
			}
			if ok {
				t.networks.Insert(held, place)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if err := records.check(tree.db.Metadata.DatabaseType); err != nil {
		return nil, err
	}
	t.systems = slices.Clip(records.systems)
	t.info.Schema = records.schema
	t.info.IPv4, t.info.IPv6 = t.networks.Size4() > 0, t.networks.Size6() > 0
	return t, nil
}

// Lookup returns the autonomous system that announces addr. The result is false if
// the database has none, or if addr is not a public address. Lookup treats an
// IPv4-mapped IPv6 address as the IPv4 address and ignores a zone.
func (t *ASNTable) Lookup(addr netip.Addr) (AS, bool) {
	place, ok := t.networks.Lookup(addr.Unmap())
	if !ok {
		return AS{}, false
	}
	return t.systems[place], true
}

// Info describes the database. IPv4 and IPv6 are the families in which at least one
// network has a number. Schema is the field of the first record with a number.
// NonCountry is nil.
func (t *ASNTable) Info() Info { return t.info }

// asRecords reads each record of an ASN database once.
type asRecords struct {
	budget  int64 // values that may still be read
	read    map[uintptr]asEntry
	systems []AS
	places  map[AS]uint32 // of each in systems
	schema  string
	fields  fields
}

// asEntry is what a record says: the place of an autonomous system, if it has one.
type asEntry struct {
	place uint32
	ok    bool
}

func newASRecords(size int) *asRecords {
	return &asRecords{budget: budgetOf(size), read: map[uintptr]asEntry{}, places: map[AS]uint32{}}
}

func (rs *asRecords) at(res maxminddb.Result) (place uint32, ok bool, err error) {
	e, found := rs.read[res.Offset()]
	if !found {
		raw := rawAS{rawRecord: rawRecord{budget: &rs.budget}}
		if err := res.Decode(&raw); err != nil {
			return 0, false, err
		}
		rs.fields.add(raw.keys)
		as, field := raw.as()
		if e.ok = as.Number != 0; e.ok {
			if rs.schema == "" {
				rs.schema = field
			}
			if e.place, found = rs.places[as]; !found {
				e.place = uint32(len(rs.systems))
				rs.places[as] = e.place
				rs.systems = append(rs.systems, as)
			}
		}
		rs.read[res.Offset()] = e
	}
	return e.place, e.ok, nil
}

// check returns an error that says what the database is if it is not one of
// autonomous systems.
func (rs *asRecords) check(databaseType string) error {
	if len(rs.systems) > 0 {
		return nil
	}
	has := func(key string) bool { return slices.Contains(rs.fields.keys, key) }
	what := "no record has a number of an autonomous system"
	switch kind := rs.fields.kind(); {
	case len(rs.fields.keys) == 0:
		what = "no public network has data"
	case has("autonomous_system_number"), has("asn"):
		what = "no record has a valid number of an autonomous system"
	case has("country"), has("country_code"), has("registered_country"):
		what = "it is a country database"
	case kind != "":
		what = "it is " + kind + " database"
	}
	return fmt.Errorf("%w: %s (database_type %q, fields %q); want autonomous_system_number, or asn",
		ErrNotASN, what, clip(databaseType, 100), rs.fields.keys)
}

// A rawAS holds the fields of one record that are about its autonomous system.
type rawAS struct {
	rawRecord
	number, traits, asn asNumber
	organization        string
	asName, name        string
}

// asNumber is a field with a number; 0 when there is none.
type asNumber uint32

// as returns the system of the record, and the field that has its number.
func (raw *rawAS) as() (as AS, field string) {
	name := raw.organization
	switch {
	case raw.number != 0:
		as.Number, field = uint32(raw.number), "autonomous_system_number"
	case raw.traits != 0:
		as.Number, field = uint32(raw.traits), "traits.autonomous_system_number"
	default:
		as.Number, field = uint32(raw.asn), "asn"
		if name == "" {
			name = raw.name
		}
	}
	if name == "" {
		name = raw.asName
	}
	as.Name = printable(name, longestName)
	return as, field
}

// UnmarshalMaxMindDBCursor reads the record at c, and does not keep its bytes.
func (raw *rawAS) UnmarshalMaxMindDBCursor(c mmdbdata.Cursor) (mmdbdata.Cursor, error) {
	return raw.eachField(c, 0, func(key []byte, value mmdbdata.Cursor) (mmdbdata.Cursor, error) {
		raw.remember(key)
		switch string(key) {
		case "autonomous_system_number":
			return raw.read(value, &raw.number)
		case "autonomous_system_organization":
			return raw.text(value, &raw.organization)
		case "asn":
			return raw.read(value, &raw.asn)
		case "as_name":
			return raw.text(value, &raw.asName)
		case "name":
			return raw.text(value, &raw.name)
		case "traits":
			return raw.eachField(value, 1, func(key []byte, value mmdbdata.Cursor) (mmdbdata.Cursor, error) {
				switch string(key) {
				case "autonomous_system_number":
					return raw.read(value, &raw.traits)
				case "autonomous_system_organization":
					return raw.text(value, &raw.organization)
				}
				return raw.skip(value, 2)
			})
		}
		return raw.skip(value, 1)
	})
}

// read reads the number at c, or skips a value of another kind.
func (raw *rawAS) read(c mmdbdata.Cursor, dst *asNumber) (mmdbdata.Cursor, error) {
	kind, err := c.Kind()
	if err != nil {
		return c, err
	}
	switch kind {
	case mmdbdata.KindString:
		var s string
		next, err := raw.text(c, &s)
		if digits := strings.TrimPrefix(strings.ToUpper(s), "AS"); err == nil {
			if n, bad := strconv.ParseUint(digits, 10, 32); bad == nil {
				*dst = asNumber(n)
			}
		}
		return next, err
	case mmdbdata.KindUint16, mmdbdata.KindUint32, mmdbdata.KindUint64:
		n, next, err := c.ReadUint()
		if err == nil && n <= math.MaxUint32 {
			*dst = asNumber(n)
		}
		if err == nil {
			err = raw.spend(1)
		}
		return next, err
	}
	return raw.skip(c, 1)
}
