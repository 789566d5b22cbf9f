package snapshot

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
	"weak"

	"github.com/whence-go/whence/geo"
)

// Database names a geolocation database, and says how much of the address space it has
// for each origin.
type Database struct {
	Name   string
	Built  time.Time // UTC, to the second; zero if not known
	SHA256 string
	Credit string

	Space *geo.SpaceCounts // nil: not known
}

const (
	maxDatabases = 64
	maxText      = 1 << 10      // bytes of a name or a credit
	endOfTime    = 253402300800 // the year 10000, beyond which times do not print
)

// lastTable is the table that was asked for last, and its database. Most programs have one, and
// it is asked for in every small count.
var lastTable atomic.Pointer[tableDatabase]

type tableDatabase struct {
	table    weak.Pointer[geo.Table]
	database Database
}

// DatabaseOf is the database that a table was made from.
func DatabaseOf(t *geo.Table) Database {
	table := weak.Make(t)
	if last := lastTable.Load(); last != nil && last.table == table {
		return last.database
	}
	d := databaseOf(t)
	lastTable.Store(&tableDatabase{table, d})
	return d
}

func databaseOf(t *geo.Table) Database {
	i, space := t.Info(), t.SpaceCounts()
	space.IPv6 = [geo.MaxOrigins]uint64{} // no test looks at it
	return Database{Clean(i.Name), builtOf(i), Clean(i.SHA256), Clean(i.Credit), &space}
}

// builtOf is the build time to the second, or zero if it is absurd.
func builtOf(i geo.Info) time.Time {
	built := i.Built.UTC().Truncate(time.Second)
	if s := built.Unix(); s <= 0 || s >= endOfTime {
		return time.Time{}
	}
	return built
}

// Clean makes text from a file fit to be printed and encoded: no control characters, no
// marks that change the direction of text, no line or paragraph separators, and at most
// 1,024 bytes.
func Clean(s string) string {
	if len(s) <= maxText && isPlain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, r) {
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

// isPlain reports whether a text is printable ASCII, as most are.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Compare orders databases, whatever is known of their space.
func (d Database) Compare(other Database) int {
	return cmp.Or(
		d.Built.Compare(other.Built),
		cmp.Compare(d.SHA256, other.SHA256),
		cmp.Compare(d.Name, other.Name),
		cmp.Compare(d.Credit, other.Credit),
	)
}

// Databases is a set in a fixed order, so that merging is canonical.
type Databases []Database

// With returns the union, which is ds itself if there is nothing to add. Of one database whose
// space two sides state differently, the greater number counts, as bounds need it.
func (ds Databases) With(others ...Database) Databases {
	if ds.has(others) {
		return slices.Clip(ds)
	}
	var union Databases
	for _, d := range ds.sorted(others) {
		if last := len(union) - 1; last >= 0 && union[last].Compare(d) == 0 {
			union[last].Space = widest(union[last].Space, d.Space)
			continue
		}
		union = append(union, d)
	}
	return union
}

// has reports whether others are the same databases and say no more of their space. It is quick:
// nearly all that is merged was located by the same.
func (ds Databases) has(others []Database) bool {
	return slices.EqualFunc(ds, others, func(d, other Database) bool {
		return (other.Space == nil || other.Space == d.Space) && d.Compare(other) == 0
	})
}

func (ds Databases) sorted(others []Database) []Database {
	all := slices.Concat(ds, others)
	slices.SortStableFunc(all, Database.Compare)
	return all
}

func widest(a, b *geo.SpaceCounts) *geo.SpaceCounts {
	switch {
	case a == nil || a == b:
		return b
	case b == nil || *a == *b:
		return a
	}
	w := *a
	for o := range w.IPv4 {
		w.IPv4[o] = max(w.IPv4[o], b.IPv4[o])
		w.Routed[o] = max(w.Routed[o], b.Routed[o])
	}
	return &w
}

// equal reports whether two sets name the same databases.
func (ds Databases) equal(other Databases) bool {
	return slices.EqualFunc(ds, other, func(a, b Database) bool { return a.Compare(b) == 0 })
}
