package attribution

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestChao1(t *testing.T) {
	for _, c := range []struct {
		a            abundance
		n, se, high  float64 // high end of the lognormal 95 % interval
		completeness float64
	}{
		{abundance{seen: 1000, once: 400, twice: 150}, 1528.477, 71.873, 1689.06, .6542},
		{abundance{seen: 1000, once: 900, twice: 60}, 7631.967, 954.747, 9781.22, .1310},
		{abundance{seen: 50, once: 10}, 95, 30.781, 201.55, .5263},
		{abundance{seen: 50, once: 1}, 50, .5, 50, 1},
		{abundance{}, 0, 0, 0, 0},
	} {
		n, se := c.a.chao1()
		if math.Abs(n-c.n) > 1e-3 || math.Abs(se-c.se) > 1e-3 {
			t.Errorf("%+v: %.3f, standard error %.3f, want %v, %v", c.a, n, se, c.n, c.se)
		}
		if got := c.a.completeness(); math.Abs(got-c.completeness) > 1e-4 {
			t.Errorf("%+v: completeness %.4f, want %v", c.a, got, c.completeness)
		}
		if most, want := c.a.most(z)-1, 2*(c.high-c.a.seen)/max(c.a.seen, 1); math.Abs(most-want) > 1e-4*want {
			t.Errorf("%+v: at most %.4f unseen for each one seen, want %.4f", c.a, most, want)
		}
	}
}

// packets draws how many packets a source sent, 1 or more, with a given mean.
var packets = map[string]func(*rand.Rand, float64) float64{
	"geometric": func(rng *rand.Rand, mean float64) float64 {
		return 1 + math.Floor(math.Log(1-rng.Float64())/math.Log1p(-1/mean))
	},
	"lognormal": func(rng *rand.Rand, mean float64) float64 {
		const sigma = 1.5
		return max(1, math.Round(mean*math.Exp(sigma*rng.NormFloat64()-sigma*sigma/2)))
	},
	"Pareto": func(rng *rand.Rand, mean float64) float64 {
		const index = 1.2
		return max(1, math.Round(mean*(1-1/index)*math.Pow(1-rng.Float64(), -1/index)))
	},
}

// thin draws how many of n packets one in so many lets through.
func thin(rng *rand.Rand, n float64, rate uint32) (k uint64) {
	if rate == 1 {
		return uint64(n)
	}
	// From one to the next is a geometric distance.
	scale := 1 / math.Log1p(-1/float64(rate))
	for at := 0.0; ; k++ {
		if at += 1 + math.Floor(math.Log(1-rng.Float64())*scale); at > n {
			return k
		}
	}
}

// crowd is so many sources of a country, with a mean number of packets each.
type crowd struct {
	code    string
	sources int
	mean    float64
}

// sampledTally counts what one in rate packets shows of crowds.
func sampledTally(rng *rand.Rand, o Options, rate uint32, distribution string, crowds ...crowd) *Tally {
	o.SamplingRate = rate
	tally := NewTally(testTable(), o)
	draw := packets[distribution]
	for _, c := range crowds {
		for i := range c.sources {
			if k := thin(rng, draw(rng, c.mean), rate); k > 0 {
				tally.AddN(ip(c.code, i), k, 0)
			}
		}
	}
	return tally
}

// In every cell that does not rule out a claim, the interval covers the share of
// all sources in at least 97 % of runs, though the share of those seen is far
// from it; and a leader that is not there is not found.
func TestPacketSamplingCoverage(t *testing.T) {
	means := [][2]float64{{20, 20}, {15, 20}, {10, 20}, {4, 20}, {50, 100}, {20, 100}, {100, 400}}
	rates := []uint32{2, 5, 10, 50}
	sources, runs := 10_000, 40
	if !*long {
		means, rates, sources = [][2]float64{{20, 20}, {10, 20}, {20, 100}}, []uint32{2, 10}, 2_000
	}
	if testing.Short() {
		runs = 10
	}
	passed, naive := 0, 0
	for distribution := range packets {
		for _, mean := range means {
			for _, rate := range rates {
				name := fmt.Sprintf("%s, means %v and %v, 1 in %d", distribution, mean[0], mean[1], rate)
				rng := rand.New(rand.NewPCG(uint64(rate), uint64(len(distribution))<<32+uint64(mean[0]*mean[1])))
				var admitted, covered, coveredSeen, leaders, width float64
				for range runs {
					r := sampledTally(rng, Options{Key: testKey(1)}, rate, distribution, crowd{"RU", sources, mean[0]}, crowd{"US", sources, mean[1]}).Report()
					v := r.Check(Majority("RU"))
					if v.Decision == Inadmissible {
						continue
					}
					admitted++
					covered += truth(v.Share.Low <= .5 && .5 <= v.Share.High)
					coveredSeen += truth(v.Sampling.Share.Low <= .5 && .5 <= v.Sampling.Share.High)
					width += v.Share.High - v.Share.Low
					for _, code := range []string{"RU", "US"} {
						leaders += truth(r.Check(Plurality(code)).Decision == Supported)
					}
				}
				if admitted < float64(runs)/2 {
					continue
				}
				passed++
				naive += int(truth(coveredSeen < .9*admitted))
				if *long {
					t.Logf("%-42s covered %3.0f of %2.0f (of those seen %3.0f), width %.1f points", name, covered, admitted, coveredSeen, 100*width/admitted)
				}
				slack := 2.33 * math.Sqrt(admitted*.97*.03)
				if covered < .97*admitted-slack {
					t.Errorf("%s: covered in %v of %v runs", name, covered, admitted)
				}
				if leaders > .03*admitted+slack {
					t.Errorf("%s: two that tie lead each other in %v of %v runs", name, leaders, admitted)
				}
			}
		}
	}
	t.Logf("%d cells admitted; in %d of them the sources seen alone do not tell the share", passed, naive)
	if passed < 6 || naive < passed/4 {
		t.Errorf("%d cells admitted, %d where sampling matters: the test shows nothing", passed, naive)
	}
}

