package attribution

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/sketch"
)

// mix says how many sources of each country to count, beginning with a number.
type mix struct {
	from   int
	counts map[string]int
}

func tallyMix(o Options, mixes ...mix) *Tally {
	t := NewTally(testTable(), o)
	for _, m := range mixes {
		for code, n := range m.counts {
			for i := range n {
				t.Add(ip(code, m.from+i))
			}
		}
	}
	return t
}

const fresh = 1 << 22 // number of the first source that no baseline has

func excess(t *testing.T, burst, baseline *Tally) *Excess {
	t.Helper()
	e, err := burst.Excess(baseline)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// While both sides are exact, so is everything about the new sources.
func TestExcessExact(t *testing.T) {
	type counts = map[string]int
	old := mix{0, counts{"RU": 10, "US": 60, "FR": 30, "": 5, "reserved": 7}}
	baseline := tallyMix(small, old)
	baseline.Window(built, built.Add(24*time.Hour))
	burst := tallyMix(small, mix{0, counts{"RU": 5, "US": 20, "": 2, "reserved": 3}}, mix{fresh, counts{"RU": 70, "US": 20, "CN": 5, "": 5, "reserved": 4}})
	burst.AddN(ip("RU", fresh), 100, 5000)
	burst.AddN(ip("US", 0), 700, 9000) // not new
	burst.Add(ip6(1))
	e := excess(t, burst, baseline)

	r := e.Report
	if want := (Sources{101, 101, 101, true}); e.Method != ByCounting || r.Sources != want || r.Unlocated.Sources != 5 || r.Reserved.Sources != 4 {
		t.Errorf("%s: %+v, unlocated %v, reserved %v, want %+v, 5, 4", e.Method, r.Sources, r.Unlocated, r.Reserved, want)
	}
	if r.Events != 201 || r.Bytes != 5000 {
		t.Errorf("%d events, %d bytes, want 201 and 5000", r.Events, r.Bytes)
	}
	if e.Burst.Distinct != 101+27 || e.Baseline.Distinct != 105 || !e.BaselineTo.Equal(built.Add(24*time.Hour)) {
		t.Errorf("burst %v, baseline %v until %v", e.Burst, e.Baseline, e.BaselineTo)
	}
	if len(e.Caveats) != 0 {
		t.Errorf("caveats %v", e.Caveats)
	}
	for claim, want := range map[string]Decision{
		"RU > 70% of sources": Supported, "RU > 71% of sources": Undecided, "RU > 86% of events": Undecided,
		"RU > 85% of events": Supported, "RU > 99% of bytes": Supported, "plurality RU": Supported,
	} {
		if v := r.Check(parse(t, claim)); v.Decision != want {
			t.Errorf("%v, want %v", v, want)
		}
	}
	lift := map[string]Lift{}
	for _, l := range e.Lift {
		lift[l.Origin.String()] = l
	}
	near := func(code string, value float64) {
		t.Helper()
		l := lift[code]
		if math.Abs(l.Ratio.Value-value) > 1e-9 || !(l.Ratio.Low < value || value == 0) || !(l.Ratio.High > value) {
			t.Errorf("%s: lift %v, want %v within its interval", code, l.Ratio, value)
		}
	}
	near("RU", 71./101/(10./105))
	near("US", 20./101/(60./105))
	near("FR", 0) // none is new
	if l := lift["CN"].Ratio; !math.IsInf(l.Value, 1) || !math.IsInf(l.High, 1) || l.Low <= 0 || math.IsInf(l.Low, 1) {
		t.Errorf("CN, which was not in the baseline: lift %v, want at least a finite number", l)
	}
	if len(lift) != 4 || e.Lift[0].Origin.String() != "RU" || e.Lift[3].Origin.String() != "FR" {
		t.Errorf("lift of %v", e.Lift)
	}
}

// The same sources give the same result to the letter, however the tallies came
// about, and neither is written, so that many may read them.
func TestExcessOfMergedAndDecoded(t *testing.T) {
	for _, n := range []int{100, 20_000} {
		type counts = map[string]int
		baseline := tallyMix(small, mix{0, counts{"RU": n / 10, "US": n, "": n / 20, "reserved": n / 20}})
		burst := tallyMix(small, mix{0, counts{"US": n / 2}}, mix{fresh, counts{"RU": n / 2, "US": n / 5, "": n / 100}})
		for i := range n / 10 {
			burst.Add(ip6(i))
		}
		want := excess(t, burst, baseline).String()

		halves := NewTally(testTable(), small)
		for _, m := range []mix{{n / 2, counts{"US": n - n/2, "RU": n / 10}}, {0, counts{"": n / 20, "reserved": n / 20, "US": n/2 + 9, "RU": n / 10}}} {
			part := tallyMix(small, m)
			if m.from > 0 {
				part = tallyMix(small, mix{n / 2, counts{"US": n - n/2}})
			}
			if err := halves.Merge(part); err != nil {
				t.Fatal(err)
			}
		}
		var decoded Tally
		if err := decoded.UnmarshalBinary(encoded(t, burst)); err != nil {
			t.Fatal(err)
		}
		if got := excess(t, &decoded, halves).String(); got != want {
			t.Errorf("%d: merged and decoded tallies give\n%s, want\n%s", n, got, want)
		}

		before := [][]byte{encoded(t, burst), encoded(t, baseline)}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if e, err := burst.Excess(baseline); err != nil || e.String() != want {
					t.Errorf("%d: read by many: %v, %v", n, e, err)
				}
			})
		}
		wait.Wait()
		if string(before[0]) != string(encoded(t, burst)) || string(before[1]) != string(encoded(t, baseline)) {
			t.Errorf("%d: a tally was written", n)
		}

		o := small
		o.DropAddresses = true
		hashes := NewTally(testTable(), o)
		if err := hashes.Merge(burst); err != nil {
			t.Fatal(err)
		}
		if got := excess(t, hashes, baseline).String(); got != want {
			t.Errorf("%d: without addresses\n%s, want\n%s", n, got, want)
		}
	}
}

