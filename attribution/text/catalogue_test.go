package text

import (
	"bytes"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
)

// phrasesOf are all texts of a catalogue by where they stand.
func phrasesOf(c *catalogue) map[string]phrase {
	all := map[string]phrase{}
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			all[path] = v.String()
		case reflect.Struct:
			for i := range v.NumField() {
				if name := v.Type().Field(i).Name; name != "tag" {
					walk(path+"."+name, v.Field(i))
				}
			}
		case reflect.Array:
			for i := range v.Len() {
				walk(path+"["+string(rune('0'+i))+"]", v.Index(i))
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				walk(path+"."+k.String(), v.MapIndex(k))
			}
		}
	}
	walk("", reflect.ValueOf(c).Elem())
	return all
}

var placePattern = regexp.MustCompile(`\{([^{}:]+)(:[^{}]*)?\}`)

// places are the arguments that a phrase takes, each once.
func places(p phrase) []string {
	found := map[string]bool{}
	for _, m := range placePattern.FindAllStringSubmatch(p, -1) {
		found[m[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// Every language says everything, with the same arguments as English.
func TestCataloguesAreComplete(t *testing.T) {
	want := phrasesOf(&english)
	for _, c := range catalogues {
		got := phrasesOf(c)
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
			t.Errorf("%v: other phrases than English", c.tag)
		}
		for where, p := range got {
			if p == "" {
				t.Errorf("%v%s is empty", c.tag, where)
			}
			if !slices.Equal(places(p), places(want[where])) {
				t.Errorf("%v%s takes %q, in English %q", c.tag, where, places(p), places(want[where]))
			}
		}
		for o := range geo.Countries() {
			for name, f := range map[string]func(string) string{
				"country": c.country, "to": c.to, "notIn": c.notIn, "subject": c.subject,
			} {
				if got := f(o.String()); got == "" || got != clean(got, longestName) {
					t.Errorf("%v.%s(%v) = %q", c.tag, name, o, got)
				}
			}
		}
	}
}

// Every code has a sentence, and every sentence is about a code.
func TestEveryCodeHasASentence(t *testing.T) {
	known := map[string]bool{}
	for code := range caveat.Codes() {
		known[string(code)] = true
		for _, c := range catalogues {
			if c.caveats[string(code)] == "" {
				t.Errorf("%v has no sentence about %s", c.tag, code)
			}
		}
	}
	for _, c := range catalogues {
		for key, p := range c.caveats {
			code, _, _ := strings.Cut(key, " ")
			if !known[code] {
				t.Errorf("%v: %q is about no code", c.tag, key)
			}
			_, measured := measures[caveat.Code(code)]
			if code == key && measured != slices.Contains(places(p), "value") {
				t.Errorf("%v: %s has a number: %v, and prints one: %v", c.tag, code, measured, !measured)
			}
		}
	}
}

// Nobody has to read an English sentence twice.
func TestEnglishIsPlain(t *testing.T) {
	const most = 25 // words
	forms := regexp.MustCompile(`:([^{}|]*)[^{}]*\}`)
	archaic := regexp.MustCompile(`(?i)\b(none|such|thereof|held against|stands|tells of|whom|nought|ere)\b`)
	for where, p := range phrasesOf(&english) {
		plain := forms.ReplaceAllString(p, "$1}")
		for _, s := range regexp.MustCompile(`[.:;] `).Split(plain, -1) {
			if n := len(strings.Fields(s)); n > most {
				t.Errorf("%s: %d words: %s", where, n, s)
			}
		}
		if word := archaic.FindString(p); word != "" {
			t.Errorf("%s says %q", where, word)
		}
		if strings.Contains(p, "  ") || strings.TrimSpace(p) != p && !strings.HasPrefix(p, " (") && len(p) > 5 {
			t.Errorf("%s: spaces in %q", where, p)
		}
	}
}

// foreign is English in letters of another alphabet: a second language in one value.
func foreign() *catalogue {
	letters := regexp.MustCompile(`[A-Za-z]+`)
	translate := func(p phrase) phrase {
		var b strings.Builder
		for p != "" {
			before, rest, ok := strings.Cut(p, "{")
			b.WriteString(letters.ReplaceAllString(before, "жук"))
			if !ok {
				break
			}
			place, after, _ := strings.Cut(rest, "}")
			name, forms, hasForms := strings.Cut(place, ":")
			b.WriteString("{" + name)
			if hasForms {
				b.WriteString(":" + letters.ReplaceAllString(forms, "жуки"))
			}
			b.WriteString("}")
			p = after
		}
		return b.String()
	}
	c := english
	c.tag = language.MustParse("tlh")
	country := func(string) string { return "Край" }
	c.country, c.to, c.notIn, c.subject = country, country, country, country
	c.period = func(from, to time.Time) string { return momentEN(from) + " — " + momentEN(to) }
	c.decimal, c.group = "·", "’"
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem().SetString(translate(v.String()))
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).Name != "tag" {
					walk(v.Field(i))
				}
			}
		case reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			own := map[string]phrase{}
			for _, key := range v.MapKeys() {
				own[key.String()] = translate(v.MapIndex(key).String())
			}
			reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem().Set(reflect.ValueOf(own))
		}
	}
	walk(reflect.ValueOf(&c).Elem())
	return &c
}

