package attribution_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

// malformed is bytes that are no snapshot, and a part of what the error says.
type malformed struct {
	data []byte
	want string
}

// altered encodes a snapshot with some of its state changed. The checksum is right.
func altered(s attribution.Snapshot, change func(*snapshot.State)) []byte {
	c := *snapshot.Unwrap(s)
	c.Items, c.Databases = slices.Clone(c.Items), slices.Clone(c.Databases)
	if c.Dense != nil {
		d := *c.Dense
		d.Sources = d.Sources.Clone()
		c.Dense = &d
	}
	change(&c)
	return c.Append(nil)
}

// spliced is an encoding in which some bytes stand for n others, with the checksum that it
// needs.
func spliced(data []byte, at, n int, with ...byte) []byte {
	body := data[:len(data)-4]
	return wire.Seal(slices.Concat(body[:at], with, body[at+n:]), 0)
}

// Where the parts of a small encoding are, of which all counts take one byte.
const (
	atFlags     = 4
	atPrefix    = 5
	atPrecision = 6
	atSize      = 15 // two bytes
	atRecords   = 17
	atRate      = 23
	atFinest    = 24
	atSpan      = 25
	atDatabases = 41
)

// malformedSnapshots has one entry for each kind of fault.
func malformedSnapshots(t testing.TB) map[string]malformed {
	t.Helper()
	table := map[string]malformed{}
	damagedSnapshots(table)
	falseHeaders(table)
	falseDatabases(table)
	falseItems(table)
	falseRegisters(table)
	falseColumns(table)
	falseDifferences(table)
	return table
}

// three has three sources, located by a database that has no name.
func three() attribution.Snapshot {
	return tallied(least, map[string]int{"RU": 2, "US": 1}).Snapshot()
}

func damagedSnapshots(table map[string]malformed) {
	good := encoded(three())
	flipped := bytes.Clone(good)
	flipped[len(good)/2] ^= 4
	table["nothing"] = malformed{nil, "0 bytes that do not begin with"}
	table["foreign"] = malformed{[]byte("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"), "do not begin with"}
	other := must(must(sketch.NewBottomK(1, 1024, false)).MarshalBinary())
	table["a sketch instead"] = malformed{other, "do not begin with"}
	table["magic only"] = malformed{good[:4], "4 bytes that do not begin with"}
	table["other version"] = malformed{append([]byte("wht1"), good[4:]...), "has version 1, this program reads version 2"}
	table["one bit flipped"] = malformed{flipped, "checksum"}
	table["half"] = malformed{good[:len(good)/2], "checksum"}
	table["one byte more"] = malformed{append(bytes.Clone(good), 0), "checksum"}
	table["one byte inserted"] = malformed{spliced(good, len(good)-4, 0, 0), "1 bytes too many"}
	table["one byte left out"] = malformed{spliced(good, len(good)-5, 1), "no number"}
	table["header only"] = malformed{wire.Seal(bytes.Clone(good[:atSize]), 0), "no number at byte 15"}
}

func falseHeaders(table map[string]malformed) {
	good := encoded(three())
	put := func(name, want string, at int, b ...byte) {
		table[name] = malformed{spliced(good, at, len(b), b...), want}
	}
	put("unknown flag", "flags 0x20", atFlags, 32)
	put("prefix 31", "IPv6 prefix length 31, want 32 to 128", atPrefix, 31)
	put("prefix 129", "IPv6 prefix length 129", atPrefix, 129)
	put("precision 11", "precision 11, want 12 to 16", atPrecision, 11)
	put("precision 17", "precision 17", atPrecision, 17)
	put("sample size 1,023", "sample size 1023, want 1024 to 1048576", atSize, 0xff, 0x07)
	limits := func(name, want string, b ...byte) {
		data := spliced(good, atRate, 0, b...)
		table[name] = malformed{spliced(data, atFlags, 1, data[atFlags]|16), want}
	}
	limits("limits that are none", "limits that are none", 0, 0, 0, 0, 0)
	limits("unknowns 4", "unknowns 0x4", 4, 0, 0, 0, 0)
	limits("33 bits of IPv4", "bits cut off IPv4 33, want 0 to 32", 0, 33, 0, 0, 0)
	limits("129 bits of IPv6", "bits cut off IPv6 129, want 0 to 128", 0, 0, 129, 0, 0)
	put("finest rate without a rate", "finest sampling rate 1, want 0 to 0", atRate, 0)
	put("rate without a finest one", "no finest sampling rate", atFinest, 0)
	put("finest rate above the rate", "finest sampling rate 2, want 0 to 1", atFinest, 2)
	put("span that ends first", "a span that ends before it begins", atSpan, 0x7f, 1)
	table["a number too long"] = malformed{spliced(good, atRecords, 1, 0x83, 0), "no number at byte 17"}
	table["a number without end"] = malformed{spliced(good, atRecords, 1, bytes.Repeat([]byte{0xff}, 11)...), "no number"}
	table["rate above 32 bits"] = malformed{
		spliced(good, atRate, 1, binary.AppendUvarint(nil, 1<<32)...), "sampling rate 4294967296, want 0 to 4294967295",
	}
	table["sample size too large"] = malformed{
		spliced(good, atSize, 2, binary.AppendUvarint(nil, 1<<20+1)...), "sample size 1048577",
	}
	table["zero with something"] = malformed{
		altered(attribution.Snapshot{}, func(s *snapshot.State) { s.Records = 1 }), "IPv6 prefix length 0",
	}
}