func TestExcessMismatch(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 10})
	other := func(change func(*Options)) *Tally {
		o := small
		change(&o)
		return tallyOf(o, map[string]int{"RU": 10})
	}
	for name, baseline := range map[string]*Tally{
		"zero":   {},
		"key":    other(func(o *Options) { o.Key = testKey(9) }),
		"prefix": other(func(o *Options) { o.IPv6Prefix = 56 }),
	} {
		if e, err := tally.Excess(baseline); e != nil || !errors.Is(err, ErrMismatch) {
			t.Errorf("%s: %v, %v", name, e, err)
		}
		if e, err := baseline.Excess(tally); e != nil || !errors.Is(err, ErrMismatch) {
			t.Errorf("%s: %v, %v", name, e, err)
		}
	}
	for name, baseline := range map[string]*Tally{
		"sample size": other(func(o *Options) { o.SampleSize = sketch.SmallSampleSize }),
		"precision":   other(func(o *Options) { o.Precision = 14 }),
	} {
		if e := excess(t, tally, baseline); e.Report.Sources != (Sources{Exact: true}) || len(e.Lift) != 0 {
			t.Errorf("%s: %v", name, e)
		}
	}
}

// Nothing new, everything new, and nothing at all.
func TestExcessAtTheEnds(t *testing.T) {
	for _, n := range []int{0, 50, 3000} {
		same, empty := tallyOf(small, map[string]int{"RU": n}), NewTally(testTable(), small)
		e := excess(t, same, same)
		if e.Report.Sources.Distinct != 0 || e.Report.Check(Majority("RU")).Decision != Inadmissible {
			t.Errorf("%d sources compared with themselves: %v", n, e)
		}
		if n > 1024 && (!hasCode(e.Caveats, FewNewKeys) || e.Report.Sources.High == 0 || e.Report.Sources.High > uint64(n)/50) {
			t.Errorf("%d sources compared with themselves: %v with %v", n, e.Report.Sources, e.Caveats)
		}
		e = excess(t, same, empty)
		own := same.Report()
		if d := float64(e.Report.Sources.Distinct) - float64(own.Sources.Distinct); d > 0 || math.Abs(d) > .1*float64(n) || len(e.Lift) != 0 || len(e.Caveats) != 0 {
			t.Errorf("%d sources after nothing: %v, want %v", n, e, own.Sources)
		}
		if !strings.Contains(e.String(), "whose time is not known") {
			t.Errorf("%d: not said since when:\n%v", n, e)
		}
	}
}

func hasCode(caveats []Caveat, code Code) bool { return has(Verdict{Caveats: caveats}, code) }

// A baseline that is much larger than the burst leaves few of its sources in the
// sample: the result says so, unless HyperLogLogs can count what is new.
func TestExcessWithFewNewKeys(t *testing.T) {
	type counts = map[string]int
	large := tallyMix(small, mix{0, counts{"US": 100_000, "RU": 10_000}})
	burst := tallyMix(small, mix{0, counts{"US": 1_000}}, mix{fresh, counts{"RU": 3_000, "US": 1_000}})
	e := excess(t, burst, large)
	v := e.Report.Check(Majority("RU"))
	if e.Method != BySample || !hasCode(e.Caveats, FewNewKeys) || !has(v, FewNewKeys) || v.Decision != Supported {
		t.Errorf("%v\n%v", e, v)
	}
	if s := e.Report.Sources; s.Low > 4_000 || s.High < 4_000 {
		t.Errorf("4,000 new sources counted as %v", s)
	}

	// Reserved sources crowd the others out of the sample.
	baseline := tallyMix(small, mix{0, counts{"US": 2_000}})
	burst = tallyMix(small, mix{0, counts{"US": 1_000, "reserved": 100_000}}, mix{fresh, counts{"RU": 6_000, "US": 2_000}})
	e = excess(t, burst, baseline)
	v = e.Report.Check(Majority("RU"))
	if e.Method != ByHyperLogLog || len(e.Caveats) != 0 || v.Decision != Supported {
		t.Errorf("%v\n%v", e, v)
	}
	if s := e.Report.Sources; s.Low > 8_000 || s.High < 8_000 || s.High-s.Low > 1_000 {
		t.Errorf("8,000 new sources counted as %v", s)
	}
}

