package brief

import (
	"slices"
	"testing"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/testenv"
)

// The other outputs of all showcases, in English, and the tickets in French too.
func TestGoldenOthers(t *testing.T) {
	french := slices.Index(text.Languages(), language.French)
	for _, c := range showcases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := once(t, c)
			for _, f := range []Format{Markdown, CSV, JSON, Text} {
				if f == JSON && c.name == "many" { // too long to look at
					continue
				}
				testenv.Golden(t, c.name+"."+string(f), []byte(write(t, b, f, 0)))
			}
			testenv.Golden(t, "fr/"+c.name+".md", []byte(write(t, b, Markdown, french)))
		})
	}
}
