package attribution_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
)

// While everything is counted one by one, verdicts follow from the counts alone.
func TestExactVerdicts(t *testing.T) {
	type counts = map[string]int
	const (
		yes, no, open, ruledOut = attribution.Supported, attribution.Refuted, attribution.Undecided, attribution.Inadmissible
	)
	for _, c := range []struct {
		sources counts
		claim   string
		want    attribution.Outcome
		margin  float64
		caveat  caveat.Code // one that must be there; the reason, if there is one
	}{
		{counts{"RU": 60, "US": 40}, "majority RU", yes, .1, ""},
		{counts{"RU": 50, "US": 50}, "majority RU", no, 0, caveat.Fragile},
		{counts{"RU": 51, "US": 49}, "majority RU", yes, .01, caveat.Fragile},
		{counts{"RU": 40, "US": 60}, "majority RU", no, .1, ""},
		{counts{"RU": 60, "US": 40}, "RU < 50%", no, .1, ""},
		{counts{"RU": 50, "US": 50}, "RU < 50%", no, 0, caveat.Fragile},
		{counts{"RU": 40, "US": 60}, "RU < 50%", yes, .1, ""},
		{counts{"RU": 40, "BY": 20, "US": 40}, "RU,BY > 50%", yes, .1, ""},
		{counts{"RU": 40, "FR": 20, "NC": 40}, "outside FR,NC > 30%", yes, .1, ""},
		{counts{"RU": 40, "FR": 20, "NC": 40}, "outside FR,NC > 50%", no, .1, ""},
		{counts{"RU": 60, "US": 40, "reserved": 100}, "majority RU", yes, .1, caveat.ReservedPresent},
		{counts{"RU": 100}, "KP > 0%", no, 0, ""},
		{counts{"RU": 100}, "RU < 100%", no, 0, ""},

		// Unlocated sources may be anywhere.
		{counts{"RU": 52, "US": 43, "": 5}, "majority RU", yes, .02, ""},
		{counts{"RU": 48, "US": 47, "": 5}, "majority RU", open, 0, caveat.Unlocated},
		{counts{"RU": 52, "US": 38, "": 10}, "outside RU > 45%", open, 0, caveat.Unlocated},
		{counts{"RU": 45, "US": 50, "": 5}, "majority RU", no, 0, caveat.Fragile},
		{counts{"RU": 40, "US": 50, "": 10}, "RU < 55%", yes, .05, ""},

		{counts{"RU": 40, "US": 35, "CN": 25}, "plurality RU", yes, .05, ""},
		{counts{"RU": 35, "US": 40, "CN": 25}, "plurality RU", no, .05, ""},
		{counts{"RU": 40, "US": 40, "CN": 20}, "plurality RU", no, 0, caveat.Fragile},
		{counts{"RU": 40, "US": 35, "": 25}, "plurality RU", open, 0, caveat.Unlocated},
		{counts{"RU": 100}, "plurality RU", yes, 1, ""},
		{counts{"RU": 100}, "plurality US", no, 1, ""},
		{counts{"RU": 51, "US": 49}, "plurality RU", yes, .02, caveat.FewSources},

		{counts{"RU": 52, "US": 48}, "majority RU", yes, .02, caveat.FewSources}, // 42 to 62 % as a sample of more
		{counts{}, "majority RU", ruledOut, 0, caveat.NothingCounted},
		{counts{"reserved": 5}, "majority RU", ruledOut, 0, caveat.NothingCounted},
		{counts{"": 50}, "RU < 50%", ruledOut, 0, caveat.NothingLocated},
		{counts{"RU": 60, "US": 40}, "RU > 50% of bytes", ruledOut, 0, caveat.NothingCounted},

		// Percentages have no exact form in binary.
		{counts{"RU": 7, "US": 993}, "RU > 0.7%", no, 0, caveat.Fragile},
		{counts{"RU": 7, "US": 993}, "RU < 0.7%", no, 0, caveat.Fragile},
	} {
		v := ask(spread(least, c.sources).Snapshot(), c.claim)
		if v.Outcome != c.want || math.Abs(v.Margin-c.margin) > 1e-9 {
			t.Errorf("%s of %v: %v by %v, want %v by %v", c.claim, c.sources, v, v.Margin, c.want, c.margin)
		}
		if c.caveat != "" && !has(v, c.caveat) {
			t.Errorf("%s of %v: no caveat %s in %v", c.claim, c.sources, c.caveat, v.Caveats)
		}
		if decided := c.want == yes || c.want == no; decided != (v.Reason == "") || !decided && v.Reason != c.caveat {
			t.Errorf("%s of %v: the reason is %q", c.claim, c.sources, v.Reason)
		}
	}
}

