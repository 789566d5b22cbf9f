package whence_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/whence-go/whence"
	mmdb   = "github.com/oschwald/maxminddb-golang/v2"
	hll    = "github.com/axiomhq/hyperloglog"

	tags = "golang.org/x/text/language"
)

// A room is a package with the imports that it has, of this module and of other modules.
// Nothing else may appear, and what stands here must be used.
type room struct {
	name    string
	imports []string
}

// rooms are all packages, low to high: each imports only what stands above it.
var rooms = []room{
	{"", nil},
	{"attribution/caveat", nil},
	{"internal/stat", nil},
	{"internal/wire", nil},
	{"internal/frame", nil},
	{"internal/testenv", nil},
	{"internal/testenv/chromium", nil},
	{"geo", []string{"github.com/gaissmai/bart", mmdb, mmdb + "/mmdbdata"}},
	{"geo/dbip", []string{"geo"}},
	{"geo/routed", []string{"geo"}},
	{"internal/registers", []string{hll}},
	{"sketch", []string{"internal/registers", "internal/wire", hll}},
	{"internal/source", []string{"geo"}},
	{"internal/oracle", []string{"geo"}},
	{"internal/phrase", nil},
	{"internal/plainjson", nil},
	{"internal/scenario", []string{"geo"}},
	{"internal/testenv/world", []string{
		"geo", "geo/dbip", "geo/routed", "internal/scenario", "internal/testenv", "sketch",
	}},
	{"internal/block", []string{"geo", "internal/source", "sketch"}},
	{"internal/snapshot", []string{
		"geo", "internal/registers", "internal/source", "internal/stat", "internal/wire", "sketch", hll,
	}},
	{"internal/tally", []string{
		"geo", "internal/block", "internal/registers", "internal/snapshot", "internal/source", "sketch",
	}},
	{"internal/plausible", []string{"geo", "internal/snapshot", "internal/stat"}},
	{"internal/decide", []string{
		"attribution/caveat", "geo", "internal/plausible", "internal/snapshot", "internal/stat",
	}},
	{"attribution", []string{
		"attribution/caveat", "geo", "internal/block", "internal/decide", "internal/plausible",
		"internal/snapshot", "internal/stat", "internal/tally", "sketch", hll,
	}},
	{"attribution/baseline", []string{"attribution", "attribution/caveat", "geo", "internal/snapshot", "internal/stat"}},
	{"attribution/network", []string{"attribution", "geo", "internal/snapshot", "internal/stat"}},
	{"attribution/evidence", []string{
		"attribution", "geo", "internal/snapshot", "sketch", "github.com/go-json-experiment/json/jsontext",
	}},
	{"attribution/monitor/internal/trials", nil},
	{"attribution/monitor/internal/detect", []string{"internal/wire"}},
	{"attribution/monitor", []string{
		"attribution", "attribution/baseline", "attribution/caveat", "attribution/monitor/internal/detect", "geo",
		"internal/block", "internal/plausible", "internal/snapshot", "internal/source", "internal/stat",
		"internal/tally", "internal/wire", "sketch",
	}},
	{"internal/figures", []string{"attribution", "geo"}},
	{"internal/checkpoint", []string{"attribution/monitor"}},
	{"attribution/fleet", []string{
		"attribution", "attribution/monitor", "internal/snapshot", "internal/wire", "sketch",
		"github.com/klauspost/compress/zstd",
	}},
	{"internal/testenv/engines", []string{
		"attribution", "attribution/monitor", "geo", "internal/testenv/world", "sketch",
	}},
	{"attribution/netflow", []string{"attribution", "attribution/monitor", "geo", "internal/frame", "internal/snapshot"}},
	{"attribution/text", []string{
		"attribution", "attribution/baseline", "attribution/caveat", "attribution/evidence", "attribution/monitor",
		"attribution/network", "geo", "internal/figures", "internal/phrase", tags,
	}},
	{"attribution/brief/internal/worldmap", nil},
	{"attribution/brief", []string{
		"attribution", "attribution/baseline", "attribution/brief/internal/worldmap", "attribution/caveat",
		"attribution/monitor", "attribution/network",
		"attribution/text", "geo", "internal/figures", "internal/phrase", "internal/plainjson", tags,
	}},
	{"attribution/ingest/internal/clock", nil},
	{"attribution/ingest/internal/container", []string{
		"github.com/klauspost/compress/gzip", "github.com/klauspost/compress/zstd", "github.com/ulikunitz/xz",
		"golang.org/x/text/encoding/unicode",
	}},
	{"attribution/ingest", []string{
		"attribution", "attribution/ingest/internal/clock", "attribution/ingest/internal/container", "geo",
	}},
	{"examples/internal/interrupt", nil},
	{"examples/internal/intake", []string{
		"attribution", "attribution/evidence", "attribution/ingest", "attribution/monitor", "geo",
	}},
	{"examples/attribute", []string{
		"attribution", "attribution/brief", "attribution/caveat", "attribution/evidence", "attribution/ingest",
		"attribution/monitor", "attribution/network", "attribution/text", "examples/internal/intake", "geo", "geo/dbip",
		"geo/routed", "internal/plainjson", "internal/scenario", "sketch", tags,
	}},
	{"examples/browser", []string{
		"attribution", "attribution/brief", "attribution/evidence", "attribution/ingest", "attribution/monitor",
		"attribution/text", "examples/internal/intake", "geo", "sketch", tags,
	}},
	{"attribution/web", []string{
		"attribution", "attribution/brief", "attribution/monitor", "attribution/text", "geo", "internal/phrase", tags,
	}},
	{"examples/middleware", []string{"attribution/monitor", "attribution/web", "geo", "geo/dbip"}},
	{"examples/recipes/policy", []string{"attribution", "attribution/monitor", "geo/dbip"}},
	{"examples/recipes/logfile", []string{"attribution", "attribution/brief", "attribution/ingest", "geo/dbip", tags}},
	{"examples/recipes/sketches", []string{"attribution", "attribution/text", "geo", "geo/dbip", "sketch", hll, tags}},
	{"examples/recipes/flows", []string{
		"attribution/monitor", "attribution/netflow", "attribution/text", "geo", "geo/dbip", tags,
	}},
	{"examples/recipes/gateway", []string{
		"attribution", "attribution/fleet", "attribution/monitor", "geo/dbip", "sketch",
	}},
	{"examples/recipes/center", []string{
		"attribution", "attribution/fleet", "attribution/monitor", "attribution/text", "geo/dbip", "sketch", tags,
	}},
	{"bench", nil},
}

