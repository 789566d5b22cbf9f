package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The committed names are what this program writes.
func TestNamesAreCurrent(t *testing.T) {
	paths, err := filepath.Glob(pathOf(filepath.Join("..", ".."), "*"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no names of countries in attribution/text: ", err)
	}
	for _, path := range paths {
		_, lang, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".go"), "_")
		want, err := generate(lang)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what go run ./countries -lang %s writes", path, lang)
		}
	}
}

func TestGenerateRefusesUnknownLanguages(t *testing.T) {
	for _, lang := range []string{"", "xx-nonsense-", "tlh"} {
		if _, err := generate(lang); err == nil {
			t.Errorf("%q: no error", lang)
		}
	}
}