// Share, Counted and Located are three answers to how much it is.
func TestSharesOfAVerdict(t *testing.T) {
	v := ask(spread(least, map[string]int{"RU": 48, "US": 42, "": 10}).Snapshot(), "RU > 40%")
	share := attribution.Share{Value: .48, Low: .48, High: .58}
	if v.Share != share || v.Counted != (attribution.Share{Value: .48, Low: .48, High: .48}) || v.Located != 48./90 {
		t.Errorf("share %v, counted %v, located %v", v.Share, v.Counted, v.Located)
	}
	if v.Lead != nil || v.Bounds != nil || v.Opinions != nil || v.Families != nil || v.Sampling != nil ||
		v.Confidence != .95 {
		t.Errorf("%+v has what it is no case for", v)
	}
	p := ask(spread(least, map[string]int{"RU": 48, "US": 42, "": 10}).Snapshot(), "plurality RU")
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }
	if l := p.Lead; l == nil || !near(l.Value, .06) || !near(l.Low, -.04) || !near(l.High, .16) {
		t.Errorf("the lead is %v", p.Lead)
	}
	none := ask(attribution.Snapshot{}, "plurality RU")
	if none.Share != (attribution.Share{}) || none.Lead != nil || none.Margin != 0 {
		t.Errorf("inadmissible, with numbers: %+v", none)
	}
}

// Moving as many sources as the verdict tolerates into or out of the claimed country leaves
// it standing; one more overturns it.
func TestToleratedErrorIsTheLimit(t *testing.T) {
	for _, c := range []struct {
		claim  string
		ru, us int
		toRU   bool // the least favorable direction
	}{
		{"majority RU", 600, 400, false},
		{"majority RU", 400, 600, true},
		{"RU < 70%", 600, 400, true},
		{"plurality RU", 600, 400, false},
		{"plurality RU", 400, 600, true},
	} {
		moving := func(n int) attribution.Verdict {
			if c.toRU {
				n = -n
			}
			return ask(spread(least, map[string]int{"RU": c.ru - n, "US": c.us + n}).Snapshot(), c.claim)
		}
		v := moving(0)
		n := int(math.Round(v.GeolocationErrorTolerated * 1000))
		if before, after := moving(n-1).Outcome, moving(n+1).Outcome; before != v.Outcome || after == v.Outcome {
			t.Errorf("%s with %d and %d: %v, after %d errors %v, after %d %v",
				c.claim, c.ru, c.us, v.Outcome, n-1, before, n+1, after)
		}
	}
}

// Events and bytes are counted exactly, also when sources are sampled. One source that makes
// most of them is pointed out.
func TestClaimsOnEventsAndBytes(t *testing.T) {
	for _, n := range []int{100, 3000} {
		tally := spread(least, map[string]int{"US": n, "RU": n / 10})
		tally.AddFlow(attribution.Flow{Source: apart("RU", 0), Events: uint64(99 * n), Bytes: 300})
		tally.AddFlow(attribution.Flow{Source: apart("US", 0), Bytes: 700})
		s := tally.Snapshot()
		for claim, want := range map[string]attribution.Outcome{
			"majority RU":                attribution.Refuted,
			"majority RU of events":      attribution.Supported,
			"RU > 31% of bytes":          attribution.Refuted,
			"US > 69.9% of bytes":        attribution.Supported,
			"plurality RU of events":     attribution.Supported,
			"plurality RU":               attribution.Refuted,
			"plurality US of bytes":      attribution.Supported,
			"outside US > 97% of events": attribution.Supported,
		} {
			v := ask(s, claim)
			if v.Outcome != want {
				t.Errorf("%d: %v", n, v)
			}
			if !has(v, caveat.DominantSource) && !has(v, caveat.UnsampledVolume) {
				t.Errorf("%d: %s: no word of the source that made 99 %% of events: %v", n, claim, v.Caveats)
			}
			if !has(v, caveat.RankDiffers) {
				t.Errorf("%d: %s: no word of the ranks: %v", n, claim, v.Caveats)
			}
		}
	}
}

