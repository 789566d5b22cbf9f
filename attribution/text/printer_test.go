package text

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestErrors(t *testing.T) {
	r := reportCases()[0].report(t)
	if err := en.Report(broken{}, r); !errors.Is(err, errBroken) {
		t.Errorf("Report: %v", err)
	}
	if err := en.Verdict(broken{}, r, 0); !errors.Is(err, errBroken) {
		t.Errorf("Verdict: %v", err)
	}
	for _, i := range []int{-1, len(r.Verdicts)} {
		if err := en.Verdict(io.Discard, r, i); err == nil {
			t.Errorf("verdict %d: no error", i)
		}
	}
}

// Texts of the zero Report, and of one that only has a verdict, are texts.
func TestEmptyReports(t *testing.T) {
	v := attribution.Verdict{
		Claim: attribution.Majority("RU"), Lead: &attribution.Share{}, Opinions: []attribution.Opinion{{}},
	}
	for _, r := range []attribution.Report{{}, {Verdicts: []attribution.Verdict{v, {}}}} {
		var b bytes.Buffer
		if err := en.Report(&b, r); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); !strings.Contains(got, "an unnamed database") || strings.ContainsAny(got, "{}") {
			t.Errorf("%s", got)
		}
	}
}

// Without a verdict, whose caveats would say so, the report says what is in no row and what was not looked at.
func TestReportWithoutClaims(t *testing.T) {
	tally := world.Must(attribution.NewTally(world.Table(), attribution.Options{Key: world.Key(1), SamplingRate: 10}))
	spread(tally, "RU", 0, 5, 1)
	spread(tally, "reserved", 0, 1, 2)
	r := world.Must(tally.Snapshot().Report(attribution.Policy{}))
	r.Account = &attribution.Account{
		Format: "csv", Fields: map[string]string{"source": "ip", "time": "ts"}, Records: 6,
		Lost:  map[attribution.Loss]uint64{attribution.LostUndated: 1, attribution.LostLate: 3},
		First: map[attribution.Loss]string{attribution.LostUndated: "line 7"},
	}
	var b bytes.Buffer
	if err := en.Report(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"1 source with reserved addresses (2 events) is in no row and in no total.",
		"Only 1 in 10 packets or flows was looked at.",
		`The input was read as "csv". Taken: the source from "ip" and the time from "ts".` + "\n" + `6 records were used.` +
			"\nLost: 3 records that were too late.\n" + `Lost: 1 record without a time, the first at "line 7".` + "\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("not %q in\n%s", want, b.String())
		}
	}
}

// Countries of a claim are in the table, wherever they rank.
func TestTableShowsClaimedCountries(t *testing.T) {
	var r attribution.Report
	for o := range geo.Countries() {
		if len(r.Countries) < 30 {
			r.Countries = append(r.Countries, attribution.Row{Origin: o, Sources: 9})
		}
	}
	last := r.Countries[29].Origin.String()
	r.Sources.Value, r.Sources.Exact = 270, true
	r.Verdicts = []attribution.Verdict{{Claim: attribution.Majority(last)}}
	var b bytes.Buffer
	if err := en.Report(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n" + last + " ", "\n9 more countries are not shown."} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
