package attribution_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
)

func TestPolicyValidate(t *testing.T) {
	s := spread(least, map[string]int{"RU": 60, "US": 40}).Snapshot()
	for _, c := range []struct {
		policy attribution.Policy
		names  string // what is wrong; "": nothing
	}{
		{attribution.Policy{}, ""},
		{attribution.Policy{Confidence: .5}, ""},
		{attribution.Policy{Confidence: math.Nextafter(1, 0), Interim: math.MaxInt, Joint: true, Population: true}, ""},
		{attribution.Policy{Confidence: 1}, "Confidence"},
		{attribution.Policy{Confidence: 95}, "Confidence"},
		{attribution.Policy{Confidence: .49}, "Confidence"},
		{attribution.Policy{Confidence: -.95}, "Confidence"},
		{attribution.Policy{Confidence: math.NaN()}, "Confidence"},
		{attribution.Policy{Confidence: math.Inf(1)}, "Confidence"},
		{attribution.Policy{Interim: -1}, "Interim"},
	} {
		err := c.policy.Validate()
		r, reported := s.Report(c.policy, attribution.Majority("RU"))
		if c.names == "" {
			if err != nil || reported != nil || len(r.Verdicts) != 1 {
				t.Errorf("%+v: %v, %v", c.policy, err, reported)
			}
			continue
		}
		if !errors.Is(err, attribution.ErrInvalidPolicy) || !strings.Contains(err.Error(), c.names) ||
			!errors.Is(reported, attribution.ErrInvalidPolicy) || r.Schema != 0 {
			t.Errorf("%+v: %v; reported: %v", c.policy, err, reported)
		}
	}
}

// The zero policy is that of 95 %, and a report says what was meant.
func TestUsualConfidence(t *testing.T) {
	s := spread(least, map[string]int{"RU": 3000, "US": 2000}).Snapshot()
	zero, said := reportOn(s, "majority RU"), reportUnder(attribution.Policy{Confidence: .95}, s, "majority RU")
	if jsonOf(zero) != jsonOf(said) || zero.Policy.Confidence != .95 {
		t.Errorf("zero: %v\n95 %%: %v", zero, said)
	}
}

// Higher confidence, earlier looks and a claim about a population widen the interval, and
// the verdict says whose it is.
func TestPoliciesOrderIntervals(t *testing.T) {
	s := spread(least, map[string]int{"RU": 6_000, "US": 4_000}).Snapshot()
	width := func(p attribution.Policy) (float64, attribution.Verdict) {
		v := askUnder(p, s, "majority RU")
		return v.Share.High - v.Share.Low, v
	}
	usual, _ := width(attribution.Policy{})
	for _, c := range []struct {
		name       string
		policy     attribution.Policy
		confidence float64
	}{
		{"99 %", attribution.Policy{Confidence: .99}, .99},
		{"first look", attribution.Policy{Interim: 1}, .975},
		{"third look", attribution.Policy{Interim: 3}, 1 - .05/12},
		{"second look at 99 %", attribution.Policy{Confidence: .99, Interim: 2}, 1 - .01/6},
		{"population", attribution.Policy{Population: true}, .95},
	} {
		w, v := width(c.policy)
		if w <= usual || math.Abs(v.Confidence-c.confidence) > 1e-12 || v.Interim != c.policy.Interim {
			t.Errorf("%s: an interval of %v at %v, look %d; usually of %v", c.name, w, v.Confidence, v.Interim, usual)
		}
	}
}

// A country of which nobody was seen may be in the population all the same.
func TestNoneSeenOfAPopulation(t *testing.T) {
	s := spread(least, map[string]int{"RU": 30_000, "US": 30_000}).Snapshot()
	for claim, want := range map[string]attribution.Outcome{
		"KP < 1%": attribution.Undecided, "KP < 2%": attribution.Supported,
		"RU,US > 99%": attribution.Undecided, "RU,US > 98%": attribution.Supported,
	} {
		if v := askUnder(attribution.Policy{Population: true}, s, claim); v.Outcome != want {
			t.Errorf("%v, want %v", v, want)
		}
	}
}

// An undecided claim about a population says why, also if all that there was is counted.
func TestUndecidedOfAPopulation(t *testing.T) {
	for _, n := range []map[string]int{{"RU": 52, "US": 48}, {"RU": 5050, "US": 4950}} {
		v := askUnder(attribution.Policy{Population: true}, spread(least, n).Snapshot(), "majority RU")
		if v.Outcome != attribution.Undecided || v.Reason != caveat.SamplingError {
			t.Errorf("%v: %v", n, v)
		}
		// More sources would decide, not the ones that there are.
		if size, _ := valueOf(v, caveat.SamplingError); size <= 1024 {
			t.Errorf("%v: a sample of %v would decide", n, size)
		}
	}
}

// Claims of one report do not touch each other, unless they are to hold together.
func TestJoint(t *testing.T) {
	s := spread(least, map[string]int{"RU": 5300, "US": 4100, "CN": 600}).Snapshot()
	claims := []string{"majority RU", "RU > 52%", "CN < 7%", "RU > 10%"}
	alone, together := reportOn(s, claims...), reportUnder(attribution.Policy{Joint: true}, s, claims...)
	for i := range claims {
		a, b := alone.Verdicts[i], together.Verdicts[i]
		if a.Confidence != .95 || b.Confidence < a.Confidence || b.Share.Low > a.Share.Low || b.Share.High < a.Share.High {
			t.Errorf("alone %v at %v, together %v at %v", a, a.Confidence, b, b.Confidence)
		}
	}
	if together.Verdicts[3].Share.Low >= alone.Verdicts[3].Share.Low {
		t.Error("together no interval is wider")
	}
	one := reportUnder(attribution.Policy{Joint: true}, s, claims[0]).Verdicts[0]
	if one.Confidence != .95 || one.Share != alone.Verdicts[0].Share {
		t.Errorf("of one claim together: %v at %v", one, one.Confidence)
	}
}

// Rows that hold together are wider, each and every one. Their number counts.
func TestJointRows(t *testing.T) {
	s := spread(least, map[string]int{"RU": 3_000, "US": 2_000, "CN": 900, "": 50}).Snapshot()
	alone, joint := reportOn(s), reportUnder(attribution.Policy{Joint: true}, s)
	rows := append(joint.Countries, joint.Unlocated)
	for i, own := range append(alone.Countries, alone.Unlocated) {
		row := rows[i]
		if row.Origin != own.Origin || row.Share.Value != own.Share.Value ||
			row.Share.Low >= own.Share.Low || row.Share.High <= own.Share.High {
			t.Errorf("row %v became %v", own, row)
		}
	}
	if !joint.Policy.Joint || alone.Policy.Joint {
		t.Error("the reports do not say which intervals they have")
	}
	// Of one database like of another.
	second := reportUnder(attribution.Policy{Joint: true}, enriched(s, otherWorld(map[string]string{"5.0.0.0/9": "FR"})))
	usual := reportOn(enriched(s, otherWorld(map[string]string{"5.0.0.0/9": "FR"})))
	for i, own := range usual.Databases[0].Countries {
		if row := second.Databases[0].Countries[i]; row.Share.Low >= own.Share.Low {
			t.Errorf("row %v of the second database became %v", own, row)
		}
	}
}
