package ingest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Logs that no format knows are refused, with what may be chosen, or they are text of which the
// account says that it knows no direction. They are never read as something else.
func TestUnsure(t *testing.T) {
	files, err := filepath.Glob("testdata/unsure/*.log")
	if err != nil || len(files) == 0 {
		t.Fatal("no logs", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		accounted(t, string(text), Options{})
		events, a, err := readAll(string(text), Options{Year: 2024})
		var open *UndecidedError
		switch {
		case errors.As(err, &open):
			if open.Option == "" || len(open.Candidates) == 0 {
				t.Errorf("%s: refused without a choice: %v", file, err)
			}
		case err != nil:
			t.Errorf("%s: %v", file, err)
		case a.Format != "TEXT" || !slices.Contains(notes(a), noteNoDirection):
			t.Errorf("%s: read as %s, %v", file, a.Format, notes(a))
		}
		for i := range events {
			if e := &events[i]; e.Handshake || e.Events != 1 {
				t.Errorf("%s: %+v", file, e)
			}
		}
	}
}
