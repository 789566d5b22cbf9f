package brief

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/text"
)

// phrasesOf are all texts of a language by where they stand.
func phrasesOf(w *words) map[string]string {
	all := map[string]string{}
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
		case reflect.Array, reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				walk(path+"."+k.String(), v.MapIndex(k))
			}
		}
	}
	walk("", reflect.ValueOf(w).Elem())
	return all
}

var (
	placePattern = regexp.MustCompile(`\{([^{}:]+)(:[^{}]*)?\}`)
	formPattern  = regexp.MustCompile(`\{[^{}:]*:([^{}|]*)(\|[^{}|]*)*\}`)
)

// placesOf are the arguments that a phrase takes, each once.
func placesOf(p string) []string {
	found := map[string]bool{}
	for _, m := range placePattern.FindAllStringSubmatch(p, -1) {
		found[m[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// mayBeEmpty are words that a language may do without.
var mayBeEmpty = []string{}

// otherPlaces are phrases that say the same with other arguments, and why.
var otherPlaces = map[string]string{}

// Every language has every word, with the arguments that English has.
func TestLanguagesAreComplete(t *testing.T) {
	want := phrasesOf(&english)
	for _, w := range languages {
		got := phrasesOf(w)
		for where, p := range want {
			own, ok := got[where]
			switch {
			case p == "" && !slices.Contains(mayBeEmpty, where):
				t.Errorf("%v%s is empty", english.tag, where)
			case !ok:
				t.Errorf("%v has no%s: %q", w.tag, where, p)
			case own == "" && p != "":
				t.Errorf("%v%s is empty, in English %q", w.tag, where, p)
			case otherPlaces[w.tag.String()+where] == "" && !slices.Equal(placesOf(own), placesOf(p)):
				t.Errorf("%v%s takes %q, in English %q", w.tag, where, placesOf(own), placesOf(p))
			}
		}
		for where := range got {
			if _, ok := want[where]; !ok {
				t.Errorf("%v%s is not in English", w.tag, where)
			}
		}
	}
}

// Both packages know the same languages.
func TestLanguagesAreThoseOfText(t *testing.T) {
	var own []language.Tag
	for _, w := range languages {
		own = append(own, w.tag)
	}
	if want := text.Languages(); !slices.Equal(own, want) {
		t.Errorf("languages %v, package text has %v", own, want)
	}
	for _, tag := range text.Languages() {
		if got := wordsOf(text.NewPrinter(tag)); got.tag != tag {
			t.Errorf("%v has the words of %v", tag, got.tag)
		}
	}
}

// forbiddenFR are words that say more than a database knows, or that would name people.
var forbiddenFR = regexp.MustCompile(`(?i)\bv(enant|enus?|enues?|ient|iennent) d|provenan|provien|\bd.origine\b|` +
	`originaires?|hackers?|\bpirates?\b|attaquants?|\bdepuis (la|le|les|l)\b`)

// badSpacesFR are places where French has another space. Code is no French.
var badSpacesFR = regexp.MustCompile(`[^\x{00a0}:]:( |$)|[^\x{202f}][;?!]|[^\x{00a0}]%|«[^\x{00a0}]|[^\x{00a0}]»|` +
	` [\x{00a0}\x{202f}]|[\x{00a0}\x{202f}] |  |'|\d[.]\d[^.]`)

func TestFrenchWords(t *testing.T) {
	for where, p := range phrasesOf(&french) {
		if where == ".colon" || where == ".semicolon" {
			p = "x" + p + "x"
		}
		if word := forbiddenFR.FindString(p); word != "" {
			t.Errorf("%s says %q", where, word)
		}
		plain := strings.ReplaceAll(p, "1.0.0", "1") // of an atlas
		plain = placePattern.ReplaceAllString(formPattern.ReplaceAllString(plain, "$1"), "x")
		if space := badSpacesFR.FindString(plain); space != "" {
			t.Errorf("%s: spaces or apostrophes at %q: %s", where, space, plain)
		}
	}
	at := time.Date(2024, 5, 1, 7, 1, 3, 0, time.UTC)
	got := strings.Join([]string{french.date(at), french.day(at), french.month(at), french.clock(at)}, ", ")
	if want := "1er mai 2024, 1er mai, mai, 7\u00a0h\u00a001\u00a0min\u00a003\u00a0s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
