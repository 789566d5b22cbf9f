package attribution

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
)

// The error that a look may spend adds up to what the confidence allows.
func TestLooksSpendTheError(t *testing.T) {
	sum := 0.0
	for j := 1; j <= 100_000; j++ {
		sum += Terms{Confidence: .99, Look: j}.alpha()
	}
	if sum > .01 || sum < .0099 {
		t.Errorf("100,000 looks spend %v, want just below 0.01", sum)
	}
}

func TestTermsOutOfRange(t *testing.T) {
	r := tallyOf(small, map[string]int{"RU": 60, "US": 40}).Report()
	for name, terms := range map[string]Terms{
		"confidence of 1": {Confidence: 1}, "confidence in percent": {Confidence: 95}, "confidence NaN": {Confidence: math.NaN()},
		"negative look": {Look: -1}, "fragile below 0": {Fragile: -.1},
	} {
		if terms.Err() == nil {
			t.Errorf("%s: no error", name)
		}
		mustPanic(t, name, func() { terms.Check(r, Majority("RU")) })
	}
}

// Higher confidence and earlier looks widen the interval, which always says whose
// it is; combining both estimates shortens it.
func TestTermsOrderIntervals(t *testing.T) {
	r := tallyOf(small, map[string]int{"RU": 6_000, "US": 4_000}).Report()
	claim := Majority("RU")
	width := func(terms Terms) float64 {
		v := terms.Check(r, claim)
		return v.Share.High - v.Share.Low
	}
	usual := width(Terms{})
	if usual != width(Terms{Confidence: .95}) {
		t.Error("95 % is not the usual confidence")
	}
	for name, terms := range map[string]Terms{"99 %": {Confidence: .99}, "first look": {Look: 1}, "population": {Population: true}} {
		if w := width(terms); w <= usual {
			t.Errorf("%s: interval of %v, no wider than %v", name, w, usual)
		}
	}
	if w := width(Terms{Combined: true}); w >= .85*usual {
		t.Errorf("combined: interval of %v, hardly shorter than %v", w, usual)
	}
	if s := (Terms{Confidence: .99, Look: 2}).Check(r, claim).String(); !strings.Contains(s, "(provisional)") || !strings.Contains(s, "99.83 % interval") {
		t.Errorf("a provisional verdict does not say what it is:\n%s", s)
	}
}

// Of several claims together, even one is decided wrongly no more often than one
// claim alone may be.
func TestSimulatedFamilies(t *testing.T) {
	trials := 1_000
	switch {
	case *long:
		trials = 20_000
	case testing.Short():
		trials = 200
	}
	table := testTable()
	origin := func(code string) geo.Origin { return table.Lookup(ip(code, 0)) }
	// Each claim is false, and as close to true as can be.
	tied := world{origin("RU"): 200_000, origin("US"): 200_000, origin("CN"): 200_000, origin("FR"): 200_000, origin("BY"): 200_000}
	claims := []Claim{MoreThan(20, "RU"), MoreThan(20, "US"), MoreThan(20, "CN"), MoreThan(40, "FR", "BY")}
	rng := rand.New(rand.NewPCG(41, 42))
	one, all, leader := 0.0, 0.0, 0.0
	for range trials {
		r := tied.draw(rng, 4096)
		supported := func(verdicts []Verdict) float64 {
			for _, v := range verdicts {
				if v.Decision == Supported {
					return 1
				}
			}
			return 0
		}
		var each []Verdict
		for _, c := range claims {
			each = append(each, r.Check(c))
		}
		one += supported(each)
		all += supported(Terms{}.CheckAll(r, claims...))
		if top, ok := r.Leader(); ok && r.Check(top).Decision == Supported {
			leader++
		}
	}
	n := float64(trials)
	t.Logf("%d trials: some claim wrongly supported in %.2f %%, each on its own; in %.2f %% together; a leader of five tied in %.2f %%",
		trials, 100*one/n, 100*all/n, 100*leader/n)
	most := n*.025 + 3*math.Sqrt(n*.025*.975)
	if all > most {
		t.Errorf("%v of %d families with a wrong support, want at most %.0f", all, trials, most)
	}
	if one <= most {
		t.Errorf("without correction only %v wrong: the test shows nothing", one)
	}
	if leader > most {
		t.Errorf("a leader among ties %v times of %d, want at most %.0f", leader, trials, most)
	}
}

// Rows that hold together are wider, each and every one.
func TestJointIntervals(t *testing.T) {
	r := tallyOf(small, map[string]int{"RU": 3_000, "US": 2_000, "CN": 900, "": 50}).Report()
	joint := r.JointIntervals()
	for i, row := range joint.Origins {
		own := r.Origins[i]
		if row.Origin != own.Origin || row.Share.Value != own.Share.Value || row.Share.Low >= own.Share.Low || row.Share.High <= own.Share.High {
			t.Errorf("row %v became %v", own, row)
		}
	}
	if r.Joint || !joint.Joint || !strings.Contains(joint.String(), "all rows together") || strings.Contains(r.String(), "all rows together") {
		t.Error("the reports do not say which intervals they have")
	}
}
