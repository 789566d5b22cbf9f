package brief

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// hostile are names that somebody may choose for a target, a file, a list or a database. Each has a letter, so that it
// shows.
var hostile = map[string]string{
	"script":       `x<script>alert(1)</script><img src=y onerror=alert(1)>`,
	"attribute":    `x" onmouseover="alert(1)" y='z' ><b>`,
	"entity":       `x &lt;b&gt; &#64;admin &copy;`,
	"style":        `x</style><style>*{display:none}</style><!-- -->`,
	"template":     `x {{.Title}} {{define "x"}} {n} {database} {n:one|many} %s %d`,
	"controls":     "x\x00\x07\x08\x7f\u0085\u009b31my",
	"escapes":      "x\x1b[2J\x1b]0;owned\x07\x1b[31my\x1b]8;;http://evil.example\x1b\\link",
	"bidi":         "x\u202egnp.exe\u202c\u2066y\u2069\u200f\u061c\ufeff\u200b\u2060z",
	"invalid":      "x\xff\xfe\xc3\x28\xed\xa0\x80\xf4\x90\x80\x80y",
	"marks":        "x" + strings.Repeat("\u0301\u0489", 500) + "y",
	"lines":        "x\r\n# Heading\n\n- item\n> quote\n| a | b |\n|---|---|\n***\n\u2028\u2029\v\f\x1cy",
	"tags":         "x\U000e0041\U000e0042\U000f0000y",
	"links":        "x [click](http://evil.example) <http://evil.example> https://evil.example www.evil.example ftp://y",
	"images":       "x ![y](http://evil.example/y.png) ![z][1] :smile: :+1:",
	"mentions":     "x @admin @org/team #1 org/repo#2 GH-7 !8 ~bug ~\"y z\" %9 $3 &4",
	"mail":         "x mailto:y@evil.example y@evil.example xmpp:y@evil.example/z",
	"emphasis":     "x **bold** __bold__ *i* _i_ ~~s~~ `code` ``c`` \\` \\\\ $y$",
	"table":        `x | y || \| z |`,
	"heading":      "# x",
	"item":         "- x",
	"numbered":     "1. x",
	"rule":         "--- x",
	"fence":        "```x",
	"formula":      `=x+cmd|' /C calc'!A0`,
	"plus":         "+x(A1)",
	"minus":        "-x(A1)",
	"at":           "@x(A1)",
	"tab":          "\t=x(A1)",
	"wide formula": "＝x(A1)",
	"semicolon":    `x;=y(A1);"=z(A1)`,
	"quotes":       `x"",=y(A1),"`,
	huge:           "x" + strings.Repeat(`A<&|*="`+"\n", 10<<20/8),
}

const (
	harmlessName = "x"
	huge         = "10 MB"
)

// poisoned returns a copy of v in which every text is name. Values that are no free text stay.
func poisoned(v reflect.Value, name string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(name)
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(poisoned(v.Elem(), name))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(poisoned(v.Index(i), name))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMap(v.Type()))
			for _, key := range v.MapKeys() {
				out.SetMapIndex(poisoned(key, name), poisoned(v.MapIndex(key), name))
			}
		}
	case reflect.Struct:
		out.Set(v)
		if v.Type() == reflect.TypeFor[monitor.Target]() {
			out.Set(reflect.ValueOf(monitor.TargetName(name)))
			return out
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(poisoned(v.Field(i), name))
			}
		}
	default:
		out.Set(v)
	}
	return out
}

// poisonedBrief has a name in every place where a text of others may be.
func poisonedBrief(b Brief, name string) Brief {
	return poisoned(reflect.ValueOf(b), name).Interface().(Brief)
}

// fullReport has something in every field that has a text.
func fullReport(t testing.TB) attribution.Report {
	t.Helper()
	o := attribution.Options{Key: world.Key(1), AssumeHandshake: true}
	tally := world.Must(attribution.NewTally(world.Table(), o))
	for i := range 600 {
		tally.Add(world.IP("RU", i*256+1))
		tally.Add(world.IP("US", i/2*256+1))
	}
	tally.ExtendSpan(begin, begin.Add(time.Minute))
	s := world.Must(tally.Snapshot().Enrich(attribution.Enrichment{Databases: []*geo.Table{world.Other()}}))
	var claims []attribution.Claim
	for _, c := range []string{"RU > 50%", "RU > 40% of events", "plurality US", "outside RU > 10%"} {
		claims = append(claims, world.Must(attribution.ParseClaim(c)))
	}
	r := world.Must(s.Report(attribution.Policy{}, claims...))
	r.Account = &attribution.Account{
		Format: "csv", Records: 900, Fields: map[string]string{"source": "ip"}, Instead: map[string]string{"time": "t"},
		NotTaken: map[string]string{"count": "n"}, Lost: map[attribution.Loss]uint64{attribution.LostLate: 2},
		First:  map[attribution.Loss]string{attribution.LostLate: "line 3"},
		Unread: []attribution.Unread{{Code: "NO_SOURCE", Records: 3, First: "line 7"}},
		Notes:  []attribution.Note{{Code: "MIXED_FORMATS", Value: 2, Subject: "iis"}},
	}
	for i := range r.Verdicts {
		for _, code := range []caveat.Code{
			caveat.ListedSources, caveat.NetworkConcentrated, caveat.DatabaseAge, caveat.SameDatabase,
		} {
			r.Verdicts[i].Caveats = append(r.Verdicts[i].Caveats, caveat.Caveat{Code: code, Value: .5, Subject: "list"})
		}
	}
	return r
}