// A second language is one value: no word of English is left in any text.
func TestSecondLanguage(t *testing.T) {
	p := &Printer{foreign()}
	// What the data have: claims, names in quotation marks, codes, families, credits, letters of databases.
	data := regexp.MustCompile(`"[^"]*"|IP Geolocation.*|\b[A-Z]{1,2}\b|\bAS\d+|IPv[46]|[0-9a-f:]+::\d*(/\d+)?`)
	for _, c := range reportCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := c.report(t)
			var b bytes.Buffer
			if err := p.Report(&b, r); err != nil {
				t.Fatal(err)
			}
			got := b.String()
			for _, v := range r.Verdicts {
				got = strings.ReplaceAll(got, v.Claim.String(), "")
			}
			if left := regexp.MustCompile(`[A-Za-z]+`).FindString(data.ReplaceAllString(got, "")); left != "" {
				t.Errorf("%q is English:\n%s", left, got)
			}
			if strings.Contains(got, "{") || strings.Contains(got, ".0 %") {
				t.Errorf("not in that language:\n%s", got)
			}
		})
	}
	texts := others(t, p)
	for code := range caveat.Codes() {
		texts[string(code)] = p.Caveat(caveat.Caveat{Code: code, Value: 12.5, Subject: "events"})
	}
	for name, got := range texts {
		for _, claim := range []string{"RU > 50% of sources", "plurality US of events", "plurality US"} {
			got = strings.ReplaceAll(got, claim, "")
		}
		if left := regexp.MustCompile(`[A-Za-z]+`).FindString(data.ReplaceAllString(got, "")); left != "" {
			t.Errorf("%s: %q is English: %s", name, left, got)
		}
	}
}

func TestNewPrinter(t *testing.T) {
	for _, preferred := range [][]language.Tag{
		nil, {language.English}, {language.BritishEnglish}, {language.Japanese}, {language.Und},
		{language.Japanese, language.AmericanEnglish},
	} {
		if got := NewPrinter(preferred...).Outcome(attribution.Supported); got != "supported" {
			t.Errorf("%v: %q", preferred, got)
		}
	}
	if got := Languages(); len(got) == 0 || got[0] != language.English {
		t.Errorf("languages %v", got)
	}
}

func TestWords(t *testing.T) {
	for o, want := range map[attribution.Outcome]string{
		attribution.Supported: "supported", attribution.Inadmissible: "inadmissible", 9: "outcome(9)",
	} {
		if got := en.Outcome(o); got != want {
			t.Errorf("Outcome(%d) = %q, want %q", o, got, want)
		}
	}
	origin := func(code string) geo.Origin {
		o, err := geo.ParseOrigin(code)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	for o, want := range map[geo.Origin]string{
		origin("RU"): "Russia", origin("CI"): "Côte d’Ivoire", origin("MK"): "North Macedonia",
		geo.Unlocated: "unlocated", geo.Reserved: "reserved", 255: "origin(255)",
	} {
		if got := en.Country(o); got != want {
			t.Errorf("Country(%d) = %q, want %q", o, got, want)
		}
	}
	for code, want := range map[string]string{
		"US": "the United States", "NL": "the Netherlands", "CF": "the Central African Republic", "FR": "France",
		"GF": "French Guiana", "TF": "the French Southern Territories", "IM": "the Isle of Man",
		"DO": "the Dominican Republic", "CZ": "Czechia", "PS": "the Palestinian Territories",
		"KY": "the Cayman Islands", "DM": "Dominica",
	} {
		if got := english.to(code); got != want {
			t.Errorf("to %s: %q, want %q", code, got, want)
		}
	}
}
