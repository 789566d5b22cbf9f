package decide

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
)

// A claim on each kind of world is decided wrongly as seldom as it should be, and intervals
// are neither too short nor too long.
func TestSimulatedDecisions(t *testing.T) {
	others := func(n, each int) sources {
		w := sources{}
		for o := range geo.Countries() {
			if o != ru && len(w) < n {
				w[o] = each
			}
		}
		return w
	}
	with := func(w sources, o geo.Origin, n int) sources { w[o] = n; return w }
	const k = 4096
	majority := moreThan(.5, ru)
	runs := trials(t, 250, 4_000, 20_000)
	for _, c := range []struct {
		name  string
		world sources
		q     Question
		truth float64 // share that the interval must cover; negative: not asked
		// Bounds in percent: of coverage, of false support, of false refutation. What is
		// false follows from the world.
		coverLow, coverHigh        float64
		supportedLow, supportedMax float64
		refutedMax                 float64
	}{
		{"half", sources{ru: 500_000, us: 500_000}, majority, .5, 94.4, 97, 1.9, 3.1, 3.1},
		{"half, sample nearly complete", sources{ru: 2500, us: 2500}, majority, .5, 94.4, 99, 0, 3.1, 3.1},
		{
			"half, many reserved", sources{ru: 100_000, us: 100_000, geo.Reserved: 200_000}, majority,
			.5, 94.4, 97, 1.9, 3.1, 3.1,
		},
		{
			"half, reserved, nearly complete", sources{ru: 1500, us: 1500, geo.Reserved: 2000}, majority,
			.5, 94.4, 99, 0, 3.1, 3.1,
		},
		{
			"half, unlocated all elsewhere", sources{ru: 500_000, us: 450_000, geo.Unlocated: 50_000}, majority,
			.5, 96, 98.5, 1.9, 3.1, .1,
		},
		{
			"half, unlocated all there", sources{ru: 450_000, us: 500_000, geo.Unlocated: 50_000}, majority,
			.5, 96, 98.5, 0, .1, 3.1,
		},
		{"small share", sources{ru: 10_000, us: 990_000}, moreThan(.01, ru), .01, 94.4, 98, 1, 3.1, 3.1},
		{"tie of two", sources{ru: 400_000, us: 400_000, cn: 200_000}, plurality(ru), -1, 0, 0, 1.9, 3.1, 3.1},
		{
			"tie with the unlocated", sources{ru: 400_000, us: 350_000, geo.Unlocated: 50_000}, plurality(ru),
			-1, 0, 0, 1.9, 3.1, .1,
		},
		{"barely first of twenty", with(others(19, 50_000), ru, 50_010), plurality(ru), -1, 0, 0, 0, 100, 3.1},
	} {
		rng := rand.New(rand.NewPCG(uint64(len(c.name)), 77))
		var covered, supported, refuted, inadmissible float64
		for range runs {
			a := c.world.draw(rng, k).Decide(c.q, usual)
			covered += truth(a.Share.Low <= c.truth && c.truth <= a.Share.High)
			supported += truth(a.Outcome == Supported)
			refuted += truth(a.Outcome == Refuted)
			inadmissible += truth(a.Outcome == Inadmissible)
		}
		// Three standard errors of a proportion near the bound, for fewer trials than 20,000.
		slack := 0.0
		if runs < 20_000 {
			slack = 3 * 100 * math.Sqrt(.03*.97/float64(runs))
		}
		percent := 100 / float64(runs)
		t.Logf("%-32s covered %.2f %%, supported %.2f %%, refuted %.2f %%, inadmissible %.3f %%",
			c.name, covered*percent, supported*percent, refuted*percent, inadmissible*percent)
		if c.truth >= 0 && (covered*percent < c.coverLow-slack || covered*percent > c.coverHigh+slack) {
			t.Errorf("%s: covered %.2f %%, want %v to %v", c.name, covered*percent, c.coverLow, c.coverHigh)
		}
		if s := supported * percent; s < c.supportedLow-slack || s > c.supportedMax+slack {
			t.Errorf("%s: supported %.2f %%, want %v to %v", c.name, s, c.supportedLow, c.supportedMax)
		}
		if s := refuted * percent; s > c.refutedMax+slack {
			t.Errorf("%s: refuted %.2f %%, want at most %v", c.name, s, c.refutedMax)
		}
		if inadmissible > 3 { // 0.3 to 1.3 are expected
			t.Errorf("%s: inadmissible %v times", c.name, inadmissible)
		}
	}
}

