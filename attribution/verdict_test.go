package attribution

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
)

func parse(t *testing.T, text string) Claim {
	t.Helper()
	c, err := ParseClaim(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The decisions while everything is exact follow from the counts alone.
func TestExactDecisions(t *testing.T) {
	type counts = map[string]int
	for _, c := range []struct {
		sources counts
		claim   string
		want    Decision
		margin  float64
		caveat  Code // one that must be there
	}{
		{counts{"RU": 60, "US": 40}, "majority RU", Supported, .1, ""},
		{counts{"RU": 50, "US": 50}, "majority RU", Refuted, 0, Fragile},
		{counts{"RU": 51, "US": 49}, "majority RU", Supported, .01, Fragile},
		{counts{"RU": 40, "US": 60}, "majority RU", Refuted, .1, ""},
		{counts{"RU": 60, "US": 40}, "RU < 50%", Refuted, .1, ""},
		{counts{"RU": 50, "US": 50}, "RU < 50%", Refuted, 0, Fragile},
		{counts{"RU": 40, "US": 60}, "RU < 50%", Supported, .1, ""},
		{counts{"RU": 40, "BY": 20, "US": 40}, "RU,BY > 50%", Supported, .1, ""},
		{counts{"RU": 40, "FR": 20, "NC": 40}, "outside FR,NC > 30%", Supported, .1, ""},
		{counts{"RU": 40, "FR": 20, "NC": 40}, "outside FR,NC > 50%", Refuted, .1, ""},
		{counts{"RU": 60, "US": 40, "reserved": 100}, "majority RU", Supported, .1, ReservedPresent},

		// Unlocated sources may belong anywhere.
		{counts{"RU": 52, "US": 43, "": 5}, "majority RU", Supported, .02, ""},
		{counts{"RU": 48, "US": 47, "": 5}, "majority RU", Undecided, 0, UnlocatedMatters},
		{counts{"RU": 52, "US": 38, "": 10}, "outside RU > 45%", Undecided, 0, UnlocatedMatters},
		{counts{"RU": 45, "US": 50, "": 5}, "majority RU", Refuted, 0, Fragile},
		{counts{"RU": 40, "US": 50, "": 10}, "RU < 55%", Supported, .05, ""},

		{counts{"RU": 40, "US": 35, "CN": 25}, "plurality RU", Supported, .05, ""},
		{counts{"RU": 35, "US": 40, "CN": 25}, "plurality RU", Refuted, .05, ""},
		{counts{"RU": 40, "US": 40, "CN": 20}, "plurality RU", Refuted, 0, Fragile},
		{counts{"RU": 40, "US": 35, "": 25}, "plurality RU", Undecided, 0, UnlocatedMatters},
		{counts{"RU": 100}, "plurality RU", Supported, 1, ""},
		{counts{"RU": 100}, "plurality US", Refuted, 1, ""},

		{counts{"RU": 6, "US": 4}, "majority RU", Supported, .1, SmallN},
		{counts{"RU": 52, "US": 48}, "majority RU", Supported, .02, SmallN}, // 42 to 62 % as a sample of more
		{counts{}, "majority RU", Inadmissible, 0, NothingCounted},
		{counts{"reserved": 5}, "majority RU", Inadmissible, 0, NothingCounted},
		{counts{"": 50}, "RU < 50%", Inadmissible, 0, NothingCounted},
		{counts{"RU": 7, "US": 993}, "RU > 0.7%", Refuted, 0, Fragile},
		{counts{"RU": 7, "US": 993}, "RU < 0.7%", Refuted, 0, Fragile},
		{counts{"RU": 51, "US": 49}, "plurality RU", Supported, .02, SmallN},
		{counts{"RU": 60, "US": 40}, "RU > 50% of bytes", Inadmissible, 0, NothingCounted},
	} {
		v := tallyOf(small, c.sources).Report().Check(parse(t, c.claim))
		if v.Decision != c.want || math.Abs(v.Margin-c.margin) > 1e-9 {
			t.Errorf("%s of %v: %v by %v, want %v by %v", c.claim, c.sources, v.Decision, v.Margin, c.want, c.margin)
		}
		if c.caveat != "" && !has(v, c.caveat) {
			t.Errorf("%s of %v: no caveat %s in %v", c.claim, c.sources, c.caveat, v.Caveats)
		}
	}
}

// Moving as many sources as the verdict tolerates into or out of the claimed
// country leaves it standing; one more overturns it.
func TestToleratedErrorIsTheLimit(t *testing.T) {
	for _, c := range []struct {
		claim  string
		ru, us int
		toRU   bool // the least favourable direction
	}{
		{"majority RU", 600, 400, false},
		{"majority RU", 400, 600, true},
		{"RU < 70%", 600, 400, true},
		{"plurality RU", 600, 400, false},
		{"plurality RU", 400, 600, true},
	} {
		check := func(moved int) Verdict {
			if c.toRU {
				moved = -moved
			}
			return tallyOf(small, map[string]int{"RU": c.ru - moved, "US": c.us + moved}).Report().Check(parse(t, c.claim))
		}
		v := check(0)
		n := int(math.Round(v.GeolocationErrorTolerated * 1000))
		if before, after := check(n-1).Decision, check(n+1).Decision; before != v.Decision || after == v.Decision {
			t.Errorf("%s with %d and %d: %v, after %d errors %v, after %d %v", c.claim, c.ru, c.us, v.Decision, n-1, before, n+1, after)
		}
	}
}

// Events and bytes are counted exactly, also when sources are sampled, and one
// source that makes most of them is pointed out.
func TestClaimsOnEventsAndBytes(t *testing.T) {
	for _, n := range []int{100, 3000} {
		tally := tallyOf(small, map[string]int{"US": n, "RU": n / 10})
		tally.AddN(ip("RU", 0), uint64(99*n), 0)
		tally.AddN(ip("US", 0), 0, 700)
		tally.AddN(ip("RU", 0), 0, 300)
		r := tally.Report()
		for claim, want := range map[string]Decision{
			"majority RU":                Refuted,
			"majority RU of events":      Supported,
			"RU > 31% of bytes":          Refuted,
			"US > 69.9% of bytes":        Supported,
			"plurality RU of events":     Supported,
			"plurality RU":               Refuted,
			"plurality US of bytes":      Supported,
			"outside US > 97% of events": Supported,
		} {
			v := r.Check(parse(t, claim))
			if v.Decision != want {
				t.Errorf("%d: %v", n, v)
			}
			if !has(v, DominantSource) && !has(v, FewSources) {
				t.Errorf("%d: %s: no word of the source that made 99 %% of events: %v", n, claim, v.Caveats)
			}
			if !has(v, RankDiffers) {
				t.Errorf("%d: %s: no word of the ranks: %v", n, claim, v.Caveats)
			}
		}
	}
}

func TestStandingCaveats(t *testing.T) {
	tally := tallyOf(Options{}, map[string]int{"RU": 6000, "US": 4000})
	if v := tally.Report().Check(Majority("RU")); len(v.Caveats) != 0 {
		t.Errorf("without reason: %v", v.Caveats)
	}
	tally.Window(built.AddDate(0, 0, 91), built.AddDate(0, 0, 91))
	if v := tally.Report().Check(Majority("RU")); !has(v, DatabaseAge) || v.Caveats[0].Value != 91 || has(v, AddressChurn) {
		t.Errorf("91 days after the build: %v", v.Caveats)
	}
	tally.Window(built.AddDate(0, 0, 89), built.AddDate(0, 0, 89))
	if v := tally.Report().Check(Majority("RU")); !has(v, AddressChurn) {
		t.Errorf("traffic of two days: %v", v.Caveats)
	}
	young := tallyOf(Options{}, map[string]int{"RU": 6000, "US": 4000})
	young.Window(built.AddDate(-1, 0, 0), built.AddDate(-1, 0, 0))
	if v := young.Report().Check(Majority("RU")); !has(v, DatabaseAge) || v.Caveats[0].Value != -365 {
		t.Errorf("a year before the build: %v", v.Caveats)
	}
}

// Counts whose two estimates contradict each other carry no claim.
func TestEstimatorsDisagree(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 5000, "US": 5000})
	if v := tally.Report().Check(Majority("RU")); v.Decision == Inadmissible {
		t.Fatalf("an honest tally: %v", v)
	}
	for i := range 100_000 { // reaches the registers of one origin but not the sample
		tally.dense.sources.Insert(uint8(tally.origin("RU")), tally.options.Key.Hash(9, uint64(i)))
	}
	if v := tally.Report().Check(Majority("RU")); v.Decision != Inadmissible || !has(v, EstimatorsDisagree) {
		t.Errorf("got %v", v)
	}
}

