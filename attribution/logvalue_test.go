package attribution_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
)

// inJSON is how a JSON handler logs a value, without the time.
func inJSON(v slog.LogValuer) string {
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key != "it" {
				return slog.Attr{}
			}
			return a
		},
	})).Info("", "it", v)
	return strings.TrimSpace(b.String())
}

// The names of the fields are stable, since queries depend on them.
func TestLogValues(t *testing.T) {
	at := time.Date(2026, 6, 21, 12, 0, 0, 0, time.UTC)
	v := attribution.Verdict{
		Claim: attribution.Majority("RU"), Outcome: attribution.Undecided, Reason: caveat.Unlocated, Confidence: .95,
		Interim: 2, Share: attribution.Share{Value: .5, Low: .4, High: .6},
		Caveats: []caveat.Caveat{{Code: caveat.Unlocated, Value: .2}, {Code: caveat.Fragile, Value: .01}},
	}
	final := v
	final.Interim, final.Outcome, final.Reason, final.Caveats = 0, attribution.Inadmissible, caveat.Spoofed, nil
	r := attribution.Report{
		From: at, To: at.Add(time.Hour), LocatedBy: []attribution.Database{{Name: "DB", Built: at}},
		Sources: attribution.Count{Value: 10, Low: 9, High: 11}, Events: 20, Records: 15, Basis: attribution.BasisAll,
		Lost: map[attribution.Loss]uint64{attribution.LostLate: 3, attribution.LostShed: 4},
		Countries: []attribution.Row{
			{Origin: origin("RU"), Share: attribution.Share{Value: .5}},
			{Origin: origin("US"), Share: attribution.Share{Value: .25}},
		},
		Verdicts: []attribution.Verdict{v},
	}
	sketches := attribution.Report{Basis: attribution.BasisSketches, Events: 7}
	const verdict = `{"claim":"RU > 50% of sources","outcome":"undecided","reason":"UNLOCATED","share":0.5,"low":0.4,` +
		`"high":0.6,"confidence":0.95,"interim":2,"caveats":"UNLOCATED FRAGILE"}`
	for _, tt := range []struct {
		name  string
		value slog.LogValuer
		want  string
	}{
		{"verdict", v, verdict},
		{"inadmissible", final, `{"claim":"RU > 50% of sources","outcome":"inadmissible","reason":"SPOOFED",` +
			`"confidence":0.95,"caveats":""}`},
		{"report", r, `{"from":"2026-06-21T12:00:00Z","to":"2026-06-21T13:00:00Z","sources":10,"sources_low":9,` +
			`"sources_high":11,"events":20,"records":15,"lost":7,"located_by":"DB 2026-06-21","top":"RU=0.5 US=0.25",` +
			`"verdicts":1,"verdict_1":` + verdict + `}`},
		{"sketches", sketches, `{"sources":0,"sources_low":0,"sources_high":0,"records":0,"lost":0,"located_by":"",` +
			`"top":"","verdicts":0}`},
	} {
		if got := inJSON(tt.value); got != `{"it":`+tt.want+`}` {
			t.Errorf("%s is logged as\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// A record stays small whatever the report has, and has no address of a source.
func TestLogValuesAreBounded(t *testing.T) {
	var r attribution.Report
	long := strings.Repeat("ä", 1<<20)
	for range 300 {
		v := attribution.Verdict{Claim: attribution.Majority("RU"), Reason: caveat.Code(long)}
		for range 300 {
			v.Caveats = append(v.Caveats, caveat.Caveat{Code: caveat.Code(long)})
		}
		r.Verdicts = append(r.Verdicts, v)
		r.Countries = append(r.Countries, attribution.Row{Origin: origin("RU")})
		r.LocatedBy = append(r.LocatedBy, attribution.Database{Name: long})
	}
	r.Lost = map[attribution.Loss]uint64{attribution.LostLate: 1 << 63, attribution.LostShed: 1 << 63}
	if got := inJSON(r); len(got) > 12_000 || !strings.Contains(got, `"lost":18446744073709551615`) {
		t.Errorf("%d bytes: %.300s", len(got), got)
	}

	tally := emptyTally(attribution.Options{})
	for i := range 100 {
		tally.Add(netip.AddrFrom4([4]byte{5, 6, 7, byte(i)}))
	}
	if got := inJSON(reportOf(t, tally)); strings.Contains(got, "5.6.7") || !strings.Contains(got, "RU=1") {
		t.Errorf("%s", got)
	}
}

func reportOf(t *testing.T, tally *attribution.Tally) attribution.Report {
	t.Helper()
	r, err := tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("RU"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
