package snapshot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Text from a file is cleaned once and for all of what does not print, and stays short.
func TestClean(t *testing.T) {
	for dirty, want := range map[string]string{
		"DB-IP Lite":                    "DB-IP Lite",
		"GeoLite2 Ünïcödé 国":            "GeoLite2 Ünïcödé 国",
		"ring\a\x00\x1b[31mred":         "ring[31mred",
		"two\nlines\u2028more":          "twolinesmore",
		"\u202eevil\u2066":              "evil",
		"no\ufffd text\xff":             "no text",
		"":                              "",
		strings.Repeat("x", 2000):       strings.Repeat("x", maxText),
		strings.Repeat("x", 1023) + "é": strings.Repeat("x", 1023), // never half a letter
	} {
		got := Clean(dirty)
		if got != want || Clean(got) != got {
			t.Errorf("%.40q: %.40q, want %.40q", dirty, got, want)
		}
	}
}

// A database is that of its table, with the counts of its IPv4 space.
func TestDatabaseOf(t *testing.T) {
	d, info := DatabaseOf(world.Table()), world.Table().Info()
	if d.Name != info.Name || d.SHA256 != info.SHA256 || !d.Built.Equal(world.Built) {
		t.Errorf("%+v, want %+v", d, info)
	}
	if got := d.Space.IPv4[world.Origin("RU")]; got != 1<<24 {
		t.Errorf("%d Russian addresses, want a /8", got)
	}
	if d.Space.IPv6 != [geo.MaxOrigins]uint64{} {
		t.Error("the IPv6 space is there, which no test looks at")
	}
	for name, c := range map[string]struct{ built, want time.Time }{
		"fractions":   {world.Built.Add(time.Millisecond), world.Built},
		"no time":     {time.Time{}, time.Time{}},
		"before 1970": {time.Unix(-1, 0), time.Time{}},
		"year 10000":  {time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}},
	} {
		if got := builtOf(geo.Info{Built: c.built}); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A set of databases has each once, in the order of build times, whatever is added first; of
// one whose space two sides state differently, the greater numbers count.
func TestSetsOfDatabases(t *testing.T) {
	older, newer := DatabaseOf(world.Table()), DatabaseOf(world.Other())
	bare := older
	bare.Space = nil
	wider := older
	space := *older.Space
	space.IPv4[world.Origin("US")], space.Routed[world.Origin("FR")] = 1<<30, 7
	space.IPv4[world.Origin("RU")] = 0
	wider.Space = &space

	both := Databases{}.With(newer, older)
	if !slices.Equal(both, Databases{older, newer}) || !both.equal(Databases{older}.With(newer)) {
		t.Errorf("%v", both)
	}
	if again := both.With(newer, older, bare); !slices.Equal(again, both) {
		t.Errorf("added twice: %v", again)
	}
	ru, us, fr := world.Origin("RU"), world.Origin("US"), world.Origin("FR")
	for _, one := range []Databases{
		Databases{older}.With(wider), Databases{wider}.With(older), Databases{bare}.With(older, wider),
	} {
		got := one[0].Space
		if len(one) != 1 || got.IPv4[us] != 1<<30 || got.IPv4[ru] != 1<<24 || got.Routed[fr] != 7 {
			t.Errorf("%d databases, space %v", len(one), got)
		}
	}
	if older.Space.IPv4[world.Origin("US")] == 1<<30 {
		t.Error("the union wrote the space of its side")
	}
}

// Spaces can be left out of a state and put back, which gives the same state.
func TestBareAndWith(t *testing.T) {
	s := &State{Databases: Databases{DatabaseOf(world.Table())}}
	s.SampleSize, s.Precision, s.IPv6PrefixLen = 1024, 12, 64
	s.From, s.To = NoSpan()
	bare := s.Bare()
	if bare.Databases[0].Space != nil || s.Databases[0].Space == nil {
		t.Errorf("bare %v, the original %v", bare.Databases[0].Space, s.Databases[0].Space)
	}
	if len(bare.Append(nil)) > len(s.Append(nil))-20 {
		t.Error("the encoding of a bare state is no shorter")
	}
	back := bare.With(Databases{DatabaseOf(world.Other()), DatabaseOf(world.Table())})
	if string(back.Append(nil)) != string(s.Append(nil)) {
		t.Error("put back, it is another state")
	}
	if bare.With(nil).Databases[0].Space != nil || bare.Databases[0].Space != nil {
		t.Error("a space came from nowhere")
	}
}
