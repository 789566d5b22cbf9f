package whence_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A recipe is short enough to copy, docs/RECIPES.md says when to take it, and a test runs it.
func TestRecipes(t *testing.T) {
	const mostLines = 60
	doc, err := os.ReadFile("docs/RECIPES.md")
	if err != nil {
		t.Fatal(err)
	}
	programs, _ := filepath.Glob("examples/recipes/*/main.go")
	if len(programs) < 4 {
		t.Errorf("there are only %d recipes", len(programs))
	}
	for _, path := range programs {
		code, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(code, []byte("\n")); n > mostLines {
			t.Errorf("%s has %d lines, a recipe has at most %d", path, n, mostLines)
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if files, _ := filepath.Glob(filepath.Join(dir, "*.go")); len(files) != 2 {
			t.Errorf("%s: %v, want a program in one file, and its test", dir, files)
		}
		_, about, ok := strings.Cut(string(doc), "(../"+dir+")")
		about, _, _ = strings.Cut(about, "\n## ")
		if !ok || !strings.Contains(about, "**Take it when**") || !strings.Contains(about, "**It does not**") {
			t.Errorf("docs/RECIPES.md does not say when to take %s, and what it does not do", dir)
		}
	}
}
