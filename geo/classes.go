package geo

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2/mmdbdata"
)

// maxClasses is the number of lists that a snapshot can be looked up in.
const maxClasses = 64

// classFields are the fields of MMDB files that say of what class a network is, as MaxMind's
// Anonymous-IP databases, IPinfo and others have them.
var classFields = map[string]string{
	"is_hosting_provider": "hosting", "hosting": "hosting", "is_hosting": "hosting",
	"is_anonymous_vpn": "vpn", "vpn": "vpn", "is_vpn": "vpn",
	"is_public_proxy": "proxy", "proxy": "proxy", "is_proxy": "proxy",
	"is_tor_exit_node": "tor", "tor": "tor", "is_tor": "tor",
	"is_residential_proxy": "residential proxy", "is_mobile": "mobile", "mobile": "mobile",
}

// OpenPrefixSets reads the file at path, which puts networks into classes, and returns one
// list for each class, named by it, in the order of the names. It reads
//
//   - an MMDB file with fields such as is_hosting_provider, is_anonymous_vpn, is_public_proxy,
//     is_tor_exit_node or is_residential_proxy, or hosting, vpn, proxy, tor and mobile, that
//     are true. The lists are hosting, vpn, proxy, tor, residential proxy and mobile.
//   - a text with a network and its class on each line: an address or a prefix, or the first
//     and the last address of a range, and the name of the class. Tabs, commas or spaces
//     separate the columns; further columns do not matter. A line that begins with # or ; is
//     a comment. Lines before the first network may name the columns.
//
// A network may be in several classes. There may be up to 64 classes, and 4,194,304 networks
// in each. The error has the path, and of a text the line. It wraps [ErrNotMMDB],
// [ErrNotPrefix], [ErrDamaged], [ErrTooLarge] or [ErrChanging], or it is an error of the file
// system.
func OpenPrefixSets(path string) ([]*PrefixSet, error) {
	compile := compileClasses
	data, _, err := readFile(path)
	if errors.Is(err, ErrNotMMDB) {
		if text, ok := readText(path); ok {
			compile, data, err = compileClassesText, text, nil
		}
	}
	if err != nil {
		return nil, err
	}
	c, err := compile(data)
	if err != nil {
		return nil, fmt.Errorf("geo: %s: %w", path, err)
	}
	return c.sorted(), nil
}

// classes are lists by their names.
type classes map[string]*PrefixSet

func (c classes) sorted() []*PrefixSet {
	var sets []*PrefixSet
	for _, set := range c {
		sets = append(sets, set)
	}
	slices.SortFunc(sets, func(a, b *PrefixSet) int { return cmp.Compare(a.name, b.name) })
	return sets
}

func (c classes) add(class string, prefix netip.Prefix) error {
	set := c[class]
	switch {
	case set == nil && len(c) == maxClasses:
		return fmt.Errorf("%w: more than %d classes", ErrTooLarge, maxClasses)
	case set == nil:
		set = &PrefixSet{name: class}
		c[class] = set
	case set.entries == maxPrefixes:
		return fmt.Errorf("%w: more than %d networks", ErrTooLarge, maxPrefixes)
	}
	set.entries++
	set.prefixes.Insert(prefix)
	return nil
}

