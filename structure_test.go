package whence_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/whence-go/whence"
	mmdb   = "github.com/oschwald/maxminddb-golang/v2"
)

// arrows are the imports that each package may have: of this module, and of other
// modules. Nothing else may appear, and what stands here must be used.
var arrows = map[string][]string{
	"":                       {},
	"geo":                    {"github.com/gaissmai/bart", mmdb, mmdb + "/mmdbdata"},
	"geo/dbip":               {"geo"},
	"geo/routed":             {"geo"},
	"sketch":                 {"internal/registers", "internal/wire", "github.com/axiomhq/hyperloglog"},
	"internal/jcs":           {},
	"internal/oracle":        {"geo"},
	"internal/count":         {},
	"internal/stat":          {},
	"internal/wire":          {},
	"internal/registers":     {"github.com/axiomhq/hyperloglog"},
	"internal/scenario":      {"geo"},
	"internal/testenv":       {},
	"internal/testenv/world": {"geo", "geo/dbip", "geo/routed", "internal/scenario", "internal/testenv", "sketch"},
	"bench":                  {},
	"attribution/text": {"attribution", "attribution/baseline", "attribution/caveat", "attribution/evidence",
		"attribution/monitor", "attribution/network", "geo", "golang.org/x/text/language"},
	"examples/attribute": {"attribution", "attribution/monitor", "geo", "geo/dbip", "geo/routed", "internal/scenario",
		"sketch", "github.com/klauspost/compress/zstd"},
	"examples/middleware": {"attribution", "attribution/monitor", "geo", "geo/dbip"},
}

// testOnly are the modules that tests need and no importer gets.
var testOnly = []string{
	"golang.org/x/text/language",
	"golang.org/x/exp/apidiff",
	"github.com/axiomhq/hyperloglog", "github.com/oschwald/maxminddb-golang/v2", "github.com/klauspost/compress/zstd",
}

type goPackage struct {
	ImportPath                string
	Imports, Deps             []string
	TestImports, XTestImports []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,TestImports,XTestImports", "./...").Output()
	if err != nil {
		t.Skip("needs the go command: ", err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// short names an import as arrows does; the standard library has no name.
func short(path string) string {
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return ""
	}
	return strings.TrimPrefix(path, module+"/")
}

// Imports point one way, and no package brings a dependency that it was not meant
// to bring.
func TestArrows(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if strings.HasPrefix(name, "bench/internal/") {
			continue // programs that developers run, nobody imports them
		}
		allowed, known := arrows[name]
		if !known {
			t.Errorf("%s: a new package; say in this test what it may import", name)
		}
		for _, path := range p.Imports {
			if s := short(path); s != "" && !slices.Contains(allowed, s) {
				t.Errorf("%s imports %s", name, s)
			}
		}
		for _, s := range allowed {
			path := s
			if !strings.Contains(strings.Split(s, "/")[0], ".") {
				path = module + "/" + s
			}
			if !slices.Contains(p.Imports, path) {
				t.Errorf("%s no longer imports %s: take it off the list", name, s)
			}
		}
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			if s := short(path); s != "" && strings.Contains(strings.Split(s, "/")[0], ".") && !slices.Contains(testOnly, s) {
				t.Errorf("a test of %s imports %s", name, s)
			}
		}
	}
}

// An importer of attribution links three modules beside this one, and what these
// need themselves.
func TestDependenciesOfTheCore(t *testing.T) {
	want := []string{
		"github.com/axiomhq/hyperloglog", "github.com/dgryski/go-metro", "github.com/kamstrup/intmap",
		"github.com/gaissmai/bart", "github.com/oschwald/maxminddb-golang/v2", "golang.org/x/sys/unix",
	}
	for _, p := range listPackages(t) {
		if p.ImportPath != module+"/attribution" {
			continue
		}
		for _, d := range p.Deps {
			foreign := short(d) != "" && !strings.HasPrefix(d, module)
			if foreign && !slices.ContainsFunc(want, func(w string) bool { return d == w || strings.HasPrefix(d, w+"/") }) {
				t.Errorf("attribution brings %s", d)
			}
		}
	}
}
