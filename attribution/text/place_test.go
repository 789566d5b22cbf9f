package text

import (
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

func TestClaimed(t *testing.T) {
	const five = "RU,BY,CN,US,FR"
	for text, want := range map[string]string{
		"RU > 50%":             "geolocated to Russia (RU)",
		"RU,US < 50% of bytes": "geolocated to Russia (RU) or the United States (US)",
		"outside FR > 5%":      "geolocated outside France (FR)",
		"outside FR,NC,NL > 5%": "geolocated outside France (FR), " +
			"New Caledonia (NC) and the Netherlands (NL)",
		"plurality CI of events":                "geolocated to Côte d’Ivoire (CI)",
		"AS64501,AS64500 > 50%":                 "in networks of AS64500 or AS64501",
		"outside AS64500,AS64501 > 50%":         "in networks of other autonomous systems than AS64500 and AS64501",
		"AS1,AS2,AS3,AS4,AS5 > 50%":             "in networks of one of the 5 autonomous systems of the claim",
		"outside AS1,AS2,AS3,AS4,AS5 > 5%":      "in networks of other autonomous systems than the 5 of the claim",
		`list "a" > 50%`:                        `on the list "a"`,
		`outside list "a" > 50%`:                `not on the list "a"`,
		`list "b","a" > 50%`:                    `on one of the lists "a" or "b"`,
		`outside list "a","b" > 50%`:            `not on any of the lists "a" and "b"`,
		`list "a","b","c","d","e" > 5%`:         "on one of the 5 lists of the claim",
		`outside list "a","b","c","d","e" > 5%`: "not on any of the 5 lists of the claim",
		five + " > 50%":                         "geolocated to one of the 5 countries of the claim",
		"outside " + five + " < 1% of bytes":    "geolocated outside the 5 countries of the claim",
	} {
		if got := en.claimed(world.Must(attribution.ParseClaim(text)), nil); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestBy(t *testing.T) {
	a := attribution.Database{Name: "A", Built: time.Date(2026, 6, 1, 23, 0, 0, 0, time.FixedZone("", -7200))}
	none := attribution.Database{SHA256: "beef"}
	for want, databases := range map[string][]attribution.Database{
		"an unnamed database":                       nil,
		`"A" of 2026-06-02`:                         {a},
		`"A" of 2026-06-02 and an unnamed database`: {a, none},
		`"A" of 2026-06-02, "A" of 2026-06-02, "A" of 2026-06-02 and 2 more databases`: {a, a, a, a, none},
	} {
		if got := en.by(databases); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "A26", 63: "A63"} {
		if got := en.letter(i); got != want {
			t.Errorf("letter(%d) = %q, want %q", i, got, want)
		}
	}
}

// One source is placed only where the counts leave no other place for it.
func TestOneSource(t *testing.T) {
	row := func(code string, sources, events uint64) attribution.Row {
		r := attribution.Row{Sources: sources, Events: events}
		if code != "" {
			r.Origin = world.Origin(code)
		}
		return r
	}
	for _, c := range []struct {
		name      string
		rows      []attribution.Row
		unlocated attribution.Row
		top       float64
		exact     bool
		want      string
	}{
		{"alone", []attribution.Row{row("IR", 1, 11_116)}, row("", 0, 0), 1, true,
			`All 11,116 events came from one address, geolocated to Iran (IR) by "DB".`},
		{"alone with one event", []attribution.Row{row("IR", 1, 1)}, row("", 0, 0), 1, true,
			`The 1 event came from one address, geolocated to Iran (IR) by "DB".`},
		{"alone in two countries", []attribution.Row{row("IR", 1, 500), row("IQ", 1, 400)}, row("", 0, 0), 1, true,
			"All 900 events came from one address."},
		{"alone and unlocated", nil, row("", 1, 7), 1, true,
			"All 7 events came from one address, which has no country in the database."},
		{"most", []attribution.Row{row("RU", 40, 10), row("US", 9, 90)}, row("", 0, 0), .8, true,
			"One address, geolocated to the United States (US), sent 80.0 % of the events."},
		{"most, in either of two", []attribution.Row{row("RU", 40, 45), row("US", 9, 45)}, row("", 1, 10), .6, true,
			"One address sent 60.0 % of the events."},
		{"most, unlocated", []attribution.Row{row("RU", 40, 10)}, row("", 3, 90), .9, true,
			"One address, which has no country in the database, sent 90.0 % of the events."},
		{"half", []attribution.Row{row("RU", 40, 50), row("US", 9, 50)}, row("", 0, 0), .5, true, ""},
		{"estimates", []attribution.Row{row("RU", 1, 90)}, row("", 0, 0), .9, false,
			"One address, geolocated to Russia (RU), sent 90.0 % of the events."},
	} {
		r := attribution.Report{
			LocatedBy: []attribution.Database{{Name: "DB"}}, Countries: c.rows, Unlocated: c.unlocated,
			Plausibility: attribution.Plausibility{TopSource: c.top},
		}
		for _, row := range append(c.rows, c.unlocated) {
			r.Events += row.Events
			r.Sources.Value += row.Sources
		}
		if c.name == "alone in two countries" {
			r.Sources.Value = 1
		}
		r.Sources.Exact = c.exact
		if got := (teller{p: en, r: &r, v: &attribution.Verdict{}}).oneSource(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