func falseDatabases(table map[string]malformed) {
	change := func(name, want string, f func(*snapshot.State)) { table[name] = malformed{altered(three(), f), want} }
	database := func(name, want string, f func(*snapshot.Database)) {
		change(name, want, func(s *snapshot.State) { f(&s.Databases[0]) })
	}
	space := func(name, want string, f func(*geo.SpaceCounts)) {
		database(name, want, func(d *snapshot.Database) {
			counts := *d.Space
			f(&counts)
			d.Space = &counts
		})
	}
	many := spliced(encoded(three()), atDatabases, 1, 65)
	table["65 databases"] = malformed{many, "65 databases, more than there can be"}
	change("a database twice", "databases out of order", func(s *snapshot.State) {
		s.Databases = append(s.Databases, s.Databases[0])
	})
	database("a name too long", "a text of 1025 bytes", func(d *snapshot.Database) { d.Name = strings.Repeat("x", 1025) })
	database("a name that rings", "text that does not print", func(d *snapshot.Database) { d.Name = "Geo\a" })
	database("a credit that turns", "text that does not print", func(d *snapshot.Database) { d.Credit = "\u202eoeG" })
	database("a digest that is no text", "text that does not print", func(d *snapshot.Database) { d.SHA256 = "\xff" })
	database("built in the year 10000", "build time out of range", func(d *snapshot.Database) {
		d.Built = world.Built.AddDate(10_000, 0, 0)
	})
	space("space of no origin", "origin 254, out of order or unknown", func(c *geo.SpaceCounts) { c.IPv4[254] = 1 })
	space("too much space", "more addresses than there are", func(c *geo.SpaceCounts) { c.IPv4[origin("RU")] = 1 << 32 })
	space("too much routed", "more addresses than there are", func(c *geo.SpaceCounts) {
		c.Routed[origin("RU")] = math.MaxUint64
	})
	nameless := altered(three(), func(s *snapshot.State) { s.Databases = []snapshot.Database{{}} })
	for name, m := range map[string]malformed{
		"space without addresses": {[]byte{1, 0, 0, 0}, "origin 0 without addresses"},
		"space out of order":      {[]byte{2, 1, 1, 1, 0, 1, 1}, "origin 0, out of order or unknown"},
		"too many origins":        {binary.AppendUvarint(nil, 257), "257 origins, more than there can be"},
	} {
		table[name] = malformed{spliced(nameless, atDatabases+5, 1, m.data...), m.want}
	}
}

func falseItems(table map[string]malformed) {
	change := func(name, want string, f func(*snapshot.State)) { table[name] = malformed{altered(three(), f), want} }
	change("more items than the sample holds", "1027 items, more than there can be", func(s *snapshot.State) {
		s.Items = append(s.Items, make([]sketch.Item, 1024)...)
	})
	change("an item twice", "item out of order or out of range", func(s *snapshot.State) { s.Items[1] = s.Items[0] })
	change("items out of order", "item out of order or out of range", func(s *snapshot.State) { slices.Reverse(s.Items) })
	change("an item without an event", "item without an event", func(s *snapshot.State) { s.Items[1].Events = 0 })
	change("an item of no origin", "item of origin 254", func(s *snapshot.State) { s.Items[1].Part = 254 })
	change("an item with unknown facts", "with facts 0x8", func(s *snapshot.State) { s.Items[1].Flags = 8 })
	change("an item with a port of nothing", "with port 53 of no transport", func(s *snapshot.State) {
		s.Items[1].Common = 53
	})
	change("a source twice", "is there twice", func(s *snapshot.State) { s.Items[1].Lo = s.Items[0].Lo })
	change("a source longer than its prefix", "is longer than its prefix", func(s *snapshot.State) {
		s.Items[1].Hi, s.Items[1].Lo = 0x2a02<<48, 1
	})
	nameless := altered(three(), func(s *snapshot.State) { s.Databases, s.Items = nil, nil })
	const atItems = atDatabases + 1
	item := slices.Concat([]byte{1, 1, 0, 0, 1, 0}, binary.AppendUvarint(nil, 1<<32))
	table["a port above 16 bits"] = malformed{spliced(nameless, atItems, 1, item...), "item out of order or out of range"}
	table["items that are not there"] = malformed{spliced(nameless, atItems, 1, 100), "100 items, more than there can be"}
}

