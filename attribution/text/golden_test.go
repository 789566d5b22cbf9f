package text

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/text/language"
)

var updateGolden = flag.Bool("update-golden", false, "record what is compared with golden files as it is now")

// golden compares a text with a file in testdata, or records it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; record it with -update-golden and read the diff. Now:\n%s", path, got)
	}
}

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
			golden(t, c.name+".txt", b.Bytes())
		})
	}
}
