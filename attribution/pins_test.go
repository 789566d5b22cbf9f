package attribution_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/oracle"
	"github.com/whence-go/whence/sketch"
)

var updatePins = flag.Bool("update-pins", false, "rewrite the pinned verdicts in testdata")

// A pin is traffic and the claims that are checked against it. What the claims say
// does not depend on the package under test.
type pin struct {
	name   string
	parts  []traffic  // each has a tally of its own; the tallies are merged in this order
	second *geo.Table // nil: only the database of the parts
	claims []string
}

// traffic is what one tally counts.
type traffic struct {
	table    *geo.Table
	options  attribution.Options // without a key
	flows    []attribution.Flow
	from, to time.Time
}

// A record is one pinned verdict: one line of a file in testdata.
type record struct {
	Case    string     `json:"case"`
	Claim   string     `json:"claim"`
	Outcome string     `json:"outcome"`
	Share   [3]float64 `json:"share"` // value, low and high end
	Codes   []string   `json:"codes"`
}

var pinKey = must(sketch.KeyFrom([]byte("a secret of 32 bytes for pinning")))

// records counts the traffic and checks the claims. Of this test, it alone knows how
// a verdict is made.
func (p pin) records() ([]record, error) {
	var tally *attribution.Tally
	for _, part := range p.parts {
		part.options.Key = pinKey
		t := attribution.NewTally(part.table, part.options)
		t.AddFlows(part.flows)
		t.Window(part.from, part.to)
		if tally == nil {
			tally = t
		} else if err := tally.Merge(t); err != nil {
			return nil, err
		}
	}
	report := tally.Report()
	var comparison *attribution.Comparison
	if p.second != nil {
		var err error
		if comparison, err = report.Compare(attribution.Opinions{Tables: []*geo.Table{p.second}}); err != nil {
			return nil, err
		}
	}
	var records []record
	for _, text := range p.claims {
		claim, err := attribution.ParseClaim(text)
		if err != nil {
			return nil, err
		}
		var v attribution.Verdict
		if comparison == nil {
			v = report.Check(claim)
		} else {
			c := comparison.Check(claim)
			v.Decision, v.Share, v.Caveats = c.Decision, c.Share, c.Caveats
		}
		share := [3]float64{rounded(v.Share.Value), rounded(v.Share.Low), rounded(v.Share.High)}
		codes := []string{}
		for _, c := range v.Caveats {
			codes = append(codes, string(c.Code))
		}
		records = append(records, record{p.name, text, v.Decision.String(), share, codes})
	}
	return records, nil
}

// rounded leaves six significant digits, so that the last bits of a sum do not matter.
func rounded(x float64) float64 {
	if x == 0 {
		return 0 // and not -0
	}
	return must(strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64))
}

// claimsOn returns claims about the two countries that a plain count finds to have
// most sources. Three limits are close to the shares, so that the interval decides.
func claimsOn(count *oracle.Tally) []string {
	rank := []geo.Origin{origin("RU"), origin("US")}
	all := 0.0
	for o := range count.Sources {
		if o.IsCountry() && !slices.Contains(rank, o) {
			rank = append(rank, o)
		}
		if o != geo.Reserved {
			all += float64(count.Distinct(o))
		}
	}
	slices.SortFunc(rank, func(a, b geo.Origin) int {
		return cmp.Or(count.Distinct(b)-count.Distinct(a), cmp.Compare(a.String(), b.String()))
	})
	first, second := rank[0], rank[1]
	percent := func(points float64, origins ...geo.Origin) float64 {
		n := 0.0
		for _, o := range origins {
			n += float64(count.Distinct(o))
		}
		return min(max(math.Round(1000*n/max(all, 1))/10+points, 0), 100)
	}
	claims := []string{
		fmt.Sprintf("majority %v", first),
		fmt.Sprintf("plurality %v", first),
		fmt.Sprintf("plurality %v", second),
		fmt.Sprintf("%v > %.1f%%", first, percent(-1, first)),
		fmt.Sprintf("%v,%v < %.1f%%", first, second, percent(3, first, second)),
		fmt.Sprintf("majority %v of events", first),
		fmt.Sprintf("outside %v > %.1f%%", first, max(99-percent(0, first), 0)),
	}
	if _, sum := count.Total(); sum.Bytes > 0 {
		claims = append(claims, fmt.Sprintf("plurality %v of bytes", first))
	}
	return claims
}

// checkPins compares records with those of a file, or writes the file. Where the
// records are part of what the file has, the rest of it is left alone.
func checkPins(t *testing.T, name string, got []record, part bool) {
	t.Helper()
	slices.SortFunc(got, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Claim, b.Claim))
	})
	path := filepath.Join("testdata", name)
	if *updatePins {
		if part {
			t.Fatal("-update-pins needs all cases: run it without -short")
		}
		if err := os.WriteFile(path, pinFile(t, got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want []record
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	changed := 0
	for _, line := range differences(t, want, got, part) {
		if changed++; changed <= 60 {
			t.Error(line)
		}
	}
	if changed > 0 {
		t.Errorf("%d verdicts differ from %s; rewrite it with -update-pins and read the diff", changed, path)
	}
}

// differences returns one text for each record that is not as it was.
func differences(t *testing.T, want, got []record, part bool) (lines []string) {
	was := map[[2]string]record{}
	for _, r := range want {
		was[[2]string{r.Case, r.Claim}] = r
	}
	for _, r := range got {
		key := [2]string{r.Case, r.Claim}
		old, known := was[key]
		delete(was, key)
		switch before, now := pinLine(t, old), pinLine(t, r); {
		case !known:
			lines = append(lines, "new: "+now)
		case before != now:
			lines = append(lines, "was: "+before+"\nis:  "+now)
		}
	}
	for _, r := range want {
		if _, missing := was[[2]string{r.Case, r.Claim}]; missing && !part {
			lines = append(lines, "missing: "+pinLine(t, r))
		}
	}
	return lines
}

func pinLine(t *testing.T, r record) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}

// pinFile is a JSON array with one record a line.
func pinFile(t *testing.T, records []record) []byte {
	t.Helper()
	var b bytes.Buffer
	for i, r := range records {
		b.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
		b.WriteString(pinLine(t, r))
	}
	b.WriteString("\n]\n")
	return b.Bytes()
}

// recordsOf makes the records of all pins, and fails the test on a case or a claim
// that is there twice.
func recordsOf(t *testing.T, pins []pin) (all []record) {
	t.Helper()
	seen := map[[2]string]bool{}
	for _, p := range pins {
		records, err := p.records()
		if err != nil {
			t.Fatal(errors.Join(errors.New(p.name), err))
		}
		for _, r := range records {
			if key := [2]string{r.Case, r.Claim}; seen[key] {
				t.Errorf("%s: %s is pinned twice", r.Case, r.Claim)
			} else {
				seen[key] = true
			}
		}
		all = append(all, records...)
	}
	return all
}
