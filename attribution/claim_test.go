package attribution

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/whence-go/whence/internal/count"
)

func TestParseClaim(t *testing.T) {
	for text, want := range map[string]string{
		"majority RU":                  "RU > 50% of sources",
		"majority ru, by of events":    "BY,RU > 50% of events",
		"plurality RU":                 "plurality RU",
		"Plurality NC of bytes":        "plurality NC of bytes",
		"RU,BY > 40% of events":        "BY,RU > 40% of events",
		"RU,RU>40%":                    "RU > 40% of sources",
		"outside FR,NC > 90% of bytes": "outside FR,NC > 90% of bytes",
		"OUTSIDE fr < 12.5 %":          "outside FR < 12.5% of sources",
		" US < 0% of SOURCES ":         "US < 0% of sources",
		"uk > 100.0%":                  "GB > 100% of sources",
		"XK > 1%":                      "XK > 1% of sources",
	} {
		c, err := ParseClaim(text)
		if err != nil || c.String() != want {
			t.Errorf("%q: %q, %v; want %q", text, c, err, want)
			continue
		}
		again, err := ParseClaim(c.String())
		if err != nil || again.String() != want {
			t.Errorf("%q: reading it back gives %q, %v", want, again, err)
		}
	}
}

// badClaims is the table of texts that are no claim, each with the column that
// the error must name.
var badClaims = map[string]int{
	"":                          1,
	"majority":                  9,
	"majority RU,":              13,
	"majority RUS":              10,
	"majority XQ":               10,
	"majority RU by events":     13,
	"majority RU of packets":    16,
	"majority RU of events now": 23,
	"plurality RU,US":           10,
	"plurality unlocated":       11,
	"RU":                        3,
	"RU = 40%":                  4,
	"RU >= 40%":                 5,
	"RU > 40":                   8,
	"RU > %":                    6,
	"RU > 4.0.1%":               6,
	"RU > 101%":                 6,
	"RU > -1%":                  6,
	"RU > 1e1%":                 7,
	"RU,,US > 4%":               4,
	"outside > 4%":              9,
	"RU > 40% of":               12,
	"RU\x00 > 40%":              3,
	"Россия > 40%":              1,
	strings.Repeat("RU,", 2000): 4097,
}

func TestParseClaimErrors(t *testing.T) {
	for text, column := range badClaims {
		_, err := ParseClaim(text)
		if !errors.Is(err, ErrClaim) {
			t.Errorf("%.30q: %v", text, err)
			continue
		}
		if _, after, _ := strings.Cut(err.Error(), "column "); !strings.HasPrefix(after, itoa(column)+" ") {
			t.Errorf("%.30q: %v; want column %d", text, err, column)
		}
	}
}

func itoa(n int) string { return strings.ReplaceAll(count.Grouped(uint64(n)), ",", "") }

func FuzzParseClaim(f *testing.F) {
	for text := range badClaims {
		f.Add(text)
	}
	f.Add("outside FR,NC > 90.5% of bytes")
	f.Add("plurality RU of events")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseClaim(text)
		if err != nil {
			if !errors.Is(err, ErrClaim) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		again, err := ParseClaim(c.String())
		if err != nil || again.String() != c.String() {
			t.Errorf("%q becomes %q, then %q (%v)", text, c, again, err)
		}
	})
}

func TestClaimConstructors(t *testing.T) {
	for want, c := range map[string]Claim{
		"RU > 50% of sources":            Majority("RU"),
		"BY,RU > 50% of events":          Majority("RU", "BY", "RU").Of(OfEvents),
		"outside FR,NC > 90.5% of bytes": MoreThan(90.5, "NC", "FR").Outside().Of(OfBytes),
		"US < 5% of sources":             LessThan(5, "us"),
		"plurality RU of events":         Plurality("RU").Of(OfEvents),
		"FR > 1% of sources":             MoreThan(1, "FR").Outside().Outside(),
	} {
		if c.Err() != nil || c.String() != want {
			t.Errorf("%q (%v), want %q", c, c.Err(), want)
		}
	}
	nan := 0.0
	for name, c := range map[string]Claim{
		"zero":              {},
		"no country":        Majority(),
		"unknown":           Majority("XQ"),
		"not a country":     Majority("reserved"),
		"above 100":         MoreThan(100.1, "RU"),
		"below 0":           LessThan(-1, "RU"),
		"not a number":      MoreThan(nan/nan, "RU"),
		"unknown unit":      Majority("RU").Of(9),
		"outside plurality": Plurality("RU").Outside(),
	} {
		if !errors.Is(c.Err(), ErrClaim) {
			t.Errorf("%s: %v", name, c.Err())
		}
		v := tallyOf(small, map[string]int{"RU": 40}).Report().Check(c)
		if v.Decision != Inadmissible || !has(v, InvalidClaim) {
			t.Errorf("%s: %v", name, v)
		}
	}
}

func TestClaimAsJSON(t *testing.T) {
	b, err := json.Marshal(MoreThan(40, "RU", "BY").Of(OfEvents))
	var c Claim
	if err != nil || json.Unmarshal(b, &c) != nil || c.String() != "BY,RU > 40% of events" {
		t.Errorf("%s, %v, %v", b, err, c)
	}
	if err := json.Unmarshal([]byte(`"RU > lots"`), &c); !errors.Is(err, ErrClaim) || c.String() != "BY,RU > 40% of events" {
		t.Errorf("%v, %v", err, c)
	}
}
