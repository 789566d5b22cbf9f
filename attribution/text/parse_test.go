package text

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/figures"
)

// A reader takes the numbers out of an English text again, and compares them with the data. It knows sentences, not how
// they are made.
type reader struct {
	t    *testing.T
	name string
	text string
}

// The numbers of texts, as patterns have them.
var numbers = strings.NewReplacer(
	"NUMBER", `([0-9,]+)`, "PERCENT", `((?:less than |more than )?[0-9.]+ %)`,
	"LEAD", `(-?[0-9.]+|(?:more|less) than 0\.0)`)

// find returns the groups of a pattern in the text, nil if it is not there.
func (rd reader) find(pattern string) []string {
	return regexp.MustCompile(numbers.Replace(pattern)).FindStringSubmatch(rd.text)
}

func (rd reader) errorf(format string, a ...any) {
	rd.t.Helper()
	rd.t.Errorf("%s: %s in\n%s", rd.name, fmt.Sprintf(format, a...), rd.text)
}

func whole64(s string) uint64 {
	n, err := strconv.ParseUint(strings.ReplaceAll(s, ",", ""), 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// percent checks a printed share against what it is of: to the nearest, or outward. It must be on the same side of 0,
// 100 and the limit.
func (rd reader) percent(what, printed string, share float64, to rounding, limits ...float64) {
	rd.t.Helper()
	v := 100 * share
	words, digits := "", strings.TrimSuffix(printed, " %")
	for _, w := range []string{"less than ", "more than "} {
		if rest, ok := strings.CutPrefix(digits, w); ok {
			words, digits = w, rest
		}
	}
	got, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		rd.errorf("%s: %q is no number", what, printed)
		return
	}
	switch words {
	case "less than ":
		if !(v < got) || v == 0 || got-v > .1 {
			rd.errorf("%s is %q, of %v", what, printed, v)
		}
		return
	case "more than ":
		if !(v > got) || v == 100 || v-got > .1 {
			rd.errorf("%s is %q, of %v", what, printed, v)
		}
		return
	}
	_, decimals, _ := strings.Cut(digits, ".")
	unit := math.Pow10(-len(decimals))
	least, most := v-unit/2, v+unit/2
	switch to {
	case down:
		least, most = v-unit, v
	case up:
		least, most = v, v+unit
	}
	const slack = 1e-7
	if got < least-slack*unit-1e-12*v || got > most+slack*unit+1e-12*v {
		rd.errorf("%s is %q, of %v", what, printed, v)
	}
	outward := to == up && got == 100 && v > 100-1e-8 || to == down && got == 0 && v < 1e-8
	if !outward && (got == 0 != (v == 0) || got == 100 != (v == 100)) {
		rd.errorf("%s is %q, of %v", what, printed, v)
	}
	for _, limit := range limits {
		if math.Abs(v-limit) > 1e-9 && (got > limit != (v > limit) || got < limit != (v < limit)) {
			rd.errorf("%s is %q, of %v: on another side of %v", what, printed, v, limit)
		}
	}
}

// cell checks a share with its interval.
func (rd reader) cell(what, printed string, s attribution.Share, limits ...float64) {
	rd.t.Helper()
	value, rest, _ := strings.Cut(printed, " (")
	rd.percent(what, value, s.Value, nearest, limits...)
	rest = strings.TrimSuffix(rest, ")")
	low, high, between := strings.Cut(rest, "–")
	upTo, isUpTo := strings.CutPrefix(rest, "up to ")
	from, isFrom := strings.CutPrefix(rest, "from ")
	switch {
	case rest == "":
		if s.Low < s.High {
			rd.errorf("%s: no interval in %q, of %v", what, printed, s)
		}
	case isUpTo:
		rd.percent(what, upTo, s.High, up, limits...)
		if s.Low != s.Value {
			rd.errorf("%s: no low end in %q, of %v", what, printed, s)
		}
	case isFrom:
		rd.percent(what, from, s.Low, down, limits...)
		if s.High != s.Value {
			rd.errorf("%s: no high end in %q, of %v", what, printed, s)
		}
	case between:
		rd.percent(what, low, s.Low, down, limits...)
		rd.percent(what, high, s.High, up, limits...)
	default:
		rd.errorf("%s: %q", what, printed)
	}
}

// count checks a number of things, which is exact or has three digits.
func (rd reader) count(what, printed string, n uint64, exact bool) {
	rd.t.Helper()
	got := whole64(printed)
	if exact && got != n || !exact && math.Abs(float64(got)-float64(n)) > .005*float64(n) {
		rd.errorf("%s is %s, of %d", what, printed, n)
	}
}

// plurals finds a wrong form of a word beside a number.
var plurals = regexp.MustCompile(
	`(?:^|[^0-9,.])1 (?:distinct )?(sources|events|bytes|networks|records|countries|databases)\b|` +
		`(?:^|[^0-9,.])(?:[02-9]|[1-9][0-9,]+) (?:distinct )?(source|event|byte|network|record|country|database)\b`)

// The numbers of a text are those of its report, for any report.
func TestTextsSayWhatReportsSay(t *testing.T) {
	seeds := 400
	if testing.Short() {
		seeds = 60
	}
	outcomes := map[attribution.Outcome]int{}
	for seed := range uint64(seeds) {
		r := randomReport(t, seed)
		var b bytes.Buffer
		if err := en.Report(&b, r); err != nil {
			t.Fatal(err)
		}
		rd := reader{t, fmt.Sprint("seed ", seed), b.String()}
		rd.head(&r)
		rd.table(&r)
		rd.language()
		for i := range r.Verdicts {
			b.Reset()
			if err := en.Verdict(&b, r, i); err != nil {
				t.Fatal(err)
			}
			rd := reader{t, fmt.Sprintf("seed %d, verdict %d", seed, i), b.String()}
			rd.verdict(&r, &r.Verdicts[i])
			rd.language()
			outcomes[r.Verdicts[i].Outcome]++
		}
		if t.Failed() {
			break
		}
	}
	for o := attribution.Undecided; o <= attribution.Inadmissible; o++ {
		if outcomes[o] < seeds/20 {
			t.Errorf("%d verdicts are %v: the test shows little", outcomes[o], o)
		}
	}
}

// language checks what holds for any text.
func (rd reader) language() {
	rd.t.Helper()
	if wrong := plurals.FindString(rd.text); wrong != "" {
		rd.errorf("%q", wrong)
	}
	for _, wrong := range []string{"{", "}", "  .", " ,", "..", "%%", "NaN", "Inf", "-0.0"} {
		if strings.Contains(rd.text, wrong) {
			rd.errorf("%q", wrong)
		}
	}
}

// head checks the totals and notes.
func (rd reader) head(r *attribution.Report) {
	rd.t.Helper()
	if r.Sources.Value == 0 {
		if !strings.Contains(rd.text, "No public source was counted.") {
			rd.errorf("sources")
		}
		return
	}
	if m := rd.find(`\nNUMBER distinct sources?`); m != nil {
		rd.count("sources", m[1], r.Sources.Value, true)
	} else if m := rd.find(`\nabout NUMBER distinct sources \(95 % interval NUMBER to NUMBER\)`); m != nil {
		rd.count("sources", m[1], r.Sources.Value, false)
		if whole64(m[2]) > r.Sources.Low || whole64(m[3]) < r.Sources.High {
			rd.errorf("an interval of %s to %s, of %v", m[2], m[3], r.Sources)
		}
	} else {
		rd.errorf("no number of sources")
	}
	for what, n := range map[string]uint64{"event": r.Events, "byte": r.Bytes} {
		if m := rd.find(`, NUMBER ` + what + `s?\b`); m != nil {
			rd.count(what, m[1], n, true)
		} else if n > 0 {
			rd.errorf("no number of %ss", what)
		}
	}
	lost := uint64(0)
	for reason, n := range r.Lost {
		lost += n
		pattern := map[attribution.Loss]string{
			attribution.LostUnread: "not understood", attribution.LostLate: "too late",
			attribution.LostUndated:  "without a time",
			attribution.LostMisdated: "with an impossible time", attribution.LostShed: "dropped to save memory",
		}[reason]
		m := rd.find(`NUMBER records? (?:that (?:was|were) )?` + pattern)
		if m == nil {
			rd.errorf("no %v records", reason)
			continue
		}
		rd.count(pattern, m[1], n, true)
	}
	all := strings.Contains(rd.text, "All sources were counted one by one.")
	if all != (r.Sources.Exact && lost == 0 && r.SamplingRate <= 1) {
		rd.errorf("all sources counted: %v", all)
	}
}

// table checks its rows.
func (rd reader) table(r *attribution.Report) {
	rd.t.Helper()
	for _, row := range append(append([]attribution.Row(nil), r.Countries...), r.Unlocated) {
		if row.Sources == 0 {
			continue
		}
		limits := figures.Limits(r, row.Origin, attribution.Sources)
		name := row.Origin.String()
		m := rd.find(`\n` + name + `[^0-9\n]* NUMBER  +([^\n]*)`)
		if m == nil {
			rd.errorf("no row of %s", name)
			continue
		}
		rd.count(name, m[1], row.Sources, r.Sources.Exact)
		cells := regexp.MustCompile(`  +`).Split(m[2], -1)
		rd.cell(name, cells[0], row.Share, limits...)
		if r.Events > 0 {
			rd.count(name, cells[1], row.Events, true)
			limits := figures.Limits(r, row.Origin, attribution.Events)
			rd.percent(name, cells[2], float64(row.Events)/float64(r.Events), nearest, limits...)
		}
	}
}
