package attribution

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/whence-go/whence/geo"
)

// Database names the geolocation database behind a report.
type Database struct {
	Name   string    `json:"name"`
	Built  time.Time `json:"built,omitzero"` // UTC, to the second; zero when unknown
	SHA256 string    `json:"sha256"`         // of the database file, in hexadecimal
	Credit string    `json:"credit"`         // what its licence asks to be shown
}

func databaseOf(t *geo.Table) Database {
	i := t.Info()
	return Database{clean(i.Name), i.Built.UTC().Truncate(time.Second), clean(i.SHA256), clean(i.Credit)}
}

// clean makes text from a database file fit to be printed and encoded.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	for len(s) > maxText {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// String names the database as a sentence can use it.
func (d Database) String() string {
	name := cmp.Or(d.Name, "an unnamed database")
	if d.Built.IsZero() {
		return name + ", build date unknown"
	}
	return name + ", built " + d.Built.Format(time.DateOnly)
}

// databases is a set in a fixed order, so that merging is canonical.
type databases []Database

func compareDatabases(a, b Database) int {
	return cmp.Or(
		a.Built.Compare(b.Built),
		cmp.Compare(a.SHA256, b.SHA256),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Credit, b.Credit),
	)
}

// with returns the union; it shares no memory with either.
func (ds databases) with(others ...Database) databases {
	all := slices.Concat(ds, others)
	slices.SortFunc(all, compareDatabases)
	return slices.CompactFunc(all, func(a, b Database) bool { return compareDatabases(a, b) == 0 })
}

// one describes the set as a single database: the oldest date, and no hash if
// there are several.
func (ds databases) one() Database {
	if len(ds) == 0 {
		return Database{}
	}
	d := ds[0]
	if len(ds) == 1 {
		return d
	}
	var names, credits []string
	for _, e := range ds {
		names = append(names, cmp.Or(e.Name, "an unnamed database"))
		if e.Credit != "" && !slices.Contains(credits, e.Credit) {
			credits = append(credits, e.Credit)
		}
	}
	d.Name, d.SHA256, d.Credit = strings.Join(names, " and ")+", the oldest of them", "", strings.Join(credits, "; ")
	return d
}

// used returns every database that located something in t.
func (t *Tally) used() databases {
	if t.counted {
		return t.databases.with(databaseOf(t.table))
	}
	return t.databases
}