func (t *Tally) origin(code string) geo.Origin { return t.table.Lookup(ip(code, 0)) }

func TestUndecidedSaysWhatWouldDecide(t *testing.T) {
	for _, c := range []struct {
		sources   map[string]int
		claim     string
		code      Code
		low, high float64
	}{
		// z^2 s(1-s)/d^2 with the estimate of s that the sample of 1,024 gives
		{map[string]int{"RU": 50200, "US": 49800}, "majority RU", SamplingError, 1025, 100_000},
		{map[string]int{"RU": 10300, "US": 9700}, "plurality RU", SamplingError, 1025, 20_000},
		{map[string]int{"RU": 20000}, "NC > 0.01%", SamplingError, 19_000, 21_000}, // none seen of very few
		{map[string]int{"RU": 4500, "US": 4500, "": 1000}, "majority RU", UnlocatedMatters, .09, .11},
		{map[string]int{"RU": 4000, "US": 3800, "": 2200}, "plurality RU", UnlocatedMatters, .2, .24},
	} {
		v := tallyOf(small, c.sources).Report().Check(parse(t, c.claim))
		i := slices.IndexFunc(v.Caveats, func(caveat Caveat) bool { return caveat.Code == c.code })
		if v.Decision != Undecided || i < 0 || v.Caveats[i].Value < c.low || v.Caveats[i].Value > c.high {
			t.Errorf("%s of %v: %v, %v", c.claim, c.sources, v.Decision, v.Caveats)
		}
	}
}

