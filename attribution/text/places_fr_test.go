package text

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// The forms of all countries, for those who read French to check. Each is one of those that French has.
func TestGoldenCountriesFrench(t *testing.T) {
	forms := []*regexp.Regexp{
		regexp.MustCompile(`^en [^|]* \| (de|de la) [^|]* \| la `),       // feminine
		regexp.MustCompile(`^en [^|]* \| d’[^|]* \| (l’)?[AEIOUÉÅÎH]`),   // before a vowel
		regexp.MustCompile(`^(au|dans le) [^|]* \| du [^|]* \| le `),     // masculine
		regexp.MustCompile(`^(aux|dans les) [^|]* \| des [^|]* \| les `), // several
		regexp.MustCompile(`^à [A-Z][^|]* \| (de |d’)[A-Z]`),             // without an article
		regexp.MustCompile(`^à la [^|]* \| de la [^|]* \| la `),          // islands with one
		regexp.MustCompile(`^(à|dans) l’[^|]* \| de l’[^|]* \| l’`),
	}
	var b strings.Builder
	for o := range geo.Countries() {
		code := o.String()
		name := french.country(code)
		into, outOf, subject := french.to(code), french.notIn(code), french.subject(code)
		line := into + " | " + outOf + " | " + subject
		fmt.Fprintf(&b, "%s  %s  (géolocalisées %s, hors %s, %s)\n", code, name, into, outOf, subject)
		if !slices.ContainsFunc(forms, func(f *regexp.Regexp) bool { return f.MatchString(line) }) {
			t.Errorf("%s: no form of French: %s", code, line)
		}
		for _, form := range []string{into, outOf, subject} {
			if !strings.HasSuffix(form, name) {
				t.Errorf("%s: %q is not of %q", code, form, name)
			}
			if elided := regexp.MustCompile(`\b([lL]a|[lL]e|[dD]e) [AEIOUÉÎÅ]`).FindString(form); elided != "" {
				t.Errorf("%s: %q before a vowel", code, form)
			}
		}
	}
	testenv.Golden(t, "fr/countries.txt", []byte(b.String()))
}

// What dictionaries say of countries that a rule could get wrong.
func TestCountriesFrench(t *testing.T) {
	for into, codes := range map[string]string{
		"en":   "RU FR DE CN IN IR IQ AF AO UY UG EC AZ IL HT HU CI SL NC NZ ZA KP KR MK PG JM GF CF DO",
		"au":   "BR CA JP MX KH MZ ZW BZ SR GB VN PE CL PT MA YE HN LB LK LA CD CG SV ML NE NG TL VU",
		"aux":  "US NL PH AE MV BS KM SC FJ MH SB KY VI FO",
		"à":    "SG CU CY MC MT MG MU DJ TW BH OM SM LC KN PM YT RE PR CW GI",
		"à la": "BB GD DM", "à l’": "IM CX", "dans les": "PS TF",
	} {
		for _, code := range strings.Fields(codes) {
			want := strings.ReplaceAll(into+" "+french.country(code), "’ ", "’")
			if got := french.to(code); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
	for text, want := range map[string]string{
		"RU > 50%":              "géolocalisées en Russie (RU)",
		"BR,US < 50% of bytes":  "géolocalisées au Brésil (BR) ou aux États-Unis (US)",
		"SG > 1%":               "géolocalisées à Singapour (SG)",
		"outside FR,IR,NL > 5%": "géolocalisées hors de France (FR), d’Iran (IR) et des Pays-Bas (NL)",
		"outside HK,CF > 5%": "géolocalisées hors de la République centrafricaine (CF) et de la R.A.S. chinoise de Hong " +
			"Kong (HK)",
		"AS64500 > 50%":             "placées dans des réseaux du système autonome AS64500",
		"AS64501,AS64500 > 50%":     "placées dans des réseaux des systèmes autonomes AS64500 ou AS64501",
		"outside AS1,AS2 > 50%":     "placées dans des réseaux d’autres systèmes autonomes qu’AS1 et AS2",
		"AS1,AS2,AS3,AS4,AS5 > 50%": "placées dans des réseaux de l’un des 5 systèmes autonomes de l’affirmation",
		"outside AS1,AS2,AS3,AS4,AS5 > 5%": "placées dans des réseaux d’autres systèmes autonomes que les 5 de " +
			"l’affirmation",
		`list "a" > 50%`:                        "inscrites sur la liste «\u00a0a\u00a0»",
		`outside list "a" > 50%`:                "absentes de la liste «\u00a0a\u00a0»",
		`list "b","a" > 50%`:                    "inscrites sur l’une des listes «\u00a0a\u00a0» ou «\u00a0b\u00a0»",
		`outside list "a","b" > 50%`:            "absentes des listes «\u00a0a\u00a0» et «\u00a0b\u00a0»",
		`list "a","b","c","d","e" > 5%`:         "inscrites sur l’une des 5 listes de l’affirmation",
		`outside list "a","b","c","d","e" > 5%`: "absentes des 5 listes de l’affirmation",
		"RU,BY,CN,US,FR > 50%":                  "géolocalisées dans l’un des 5 pays de l’affirmation",
	} {
		if got := fr.claimed(world.Must(attribution.ParseClaim(text)), nil); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got, want := fr.placed(world.Origin("RU")), "géolocalisée en Russie (RU)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
