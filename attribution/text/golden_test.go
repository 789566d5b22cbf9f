package text

import (
	"bytes"
	"testing"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/internal/testenv"
)

// The English text of reports of all kinds.
func TestGoldenReports(t *testing.T) {
	p := NewPrinter(language.English)
	for _, c := range reportCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := p.Report(&b, c.report(t)); err != nil {
				t.Fatal(err)
			}
			testenv.Golden(t, c.name+".txt", b.Bytes())
		})
	}
}