// testOnly are the modules that tests need and no importer gets.
var testOnly = []string{
	"golang.org/x/text/language",
	"golang.org/x/exp/apidiff",
	hll, mmdb, tags, "github.com/klauspost/compress/zstd", "github.com/ulikunitz/xz", "golang.org/x/text/encoding/unicode",
}

type goPackage struct {
	ImportPath                string
	Imports, Deps             []string
	TestImports, XTestImports []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out := output(t, "go", "list", "-json=ImportPath,Imports,Deps,TestImports,XTestImports", "./...")
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(out)); ; {
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

// Imports point one way, and no package brings a dependency that it was not meant to bring.
func TestArrows(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if strings.HasPrefix(name, "bench/internal/") {
			continue // programs that developers run, nobody imports them
		}
		at := slices.IndexFunc(rooms, func(r room) bool { return r.name == name })
		if at < 0 {
			t.Errorf("%s: a new package; say in this test what it may import", name)
			continue
		}
		for _, path := range p.Imports {
			if s := short(path); s != "" && !slices.Contains(rooms[at].imports, s) {
				t.Errorf("%s imports %s", name, s)
			}
		}
		for _, s := range rooms[at].imports {
			path, foreign := s, strings.Contains(strings.Split(s, "/")[0], ".")
			if !foreign {
				path = module + "/" + s
				if !slices.ContainsFunc(rooms[:at], func(r room) bool { return r.name == s }) {
					t.Errorf("%s imports %s, which does not stand above it", name, s)
				}
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

// docs/ARCHITECTURE.md shows every room.
func TestArchitectureShowsEveryRoom(t *testing.T) {
	doc, err := os.ReadFile("docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rooms {
		if r.name != "" && !strings.Contains(string(doc), "`"+r.name+"`") {
			t.Errorf("docs/ARCHITECTURE.md does not show %s", r.name)
		}
	}
}

// An importer of attribution links three modules beside this one, and what these
// need themselves.
func TestDependenciesOfTheCore(t *testing.T) {
	want := []string{
		hll, "github.com/dgryski/go-metro", "github.com/kamstrup/intmap",
		"github.com/gaissmai/bart", mmdb, "golang.org/x/sys/unix",
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
