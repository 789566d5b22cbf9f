package whence_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var codeLine = regexp.MustCompile(`Code += "([A-Z_]+)"`)

// docs/CLAIMS.md explains every caveat that there is, and none that is not.
func TestClaimsExplainsEveryCaveat(t *testing.T) {
	doc, err := os.ReadFile("docs/CLAIMS.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([A-Z]+(?:_[A-Z]+)*) \|`).FindAllStringSubmatch(string(doc), -1) {
		explained[m[1]] = true
	}
	files, _ := filepath.Glob("attribution/*.go")
	more, _ := filepath.Glob("attribution/monitor/*.go")
	known := map[string]bool{}
	for _, name := range append(files, more...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range codeLine.FindAllStringSubmatch(string(code), -1) {
			known[m[1]] = true
			if !explained[m[1]] {
				t.Errorf("%s: %s is not explained in docs/CLAIMS.md", name, m[1])
			}
		}
	}
	if len(known) < 20 {
		t.Errorf("found only %d caveats in the code", len(known))
	}
	for code := range explained {
		if !known[code] {
			t.Errorf("docs/CLAIMS.md explains %s, which is no caveat", code)
		}
	}
}
