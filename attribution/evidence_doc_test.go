package attribution

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/jcs"
)

var updateEvidence = flag.Bool("update-evidence", false, "write the worked example into docs/EVIDENCE.md")

const evidenceDoc = "../docs/EVIDENCE.md"

// workedExample is the evidence that docs/EVIDENCE.md takes apart.
func workedExample(t *testing.T) (*Evidence, []byte) {
	t.Helper()
	table, err := geo.Open("../geo/testdata/evidence-example.mmdb")
	if err != nil {
		t.Fatal(err)
	}
	tally := NewTally(table, Options{Key: testKey(1)})
	tally.AddN(ip("RU", 1), 3, 1500)
	tally.AddN(ip("RU", 2), 1, 500)
	tally.AddN(ip("US", 1), 1, 500)
	tally.Window(built, built.Add(8*time.Second))
	e, _ := mustProve(t, tally, Terms{}, Majority("RU"))
	if err := e.Sign(testSigner(1)); err != nil {
		t.Fatal(err)
	}
	data, _ := e.MarshalBinary()
	return e, data
}

// The worked example of the specification is what the package writes and reads.
func TestWorkedExample(t *testing.T) {
	e, data := workedExample(t)
	doc, err := os.ReadFile(evidenceDoc)
	if err != nil {
		t.Fatal(err)
	}
	forged := mustVerify(t, reseal(t, data, func(b map[string]any) { at(b, "verdicts", 0)["verdict"] = "refuted" }))
	difference := []byte(forged.Difference.String() + "\n")
	if *updateEvidence {
		doc = setFenced(t, doc, "file", wrap(data, 96))
		doc = setFenced(t, doc, "difference", difference)
		if err := os.WriteFile(evidenceDoc, doc, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shown := regexp.MustCompile(`\n *`).ReplaceAll(fenced(t, doc, "file"), nil)
	if !bytes.Equal(shown, data) {
		d, _ := jcs.Compare(jcs.Value{Raw: shown}, jcs.Value{Raw: data}, 0)
		t.Errorf("%s shows another file than is written: %+v\n"+
			"If released versions compute other numbers than this one, raise MethodVersion. Then: go test ./attribution -run TestWorkedExample -update-evidence", evidenceDoc, d)
	}
	if got := fenced(t, doc, "difference"); !bytes.Equal(got, difference) {
		t.Errorf("%s shows the difference %s, it is %s", evidenceDoc, got, difference)
	}
	if v := mustVerify(t, shown); !v.OK() || v.Rounding != nil {
		t.Errorf("the file shown: %v", v)
	}

	// Of each line of the dump, the digits before two blanks are bytes.
	var digits strings.Builder
	for line := range strings.Lines(string(fenced(t, doc, "tally"))) {
		before, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
		digits.WriteString(strings.ReplaceAll(before, " ", ""))
	}
	if dump, err := hex.DecodeString(digits.String()); err != nil || !bytes.Equal(dump, e.encoded) {
		t.Errorf("%s shows another tally than\n%s(%v)", evidenceDoc, hex.Dump(e.encoded), err)
	}
}

// fenced returns the block behind a marker.
func fenced(t *testing.T, doc []byte, name string) []byte {
	t.Helper()
	begin, end := fencedAt(t, doc, name)
	return doc[begin:end]
}

func setFenced(t *testing.T, doc []byte, name string, text []byte) []byte {
	t.Helper()
	begin, end := fencedAt(t, doc, name)
	return append(append(bytes.Clone(doc[:begin]), text...), doc[end:]...)
}

func fencedAt(t *testing.T, doc []byte, name string) (begin, end int) {
	t.Helper()
	marker := []byte("<!-- " + name + " -->\n```\n")
	begin = bytes.Index(doc, marker)
	if begin < 0 {
		t.Fatalf("%s: no block %q", evidenceDoc, name)
	}
	begin += len(marker)
	end = begin + bytes.Index(doc[begin:], []byte("```\n"))
	return begin, end
}

// wrap breaks a file into lines for reading: members of the evidence begin one,
// and no line begins with a blank of the file.
func wrap(data []byte, width int) []byte {
	var b []byte
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
	root := jcs.Value{Raw: data}.Walk()
	_, body, _ := root.Next()
	at := 0
	for w := body.Walk(); ; {
		key, part, ok := w.Next()
		if !ok {
			break
		}
		begin := part.At - len(key) - len(`"":`)
		line(data[at:begin], map[bool]string{true: "", false: "  "}[at == 0])
		at = begin
	}
	end := body.At + len(body.Raw) + 1 // with the comma behind it
	line(data[at:end], "  ")
	line(data[end:], "")
	return b
}
