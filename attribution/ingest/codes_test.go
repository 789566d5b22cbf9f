package ingest

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest/internal/container"
)

// docs/INPUTS.md explains every code that an account may have, and no other.
func TestInputsExplainsEveryCode(t *testing.T) {
	doc, err := os.ReadFile("../../docs/INPUTS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, doc, _ = bytes.Cut(doc, []byte("\n| code | why the record was lost |\n"))
	faultTable, noteTable, ok := bytes.Cut(doc, []byte("\n| note | what it says |\n"))
	if !ok {
		t.Fatal("docs/INPUTS.md has no table of notes")
	}
	listed := func(table []byte) (codes []string) {
		for _, row := range regexp.MustCompile(`(?m)^\| ([A-Z0-9_, ]+) \|`).FindAllSubmatch(table, -1) {
			codes = append(codes, strings.Split(string(row[1]), ", ")...)
		}
		return codes
	}
	faults := declared(t, ` fault += "([A-Z0-9_]+)"`)
	faults = slices.DeleteFunc(faults, func(code string) bool { return fault(code) == noRecord || fault(code) == goesOn })
	notes := append(declared(t, `\bnote[A-Z]\w* += "([A-Z0-9_]+)"`),
		attribution.NoteClaimed, attribution.NoteBlocks, attribution.NoteCutIPv4, attribution.NoteCutIPv6)
	for _, p := range prefixes {
		notes = append(notes, p.code)
	}
	for c := container.Code(0); c.String() != "UNKNOWN"; c++ {
		notes = append(notes, c.String())
		if c.Lost() && c != container.LongLine { // which are counted one by one
			faults = append(faults, c.String())
		}
	}
	for what, codes := range map[string][2][]string{
		"faults": {listed(faultTable), faults}, "notes": {listed(noteTable), notes},
	} {
		documented, known := set(codes[0]), set(codes[1])
		if len(known) < 15 || len(known) != len(codes[1]) {
			t.Errorf("%d %s of %d differ", len(known), what, len(codes[1]))
		}
		if !maps.Equal(documented, known) {
			t.Errorf("%s: docs/INPUTS.md has\n%v\nand the reader\n%v", what,
				slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(known)))
		}
	}
}

// declared are the constants of this package whose declaration fits a pattern.
func declared(t *testing.T, pattern string) (codes []string) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(source, -1) {
			codes = append(codes, string(m[1]))
		}
	}
	return codes
}

func set(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}
