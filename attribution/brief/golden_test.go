package brief

import (
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// The pages of all showcases, in English.
func TestShowcasesHTML(t *testing.T) {
	for _, c := range showcases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			testenv.Golden(t, c.name+".html", []byte(pageOf(t, once(t, c))))
		})
	}
}
