package brief

import (
	"path/filepath"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/chromium"
)

// French needs more room than English: its pages must not overflow, nor take a third page of paper.
func TestChromiumFrench(t *testing.T) {
	testenv.OneGoroutine(t)
	b := chromium.Start(t)
	paths, err := filepath.Glob(filepath.Join("testdata", "fr", "*.html"))
	if err != nil || len(paths) < 4 {
		t.Fatalf("pages %q, %v", paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			b.During(t)
			whole, err := filepath.Abs(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, width := range []int{360, 768, 1280} {
				see(b, width, "light", "screen")
				open(b, "file://"+filepath.ToSlash(whole))
				var out []string
				if b.Eval(overflows, &out); len(out) > 0 {
					t.Errorf("%d px: %q", width, out)
				}
			}
			checkNames(t, b)
			see(b, 1280, "light", "print")
			if filepath.Base(path) != "many.html" {
				checkPrint(t, b)
			}
		})
	}
}
