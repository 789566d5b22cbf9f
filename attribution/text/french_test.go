package text

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

var fr = &Printer{&french}

// forbiddenFR are words that say more than a database knows, or that would name people.
var forbiddenFR = regexp.MustCompile(`(?i)\bv(enant|enus?|enues?|ient|iennent) d|provenan|provien|\bd.origine\b|` +
	`originaires?|hackers?|\bpirates?\b|attaquants?|\bdepuis (la|le|les|l)\b`)

// badSpacesFR are places where French has another space than the text. Claims and paths are no French.
var badSpacesFR = regexp.MustCompile(`[^\x{00a0}:]:( |$)|[^\x{202f}][;?!]|[^\x{00a0}]%|«[^\x{00a0}]|[^\x{00a0}]»|` +
	` [\x{00a0}\x{202f}]|[\x{00a0}\x{202f}] |  |'|\d[.]\d`)

// Every French phrase keeps the no-break spaces and apostrophes of French, and none of the forbidden words.
func TestFrenchPhrases(t *testing.T) {
	const most = 32 // words of a sentence, where English has at most 25
	forms := regexp.MustCompile(`\{[^{}:]*:([^{}|]*)(\|[^{}|]*)*\}`)
	for where, p := range phrasesOf(&french) {
		if where == ".quote" || where == ".group" || where == ".comma" || where == ".decimal" {
			continue
		}
		if word := forbiddenFR.FindString(p); word != "" {
			t.Errorf("%s says %q", where, word)
		}
		plain := regexp.MustCompile(`\{[^{}:]*\}`).ReplaceAllString(forms.ReplaceAllString(p, "$1"), "x")
		if space := badSpacesFR.FindString(plain); space != "" {
			t.Errorf("%s: spaces or apostrophes at %q: %s", where, space, plain)
		}
		for _, s := range regexp.MustCompile(`[.:;] `).Split(plain, -1) {
			if n := len(strings.Fields(s)); n > most {
				t.Errorf("%s: %d words: %s", where, n, s)
			}
		}
	}
}

// textsFR are all texts of the tests in French.
func textsFR(t *testing.T) map[string]string {
	texts := others(t, fr)
	for _, c := range reportCases() {
		var b bytes.Buffer
		if err := fr.Report(&b, c.report(t)); err != nil {
			t.Fatal(err)
		}
		texts[c.name] = b.String()
	}
	var b strings.Builder
	for _, c := range caveats() {
		fmt.Fprintf(&b, "%v\n  %s\n", c, fr.Caveat(c))
	}
	texts["caveats"], texts["caveats-networks"] = b.String(), caveatsOfNetworks(fr)
	return texts
}

// goldenFR are the texts that are kept in French, for those who read it to check.
var goldenFR = []string{
	"exact", "sample", "databases", "forged", "forged-partly", "reflected", "one", "lost", "account", "account-limits",
	"nothing", "burst", "burst-attack", "burst-first", "burst-interim", "new", "new-sampled", "networks", "evidence",
	"evidence-stated", "caveats", "caveats-networks", "inside", "inside-sample",
}