// Sources that are all reserved, or hidden by reserved ones, make no claim on
// sources admissible, and hide none on events.
func TestReservedSourcesCrowd(t *testing.T) {
	tally := tallyOf(small, map[string]int{"reserved": 200_000})
	if r := tally.Report(); r.Sources.Exact || r.Sources.Distinct != 0 {
		t.Errorf("only reserved sources: %+v", r.Sources)
	}
	tally.AddN(ip("RU", 1), 300_000, 0)
	tally.AddN(ip("US", 1), 100_000, 0)
	r := tally.Report()
	if v := r.Check(Majority("RU").Of(OfEvents)); v.Decision != Supported || math.Abs(v.Margin-.25) > 1e-9 {
		t.Errorf("on events: %v", v)
	}
	if v := r.Check(Majority("RU")); v.Decision != Inadmissible || !has(v, NothingCounted) {
		t.Errorf("on sources: %v", v)
	}
}

// Counts that came over the wire may be as large as they like.
func TestAbsurdCounts(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 3000, "US": 3000, "CN": 3000})
	for _, code := range []string{"RU", "US", "CN"} {
		tally.AddN(ip(code, 1), math.MaxUint64, math.MaxUint64)
	}
	for i := range 1 << 12 { // every register as large as it can be
		tally.dense.sources.Insert(uint8(tally.origin("RU")), uint64(i)<<52)
	}
	r := tally.Report()
	for _, claim := range []string{"majority RU", "majority RU of events", "plurality US of bytes"} {
		v := r.Check(parse(t, claim))
		if v.Share.High > 1 {
			t.Errorf("%s: %+v", claim, v.Share)
		}
		if _, err := json.Marshal(v); err != nil {
			t.Errorf("%s: %v", claim, err)
		}
	}
	if _, err := json.Marshal(r); err != nil || strings.Contains(r.String(), "NaN") {
		t.Errorf("%v\n%v", err, r)
	}
}

func TestVerdictAsJSON(t *testing.T) {
	r := tallyOf(small, map[string]int{"RU": 60, "US": 40}).Report()
	for _, claim := range []Claim{Majority("RU"), Majority("XQ"), Plurality("US").Of(OfEvents)} {
		want := r.Check(claim)
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Verdict
		if err := json.Unmarshal(b, &got); err != nil || got.Decision != want.Decision || got.Claim.String() != want.Claim.String() || !slices.Equal(got.Caveats, want.Caveats) {
			t.Errorf("%s: %+v, %v", b, got, err)
		}
	}
	if err := json.Unmarshal([]byte(`"certain"`), new(Decision)); err == nil {
		t.Error("an unknown decision was read")
	}
}

