package brief

import (
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// The other outputs of all showcases, in English.
func TestGoldenOthers(t *testing.T) {
	for _, c := range showcases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := once(t, c)
			for _, f := range []Format{Markdown, CSV, JSON, Text} {
				if f == JSON && c.name == "many" { // too long to look at
					continue
				}
				testenv.Golden(t, c.name+"."+string(f), []byte(write(t, b, f, 0)))
			}
		})
	}
}