// fullBriefs are a brief of a report, of one burst and of several.
func fullBriefs(t testing.TB) map[string]Brief {
	t.Helper()
	r := fullReport(t)
	group := network.Group{
		Name: "AS64500 Example", Sources: 9, Events: 9, EventShare: .1,
		Share: attribution.Share{Value: .1, Low: .1, High: .1}, Claimed: attribution.Share{Value: .1, Low: .1, High: .1},
	}
	groups := []network.Group{group, group}
	inside := &network.Breakdown{
		Claim: r.Verdicts[0].Claim, Claimed: r.Sources, IPv4: groups, IPv6: groups, ASNs: groups, Lists: groups,
	}
	burst := monitor.Burst{
		ID: 7, Target: monitor.TargetName("mailbox"), Onset: begin, End: begin.Add(time.Minute), Interval: time.Second,
		Final: true, Peak: begin, PeakEvents: 99, PeakSources: 40, Expected: 3, ByEvents: true,
		History: monitor.HistoricalPeak{Peak: 99, Before: 5, Span: time.Hour}, Report: r,
		NewSources: &baseline.NewSources{
			Method: baseline.Counting, Burst: r.Sources, Baseline: r.Sources, BaselineFrom: begin.Add(-time.Hour),
			BaselineTo: begin, Report: r, Makers: &baseline.Makers{EventShare: .95, Report: r},
			Lift:    []baseline.Lift{{Origin: r.Countries[0].Origin, Ratio: baseline.Ratio{Value: 2, Low: 1, High: 3}}},
			Caveats: []caveat.Caveat{{Code: caveat.PacketSampled, Value: 8, Subject: "baseline"}},
		},
		Children: []monitor.Child{{ID: 8, Target: monitor.TargetName("mailbox"), Onset: begin, End: begin.Add(time.Minute)}},
		Caveats:  []caveat.Caveat{{Code: caveat.WindowSensitive, Value: 2, Subject: "RU > 50%"}},
	}
	evidence := &Evidence{File: "burst.json", SHA256: "0f1e", Command: "attribute -burst"}
	second := burst
	second.ID, second.Final, second.Interim = 9, false, 2
	return map[string]Brief{
		"report":   {Title: "case", Report: r, Inside: inside, Evidence: evidence},
		"burst":    {Title: "case", Bursts: []monitor.Burst{burst}, Inside: inside, Evidence: evidence},
		"bursts":   {Title: "case", Bursts: []monitor.Burst{burst, second}, Evidence: evidence},
		"no title": {Bursts: []monitor.Burst{burst}},
	}
}

func write(t testing.TB, b Brief, f Format, lang int) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, b, f, text.Languages()[lang]); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// No name can do anything in any output: it adds no element, no attribute, no line, no link and no formula, and nothing
// that a terminal obeys. What is left when the names are taken off is that of a brief with a harmless name.
func TestHostileNames(t *testing.T) {
	testenv.OneGoroutine(t)
	briefs := fullBriefs(t)
	for which, b := range briefs {
		for lang := range text.Languages() {
			plain := poisonedBrief(b, harmlessName)
			want := map[Format]string{}
			for f := range shapes {
				want[f] = shapes[f](t, write(t, plain, f, lang))
			}
			for name, bad := range hostile {
				t.Run(fmt.Sprint(which, " ", text.Languages()[lang], " ", name), func(t *testing.T) {
					evil := poisonedBrief(b, bad)
					for f, shape := range shapes {
						if f == JSON && name == huge { // which has it in hundreds of places
							continue
						}
						out := write(t, evil, f, lang)
						clean(t, f, out)
						if got := shape(t, out); got != want[f] {
							t.Errorf("%s: the name changes the shape: %s", f, difference(got, want[f]))
						}
					}
				})
			}
		}
	}
}

// difference is the first line in which two texts differ.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is %.300q, want %.300q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// clean fails the test if an output has what a terminal obeys or nobody sees, or if a name makes it large.
func clean(t *testing.T, f Format, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%s is not UTF-8", f)
	}
	if len(out) > 400_000 && f != JSON {
		t.Errorf("%s has %d bytes", f, len(out))
	}
	marks := 0
	for i, r := range out {
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		ok := r == '\n' || unicode.IsPrint(r) || unicode.Is(unicode.Zs, r) || r == '\u2060' && f == Markdown
		if !ok || marks > longestMarks && f != JSON {
			t.Errorf("%s has %U at %d: %.80q", f, r, i, out[max(i-40, 0):])
			return
		}
	}
}

