package brief

import (
	"path/filepath"
	"testing"
)

// French needs more room than English: its pages must not overflow, nor take a third page of paper.
func TestChromiumFrench(t *testing.T) {
	b := startBrowser(t)
	paths, err := filepath.Glob(filepath.Join("testdata", "fr", "*.html"))
	if err != nil || len(paths) < 4 {
		t.Fatalf("pages %q, %v", paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			b.t = t
			defer func() { b.t = nil }()
			whole, err := filepath.Abs(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, width := range []int{360, 768, 1280} {
				b.see(width, "light", "screen")
				b.open("file://" + filepath.ToSlash(whole))
				var out []string
				if b.eval(overflows, &out); len(out) > 0 {
					t.Errorf("%d px: %q", width, out)
				}
			}
			checkNames(t, b)
			b.see(1280, "light", "print")
			if filepath.Base(path) != "many.html" {
				checkPrint(t, b)
			}
		})
	}
}
