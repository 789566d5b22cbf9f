package whence_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/exp/apidiff"
)

// A stub has everything that apidiff compares, and nothing else.
func TestStubsAreTheAPI(t *testing.T) {
	gc, paths := compiled(t)
	paths = publicPackages(paths)
	texts, err := stubs(gc, paths)
	if err != nil {
		t.Fatal(err)
	}
	fromStubs := &stubImporter{texts: texts, fallback: gc}
	for _, path := range paths {
		whole, err := gc.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		stub, err := fromStubs.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range slices.Concat(apidiff.Changes(whole, stub).Changes, apidiff.Changes(stub, whole).Changes) {
			t.Errorf("%s: the stub and the package differ: %s", path, c.Message)
		}
	}
}

// sourceImporter makes packages of single files.
type sourceImporter struct {
	texts    map[string]string
	fallback types.Importer
}

func (s sourceImporter) Import(path string) (*types.Package, error) {
	text, ok := s.texts[path]
	if !ok {
		return s.fallback.Import(path)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return (&types.Config{Importer: s}).Check(path, files, []*ast.File{file}, nil)
}

const ownPackage, hiddenPackage = module + "/own", module + "/internal/hidden"

var base = map[string]string{hiddenPackage: `package hidden
type State struct{ n int }
func (s *State) Len() int { return s.n }
func Unused() {}
type Other struct{}
`, ownPackage: `package own
import "net/netip"
import "` + hiddenPackage + `"
type Snapshot = hidden.State
type Table struct { Name string ` + "`json:\"name\"`" + `; cells []int; inner }
type inner struct { Depth int; quiet }
type quiet struct { n int }
func (t *Table) Lookup(a netip.Addr) (o Origin, err error) { return 0, nil }
func (t Table) Close() {}
type Origin uint8
const (
	Unlocated Origin = iota
	Reserved
	Ratio = 1.0 / 3
)
type Key struct{ a, b uint64 }
type Sealed interface { Do(); seal() }
type List[T any] struct { first *T }
func (l *List[T]) Add(v T) {}
func Map[K comparable, V ~int | ~uint](m map[K]V) chan<- V { return nil }
var ErrTable error
`}

// TestAPIRules holds the test of the API to what it is to find.
func TestAPIRules(t *testing.T) {
	gc, _ := compiled(t)
	record, err := stubs(sourceImporter{base, gc}, []string{ownPackage})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, pkg, from, to, want string }{
		{"nothing", ownPackage, "", "", ""},
		{"a body", ownPackage, "return 0, nil", "return 1, nil", ""},
		{"an unexported field", ownPackage, "cells []int", "fields []uint8; n int", ""},
		{"an unexported function", ownPackage, "var ErrTable", "func f() {}; var ErrTable", ""},
		{"an internal function", hiddenPackage, "func Unused() {}", "", ""},
		{"an internal type that nobody names", hiddenPackage, "Other struct{}", "Other struct{ N int }", ""},
		{"a method removed", ownPackage, "func (t Table) Close() {}", "", "breaks the API: Table.Close: removed"},
		{"a method added", ownPackage, "func (t Table) Close", "func (t *Table) Len() int { return 0 }; func (t Table) Close",
			"adds to the API: (*Table).Len: added"},
		{"a receiver", ownPackage, "(t Table) Close", "(t *Table) Close", "breaks the API: Table.Close: removed"},
		{"a parameter", ownPackage, "(a netip.Addr)", "(a netip.Prefix)", "breaks the API: (*Table).Lookup: changed from"},
		{"a parameter's name", ownPackage, "(a netip.Addr)", "(addr netip.Addr)", "a change that apidiff does not judge"},
		{"a field added", ownPackage, "cells []int", "Size int; cells []int", "adds to the API: Table.Size: added"},
		{"an inner field", ownPackage, "Depth int", "Depth uint", "breaks the API: Table.Depth: changed from int to uint"},
		{"a tag", ownPackage, `"name"`, `"Name"`, "a change that apidiff does not judge"},
		{"a constant", ownPackage, "= iota", "= iota + 1", "breaks the API: Reserved: value changed from 1 to 2"},
		{"a fraction", ownPackage, "1.0 / 3", "1.0 / 4", "breaks the API: Ratio: value changed"},
		{"comparing", ownPackage, "a, b uint64", "a []uint64", "breaks the API: Key: old is comparable, new is not"},
		{"a sealed interface", ownPackage, "Do(); seal()", "Do()", "a change that apidiff does not judge"},
		{"an interface", ownPackage, "Do(); seal()", "seal()", "breaks the API: Sealed.Do: removed"},
		{"a type parameter", ownPackage, "~int | ~uint", "~int", "a change that apidiff does not judge"},
		{"a generic method", ownPackage, "Add(v T)", "Add(v, w T)",
			"breaks the API: (*List[T]).Add: changed from func(T) to func(T, T)"},
		{"an error", ownPackage, "var ErrTable error", "", "breaks the API: ErrTable: removed"},
		{"a method behind an alias", hiddenPackage, "Len() int", "Size() int", "breaks the API: (*State).Len: removed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edited := map[string]string{hiddenPackage: base[hiddenPackage], ownPackage: base[ownPackage]}
			edited[tt.pkg] = strings.Replace(base[tt.pkg], tt.from, tt.to, 1)
			if tt.from != "" && edited[tt.pkg] == base[tt.pkg] {
				t.Fatal("the case changes nothing")
			}
			now, err := stubs(sourceImporter{edited, gc}, []string{ownPackage})
			if err != nil {
				t.Fatal(err)
			}
			problems, err := compareAPIs(gc, record, now)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(problems, "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// Packages come and go.
func TestAPIPackages(t *testing.T) {
	gc, _ := compiled(t)
	both := map[string]string{ownPackage: "package own\n", hiddenPackage: "package hidden\n"}
	one := map[string]string{ownPackage: "package own\n"}
	for _, tt := range []struct {
		record, now map[string]string
		want        string
	}{
		{both, both, ""},
		{one, both, hiddenPackage + ": a new package"},
		{both, one, hiddenPackage + ": the package is gone"},
	} {
		problems, err := compareAPIs(gc, tt.record, tt.now)
		if got := strings.Join(problems, "\n"); err != nil || got != tt.want {
			t.Errorf("found %q, %v; want %q", got, err, tt.want)
		}
	}
}