// shapes take from an output what names must not change.
var shapes = map[Format]func(*testing.T, string) string{
	HTML: shapeOfHTML, Markdown: shapeOfMarkdown, CSV: shapeOfCSV, JSON: shapeOfJSON, Text: shapeOfText,
}

var (
	elements = regexp.MustCompile(`(?s)<style>.*?</style>|<[a-zA-Z/!?][^>"]*(?:"[^"]*"[^>"]*)*>`)
	values   = regexp.MustCompile(`"[^"]*"`)
)

// shapeOfHTML are the elements with the names of their attributes.
func shapeOfHTML(_ *testing.T, out string) string {
	list := elements.FindAllString(out, -1)
	for i := range list {
		list[i] = values.ReplaceAllString(list[i], `""`)
	}
	left := elements.ReplaceAllString(out, "")
	if i := strings.IndexAny(left, `<>`); i >= 0 {
		list = append(list, "a stray "+left[i:min(i+40, len(left))])
	}
	return strings.Join(list, "\n")
}

var (
	leading = regexp.MustCompile(`^(#+ |- |> |\||` + "```" + `+|---)?`)
)

// punctuation are the characters that a backslash escapes.
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// withoutCode takes escaped characters and code off a line, as CommonMark reads it.
func withoutCode(line string) string {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && strings.IndexByte(punctuation, line[i+1]) >= 0:
			b.WriteByte(',')
			i++
			continue
		case line[i] != '`':
			b.WriteByte(line[i])
			continue
		}
		run := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
		end := -1
		for k := i + run; k < len(line); k++ {
			n := len(line[k:]) - len(strings.TrimLeft(line[k:], "`"))
			if n == run {
				end = k
				break
			}
			k += max(n-1, 0)
		}
		if end < 0 {
			b.WriteString(line[i : i+run]) // no code: a stray one
			i += run - 1
			continue
		}
		b.WriteByte('c')
		i = end + run - 1
	}
	return b.String()
}

// shapeOfMarkdown is how each line begins, how many cells it has, and what could be markup in it.
func shapeOfMarkdown(t *testing.T, out string) string {
	var shape []string
	inFence := ""
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if inFence != "" || strings.HasPrefix(line, "```") {
			switch {
			case inFence == "":
				inFence = line
				shape = append(shape, "fence")
			case line == inFence:
				inFence = ""
				shape = append(shape, "end")
			case len(line) > len(inFence) && strings.Trim(line, "`") == "":
				shape = append(shape, "another fence ends it")
			}
			continue
		}
		plain := withoutCode(line)
		begin := leading.FindString(line)
		rest := strings.TrimPrefix(plain, begin)
		cells, strong := strings.Count(plain, "|"), strings.Count(rest, "**")
		shape = append(shape, fmt.Sprintf("%s %d cells, %d strong", begin, cells, strong))
		rest = strings.ReplaceAll(rest, "**", "")
		if m := references.FindString(rest); m != "" {
			t.Errorf("md: %q in %.200q", m, line)
		}
		if i := strings.IndexAny(rest, "`*_[]<>~$\\"); i >= 0 && begin != "|" {
			t.Errorf("md: %q in %.200q", rest[i:min(i+9, len(rest))], line)
		}
	}
	return strings.Join(shape, "\n")
}

// shapeOfCSV is the table without the names.
func shapeOfCSV(t *testing.T, out string) string {
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Error(err)
	}
	for n, row := range rows {
		for i, cell := range row {
			if strings.IndexAny(cell, "=+-@\t\r＝＋－＠") == 0 {
				t.Errorf("csv: the cell %.40q is a formula", cell)
			}
			if n > 0 && rows[0][i] == csvColumns[0] {
				row[i] = "name"
			}
		}
	}
	if strings.Contains(out, ";") {
		t.Error("csv: a semicolon, at which some spreadsheets split lines")
	}
	return strings.ReplaceAll(fmt.Sprint(rows), "] [", "]\n[")
}

// shapeOfJSON are the keys and the numbers.
func shapeOfJSON(t *testing.T, out string) string {
	var doc any
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Error(err)
	}
	return fmt.Sprint(withoutTexts(doc))
}

func withoutTexts(v any) any {
	switch v := v.(type) {
	case string:
		return "text"
	case []any:
		for i := range v {
			v[i] = withoutTexts(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = withoutTexts(v[key])
		}
		for _, named := range []string{"fields", "instead", "not_taken"} { // their keys are names
			if _, ok := v[named]; ok {
				v[named] = "names"
			}
		}
	}
	return v
}

// shapeOfText is how many lines there are.
func shapeOfText(_ *testing.T, out string) string {
	return fmt.Sprint(strings.Count(out, "\n"), " lines")
}

// A JSON brief has the texts as they were given, apart from what is no text at all.
func TestJSONKeepsTexts(t *testing.T) {
	for name, bad := range hostile {
		var d document
		if err := json.Unmarshal([]byte(write(t, Brief{Title: bad}, JSON, 0)), &d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if want := strings.ToValidUTF8(bad, "\ufffd"); name != "invalid" && d.Title != want {
			t.Errorf("%s: %.80q, want %.80q", name, d.Title, want)
		}
	}
}
