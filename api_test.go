package whence_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/exp/apidiff"
)

var updateAPI = flag.Bool("update-api", false, "record the public API as it is now in the folder api")

// TestAPI compares the public API with its record in the folder api, so that every change of it is seen. apidiff
// says, by the rules of Go compatibility, what a change breaks and what it adds. To accept a change:
//
//	go test -run TestAPI . -update-api
//
// A type of an internal package which an API names is part of that API, and has a record too.
func TestAPI(t *testing.T) {
	gc, paths := compiled(t)
	now, err := stubs(gc, publicPackages(paths))
	if err != nil {
		t.Fatal(err)
	}
	if *updateAPI {
		writeRecord(t, now)
	}
	problems, err := compareAPIs(gc, readRecord(t), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
	if problems != nil {
		t.Log("to accept all of this: go test -run TestAPI . -update-api")
	}
}

// compiled returns an importer of what the compiler makes of this module, and the paths of all packages in it.
func compiled(t *testing.T) (types.Importer, []string) {
	t.Helper()
	out := output(t, "go", "list", "-export", "-deps", "-json=ImportPath,Export", "./...")
	files := map[string]string{}
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		files[p.ImportPath] = p.Export
	}
	open := func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
	return importer.ForCompiler(token.NewFileSet(), "gc", open), slices.Collect(maps.Keys(files))
}

// publicPackages returns the packages that users import: all but examples, benchmarks and internal ones.
func publicPackages(all []string) (paths []string) {
	for _, path := range all {
		name, ok := strings.CutPrefix(path, module+"/")
		room, _, _ := strings.Cut(name, "/")
		if ok && room != "examples" && room != "bench" && !strings.Contains("/"+path+"/", "/internal/") {
			paths = append(paths, path)
		}
	}
	return paths
}

// stubs returns the text of the API of each package, and of the internal types that these name.
func stubs(from types.Importer, paths []string) (map[string]string, error) {
	texts := map[string]string{}
	behind := map[string][]*types.TypeName{} // the internal types, by package
	foreign := func(name *types.TypeName) {
		path := name.Pkg().Path()
		internal := strings.HasPrefix(path, module+"/") && !slices.Contains(paths, path)
		if internal && !slices.Contains(behind[path], name) {
			behind[path] = append(behind[path], name)
			delete(texts, path) // to be written again with this type
		}
	}
	for _, path := range paths {
		p, err := from.Import(path)
		if err != nil {
			return nil, err
		}
		texts[path] = stubOf(p, nil, foreign)
	}
	for missing := true; missing; {
		missing = false
		for path, roots := range maps.Clone(behind) {
			if texts[path] == "" {
				texts[path] = stubOf(roots[0].Pkg(), roots, foreign)
				missing = true
			}
		}
	}
	return texts, nil
}

// compareAPIs returns what the record and the API of today differ in.
func compareAPIs(fallback types.Importer, record, today map[string]string) (problems []string, err error) {
	before, now := &stubImporter{texts: record, fallback: fallback}, &stubImporter{texts: today, fallback: fallback}
	for _, path := range slices.Sorted(maps.Keys(today)) {
		if _, ok := record[path]; !ok {
			problems = append(problems, path+": a new package")
			continue
		}
		new, err := now.Import(path)
		if err != nil {
			return nil, err
		}
		// What does not type-check any more names something that is gone: apidiff says what that breaks.
		old, err := before.Import(path)
		if old == nil {
			return nil, err
		}
		changes := apidiff.Changes(old, new).Changes
		for _, change := range changes {
			kind := "breaks"
			if change.Compatible {
				kind = "adds to"
			}
			problems = append(problems, fmt.Sprintf("%s: this change %s the API: %s", path, kind, change.Message))
		}
		if len(changes) == 0 && record[path] != today[path] {
			line := firstDifference(record[path], today[path])
			problems = append(problems, fmt.Sprintf("%s: a change that apidiff does not judge: %s", path, line))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(record)) {
		if _, ok := today[path]; !ok {
			problems = append(problems, path+": the package is gone")
		}
	}
	return problems, nil
}

func firstDifference(a, b string) string {
	old, new := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(old), len(new)) {
		if old[i] != new[i] {
			return fmt.Sprintf("line %d was %q and is %q", i+1, old[i], new[i])
		}
	}
	return fmt.Sprintf("%d lines were recorded, and there are %d", len(old), len(new))
}

// A stubImporter makes types of stubs, and leaves other packages to its fallback.
type stubImporter struct {
	texts    map[string]string
	done     map[string]*types.Package
	fallback types.Importer
}

func (s *stubImporter) Import(path string) (*types.Package, error) {
	text, ok := s.texts[path]
	if !ok {
		return s.fallback.Import(path)
	}
	if p, ok := s.done[path]; ok {
		return p, nil
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var errs []error
	config := types.Config{Importer: s, IgnoreFuncBodies: true, Error: func(err error) { errs = append(errs, err) }}
	p, _ := config.Check(path, files, []*ast.File{file}, nil)
	if s.done == nil {
		s.done = map[string]*types.Package{}
	}
	s.done[path] = p
	return p, errors.Join(errs...)
}

// recordFile names the record of a package.
func recordFile(path string) string {
	return filepath.Join("api", strings.ReplaceAll(strings.TrimPrefix(path, module+"/"), "/", "-")+".txt")
}

func writeRecord(t *testing.T, texts map[string]string) {
	t.Helper()
	if err := os.RemoveAll("api"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("api", 0o755); err != nil {
		t.Fatal(err)
	}
	for path, text := range texts {
		if err := os.WriteFile(recordFile(path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readRecord(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	files, _ := filepath.Glob(filepath.Join("api", "*"))
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, path, _ := strings.Cut(string(text), "// import \"")
		path, _, _ = strings.Cut(path, "\"\n")
		if name != recordFile(path) {
			t.Errorf("%s: this is no record of a package, or has another's name", name)
		}
		texts[path] = string(text)
	}
	return texts
}