func falseRegisters(table map[string]malformed) {
	full := tallied(least, map[string]int{"RU": 900, "US": 300}).Snapshot()
	change := func(name, want string, f func(*snapshot.State)) { table[name] = malformed{altered(full, f), want} }
	ru := origin("RU")
	registersOf := func(s *snapshot.State) []byte {
		part, _ := s.Dense.Sources.Part(uint8(ru))
		return part.Bytes()
	}
	change("an impossible register", "register 7 holds 54, at most 53", func(s *snapshot.State) { registersOf(s)[7] = 54 })
	change("an origin without a source", "without a source", func(s *snapshot.State) { clear(registersOf(s)) })
	change("a source that no register has", "is not in the registers of RU", func(s *snapshot.State) {
		clear(registersOf(s)[1:])
		registersOf(s)[0] = 1
	})
	change("registers of no origin", "origin 254, out of order or unknown", func(s *snapshot.State) {
		s.Dense.Sources.Insert(254, 1)
	})
	change("another precision", "more than there can be", func(s *snapshot.State) { s.Precision = 16 })
	change("a sample that is not full", "1023 sources in a full sample of 1024", func(s *snapshot.State) {
		s.Items = s.Items[1:]
	})
	change("more events in the sample", "more events or bytes of RU than were counted", func(s *snapshot.State) {
		s.Dense.Events[ru] = 5
	})
	change("more bytes in the sample", "more events or bytes of US than were counted", func(s *snapshot.State) {
		s.Items[slices.IndexFunc(s.Items, func(it sketch.Item) bool { return it.Part == uint8(origin("US")) })].Bytes = 1
	})
	const mixed = "registers alone, with something else"
	change("registers alone, with items", mixed, func(s *snapshot.State) { s.Unsampled = true })
	table["registers alone, without registers"] = malformed{
		altered(emptyTally(least).Snapshot(), func(s *snapshot.State) { s.Unsampled = true }), mixed,
	}
	change("a source in no register of two databases", "is not in the registers of", func(s *snapshot.State) {
		s.Databases = s.Databases.With(snapshot.DatabaseOf(world.Other()))
		clear(registersOf(s)[1:])
		us, _ := s.Dense.Sources.Part(uint8(origin("US")))
		clear(us.Bytes()[1:])
		registersOf(s)[0], us.Bytes()[0] = 1, 1
	})
}

// falseColumns ends an encoding of three sources otherwise than with no further database, no
// ASN database and no list.
func falseColumns(table map[string]malformed) {
	good := encoded(three())
	tail := func(name, want string, parts ...[]byte) {
		table[name] = malformed{spliced(good, len(good)-7, 3, slices.Concat(parts...)...), want}
	}
	nameless, none := make([]byte, 5), []byte{0} // a database; an empty list
	ru, one := byte(origin("RU")), []byte{1}
	tail("65 further databases", "65 further databases, more than there can be", []byte{65}, make([]byte, 65*8))
	tail("a further database twice", "further databases out of order",
		[]byte{2}, nameless, []byte{ru, ru, ru}, nameless, []byte{ru, ru, ru}, none, none)
	tail("a further origin that is none", "unknown origin 254", one, nameless, []byte{ru, 254, ru}, none, none)
	tail("two ASN databases", "2 ASN databases, more than there can be", none, []byte{2}, make([]byte, 50))
	tail("more systems than items", "4 systems, more than there can be", none, one, nameless, []byte{4}, make([]byte, 50))
	tail("a system twice", "systems out of order", none, one, nameless, []byte{2, 9, 0, 0, 0}, []byte{1, 2, 0}, none)
	tail("a system above 32 bits", "systems out of order", none, one, nameless,
		one, binary.AppendUvarint(nil, 1<<32), make([]byte, 9))
	tail("a system that is not named", "place of a system 2, want 0 to 1", none, one, nameless,
		[]byte{1, 9, 0}, []byte{1, 2, 0}, none)
	tail("a system of no item", "system 9 of no item", none, one, nameless, []byte{1, 9, 0}, []byte{0, 0, 0}, none)
	tail("65 lists", "65 lists, more than there can be", none, none, []byte{65}, make([]byte, 200))
	tail("a list twice", "lists out of order", none, none, []byte{2}, []byte{1, 'x', 7}, []byte{1, 'x', 7})
	tail("a list with more items", "bits of no item", none, none, one, []byte{1, 'x', 8})
	tail("a list without its bits", "1 bytes announced, 0 left", none, none, one, []byte{1, 'x'})
	dropped := altered(three(), func(s *snapshot.State) {
		s.DropAddresses, s.Lists = true, []snapshot.List{{Name: "x", On: make([]bool, len(s.Items))}}
	})
	table["a list of dropped addresses"] = malformed{dropped, "looked up by addresses, of which there are none"}
	sketches := must(attribution.FromSketches(world.Table(), 9, three().Sketches()))
	table["a list of registers"] = malformed{
		altered(sketches, func(s *snapshot.State) { s.Lists = []snapshot.List{{Name: "x"}} }),
		"looked up by addresses, of which there are none",
	}
}

