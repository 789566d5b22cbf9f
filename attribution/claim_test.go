package attribution_test

import (
	"encoding/json"
	"errors"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
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

		"AS > 1%":                          "AS > 1% of sources", // American Samoa
		"AS,US > 1%":                       "AS,US > 1% of sources",
		"as64501 , AS64500>40% of events":  "AS64500,AS64501 > 40% of events",
		"majority AS4294967295":            "AS4294967295 > 50% of sources",
		"AS007,AS7,AS10 < 1%":              "AS7,AS10 < 1% of sources",
		"outside AS1 > 5% of bytes":        "outside AS1 > 5% of bytes",
		`list "hosting" > 50%`:             `list "hosting" > 50% of sources`,
		`LIST"b","a" , "b"<2% of events`:   `list "a","b" < 2% of events`,
		`majority list "Tor exits"`:        `list "Tor exits" > 50% of sources`,
		`outside list "é, > 1% of" > 1%`:   `outside list "é, > 1% of" > 1% of sources`,
		`list "a \"b\" \\ > 2%" > 1%`:      `list "a \"b\" \\ > 2%" > 1% of sources`,
		`list "RU > 50% of sources" > 1% `: `list "RU > 50% of sources" > 1% of sources`,
	} {
		c, err := attribution.ParseClaim(text)
		if err != nil || c.String() != want {
			t.Errorf("%q: %q, %v; want %q", text, c, err, want)
			continue
		}
		if again, err := attribution.ParseClaim(c.String()); err != nil || again != c {
			t.Errorf("%q: reading it back gives %q, %v", want, again, err)
		}
	}
}

// badClaims is the table of texts that are no claim, each with the column that the error
// must name.
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

	"AS0 > 1%":                       3,
	"AS4294967296 > 1%":              3,
	"AS99999999999999999999999 > 1%": 3,
	"AS 64500 > 1%":                  4,
	"RU,AS64500 > 1%":                4,
	"AS64500,RU > 1%":                9,
	"AS64500,AS > 1%":                9,
	"AS64500.1 > 1%":                 8,
	"RU64500 > 1%":                   3,
	"ASN64500 > 1%":                  1,
	"64500 > 1%":                     1,
	"plurality AS64500":              10,
	`plurality list "a"`:             10,
	"list hosting > 1%":              6,
	"list > 1%":                      6,
	`list "" > 1%`:                   6,
	`list "a > 1%`:                   13,
	`list "a\b" > 1%`:                8,
	`list "a",RU > 1%`:               10,
	`list "a"," > 1%`:                16,
	"list \"a\nb\" > 1%":             6,
	"list \"a\u202eb\" > 1%":         6,
	"list \"\xff\" > 1%":             6,
	`RU,list "a" > 1%`:               4,
	`list "` + strings.Repeat("a", 129) + `" > 1%`: 6,
	strings.Repeat("RU,", 2000):                    5025,
}

func TestParseClaimErrors(t *testing.T) {
	for text, column := range badClaims {
		_, err := attribution.ParseClaim(text)
		if !errors.Is(err, attribution.ErrInvalidClaim) {
			t.Errorf("%.30q: %v", text, err)
			continue
		}
		_, after, _ := strings.Cut(err.Error(), "column ")
		if !strings.HasPrefix(after, strconv.Itoa(column)+" ") {
			t.Errorf("%.30q: %v; want column %d", text, err, column)
		}
	}
}

func FuzzParseClaim(f *testing.F) {
	for text := range badClaims {
		f.Add(text)
	}
	f.Add("outside FR,NC > 90.5% of bytes")
	f.Add("plurality RU of events")
	f.Add("outside AS64500,AS1 > 40% of events")
	f.Add(`majority list "a \"b\" \\","c"`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := attribution.ParseClaim(text)
		if err != nil {
			if !errors.Is(err, attribution.ErrInvalidClaim) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		if again, err := attribution.ParseClaim(c.String()); err != nil || again != c {
			t.Errorf("%q becomes %q, then %q (%v)", text, c, again, err)
		}
	})
}

func TestClaimConstructors(t *testing.T) {
	for want, c := range map[string]attribution.Claim{
		"RU > 50% of sources":            attribution.Majority("RU"),
		"BY,RU > 50% of events":          attribution.Majority("RU", "BY", "RU").Of(attribution.Events),
		"outside FR,NC > 90.5% of bytes": attribution.MoreThan(90.5, "NC", "FR").Outside().Of(attribution.Bytes),
		"US < 5% of sources":             attribution.LessThan(5, "us"),
		"plurality RU of events":         attribution.Plurality("RU").Of(attribution.Events),
		"FR > 1% of sources":             attribution.MoreThan(1, "FR").Outside().Outside(),
		"RU > 0% of sources":             attribution.MoreThan(math.Copysign(0, -1), "RU"),

		"AS64500 > 50% of sources":                  attribution.Majority().InAS(64500),
		"outside AS1 < 5% of events":                attribution.LessThan(5).InAS(1, 1).Outside().Of(attribution.Events),
		`list "a \"b\"","hosting" > 12% of sources`: attribution.MoreThan(12).OnList("hosting", `a "b"`),
	} {
		if c.Validate() != nil || c.String() != want {
			t.Errorf("%q (%v), want %q", c, c.Validate(), want)
		}
		if parsed := must(attribution.ParseClaim(want)); parsed != c {
			t.Errorf("%q is not equal to what it is read as", want)
		}
	}
}