// The French text of reports, bursts, new sources and all caveats.
func TestGoldenFrench(t *testing.T) {
	const list = `"(\\.|[^"\\])*"`
	claims := regexp.MustCompile(`"RU[^"]*"|(outside )?([A-Z]{2}(,[A-Z]{2})*|AS\d+(,AS\d+)*|list ` + list +
		`(,` + list + `)*) [<>] [0-9.]+%( of \w+)?|plurality \w+( of \w+)?`)
	names := regexp.MustCompile(`«[^»]*»`)
	texts := textsFR(t)
	for name, text := range texts {
		if slices.Contains(goldenFR, name) {
			testenv.Golden(t, "fr/"+name+".txt", []byte(text))
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(name, "caveats") && !strings.HasPrefix(line, "  ") {
				continue // the codes
			}
			own := strings.TrimSpace(names.ReplaceAllString(claims.ReplaceAllString(line, "x"), "x"))
			if word := forbiddenFR.FindString(own); word != "" {
				t.Errorf("%s says %q: %s", name, word, line)
			}
			own = regexp.MustCompile(`  +`).ReplaceAllString(own, "\t") // columns
			own = regexp.MustCompile(`[0-9a-f.]*:[0-9a-f:]*(/\d+)?|\d+(\.\d+){3}(/\d+)?`).ReplaceAllString(own, "x")
			if space := badSpacesFR.FindString(own); space != "" {
				t.Errorf("%s: spaces or apostrophes at %q: %s", name, space, line)
			}
		}
	}
	if len(goldenFR) > len(texts) {
		t.Errorf("%d texts", len(texts))
	}
	for _, name := range goldenFR {
		if texts[name] == "" {
			t.Errorf("no text %s", name)
		}
	}
}

func TestFrenchNumbers(t *testing.T) {
	for got, want := range map[string]string{
		fr.grouped(6000):    "6\u202f000",
		fr.share(.577):      "57,7\u00a0%",
		fr.share(.0001):     "moins de 0,1\u00a0%",
		fr.confidence(.975): "97,5\u00a0%",
		fr.cell(attribution.Share{Value: .38, Low: .37, High: .39}): "38,0\u00a0% (37,0 à 39,0\u00a0%)",
		fr.cell(attribution.Share{Value: .37, Low: .37, High: .39}): "37,0\u00a0% (au plus 39,0\u00a0%)",
		fr.span(time.Second):                           "1 seconde",
		fr.span(0):                                     "0 seconde",
		fr.span(26 * time.Hour):                        "26 heures",
		fr.quoted("a «b» \"c\""):                       "«\u00a0a 'b' 'c'\u00a0»",
		fr.moment(world.Built).Text:                    "1er juin 2026 à 12\u00a0h\u00a000\u00a0min\u00a000\u00a0s",
		fr.moment(at).Text:                             "10 juin 2026 à 7\u00a0h\u00a011\u00a0min\u00a023\u00a0s",
		fr.joined([]string{"a", "b", "c"}, french.and): "a, b et c",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// 0 and 1.5 are singular in French, 2 is not.
	for n, want := range map[float64]int{0: 0, 1: 0, 1.5: 0, 1.9: 0, 2: 1, 1e6: 1} {
		if got := french.form(n); got != want {
			t.Errorf("form of %v: %d", n, got)
		}
	}
	lead := func(points float64) string {
		return say(french.verdict.lead, args{"points": fr.points(points/100, nearest)})
	}
	if got := lead(1.5); got != "Son retard est de 1,5 point de pourcentage." {
		t.Error(got)
	}
	if got := lead(2.4); got != "Son retard est de 2,4 points de pourcentage." {
		t.Error(got)
	}
}

func TestFrenchPrinter(t *testing.T) {
	for _, preferred := range [][]language.Tag{
		{language.French}, {language.CanadianFrench}, {language.MustParse("fr-NC")}, {language.Japanese, language.French},
	} {
		if got := NewPrinter(preferred...).Outcome(attribution.Inadmissible); got != "irrecevable" {
			t.Errorf("%v: %q", preferred, got)
		}
	}
	if got := Languages(); !slices.Equal(got, []language.Tag{language.English, language.French}) {
		t.Errorf("languages %v", got)
	}
	for o, want := range []string{"non tranché", "étayé", "réfuté", "irrecevable"} {
		if got := fr.Outcome(attribution.Outcome(o)); got != want {
			t.Errorf("%v is %q", attribution.Outcome(o), got)
		}
	}
	if got := fr.Country(geo.Unlocated); got != "sans pays" {
		t.Errorf("unlocated is %q", got)
	}
	if got := fr.Caveat(caveat.Caveat{Code: "NEW_CODE", Value: .5}); got != "NEW_CODE 0.5" {
		t.Error(got)
	}
}
