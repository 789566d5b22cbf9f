package geo

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/oschwald/maxminddb-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2/mmdbdata"
)

// asRecords reads each record of an ASN database once.
type asRecords struct {
	values int64 // that may still be read
	read   map[uintptr]asEntry
	known  []AS
	number map[AS]uint32 // of each in known
	schema string
	fields fields
}

// asEntry is what a record says: the index of an autonomous system, if it has one.
type asEntry struct {
	number uint32
	ok     bool
}

func newASRecords(size int) *asRecords {
	return &asRecords{values: valuesOf(size), read: map[uintptr]asEntry{}, number: map[AS]uint32{}}
}

func (rs *asRecords) at(res maxminddb.Result) (number uint32, ok bool, err error) {
	e, found := rs.read[res.Offset()]
	if !found {
		raw := rawAS{rawRecord: rawRecord{values: &rs.values}}
		if err := res.Decode(&raw); err != nil {
			return 0, false, err
		}
		rs.fields.add(raw.keys)
		as, field := raw.as()
		if e.ok = as.Number != 0; e.ok {
			if rs.schema == "" {
				rs.schema = field
			}
			if e.number, found = rs.number[as]; !found {
				e.number = uint32(len(rs.known))
				rs.number[as] = e.number
				rs.known = append(rs.known, as)
			}
		}
		rs.read[res.Offset()] = e
	}
	return e.number, e.ok, nil
}

// check returns an error that says what the database is if it is not one of
// autonomous systems.
func (rs *asRecords) check(databaseType string) error {
	if len(rs.known) > 0 {
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

// as returns what the record is about, and the field that says so.
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
	as.Name = clip(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name), 100)
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

// read reads the number at c, or skips what is none.
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