// Of one in 1,000 packets, where countries differ in packets per source, hardly
// ever a claim about all sources is decided, and never wrongly.
func TestSparseSamplingDecidesNothing(t *testing.T) {
	runs := 200
	if testing.Short() {
		runs = 40
	}
	rng := rand.New(rand.NewPCG(10, 51))
	kept := 0
	for i := range runs {
		distribution := []string{"geometric", "lognormal", "Pareto"}[i%3]
		r := sampledTally(rng, small, 1000, distribution, crowd{"RU", 12_000, 40}, crowd{"US", 8_000, 400}, crowd{"", 200, 100}).Report()
		for _, claim := range []string{"majority RU", "RU < 50%", "plurality US", "outside RU > 50%"} {
			v := r.Check(parse(t, claim))
			if v.Decision == Inadmissible && has(v, UnseenSources) || v.Decision == Undecided {
				kept++
			} else if wrong := map[bool]Decision{true: Refuted, false: Supported}[claim == "majority RU"]; v.Decision == wrong {
				t.Errorf("%v", v)
			}
		}
	}
	if float64(kept) < .99*float64(4*runs) {
		t.Errorf("%d of %d verdicts hold back", kept, 4*runs)
	}
}

// Sources that all sent much are all seen, and sampling does no harm; the verdict
// says what it knows.
func TestSampledVerdict(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	r := sampledTally(rng, small, 10, "geometric", crowd{"RU", 600, 1000}, crowd{"US", 300, 1000}, crowd{"", 20, 1000}).Report()
	v := r.Check(Majority("RU"))
	s := v.Sampling
	if v.Decision != Supported || !has(v, PacketSampled) || has(v, SamplingRateSensitive) || s == nil || s.Rate != 10 || s.Decision != Supported {
		t.Fatalf("%v", v)
	}
	if s.Completeness < .95 || s.SeenOnce > .05 || math.Abs(s.Estimated-600./920) > .02 || math.Abs(s.Shift) > .005 {
		t.Errorf("%+v", s)
	}
	for _, text := range []string{r.String(), v.String()} {
		if !strings.Contains(text, "1 in 10 packets") {
			t.Errorf("no word of the sampling in\n%s", text)
		}
	}
	data, err := json.Marshal(v)
	if err != nil || !strings.Contains(string(data), `"packet_sampling":{"rate":10,"verdict":"supported"`) {
		t.Errorf("%s, %v", data, err)
	}

	r = sampledTally(rng, small, 1000, "lognormal", crowd{"RU", 30_000, 40}, crowd{"US", 30_000, 400}).Report()
	v = r.Check(Majority("US"))
	if text := v.String(); v.Decision != Inadmissible || !has(v, UnseenSources) || !strings.Contains(text, "1 in 1,000") ||
		!strings.Contains(text, "of them the claim would be supported") {
		t.Errorf("%v", v)
	}
	if s := v.Sampling; s == nil || s.Completeness >= .5 || s.Share.Value < .8 {
		t.Errorf("%+v", v.Sampling)
	}

	// Those seen would decide, those not seen could overturn it.
	r = sampledTally(rng, small, 10, "geometric", crowd{"RU", 5_000, 15}, crowd{"US", 5_000, 40}).Report()
	v = r.Check(Majority("US"))
	if v.Decision != Undecided || !has(v, UnseenSources) || !has(v, SamplingRateSensitive) || v.Sampling.Decision != Supported {
		t.Errorf("%v", v)
	}
	if v = r.Check(Plurality("US")); v.Decision != Undecided || !has(v, UnseenSources) {
		t.Errorf("%v", v)
	}
}

