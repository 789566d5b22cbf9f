package metrics

import (
	"fmt"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

func withAccount(t *testing.T, a attribution.Account) *Collector {
	t.Helper()
	c, err := New(func() attribution.Snapshot { return attribution.Snapshot{} },
		Options{Account: func() attribution.Account { return a }})
	return must(t, c, err)
}

// Codes have series, subjects and places have none.
func TestAccount(t *testing.T) {
	c := withAccount(t, account)
	gather(t, c).is(t, samples{
		"whence_input_records_total": 1000, "whence_input_excluded_records_total": 7,
		`whence_input_lost_records{reason="unread"}`: 30, `whence_input_lost_records{reason="shed"}`: 5,
		`whence_input_lost_records{reason="late"}`:      0,
		`whence_input_unread_records{code="NO_SOURCE"}`: 20, `whence_input_unread_records{code="TRUNCATED"}`: 10,
		`whence_input_notes{code="NO_RATE"}`: 7,
	})
	if text := string(exposed(t, c)); strings.Contains(text, "192.0.2") {
		t.Error("an address in the metrics")
	}
}

// However many codes there are, and whatever is in them, the number of series is bounded and no
// record is lost.
func TestManyCodes(t *testing.T) {
	a := attribution.Account{Unread: []attribution.Unread{{Code: "other", Records: 5}, {Code: "\xff", Records: 1}}}
	for i := range 1000 {
		code := fmt.Sprintf("CODE_%d%s", i, strings.Repeat("x", i))
		a.Unread = append(a.Unread, attribution.Unread{Code: code, Records: 2})
		a.Notes = append(a.Notes, attribution.Note{Code: fmt.Sprint("N", i), Value: 1})
	}
	sums, series := map[string]float64{}, map[string]int{}
	for name, value := range gather(t, withAccount(t, a)) {
		name, _, _ = strings.Cut(name, "{")
		sums[name] += value
		series[name]++
	}
	if sums["whence_input_unread_records"] != 2006 || sums["whence_input_notes"] != 1000 {
		t.Errorf("%v", sums)
	}
	if series["whence_input_unread_records"] != mostCodes+1 || series["whence_input_notes"] != mostCodes+1 {
		t.Errorf("%v", series)
	}
	a = attribution.Account{Notes: []attribution.Note{{Code: "other", Value: 5}}}
	gather(t, withAccount(t, a)).is(t, samples{`whence_input_notes{code="other"}`: 5})
}
