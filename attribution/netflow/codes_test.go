package netflow

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/FLOWS.md explains every code that an account may have, and no other.
func TestDocsExplainEveryCode(t *testing.T) {
	doc, err := os.ReadFile("../../docs/FLOWS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, doc, _ = bytes.Cut(doc, []byte("\n| code | why the record was lost |\n"))
	unread, noted, ok := bytes.Cut(doc, []byte("\n| note | what it says |\n"))
	if !ok {
		t.Fatal("docs/FLOWS.md has no table of notes")
	}
	explained := func(table []byte) (codes []string) {
		for _, row := range regexp.MustCompile(`(?m)^\| ([A-Z0-9_, ]+) \|`).FindAllSubmatch(table, -1) {
			codes = append(codes, strings.Split(string(row[1]), ", ")...)
		}
		slices.Sort(codes)
		return codes
	}
	for what, pair := range map[string][2][]string{
		"reasons": {explained(unread), slices.Sorted(slices.Values(faultCodes[:]))},
		"notes":   {explained(noted), slices.Sorted(slices.Values(noteCodes[:]))},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s: docs/FLOWS.md has\n%v\nand the decoder\n%v", what, pair[0], pair[1])
		}
		if slices.Contains(pair[1], "") || len(slices.Compact(pair[1])) != len(pair[1]) {
			t.Errorf("%s: a code is missing or there twice: %v", what, pair[1])
		}
	}
}