// However rare the claimed country is in the sample, honest counts are not called damaged
// more often than a distance of 4 standard errors allows, and counts that differ by it are.
func TestSimulatedDisagreement(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 78))
	majority := moreThan(.5, ru)
	for _, expected := range []float64{.2, 1, 3, 10, 30, 1000} {
		const n, k = 1_000_000, 4096
		runs := trials(t, 250, 4_000, 4_000)
		honest := sources{ru: int(expected / k * n), us: n - int(expected/k*n)}
		alarms := 0
		for range runs {
			if honest.draw(rng, k).Decide(majority, usual).Outcome == Inadmissible {
				alarms++
			}
		}
		if alarms > 3 { // 0.3 are expected at 4 standard errors
			t.Errorf("%v expected in the sample: %d of %d honest counts called damaged", expected, alarms, runs)
		}
		missed := 0
		for range 200 {
			m := honest.draw(rng, k)
			more := 40 + 5*math.Sqrt(expected)*2
			m.cases[0].Counted[ru].Sampled += more
			m.cases[0].Counted[us].Sampled -= more
			if m.Decide(majority, usual).Outcome != Inadmissible {
				missed++
			}
		}
		if missed > 0 {
			t.Errorf("%v expected in the sample: %d of 200 tampered counts passed", expected, missed)
		}
	}
}

// The error that a look may spend adds up to what the confidence allows.
func TestLooksSpendTheError(t *testing.T) {
	if a := (Policy{Confidence: .99}).alpha(); math.Abs(a-.01) > 1e-15 {
		t.Errorf("the final look spends %v", a)
	}
	sum := 0.0
	for j := 1; j <= 100_000; j++ {
		each := Policy{Confidence: .99, Interim: j}.alpha()
		if want := .01 / (float64(j) * float64(j+1)); math.Abs(each-want) > 1e-12*want {
			t.Fatalf("look %d spends %v, want %v", j, each, want)
		}
		sum += each
	}
	if sum > .01 || sum < .0099 {
		t.Errorf("100,000 looks spend %v, want just below 0.01", sum)
	}
}

// A look at every doubling decides wrongly, at any of the looks, no more often than one
// look may; as many final looks do so far more often.
func TestSimulatedLooks(t *testing.T) {
	half := moreThan(.5, ru)
	runs := trials(t, 200, 1_000, 10_000)
	rng := rand.New(rand.NewPCG(6, 79))
	var spent, naive float64
	for range runs {
		x, n, wrong, wrongNaive := 0, 0, false, false
		for look := 1; look <= 6; look++ {
			for until := 40 << look; n < until; n++ {
				x += rng.IntN(2)
			}
			m := New(exactly(apart(x, n-x)))
			o := m.Decide(half, Policy{Confidence: .95, Interim: look}).Outcome
			wrong = wrong || o == Supported
			o = m.Decide(half, Policy{Confidence: .95, Population: true}).Outcome
			wrongNaive = wrongNaive || o == Supported
		}
		spent, naive = spent+truth(wrong), naive+truth(wrongNaive)
	}
	n := float64(runs)
	t.Logf("%d growing counts: a majority of exactly one half at some look in %.2f %%, without a budget in %.2f %%",
		runs, 100*spent/n, 100*naive/n)
	most := n*.025 + 3*math.Sqrt(n*.025*.975)
	if spent > most || naive <= most {
		t.Errorf("%v wrong with a budget, %v without, of %d; want at most %.0f and more", spent, naive, runs, most)
	}
}

// Bursts of 1,000 sources in networks of their own, of which in the end 45, 47, 49 % or as
// many more than half are in one country: a provisional verdict that the final one
// contradicts comes no more often than the error that is promised. The sources of a burst
// come in an order of chance, and looks at each doubling.
func TestSimulatedContradictions(t *testing.T) {
	half := moreThan(.5, ru)
	runs := trials(t, 120, 600, 4_000)
	for _, percent := range []int{45, 47, 49, 50, 51, 53, 55} {
		rng := rand.New(rand.NewPCG(uint64(percent), 80))
		contradicted, decided, census := 0.0, 0.0, 0.0
		for range runs {
			const n = 1000
			all := apart(n*percent/100, n-n*percent/100)
			rng.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
			last := New(exactly(slices.Clone(all))).Decide(half, usual).Outcome
			var some, wrong, wrongOfCensus bool
			look := 0
			for seen := 30; seen < n; seen *= 2 {
				look++
				so := New(exactly(slices.Clone(all[:seen])))
				o := so.Decide(half, Policy{Confidence: .95, Interim: look}).Outcome
				some = some || o != Undecided
				wrong = wrong || o == Supported && last == Refuted || o == Refuted && last == Supported
				o = so.Decide(half, usual).Outcome
				wrongOfCensus = wrongOfCensus || o == Supported && last == Refuted || o == Refuted && last == Supported
			}
			contradicted, decided, census = contradicted+truth(wrong), decided+truth(some), census+truth(wrongOfCensus)
		}
		n := float64(runs)
		t.Logf("%d %% in the end: %.2f %% of %d bursts decided before, %.2f %% contradicted, %.1f %% if looks were a census",
			percent, 100*decided/n, runs, 100*contradicted/n, 100*census/n)
		if most := n*.05 + 3*math.Sqrt(n*.05*.95); contradicted > most {
			t.Errorf("%d %%: %v of %d contradicted, want at most %.0f", percent, contradicted, runs, most)
		}
		if percent != 50 && percent >= 47 && percent <= 53 && census < .1*n {
			t.Errorf("%d %%: as a census only %v of %d contradicted: the test shows nothing", percent, census, runs)
		}
	}
}