// Counts that contradict each other, and databases that do.
func TestExcessOfDoubtfulCounts(t *testing.T) {
	type counts = map[string]int
	baseline := tallyMix(small, mix{0, counts{"US": 5_000}})
	burst := tallyMix(small, mix{0, counts{"US": 2_000}}, mix{fresh, counts{"RU": 3_000}})
	if e := excess(t, burst, baseline); hasCode(e.Caveats, EstimatorsDisagree) {
		t.Errorf("honest counts: %v", e.Caveats)
	}
	burst.dense = tallyMix(small, mix{0, counts{"US": 2_000, "RU": 3_000}}, mix{fresh, counts{"RU": 9_000}}).dense
	e := excess(t, burst, baseline)
	if !hasCode(e.Caveats, EstimatorsDisagree) || !has(e.Report.Check(Majority("RU")), EstimatorsDisagree) {
		t.Errorf("tampered counts: %v", e.Caveats)
	}

	elsewhere := NewTally(otherTable(), small)
	for i := range 5_000 {
		elsewhere.Add(ip("RU", i))
	}
	burst = tallyMix(small, mix{0, counts{"RU": 2_000}}, mix{fresh, counts{"RU": 3_000}})
	e = excess(t, burst, elsewhere)
	if s := e.Report.Sources; !hasCode(e.Caveats, MixedDatabases) || s.Low > 3_000 || s.High < 3_000 {
		t.Errorf("located with another database: %v with %v", s, e.Caveats)
	}
}

func TestExcessText(t *testing.T) {
	type counts = map[string]int
	baseline := tallyMix(small, mix{0, counts{"US": 5_000, "RU": 500}})
	baseline.Window(built, built.Add(72*time.Hour))
	burst := tallyMix(small, mix{0, counts{"US": 2_000}}, mix{fresh, counts{"RU": 3_000, "US": 300, "CN": 100, "": 30}})
	e := excess(t, burst, baseline)
	text := ""
	for _, s := range []fmt.Stringer{e, e.Report, e.Report.Check(Majority("RU"))} {
		if !strings.Contains(s.String(), "not seen from 2026-06-01 12:00:00 to 2026-06-04 12:00:00 UTC") {
			t.Errorf("not said since when sources are new:\n%v", s)
		}
		text += s.String()
	}
	for _, want := range []string{
		"lift", "∞", "unlocated", "new sources", "geolocated to",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no word of %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "0 events") {
		t.Errorf("events that are not known were printed:\n%s", text)
	}

	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Method   Method
		Report   struct{ Sources Sources }
		Baseline Sources
		Lift     []Lift
	}
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if back.Method != e.Method || back.Baseline != e.Baseline || back.Report.Sources != e.Report.Sources {
		t.Errorf("JSON %s", data)
	}
	for i, l := range e.Lift {
		if back.Lift[i] != l {
			t.Errorf("lift %v became %v", l, back.Lift[i])
		}
	}
	q := Ratio{1, 2, 3}
	if json.Unmarshal([]byte(`{"value": "x"}`), &q) == nil || q != (Ratio{1, 2, 3}) {
		t.Errorf("a malformed ratio was read as %v", q)
	}
}

func BenchmarkExcess(b *testing.B) {
	o := Options{Key: testKey(3)}
	baseline, burst := NewTally(testTable(), o), NewTally(testTable(), o)
	for i := range 400_000 {
		baseline.Add(ip("US", i))
		burst.Add(ip("RU", i))
		if i%2 == 0 {
			burst.Add(ip("US", i))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := burst.Excess(baseline); err != nil {
			b.Fatal(err)
		}
	}
}

// An origin cannot be lifted by less than nothing, or beyond what its ends allow.
func TestQuotient(t *testing.T) {
	for _, c := range []struct {
		a, b Share
		want Ratio
	}{
		{Share{.6, .6, .6}, Share{.2, .2, .2}, Ratio{3, 3, 3}},
		{Share{.6, .5, .7}, Share{.2, .2, .2}, Ratio{3, 2.5, 3.5}},
		{Share{.6, .6, .6}, Share{.2, .1, .4}, Ratio{3, 1.5, 6}},
		{Share{0, 0, .1}, Share{.2, .1, .4}, Ratio{0, 0, 1}},
		{Share{.4, .2, .6}, Share{0, 0, .1}, Ratio{math.Inf(1), 2, math.Inf(1)}},
	} {
		got := quotient(c.a, c.b)
		for i, pair := range [][2]float64{{got.Value, c.want.Value}, {got.Low, c.want.Low}, {got.High, c.want.High}} {
			if pair[0] != pair[1] && !(math.Abs(pair[0]-pair[1]) < 1e-12) {
				t.Errorf("%v/%v: number %d is %v, want %v", c.a, c.b, i, pair[0], pair[1])
			}
		}
	}
}
