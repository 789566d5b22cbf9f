package testenv

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// CorpusPath returns the path of a file of real traffic. Such files are not part of the repository: they are in the
// folder shared/corpora beside it. Without the file, the test is skipped.
func CorpusPath(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(filepath.Dir(Root(t)), "shared", "corpora", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("real traffic, not part of the repository: %v", err)
	}
	return path
}

// Corpus opens a file of real traffic, and decompresses it if its name ends in .gz. Without the file, the test is
// skipped.
func Corpus(t testing.TB, name string) io.Reader {
	t.Helper()
	f, err := os.Open(CorpusPath(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Root returns the folder of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		text, _ := os.ReadFile(filepath.Join(dir, "go.mod"))
		if first, _, _ := strings.Cut(string(text), "\n"); strings.TrimSpace(first) == "module github.com/whence-go/whence" {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("this test does not run in the repository")
		}
		dir = up
	}
}