func compileClasses(data []byte) (classes, error) {
	tree, err := openTree(data)
	if err != nil {
		return nil, err
	}
	c, known := classes{}, map[uintptr][]string{}
	budget := budgetOf(len(data))
	var seen fields
	for _, f := range []*family{ipv4, ipv6} {
		err := tree.walk(f, func(res maxminddb.Result, held netip.Prefix) error {
			if !res.Found() {
				return nil
			}
			names, ok := known[res.Offset()]
			if !ok {
				raw := rawClasses{rawRecord: rawRecord{budget: &budget}}
				if err := res.Decode(&raw); err != nil {
					return err
				}
				seen.add(raw.keys)
				names = raw.names
				known[res.Offset()] = names
			}
			for _, name := range names {
				if err := c.add(name, held); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(c) == 0 {
		return nil, fmt.Errorf("%w: no network has a class (database_type %q, fields %q); want is_hosting_provider, "+
			"is_anonymous_vpn, is_tor_exit_node or the like", ErrNotPrefix, clip(tree.db.Metadata.DatabaseType, 100), seen.keys)
	}
	return c, nil
}

// rawClasses are the classes of one record.
type rawClasses struct {
	rawRecord
	names []string
}

// UnmarshalMaxMindDBCursor reads the record at c, and does not keep its bytes.
func (raw *rawClasses) UnmarshalMaxMindDBCursor(c mmdbdata.Cursor) (mmdbdata.Cursor, error) {
	return raw.fields(c, 0)
}

// fields reads the fields of a map, and of those in it: some files have the classes in the
// map privacy or traits.
func (raw *rawClasses) fields(c mmdbdata.Cursor, depth int) (mmdbdata.Cursor, error) {
	return raw.eachField(c, depth, func(key []byte, value mmdbdata.Cursor) (mmdbdata.Cursor, error) {
		if depth == 0 {
			raw.remember(key)
			if name := string(key); name == "privacy" || name == "traits" {
				return raw.fields(value, 1)
			}
		}
		class, known := classFields[string(key)]
		if !known {
			return raw.skip(value, depth+1)
		}
		is, next, err := raw.truth(value, depth+1)
		if is && !slices.Contains(raw.names, class) {
			raw.names = append(raw.names, class)
		}
		return next, err
	})
}

// truth reads a boolean, also one in text, or skips what is none.
func (raw *rawClasses) truth(c mmdbdata.Cursor, depth int) (bool, mmdbdata.Cursor, error) {
	kind, err := c.Kind()
	switch {
	case err != nil:
		return false, c, err
	case kind == mmdbdata.KindBool:
		is, next, err := c.ReadBool()
		if err == nil {
			err = raw.spend(1)
		}
		return is, next, err
	case kind == mmdbdata.KindString:
		var s string
		next, err := raw.text(c, &s)
		return strings.EqualFold(s, "true") || s == "1", next, err
	}
	next, err := raw.skip(c, depth)
	return false, next, err
}

func compileClassesText(data []byte) (classes, error) {
	c, line, networks := classes{}, 0, 0
	for text := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		line++
		fail := func(err error) (classes, error) { return nil, fmt.Errorf("line %d: %w", line, err) }
		columns, err := splitLine(string(text))
		if err != nil {
			return fail(fmt.Errorf("%w: %w", ErrNotPrefix, err))
		}
		if len(columns) == 0 || networks == 0 && !startsWithAddress(columns[0]) {
			continue
		}
		first, last, class, err := parseClassRow(columns)
		if err != nil {
			return fail(fmt.Errorf("%w: %w", ErrNotPrefix, err))
		}
		networks++
		for prefix := range prefixesOf(first, last) {
			if err := c.add(class, prefix); err != nil {
				return fail(err)
			}
		}
	}
	if networks == 0 {
		return nil, fmt.Errorf("line %d: %w: no line has a network and its class", line, ErrNotPrefix)
	}
	return c, nil
}

// parseClassRow reads a network and its class.
func parseClassRow(columns []string) (first, last netip.Addr, class string, err error) {
	at := 1
	if prefix, ok := parsePrefix(columns[0]); !ok {
		return first, last, "", fmt.Errorf("%.60q", columns[0])
	} else if first, last = prefix.Addr(), endOfPrefix(prefix); len(columns) > 1 && startsWithAddress(columns[1]) {
		if first, last, err = parseRange(columns[0], columns[1]); err != nil {
			return first, last, "", err
		}
		at = 2
	}
	if at < len(columns) {
		class = printable(columns[at], longestName)
	}
	if class == "" {
		return first, last, "", fmt.Errorf("%v has no class", columns[0])
	}
	return first, last, class, nil
}