// Of several claims together, even one is decided wrongly no more often than one claim alone
// may be (Holm).
func TestSimulatedFamilies(t *testing.T) {
	runs := trials(t, 200, 1_000, 20_000)
	// Each claim is false, and as close to true as can be.
	tied := sources{ru: 200_000, us: 200_000, cn: 200_000, fr: 200_000, by: 200_000}
	claims := []Question{moreThan(.2, ru), moreThan(.2, us), moreThan(.2, cn), moreThan(.4, fr, by)}
	rng := rand.New(rand.NewPCG(41, 42))
	some := func(answers []Answer) float64 {
		for _, a := range answers {
			if a.Outcome == Supported {
				return 1
			}
		}
		return 0
	}
	var one, all, leader float64
	for range runs {
		m := tied.draw(rng, 4096)
		var each []Answer
		for _, q := range claims {
			each = append(each, m.Decide(q, usual))
		}
		one += some(each)
		all += some(m.All(claims, usual))
		leader += truth(m.Decide(plurality(m.cases[0].Countries()[0]), usual).Outcome == Supported)
	}
	n := float64(runs)
	t.Logf("%d trials: some claim wrongly supported in %.2f %%, each on its own; in %.2f %% together; "+
		"a leader of five tied in %.2f %%", runs, 100*one/n, 100*all/n, 100*leader/n)
	most := n*.025 + 3*math.Sqrt(n*.025*.975)
	if all > most {
		t.Errorf("%v of %d families with a wrong support, want at most %.0f", all, runs, most)
	}
	if one <= most {
		t.Errorf("without correction only %v wrong: the test shows nothing", one)
	}
	if leader > most {
		t.Errorf("a leader among ties %v times of %d, want at most %.0f", leader, runs, most)
	}
}

// Holm's steps: the surest claim is decided with the error of all, the next with that of the
// others, and each answer says with which confidence.
func TestJointAnswers(t *testing.T) {
	m := New(exactly(apart(700, 300)))
	p := Policy{Confidence: .95, Population: true}
	claims := []Question{moreThan(.6, ru), moreThan(.5, ru), moreThan(.69, ru), lessThan(.5, us)}
	answers := m.All(claims, p)
	for i, want := range []struct {
		outcome    Outcome
		confidence float64
	}{
		// All but the third are decided in the first step; it has the whole error for itself.
		{Supported, 1 - .05/4}, {Supported, 1 - .05/4}, {Undecided, .95}, {Supported, 1 - .05/4},
	} {
		a := answers[i]
		if a.Outcome != want.outcome || math.Abs(a.Confidence-want.confidence) > 1e-12 {
			t.Errorf("claim %d: %v at %v, want %v at %v", i, a.Outcome, a.Confidence, want.outcome, want.confidence)
		}
	}
	if alone := m.Decide(claims[0], p); alone.Share.Low <= answers[0].Share.Low {
		t.Errorf("alone the interval is %v, together %v", alone.Share, answers[0].Share)
	}
	if none := m.All(nil, p); len(none) != 0 {
		t.Errorf("no claim gives %v", none)
	}
}

// The interval of a lead holds the true one, also where the lead is not borne out.
func TestLeadCovers(t *testing.T) {
	runs := trials(t, 200, 1000, 20_000)
	rng := rand.New(rand.NewPCG(51, 52))
	for _, c := range []sources{
		{ru: 400_000, us: 400_000, cn: 200_000}, {ru: 420_000, us: 370_000, cn: 210_000}, {ru: 600_000, us: 400_000},
		{ru: 300_000, us: 400_000, cn: 300_000},
	} {
		lead := float64(c[ru]-c[us]) / 1e6
		covered := 0.0
		for range runs {
			a := c.draw(rng, 250).Decide(plurality(ru), Policy{Confidence: .95, Population: true})
			covered += truth(a.Lead.Low <= lead && lead <= a.Lead.High)
		}
		n := float64(runs)
		t.Logf("a lead of %.2f: covered in %.1f %% of %d trials", lead, 100*covered/n, runs)
		if least := n*.95 - 3*math.Sqrt(n*.95*.05); covered < least {
			t.Errorf("a lead of %.2f: covered in %v of %d trials, want at least %.0f", lead, covered, runs, least)
		}
	}
}
