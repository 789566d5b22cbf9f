package testenv

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var updateGolden = flag.Bool("update-golden", false, "record what is compared with golden files as it is now")

// Golden fails the test unless got is what the file testdata/name has. To record a change:
//
//	go test -run NameOfTheTest ./package -update-golden
//
// Give a test that compares encodings a name with Golden in it: these tests run on a big-endian machine too.
func Golden(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *updateGolden {
		if err := record(path, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("no golden file: %v (with -update-golden the test records it)", err)
		return
	}
	if d := difference(got, want); d != "" {
		t.Errorf("%s: %s (with -update-golden the test records a change)", path, d)
	}
}

func record(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// difference says where got first differs from want, and how: by line if both are text.
func difference(got, want []byte) string {
	if bytes.Equal(got, want) {
		return ""
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	if bytes.IndexByte(got, 0) < 0 && bytes.IndexByte(want, 0) < 0 {
		line := bytes.Count(got[:at], []byte("\n"))
		return fmt.Sprintf("line %d is %q, want %q", line+1, lineOf(got, line), lineOf(want, line))
	}
	end := func(b []byte) []byte { return b[at:min(at+8, len(b))] }
	return fmt.Sprintf("byte %d of %d: %x, want %x of %d bytes", at, len(got), end(got), end(want), len(want))
}

func lineOf(text []byte, n int) []byte {
	lines := bytes.Split(text, []byte("\n"))
	if n >= len(lines) {
		return nil
	}
	return lines[n]
}