// A claim on sources that is undecided names a number of sources that would decide it, or
// what else stands in the way.
func TestWhatWouldDecide(t *testing.T) {
	for _, c := range []struct {
		sources   map[string]int
		claim     string
		reason    caveat.Code
		low, high float64
	}{
		// z^2 s(1-s)/d^2 with the estimate of s that the sample of 1,024 gives
		{map[string]int{"RU": 50200, "US": 49800}, "majority RU", caveat.SamplingError, 1025, 100_000},
		{map[string]int{"RU": 10300, "US": 9700}, "plurality RU", caveat.SamplingError, 1025, 20_000},
		{map[string]int{"RU": 20000}, "NC > 0.01%", caveat.SamplingError, 19_000, 21_000}, // none seen of very few
		{map[string]int{"RU": 4500, "US": 4500, "": 1000}, "majority RU", caveat.Unlocated, .09, .11},
		{map[string]int{"RU": 4000, "US": 3800, "": 2200}, "plurality RU", caveat.Unlocated, .2, .24},
	} {
		v := ask(spread(least, c.sources).Snapshot(), c.claim)
		value, _ := valueOf(v, c.reason)
		if v.Outcome != attribution.Undecided || v.Reason != c.reason || value < c.low || value > c.high {
			t.Errorf("%s of %v: %v, %v", c.claim, c.sources, v, v.Caveats)
		}
	}
}

func TestVerdictPrints(t *testing.T) {
	s := spread(least, map[string]int{"RU": 60, "US": 40, "reserved": 2}).Snapshot()
	for claim, want := range map[string]string{
		"majority RU": "supported RU > 50% of sources 0.6 [0.6, 0.6] FEW_SOURCES NO_HANDSHAKE RESERVED_PRESENT " +
			"REFLECTION_UNTESTED",
		"majority RU,US":    "supported RU,US > 50% of sources 1 [1, 1] NO_HANDSHAKE RESERVED_PRESENT REFLECTION_UNTESTED",
		"RU > 50% of bytes": "inadmissible RU > 50% of bytes NOTHING_COUNTED RESERVED_PRESENT REFLECTION_UNTESTED",
	} {
		v := ask(s, claim)
		if got := v.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for o := attribution.Undecided; o <= attribution.Inadmissible; o++ {
		var back attribution.Outcome
		if text, err := o.MarshalText(); err != nil || back.UnmarshalText(text) != nil || back != o {
			t.Errorf("%v becomes %s, then %v", o, text, back)
		}
	}
	o := attribution.Refuted
	if err := json.Unmarshal([]byte(`"certain"`), &o); err == nil || o != attribution.Refuted {
		t.Errorf("%v, %v", o, err)
	}
	if s := attribution.Outcome(9).String(); !strings.Contains(s, "9") {
		t.Errorf("an unknown outcome prints %q", s)
	}
}

// The country that has all of the sources with a country does not lead those without one.
func TestPluralityWithoutRival(t *testing.T) {
	for _, c := range []struct {
		ru, unlocated int
		want          attribution.Outcome
	}{
		{1, 99, attribution.Undecided}, {40, 60, attribution.Undecided}, {60, 40, attribution.Supported},
		{300, 600, attribution.Undecided}, {100, 0, attribution.Supported}, {1500, 2000, attribution.Undecided},
	} {
		tally := emptyTally(least)
		for i := range c.ru {
			tally.Add(apart("RU", i))
		}
		for i := range c.unlocated {
			tally.Add(apart("", i))
		}
		s := tally.Snapshot()
		for _, claim := range []string{"plurality RU", "plurality RU of events"} {
			for _, p := range []attribution.Policy{{}, {Population: true}} {
				v := askUnder(p, s, claim)
				reason := map[bool]caveat.Code{true: caveat.Unlocated}[c.want == attribution.Undecided]
				if p.Population && c.want == attribution.Supported && c.unlocated > 0 && v.Outcome == attribution.Undecided {
					continue // a lead of 20 % of 100 is open among more
				}
				if v.Outcome != c.want || v.Reason != reason {
					t.Errorf("%d and %d unlocated, %+v: %v, lead %v", c.ru, c.unlocated, p, v, v.Lead)
				}
			}
		}
	}
}
