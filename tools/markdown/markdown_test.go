// Package markdown has a test of the tickets of package brief, with a reader of GitHub's Markdown.
package markdown

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/internal/testenv/world"
)

var reader = goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()

// read returns the kinds of all nodes of a document, text left out, in their order.
func read(source string) (kinds []string, doc ast.Node) {
	doc = reader.Parse(text.NewReader([]byte(source)), parser.WithContext(parser.NewContext()))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() != ast.KindText && n.Kind() != ast.KindString && n.Kind() != ast.KindCodeSpan {
			kinds = append(kinds, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		panic(err)
	}
	return kinds, doc
}

// active are nodes that no ticket has.
var active = []string{
	ast.KindLink.String(), ast.KindAutoLink.String(), ast.KindImage.String(), ast.KindRawHTML.String(),
	ast.KindHTMLBlock.String(), "Strikethrough", "TaskCheckBox",
}

func refuse(t *testing.T, kinds []string) {
	t.Helper()
	for _, kind := range active {
		if slices.Contains(kinds, kind) {
			t.Errorf("the ticket has a node of the kind %s", kind)
		}
	}
}

// The tickets of the showcases have what they are made of, and nothing that leads away.
func TestShowcases(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"*.md", "fr/*.md"} {
		dir := filepath.Join("..", "..", "attribution", "brief", "testdata")
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil || len(found) == 0 {
			t.Fatal("no tickets: ", err)
		}
		paths = append(paths, found...)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		kinds, _ := read(string(source))
		refuse(t, kinds)
		for _, kind := range []string{"Heading", "Blockquote", "Emphasis"} {
			if !slices.Contains(kinds, kind) {
				t.Errorf("%s has no node of the kind %s", path, kind)
			}
		}
		rows, lines := 0, 0
		for line := range strings.Lines(string(source)) {
			if strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "| ---") {
				lines++
			}
		}
		for _, kind := range kinds {
			if kind == "TableRow" || kind == "TableHeader" {
				rows++
			}
		}
		if rows != lines {
			t.Errorf("%s has %d rows of tables in %d lines", path, rows, lines)
		}
	}
}

// ticket has a name as the title and as the name of a target, a database, a list and a file.
func ticket(t *testing.T, name string) string {
	t.Helper()
	tally := world.Must(attribution.NewTally(world.Table(), attribution.Options{Key: world.Key(1)}))
	for i := range 300 {
		tally.Add(world.IP("RU", i*256+1))
		tally.Add(world.IP("US", i/2*256+1))
	}
	r := world.Must(tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("RU")))
	r.LocatedBy[0].Name, r.LocatedBy[0].Credit = name, name
	group := network.Group{Name: name, Sources: 9, Share: attribution.Share{Value: .1, Low: .1, High: .1}}
	b := monitor.Burst{
		ID: 1, Target: monitor.TargetName(name), Onset: world.Built, End: world.Built.Add(time.Minute),
		Interval: time.Second, Final: true, Report: r,
	}
	second := b
	second.ID = 2
	var out bytes.Buffer
	err := brief.Write(&out, brief.Brief{
		Title: name, Bursts: []monitor.Burst{b, second},
		Inside:   &network.Breakdown{Claim: attribution.Majority("RU"), Claimed: r.Sources, Lists: []network.Group{group}},
		Evidence: &brief.Evidence{File: name, SHA256: name, Command: name},
	}, brief.Markdown, language.English)
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A name changes nothing in how a ticket is read.
func TestNamesAreText(t *testing.T) {
	want, _ := read(ticket(t, "x"))
	for _, name := range []string{
		`[x](http://evil.example) ![y](http://evil.example/y.png) <http://evil.example>`,
		`x https://evil.example www.evil.example y@evil.example mailto:y@evil.example`,
		`x <img src=y> <b>y</b> <!-- y --> &lt;b&gt; &#64;`, `x **y** __y__ *y* _y_ ~~y~~ ~y~`,
		"x `y` ``z`` \\` \\\\ \\[", `x | y || \| z \\| |`, "# x", "- x", "+ x", "1. x", "1) x", "> x", "=== x", "--- x",
		"```x", "    x", "\tx", "x\n\n# y\n\n- z", "[ ] x", "[x] y", "[x]: http://evil.example", "x\\", "`x", "x`", "**x",
		"x_y_z*w*", "*", "_", "`", "|", "\\", "&amp;x", "!x[y](z)",
	} {
		source := ticket(t, name)
		kinds, _ := read(source)
		refuse(t, kinds)
		if !slices.Equal(kinds, want) {
			i := 0
			for i < min(len(kinds), len(want)) && kinds[i] == want[i] {
				i++
			}
			t.Errorf("%q: node %d of %d differs: %s, want %s", name, i, len(want),
				fmt.Sprint(kinds[i:min(i+3, len(kinds))]), fmt.Sprint(want[i:min(i+3, len(want))]))
		}
	}
}

// What a name must not become would be seen.
func TestReaderSeesWhatIsActive(t *testing.T) {
	kinds, _ := read("[x](y) <http://z.example> ![x](y) <b>\n\n<div>\n\n~~x~~ www.x.example\n\n- [ ] x")
	for _, kind := range active {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no %s among %v", kind, kinds)
		}
	}
}
