package geo

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2/mmdbdata"
)

// The fields that can hold a country, in the order of preference.
const (
	fieldNone = iota
	fieldCountryMap
	fieldCountryCode
	fieldCountry
	numFields
)

var fieldNames = [numFields]string{"", "country.iso_code", "country_code", "country"}

// A record is what the data of a network says.
type record struct {
	origin Origin
	field  int
	code   string // as it stands in the file, if it is no country
}

// records reads each record of a database once.
type records struct {
	known      map[uintptr]record
	budget     int64 // values that may still be read
	networks   [numFields]int
	countries  int
	nonCountry map[string]int
	fields     fields
}

func newRecords(size int) *records {
	return &records{known: map[uintptr]record{}, budget: budgetOf(size)}
}

// budgetOf returns how many values the records of a file of that size may have
// together. There is a bound because a small file can hold many large records that
// overlap.
func budgetOf(size int) int64 { return 8*int64(size) + 1<<20 }

func (rs *records) at(res maxminddb.Result) (record, error) {
	if rec, ok := rs.known[res.Offset()]; ok {
		return rec, nil
	}
	raw := rawRecord{budget: &rs.budget}
	if err := res.Decode(&raw); err != nil {
		return record{}, err
	}
	rs.fields.add(raw.keys)
	rec := raw.record()
	rs.known[res.Offset()] = rec
	return rec, nil
}

// count counts one network with the record rec.
func (rs *records) count(rec record) {
	rs.networks[rec.field]++
	if rec.origin.IsCountry() {
		rs.countries++
	}
	if rec.code == "" {
		return
	}
	if rs.nonCountry == nil {
		rs.nonCountry = map[string]int{}
	}
	const most = 256
	code := printable(rec.code, longestCode)
	if _, ok := rs.nonCountry[code]; !ok && len(rs.nonCountry) >= most {
		code = cutOff
	}
	rs.nonCountry[code]++
}

// schema returns the field that gave the most networks.
func (rs *records) schema() string {
	best := fieldCountryMap
	for field, n := range rs.networks {
		if field != fieldNone && n > rs.networks[best] {
			best = field
		}
	}
	return fieldNames[best]
}

// check returns an error that says what the database is if it is not one of
// countries.
func (rs *records) check(databaseType string) error {
	if rs.countries > 0 {
		return nil
	}
	what := rs.describe()
	if total := rs.networks[fieldCountryMap] + rs.networks[fieldCountryCode] + rs.networks[fieldCountry]; total > 0 {
		what = fmt.Sprintf("none of %d networks with %s has a country", total, rs.schema())
	}
	const want = "country.iso_code, country_code or a two-letter country"
	return fmt.Errorf("%w: %s (database_type %q, fields %q); want %s",
		ErrNotCountry, what, clip(databaseType, 100), rs.fields.keys, want)
}

func (rs *records) describe() string {
	switch kind := rs.fields.kind(); {
	case len(rs.fields.keys) == 0:
		return "no public network has data"
	case slices.Contains(rs.fields.keys, "registered_country"):
		return "it only has the country where a network is registered, not where it is used"
	case kind != "":
		return "it is " + kind + " database"
	}
	return "no record has a country"
}

// fields are the names of the fields that the first records of a database have.
type fields struct {
	records int
	keys    []string
}

func (f *fields) add(keys []string) {
	if f.records == 16 {
		return
	}
	f.records++
	for _, key := range keys {
		if !slices.Contains(f.keys, key) {
			f.keys = append(f.keys, key)
		}
	}
}

// kind tells by its fields what a database other than one of countries is about,
// with the article; "" when it is not known.
func (f *fields) kind() string {
	has := func(key string) bool { return slices.Contains(f.keys, key) }
	switch {
	case slices.ContainsFunc(f.keys, func(k string) bool { return strings.HasPrefix(k, "is_") }):
		return "an Anonymous-IP"
	case has("connection_type"):
		return "a Connection-Type"
	case has("isp"):
		return "an ISP"
	case has("autonomous_system_number"), has("asn"):
		return "an ASN"
	case has("domain"):
		return "a Domain"
	}
	return ""
}

// A rawRecord holds the fields of one record.
type rawRecord struct {
	budget *int64
	keys   []string

	countryMap bool
	iso        string
	code       string
	country    string
	asn        bool
	ofAS       bool // with asn: the record is about the AS, and so is country
}

