package brief

import (
	"regexp"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/testenv"
)

// The other outputs of all showcases, in English, and the tickets in French too.
func TestShowcasesOther(t *testing.T) {
	french := slices.Index(text.Languages(), language.French)
	for _, c := range showcases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := once(t, c)
			for _, f := range []Format{Markdown, CSV, JSON, Text} {
				if f == JSON && c.name == "many" { // too long to look at
					continue
				}
				out := write(t, b, f, 0)
				if f == JSON {
					out = longNumber.ReplaceAllStringFunc(out, rounded)
				}
				testenv.Golden(t, c.name+"."+string(f), []byte(out))
			}
			testenv.Golden(t, "fr/"+c.name+".md", []byte(write(t, b, Markdown, french)))
		})
	}
}

// longNumber is one whose last digits depend on the processor, as some round a product and a sum at once.
var longNumber = regexp.MustCompile(`\b\d+\.\d{9,}(e-?\d+)?\b`)

// rounded returns a number with 8 significant digits.
func rounded(number string) string {
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	return strconv.FormatFloat(v, 'g', 8, 64)
}
