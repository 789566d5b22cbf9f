package testenv

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// spy records what a helper does to its test.
type spy struct {
	testing.TB
	failed, skipped string
}

func (s *spy) Helper()                   {}
func (s *spy) Errorf(f string, a ...any) { s.failed = fmt.Sprintf(f, a...) }
func (s *spy) Skipf(f string, a ...any)  { s.skipped = fmt.Sprintf(f, a...) }

func TestGolden(t *testing.T) {
	t.Chdir(t.TempDir())
	golden := func(name, text string) string {
		s := &spy{TB: t}
		Golden(s, name, []byte(text))
		return s.failed
	}
	if got := golden("a/b.txt", "x\n"); !strings.Contains(got, "no golden file") {
		t.Errorf("without a file: %q", got)
	}
	*updateGolden = true
	recorded := golden("a/b.txt", "one\ntwo\nthree\n")
	*updateGolden = false
	text, err := os.ReadFile(filepath.Join("testdata", "a", "b.txt"))
	if recorded != "" || err != nil || string(text) != "one\ntwo\nthree\n" {
		t.Fatalf("recorded %q, %v, %s", text, err, recorded)
	}
	for text, want := range map[string]string{
		"one\ntwo\nthree\n":       "",
		"one\nTwo\nthree\n":       `line 2 is "Two", want "two"`,
		"one\ntwo\n":              `line 3 is "", want "three"`,
		"one\ntwo\nthree\nfour\n": `line 4 is "four", want ""`,
		"one\ntwo\x00":            "byte 7 of 8: 00, want 0a74687265650a of 14 bytes",
		"":                        `line 1 is "", want "one"`,
	} {
		if got := golden("a/b.txt", text); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCorpus(t *testing.T) {
	s := &spy{TB: t}
	CorpusPath(s, "no such folder/file")
	if !strings.Contains(s.skipped, "real traffic, not part of the repository") {
		t.Errorf("skipped because of %q", s.skipped)
	}
	if _, err := os.Stat(filepath.Join(Root(t), "internal", "testenv", "corpus.go")); err != nil {
		t.Error(err)
	}
}

func TestSecret(t *testing.T) {
	a, b := Secret(0), Secret(1)
	if len(a) != 32 || len(b) != 32 || bytes.Equal(a, b) || bytes.Equal(a, make([]byte, 32)) {
		t.Errorf("secrets %x and %x", a, b)
	}
}