// Without sampling, sources that were seen once are no sign of others.
func TestNoSamplingNoEstimate(t *testing.T) {
	counts := map[string]int{"RU": 600, "US": 300, "": 20}
	for _, n := range []int{1, 10} {
		for code := range counts {
			counts[code] *= n
		}
		plain, declared := small, small
		declared.SamplingRate = 1
		r := tallyOf(plain, counts).Report()
		v, w := r.Check(Majority("RU")), tallyOf(declared, counts).Report().Check(Majority("RU"))
		if v.Decision != Supported || v.Sampling != nil || has(v, PacketSampled) || v.String() != w.String() {
			t.Errorf("%v\n%v", v, w)
		}
		if got := r.Check(parse(t, "majority RU of events")); got.Share.Low != got.Share.Value || got.Decision != Supported {
			t.Errorf("%v", got)
		}
	}
}

// A share of sampled events or bytes has the error of the packets drawn, besides
// what is unlocated.
func TestSampledVolume(t *testing.T) {
	runs := 1_000
	if testing.Short() {
		runs = 250
	}
	rng := rand.New(rand.NewPCG(3, 4))
	o := small
	o.SamplingRate = 100
	const n = 3_000 // packets, of 40 bytes or 1,500
	packets := func(tally *Tally, code string, share float64) {
		for range binomial(rng, n, share) {
			size := uint64(40)
			if rng.Float64() < .3 {
				size = 1500
			}
			tally.AddN(ip(code, rng.IntN(300)), 1, size)
		}
	}
	var events, bytes, wrong float64
	for range runs {
		tally := NewTally(testTable(), o)
		packets(tally, "RU", .48) // of all, unlocated or not, 0.5 are Russian
		packets(tally, "", .04)
		packets(tally, "US", .48)
		r := tally.Report()
		covers := func(s Share, truth float64) bool { return s.Low <= truth && truth <= s.High }
		e, b := r.Check(Majority("RU").Of(OfEvents)), r.Check(Majority("RU").Of(OfBytes))
		events += truth(covers(e.Share, .48) && covers(e.Share, .52))
		bytes += truth(covers(b.Share, .48) && covers(b.Share, .52))
		wrong += truth(r.Check(MoreThan(48, "RU").Of(OfBytes)).Decision == Supported) + truth(r.Check(Plurality("RU").Of(OfEvents)).Decision == Supported)
		if !has(e, PacketSampled) || e.Sampling != nil {
			t.Fatalf("%v", e)
		}
	}
	t.Logf("%d runs: interval of events covers %v, of bytes %v", runs, events, bytes)
	least := .95*float64(runs) - 2.33*math.Sqrt(float64(runs)*.95*.05)
	if events < least || bytes < least {
		t.Errorf("events cover %v, bytes %v of %d, want at least %.0f", events, bytes, runs, least)
	}
	if most := .05*float64(runs) + 3*math.Sqrt(float64(runs)*.05*.95); wrong > most {
		t.Errorf("%v wrong decisions, want at most %.0f", wrong, most)
	}

	tally := NewTally(testTable(), o)
	tally.AddN(ip("RU", 1), 600, 600*1500)
	tally.AddN(ip("US", 1), 400, 400*1500)
	for _, u := range []Unit{OfEvents, OfBytes} {
		v := tally.Report().Check(Majority("RU").Of(u))
		if s := v.Share; v.Decision != Supported || math.Abs(s.Low-.5689) > 5e-4 || math.Abs(s.High-.6305) > 5e-4 { // Clopper and Pearson, 600 of 1,000
			t.Errorf("%v", v)
		}
		if v := tally.Report().Check(MoreThan(59, "RU").Of(u)); v.Decision != Undecided || !has(v, SamplingError) {
			t.Errorf("%v", v)
		}
	}
}

// New sources of sampled packets may have been there before.
func TestSampledExcess(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	baseline := sampledTally(rng, small, 50, "geometric", crowd{"US", 2_000, 40})
	burst := sampledTally(rng, small, 50, "geometric", crowd{"US", 2_000, 40}, crowd{"RU", 500, 40})
	e := excess(t, burst, baseline)
	if v := e.Report.Check(Majority("RU")); !hasCode(e.Caveats, PacketSampled) || v.Decision == Supported || v.Decision == Refuted {
		t.Errorf("%v\n%v", e, v)
	}
}
