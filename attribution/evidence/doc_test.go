package evidence

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

const specification = "../../docs/EVIDENCE.md"

// workedExample is the evidence that docs/EVIDENCE.md takes apart.
func workedExample(t *testing.T) (*Evidence, []byte) {
	t.Helper()
	table := world.MakeTable(map[string]string{"5.0.0.0/8": "RU", "3.0.0.0/8": "US"}, world.Built)
	tally := world.Must(attribution.NewTally(table, attribution.Options{Key: world.Key(1)}))
	tally.AddFlows([]attribution.Flow{
		{Source: world.IP("RU", 1), Events: 3, Bytes: 1500}, {Source: world.IP("RU", 2), Events: 1, Bytes: 500},
		{Source: world.IP("US", 1), Events: 1, Bytes: 500},
	})
	tally.ExtendSpan(world.Built, world.Built.Add(8*time.Second))
	return mustMake(t, tally.Snapshot(), attribution.Policy{}, attribution.Majority("RU"))
}

// The worked example of the specification is what the package writes and reads.
func TestWorkedExample(t *testing.T) {
	e, data := workedExample(t)
	doc, err := os.ReadFile(specification)
	if err != nil {
		t.Fatal(err)
	}
	changed := reseal(t, data, func(b map[string]any) { at(b, "report", "verdicts", 0)["outcome"] = "supported" })
	difference := []byte(mustVerify(t, changed).Difference.String() + "\n")
	if updating() {
		doc = setFenced(t, doc, "file", wrap(data))
		doc = setFenced(t, doc, "difference", difference)
		if err := os.WriteFile(specification, doc, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shown := regexp.MustCompile(`\n *`).ReplaceAll(fenced(t, doc, "file"), nil)
	if !bytes.Equal(shown, data) {
		t.Errorf("%s shows another file than is written: %v\nIf released versions made that one, raise MethodVersion or "+
			"FormatVersion. Then: go test ./attribution/evidence -run TestWorkedExample -update-golden",
			specification, differ(part{text: shown}, part{text: data}))
	}
	if got := fenced(t, doc, "difference"); !bytes.Equal(got, difference) {
		t.Errorf("%s shows the difference %s, it is %s", specification, got, difference)
	}
	if v := mustVerify(t, shown); !v.OK() {
		t.Errorf("the file shown: %v", v.Difference)
	}

	// Of each line of the dump, the digits before two blanks are bytes.
	var digits strings.Builder
	for line := range strings.Lines(string(fenced(t, doc, "snapshot"))) {
		before, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
		digits.WriteString(strings.ReplaceAll(before, " ", ""))
	}
	if dump, err := hex.DecodeString(digits.String()); err != nil || !bytes.Equal(dump, e.encoded) {
		t.Errorf("%s shows another snapshot than\n%s(%v)", specification, hex.Dump(e.encoded), err)
	}
}

// The layout of a snapshot stands once, in the comment of the function that writes it. The
// specification quotes it.
func TestLayoutIsQuoted(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../internal/snapshot/encode.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var block strings.Builder
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "Append" {
			continue
		}
		for line := range strings.Lines(f.Doc.Text()) {
			if text, ok := strings.CutPrefix(line, "\t"); ok || line == "\n" && block.Len() > 0 {
				block.WriteString(text)
			}
		}
	}
	doc, err := os.ReadFile(specification)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSpace(block.String()) + "\n"
	if got := string(fenced(t, doc, "layout")); got != want || len(want) < 1000 {
		t.Errorf("%s has the layout\n%s\nbut the comment of State.Append has\n%s", specification, got, want)
	}
}

// fenced returns the block behind a marker.
func fenced(t *testing.T, doc []byte, name string) []byte {
	t.Helper()
	from, to := fencedAt(t, doc, name)
	return doc[from:to]
}

func setFenced(t *testing.T, doc []byte, name string, text []byte) []byte {
	t.Helper()
	from, to := fencedAt(t, doc, name)
	return append(append(bytes.Clone(doc[:from]), text...), doc[to:]...)
}

func fencedAt(t *testing.T, doc []byte, name string) (from, to int) {
	t.Helper()
	marker := []byte("<!-- " + name + " -->\n```\n")
	from = bytes.Index(doc, marker)
	if from < 0 {
		t.Fatalf("%s: no block %q", specification, name)
	}
	from += len(marker)
	return from, from + bytes.Index(doc[from:], []byte("```\n"))
}

// wrap breaks a file into lines for reading: members of the evidence begin one, and no line
// begins with a blank of the file.
func wrap(data []byte) (b []byte) {
	const width = 96
	line := func(text []byte, indent string) {
		for len(text) > 0 {
			n := min(len(text), width-len(indent))
			if n < len(text) {
				if cut := bytes.LastIndexAny(text[:n], ",{"); cut > n/2 {
					n = cut + 1
				}
				for text[n] == ' ' {
					n--
				}
			}
			b = append(append(append(b, indent...), text[:n]...), '\n')
			text, indent = text[n:], "    "
		}
	}
	var file struct{ Evidence map[string]json.RawMessage }
	if err := json.Unmarshal(data, &file); err != nil {
		panic(err)
	}
	body, from := world.Must(part{text: data}.members([]string{"evidence"})), 0
	for p := range body["evidence"].parts() {
		to := p.at - len(p.path.LastToken()) - len(`"":`)
		line(data[from:to], map[bool]string{true: "", false: "  "}[from == 0])
		from = to
	}
	line(data[from:], "  ")
	return b
}