// The wording never says more than that addresses are geolocated somewhere by a
// named database, and numbers never contradict the verdict.
func TestVerdictText(t *testing.T) {
	exact := tallyOf(small, map[string]int{"RU": 301, "US": 300, "reserved": 2})
	exact.Window(built, built.Add(time.Minute))
	got := exact.Report().Check(Majority("RU")).String()
	want := `supported: RU > 50% of sources
  50.08 % of 601 distinct sources are IP addresses geolocated to RU by Test-Country, built 2026-06-01.
  It stands unless more than 0.083 % of all sources (0.166 % of those placed there) are placed in the wrong country.
  - fragile: little more than 0.083 % of all sources placed in the wrong country could overturn it
  - 85.0 % of the sources that the claim is about are in 5.0.0.0/24: one owner may have them all
  - it is so for the 601 sources seen; were they a random sample of more, it would be undecided
  - 2 sources with reserved addresses left out; such packets did not come over the Internet, or were forged`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	outside := tallyOf(small, map[string]int{"RU": 60, "FR": 30, "": 10}).Report().Check(parse(t, "outside FR,NC > 55% of events"))
	want = `supported: outside FR,NC > 55% of events
  60.00 % (60.00–70.00 %) of 100 events are from IP addresses geolocated outside FR and NC by Test-Country, built 2026-06-01.
  Of those that have a country it is 66.7 %.
  It stands unless more than 5.0 % of all events (8.3 % of those placed there) are placed in the wrong country.`
	if outside.String() != want {
		t.Errorf("got\n%s\nwant\n%s", outside, want)
	}
	invalid := exact.Report().Check(Majority("XQ")).String()
	if !strings.HasPrefix(invalid, "inadmissible: invalid claim\n  - ") {
		t.Errorf("got %q", invalid)
	}
}

func TestReportText(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 60, "NC": 30, "": 10, "reserved": 3})
	tally.AddN(ip("NC", 2), 900, 5000)
	tally.Add(ip("", 99).Prev().Unmap())
	got := tally.Report().String()
	want := `IP addresses by the country that they are geolocated to by Test-Country, built 2026-06-01
101 distinct sources, 1,001 events, 5,000 bytes

origin            sources  share of sources  events  share of events
RU Russia              60            59.4 %      60            6.0 %
NC New Caledonia       30            29.7 %     930           92.9 %
unlocated              11            10.9 %      11            1.1 %

All sources were counted one by one. The database may be wrong.
Left out: 3 reserved sources with 3 events.
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := new(Tally).Report().String(); !strings.Contains(got, "0 distinct sources") {
		t.Errorf("a zero Tally reports %q", got)
	}
}

// The machine form has these keys and types.
func TestReportJSON(t *testing.T) {
	o := small
	o.Handshake = true // what forged sources add is a test of its own
	tally := tallyOf(o, map[string]int{"RU": 60, "US": 30, "": 10, "reserved": 3})
	r := tally.Report()
	b, err := json.Marshal(struct {
		*Report
		Claims []Verdict `json:"claims"`
	}{r, []Verdict{r.Check(Majority("RU"))}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"sources":{"distinct":100,"low":100,"high":100,"exact":true},"events":100,"bytes":0,` +
		`"origins":[{"origin":"RU","sources":60,"share":{"value":0.6,"low":0.6,"high":0.6},"events":60,"bytes":0},` +
		`{"origin":"US","sources":30,"share":{"value":0.3,"low":0.3,"high":0.3},"events":30,"bytes":0}],` +
		`"unlocated":{"sources":10,"events":10},"reserved":{"sources":3,"events":3},"skipped":0,` +
		`"database":{"name":"Test-Country","built":"2026-06-01T12:00:00Z","sha256":"` + r.Database.SHA256 + `","credit":""},` +
		`"claims":[{"claim":"RU \u003e 50% of sources","verdict":"supported","confidence":0.95,"share":{"value":0.6,"low":0.6,"high":0.7},"margin":0.09999999999999998,"geolocation_error_tolerated":0.09999999999999998,` +
		`"caveats":[{"code":"PREFIX_CONCENTRATED","value":1,"text":"100.0 % of the sources that the claim is about are in 5.0.0.0/24: one owner may have them all"},{"code":"SMALL_N","value":100,"text":"it is so for the 100 sources seen; were they a random sample of more, it would be undecided"},{"code":"RESERVED_PRESENT","value":3,"text":"3 sources with reserved addresses left out; such packets did not come over the Internet, or were forged"}]}]}`
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
	if b, err := json.Marshal(new(Tally).Report()); err != nil || !strings.Contains(string(b), `"origins":[]`) {
		t.Errorf("empty report: %s, %v", b, err)
	}
	if b, err := json.Marshal(tallyOf(Options{}, map[string]int{"RU": 5000, "US": 3000}).Report().Check(Majority("RU"))); err != nil || !strings.Contains(string(b), `"caveats":[]`) {
		t.Errorf("verdict without caveats: %s, %v", b, err)
	}
}
