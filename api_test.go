package whence_test

import (
	"bytes"
	"flag"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/gcexportdata"
	"golang.org/x/tools/go/packages"
)

var updateAPI = flag.Bool("update-api", false, "record the public API as it is now in the folder api")

// TestAPI holds the public API against its record, so that no change of it goes
// unseen: neither a break nor an addition. apidiff decides, by the rules of Go
// compatibility, which is which. To accept a change:
//
//	go test -run TestAPI . -update-api
func TestAPI(t *testing.T) {
	config := &packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps}
	loaded, err := packages.Load(config, "./geo/...", "./sketch/...", "./attribution/...")
	if err != nil {
		t.Skip("needs the go command: ", err)
	}
	seen := map[string]bool{}
	for _, p := range loaded {
		if p.Name == "main" || strings.Contains(p.PkgPath, "/internal/") {
			continue
		}
		for _, e := range p.Errors {
			t.Error(e)
		}
		name := strings.ReplaceAll(strings.TrimPrefix(p.PkgPath, module+"/"), "/", "-") + ".export"
		seen[name] = true
		compareAPI(t, filepath.Join("api", name), p.Types)
	}
	records, _ := filepath.Glob(filepath.Join("api", "*.export"))
	for _, record := range records {
		if !seen[filepath.Base(record)] {
			t.Errorf("%s: the package is gone", record)
		}
	}
}

func compareAPI(t *testing.T, record string, now *types.Package) {
	if *updateAPI {
		var b bytes.Buffer
		// An empty file set keeps file names and lines out of the record.
		if err := gcexportdata.Write(&b, token.NewFileSet(), now); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(record, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(record)
	if err != nil {
		t.Errorf("%v: a new package? See the comment of this test.", err)
		return
	}
	before, err := gcexportdata.Read(bytes.NewReader(data), token.NewFileSet(), map[string]*types.Package{}, now.Path())
	if err != nil {
		t.Fatalf("%s: %v", record, err)
	}
	for _, change := range apidiff.Changes(before, now).Changes {
		kind := "breaks"
		if change.Compatible {
			kind = "adds to"
		}
		t.Errorf("%s: this change %s the API: %s", now.Path(), kind, change.Message)
	}
}