func falseDifferences(table map[string]malformed) {
	change := func(name, want string, rest snapshot.Remainder) {
		table[name] = malformed{altered(three(), func(s *snapshot.State) { s.Rest = &rest }), want}
	}
	origins := func(n stat.Number) *[geo.MaxOrigins]stat.Number {
		var all [geo.MaxOrigins]stat.Number
		all[origin("RU")] = n
		return &all
	}
	good := stat.Share{Value: 3, Low: 3, High: 3}
	change("a difference of NaN", "a number out of range", snapshot.Remainder{Sources: stat.Share{Value: math.NaN()}})
	change("a difference below 0", "a number out of range", snapshot.Remainder{Sources: stat.Share{Low: -1}})
	change("a difference outside its interval", "an interval without its value",
		snapshot.Remainder{Sources: stat.Share{Value: 3, Low: 1, High: 2}})
	change("a difference of infinitely many", "a number out of range",
		snapshot.Remainder{Sources: good, Origins: origins(stat.Number{Value: math.Inf(1)})})
	change("a difference with a negative variance", "a number out of range",
		snapshot.Remainder{Sources: good, Origins: origins(stat.Number{Value: 1, Variance: -1})})
	change("a difference with an infinite variance", "a number out of range",
		snapshot.Remainder{Sources: good, Origins: origins(stat.Number{Value: 1, Variance: math.Inf(1)})})
	full := tallied(least, map[string]int{"RU": 2000}).Snapshot()
	table["a difference with registers"] = malformed{
		altered(full, func(s *snapshot.State) { s.Rest = &snapshot.Remainder{Sources: good} }), "a difference with registers",
	}
}

// Every kind of fault is refused with an error that says what is wrong, and where.
func TestMalformedSnapshotsAreRefused(t *testing.T) {
	for name, m := range malformedSnapshots(t) {
		for _, s := range []attribution.Snapshot{{}, fullTally(2).Snapshot()} {
			before := encoded(s)
			err := s.UnmarshalBinary(m.data)
			if !errors.Is(err, attribution.ErrInvalidEncoding) || !strings.Contains(err.Error(), m.want) {
				t.Errorf("%s: %v\nwant: %s", name, err, m.want)
			}
			if !bytes.Equal(encoded(s), before) {
				t.Errorf("%s: the receiver changed", name)
			}
			if err != nil && len(err.Error()) > 300 {
				t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
			}
		}
	}
}

// Whatever bytes come, they are refused, or they are what the snapshot would write, and then
// it reports and merges.
func FuzzSnapshotUnmarshal(f *testing.F) {
	for _, m := range malformedSnapshots(f) {
		f.Add(m.data)
	}
	for _, s := range kindsOfSnapshot(f) {
		f.Add(encoded(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4 { // changed bytes do not end at the checksum
			unmarshal(t, wire.Seal(bytes.Clone(data[:len(data)-4]), 0))
		}
		unmarshal(t, data)
	})
}

func unmarshal(t *testing.T, data []byte) {
	var s attribution.Snapshot
	if s.UnmarshalBinary(data) != nil {
		return
	}
	if !bytes.Equal(encoded(s), data) {
		t.Error("accepted bytes that it would not write")
	}
	wellFormed(t, "decoded", reportOn(s, "majority RU", "plurality US of events", "outside RU < 10% of bytes"))
	if twice, err := attribution.Merge(s, s); err == nil {
		decoded(encoded(twice))
	} else if !errors.Is(err, attribution.ErrMismatch) {
		t.Error(err)
	}
}
