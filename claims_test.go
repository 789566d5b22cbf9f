package whence_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/whence-go/whence/attribution/caveat"
)

// docs/CLAIMS.md explains every caveat that there is, and none that is not.
func TestClaimsExplainsEveryCaveat(t *testing.T) {
	doc, err := os.ReadFile("docs/CLAIMS.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[caveat.Code]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([A-Z]+(?:_[A-Z]+)*) \|`).FindAllSubmatch(doc, -1) {
		explained[caveat.Code(m[1])] = true
	}
	for code := range caveat.Codes() {
		if !explained[code] {
			t.Errorf("%s is not explained in docs/CLAIMS.md", code)
		}
		delete(explained, code)
	}
	for code := range explained {
		t.Errorf("docs/CLAIMS.md explains %s, which is no caveat", code)
	}
}