func TestPartsOfClaims(t *testing.T) {
	c := attribution.MoreThan(40, "RU", "BY").Of(attribution.Events)
	if c.IsPlurality() || c.IsLessThan() || c.Unit() != attribution.Events || c.Percent() != 40 || c.IsOutside() {
		t.Errorf("%v: of %v, %v %%", c, c.Unit(), c.Percent())
	}
	if !attribution.LessThan(5, "RU").IsLessThan() || !attribution.Plurality("RU").IsPlurality() {
		t.Error("a claim does not know its kind")
	}
	n := 0
	for o := range c.Countries() {
		if n++; !c.Contains(o) || c.Outside().Contains(o) {
			t.Errorf("%v: about %v: %v, outside: %v", c, o, c.Contains(o), c.Outside().Contains(o))
		}
	}
	if n != 2 || c.Contains(origin("US")) || !c.Outside().Contains(origin("US")) {
		t.Errorf("%v names %d countries", c, n)
	}
	for _, code := range []string{"unlocated", "reserved"} {
		if c.Contains(origin(code)) || c.Outside().Contains(origin(code)) {
			t.Errorf("%v, or its outside, is about the %s", c, code)
		}
	}
}

// An invalid claim is an error of Report, which names what is wrong, and never a verdict.
func TestInvalidClaims(t *testing.T) {
	s := spread(least, map[string]int{"RU": 40}).Snapshot()
	for name, c := range map[string]attribution.Claim{
		"the zero Claim":       {},
		"names no country":     attribution.Majority(),
		`"XQ" is not`:          attribution.Majority("XQ"),
		`"reserved" is not`:    attribution.Majority("reserved"),
		"100.1 %":              attribution.MoreThan(100.1, "RU"),
		"-1 %":                 attribution.LessThan(-1, "RU"),
		"NaN %":                attribution.MoreThan(math.NaN(), "RU"),
		"unknown unit(9)":      attribution.Majority("RU").Of(9),
		"a plurality is of":    attribution.Plurality("RU").Outside(),
		`"XQ" is not a`:        attribution.Plurality("XQ").Of(9).Outside(), // the first fault stays
		`"a country without`:   attribution.Majority("a country without a code"),
		"names no country\x00": attribution.MoreThan(5).Of(attribution.Bytes),

		"0 is not the number":          attribution.Majority().InAS(0),
		"names no country\x00\x00":     attribution.Majority().InAS(),
		"names no country\x00\x00\x00": attribution.Majority().OnList(),
		"a list without a name":        attribution.Majority().OnList("hosting", ""),
		"does not print":               attribution.Majority().OnList("a\x1b[31m"),
		"longer than 128 bytes":        attribution.Majority().OnList(strings.Repeat("a", 129)),
		"and only once":                attribution.Majority("RU").InAS(64500),
		"and only once\x00":            attribution.Majority().OnList("a").InAS(64500),
		"plurality is of one country":  attribution.Plurality("RU").InAS(64500),
		"too many systems or lists":    attribution.Majority().InAS(slices.Collect(numbers(400))...),
		`"XQ" is not a country`:        attribution.Majority("XQ").InAS(0),
	} {
		r, err := s.Report(attribution.Policy{}, attribution.Majority("RU"), c)
		if !errors.Is(err, attribution.ErrInvalidClaim) || !errors.Is(c.Validate(), attribution.ErrInvalidClaim) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.Contains(err.Error(), strings.TrimRight(name, "\x00")) || r.Verdicts != nil {
			t.Errorf("%v, and a report of %d verdicts; want %q", err, len(r.Verdicts), name)
		}
		if _, err := json.Marshal(c); !errors.Is(err, attribution.ErrInvalidClaim) {
			t.Errorf("%s: written as JSON, %v", name, err)
		}
		if c.String() != attribution.ErrInvalidClaim.Error() {
			t.Errorf("%s prints %q", name, c)
		}
	}
}

func TestClaimAsJSON(t *testing.T) {
	b, err := json.Marshal(attribution.MoreThan(40, "RU", "BY").Of(attribution.Events))
	var c attribution.Claim
	if err != nil || json.Unmarshal(b, &c) != nil || c.String() != "BY,RU > 40% of events" {
		t.Errorf("%s, %v, %v", b, err, c)
	}
	err = json.Unmarshal([]byte(`"RU > lots"`), &c)
	if !errors.Is(err, attribution.ErrInvalidClaim) || c.String() != "BY,RU > 40% of events" {
		t.Errorf("%v, %v", err, c)
	}
}

func numbers(n uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i := range n {
			if !yield(4e9 + i) {
				return
			}
		}
	}
}

// A claim about networks is about no country, and gives back what it names.
func TestClaimsAboutNetworks(t *testing.T) {
	names := []string{`a "b" \`, "hosting", "ü, > 1%"}
	systems, lists := attribution.Majority().InAS(7, 3, 7), attribution.Majority().OnList(names[2], names[0], names[1])
	if got := slices.Collect(systems.Systems()); !slices.Equal(got, []uint32{3, 7}) {
		t.Errorf("systems %v", got)
	}
	if got := slices.Collect(lists.Lists()); !slices.Equal(got, names) {
		t.Errorf("lists %q", got)
	}
	for _, c := range []attribution.Claim{systems, lists, systems.Outside(), lists.Outside()} {
		for o := range geo.Countries() {
			if c.Contains(o) {
				t.Fatalf("%v contains %v", c, o)
			}
		}
		for o := range c.Countries() {
			t.Errorf("%v names %v", c, o)
		}
	}
	for range systems.Lists() {
		t.Error("a claim about systems names a list")
	}
	for range lists.Systems() {
		t.Error("a claim about lists names a system")
	}
	for range lists.Lists() {
		break // which may be
	}
	for range systems.Systems() {
		break
	}
	if attribution.Majority("AS") == attribution.Majority().InAS(1) || systems != attribution.Majority().InAS(3, 7) {
		t.Error("claims compare wrongly")
	}
}