func (raw *rawRecord) record() record {
	var rec record
	code := ""
	switch {
	case raw.countryMap:
		rec.field, code = fieldCountryMap, raw.iso
	case raw.code != "":
		rec.field, code = fieldCountryCode, raw.code
	case isCode(raw.country) && !(raw.asn && raw.ofAS):
		rec.field, code = fieldCountry, raw.country
	}
	if o, ok := countryByCode(code); ok {
		rec.origin = o
	} else {
		rec.code = code
	}
	return rec
}

func isCode(s string) bool {
	return len(s) == 2 && s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z' && s[1]|0x20 >= 'a' && s[1]|0x20 <= 'z'
}

var (
	errTooManyValues = errors.New("the records together are larger than the file allows")
	errTooDeep       = errors.New("nested too deeply")
)

// UnmarshalMaxMindDBCursor reads the record at c, and does not keep its bytes.
func (raw *rawRecord) UnmarshalMaxMindDBCursor(c mmdbdata.Cursor) (mmdbdata.Cursor, error) {
	return raw.eachField(c, 0, func(key []byte, value mmdbdata.Cursor) (mmdbdata.Cursor, error) {
		raw.remember(key)
		switch string(key) {
		case "country":
			kind, err := value.Kind()
			if err != nil || kind == mmdbdata.KindString {
				return raw.text(value, &raw.country)
			}
			raw.countryMap = kind == mmdbdata.KindMap
			return raw.isoCode(value, &raw.iso)
		case "country_code":
			return raw.text(value, &raw.code)
		case "asn":
			raw.asn = true
		case "name", "route":
			raw.ofAS = true
		}
		return raw.skip(value, 1)
	})
}

func (raw *rawRecord) remember(key []byte) {
	const most = 16
	if len(raw.keys) < most {
		raw.keys = append(raw.keys, clip(string(key), 32))
	}
}

// isoCode reads iso_code of the map at c.
func (raw *rawRecord) isoCode(c mmdbdata.Cursor, dst *string) (mmdbdata.Cursor, error) {
	return raw.eachField(c, 1, func(key []byte, value mmdbdata.Cursor) (mmdbdata.Cursor, error) {
		if string(key) == "iso_code" {
			return raw.text(value, dst)
		}
		return raw.skip(value, 2)
	})
}

// text reads the string at c, or skips what is none.
func (raw *rawRecord) text(c mmdbdata.Cursor, dst *string) (mmdbdata.Cursor, error) {
	kind, err := c.Kind()
	if err != nil || kind != mmdbdata.KindString {
		return raw.skip(c, 1)
	}
	s, next, err := c.ReadString()
	if err != nil {
		return next, err
	}
	*dst = s
	return next, raw.spend(1 + len(s)/16)
}

// eachField calls read for every field of the map at c, or skips what is none.
func (raw *rawRecord) eachField(
	c mmdbdata.Cursor, depth int,
	read func([]byte, mmdbdata.Cursor) (mmdbdata.Cursor, error),
) (mmdbdata.Cursor, error) {
	kind, err := c.Kind()
	if err != nil || kind != mmdbdata.KindMap {
		return raw.skip(c, depth)
	}
	m, err := c.Map()
	if err != nil {
		return c, err
	}
	var next mmdbdata.Cursor
	for key, value, ok := m.Next(next); ok; key, value, ok = m.Next(next) {
		if next, err = read(key, value); err != nil {
			return next, err
		}
	}
	return m.End()
}

// skip passes the value at c, item by item, so that every item is paid for.
func (raw *rawRecord) skip(c mmdbdata.Cursor, depth int) (mmdbdata.Cursor, error) {
	const deepest = 32
	if depth > deepest {
		return c, errTooDeep
	}
	if err := raw.spend(1); err != nil {
		return c, err
	}
	kind, err := c.Kind()
	if err != nil {
		return c, err
	}
	switch kind {
	case mmdbdata.KindMap:
		return raw.eachField(c, depth, func(_ []byte, value mmdbdata.Cursor) (mmdbdata.Cursor, error) {
			return raw.skip(value, depth+1)
		})
	case mmdbdata.KindSlice:
		s, err := c.Slice()
		if err != nil {
			return c, err
		}
		var next mmdbdata.Cursor
		for _, value, ok := s.Next(next); ok; _, value, ok = s.Next(next) {
			if next, err = raw.skip(value, depth+1); err != nil {
				return next, err
			}
		}
		return s.End()
	}
	return c.Skip()
}

// spend takes from the budget.
func (raw *rawRecord) spend(values int) error {
	if *raw.budget -= int64(values); *raw.budget < 0 {
		return errTooManyValues
	}
	return nil
}
