package attribution_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

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

// seenOf draws how many of n packets are looked at if one in so many is.
func seenOf(rng *rand.Rand, n float64, rate uint32) (k uint64) {
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
func sampledTally(
	rng *rand.Rand, o attribution.Options, rate uint32, distribution string, crowds ...crowd,
) *attribution.Tally {
	o.SamplingRate = rate
	tally := emptyTally(o)
	draw := packets[distribution]
	for _, c := range crowds {
		for i := range c.sources {
			if k := seenOf(rng, draw(rng, c.mean), rate); k > 0 {
				tally.AddFlow(attribution.Flow{Source: apart(c.code, i), Events: k})
			}
		}
	}
	return tally
}

// In every setting that does not rule out a claim, the interval covers the share of all
// sources in at least 97 % of runs, though the share of those seen is far from it. A leader
// that is not there is not found.
func TestPacketSamplingCoverage(t *testing.T) {
	means := [][2]float64{{20, 20}, {15, 20}, {10, 20}, {4, 20}, {50, 100}, {20, 100}, {100, 400}}
	rates := []uint32{2, 5, 10, 50}
	sources, runs := 10_000, testenv.Trials(10, 40, 40)
	if !testenv.Long() {
		means, rates, sources = [][2]float64{{20, 20}, {10, 20}, {20, 100}}, []uint32{2, 10}, 2_000
	}
	passed, naive := 0, 0
	for distribution := range packets {
		for _, mean := range means {
			for _, rate := range rates {
				name := fmt.Sprintf("%s, means %v and %v, 1 in %d", distribution, mean[0], mean[1], rate)
				rng := rand.New(rand.NewPCG(uint64(rate), uint64(len(distribution))<<32+uint64(mean[0]*mean[1])))
				var admitted, covered, coveredSeen, leaders, width float64
				for range runs {
					s := sampledTally(rng, attribution.Options{Key: world.Key(1)}, rate, distribution,
						crowd{"RU", sources, mean[0]}, crowd{"US", sources, mean[1]}).Snapshot()
					verdicts := reportOn(s, "majority RU", "plurality RU", "plurality US").Verdicts
					v := verdicts[0]
					if v.Outcome == attribution.Inadmissible {
						continue
					}
					admitted++
					covered += truth(covers(v.Share, .5))
					coveredSeen += truth(covers(v.Sampling.Share, .5))
					width += v.Share.High - v.Share.Low
					for _, p := range verdicts[1:] {
						leaders += truth(p.Outcome == attribution.Supported)
					}
				}
				if admitted < float64(runs)/2 {
					continue
				}
				passed++
				naive += int(truth(coveredSeen < .9*admitted))
				if testenv.Long() {
					t.Logf("%-42s covered %3.0f of %2.0f (of those seen %3.0f), width %.1f points",
						name, covered, admitted, coveredSeen, 100*width/admitted)
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
	t.Logf("%d settings admitted; in %d of them the sources seen alone do not tell the share", passed, naive)
	if passed < 6 || naive < passed/4 {
		t.Errorf("%d settings admitted, %d where sampling matters: the test shows nothing", passed, naive)
	}
}

// Of one in 1,000 packets, where countries differ in packets per source, hardly ever a claim
// about all sources is decided, and never wrongly.
func TestSparseSamplingDecidesNothing(t *testing.T) {
	runs := testenv.Trials(40, 200, 200)
	rng := rand.New(rand.NewPCG(10, 51))
	kept := 0
	for i := range runs {
		distribution := []string{"geometric", "lognormal", "Pareto"}[i%3]
		s := sampledTally(rng, least, 1000, distribution,
			crowd{"RU", 12_000, 40}, crowd{"US", 8_000, 400}, crowd{"", 200, 100}).Snapshot()
		r := reportOn(s, "majority RU", "RU < 50%", "plurality US", "outside RU > 50%")
		for _, v := range r.Verdicts {
			wrong := attribution.Supported
			if v.Claim == attribution.Majority("RU") {
				wrong = attribution.Refuted
			}
			switch v.Outcome {
			case attribution.Undecided, attribution.Inadmissible:
				kept++
			case wrong:
				t.Errorf("%v", v)
			}
		}
	}
	if float64(kept) < .99*float64(4*runs) {
		t.Errorf("%d of %d verdicts hold back", kept, 4*runs)
	}
}

// Sources that all sent much are all seen, and sampling does no harm; the verdict says what
// it knows.
func TestSampledVerdict(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	v := ask(sampledTally(rng, least, 10, "geometric",
		crowd{"RU", 600, 1000}, crowd{"US", 300, 1000}, crowd{"", 20, 1000}).Snapshot(), "majority RU")
	s := v.Sampling
	if v.Outcome != attribution.Supported || s == nil || s.Rate != 10 || s.Outcome != attribution.Supported {
		t.Fatalf("%v, %+v", v, s)
	}
	if rate, _ := valueOf(v, caveat.PacketSampled); rate != 10 || has(v, caveat.SamplingRateSensitive) {
		t.Errorf("%v", v)
	}
	if s.Completeness < .95 || s.SeenOnce > .05 || math.Abs(s.Estimated-600./920) > .02 || math.Abs(s.Shift) > .005 {
		t.Errorf("%+v", s)
	}
	if math.Abs(s.EventShare-600./920) > .02 || !covers(s.Share, 600./920) {
		t.Errorf("%+v", s)
	}

	// Too little was seen of all to bound what was not.
	v = ask(seldom(t), "majority US")
	if s := v.Sampling; v.Reason != caveat.UnseenSources || s == nil || s.Completeness >= .5 || s.Share.Value < .8 ||
		s.Outcome != attribution.Supported {
		t.Errorf("%v, %+v", v, v.Sampling)
	}

	// Those seen would decide; those not seen could overturn it.
	half := sampledTally(rng, least, 10, "geometric", crowd{"RU", 5_000, 15}, crowd{"US", 5_000, 40}).Snapshot()
	v = ask(half, "majority US")
	if v.Outcome != attribution.Undecided || v.Reason != caveat.UnseenSources ||
		!has(v, caveat.SamplingRateSensitive) || v.Sampling.Outcome != attribution.Supported {
		t.Errorf("%v, %+v", v, v.Sampling)
	}
	if seen, _ := valueOf(v, caveat.UnseenSources); seen != v.Sampling.Completeness {
		t.Errorf("%v of the sources seen, want %v", seen, v.Sampling.Completeness)
	}
	v = ask(half, "plurality US")
	if v.Outcome != attribution.Undecided || v.Reason != caveat.UnseenSources {
		t.Errorf("%v", v)
	}
}

// Without sampling, sources that were seen once are no sign of others.
func TestNoSamplingNoEstimate(t *testing.T) {
	declared := with(least, func(o *attribution.Options) { o.SamplingRate = 1 })
	for _, n := range []map[string]int{{"RU": 600, "US": 300, "": 20}, {"RU": 6000, "US": 3000, "": 200}} {
		v, w := ask(spread(least, n).Snapshot(), "majority RU"), ask(spread(declared, n).Snapshot(), "majority RU")
		if v.Outcome != attribution.Supported || v.Sampling != nil || has(v, caveat.PacketSampled) ||
			!reflect.DeepEqual(v, w) {
			t.Errorf("%v\n%v", v, w)
		}
		e := ask(spread(least, n).Snapshot(), "majority RU of events")
		if e.Share.Low != e.Share.Value || e.Outcome != attribution.Supported {
			t.Errorf("%v", e)
		}
	}
}

// binomial draws how many of n are in a share.
func binomial(rng *rand.Rand, n int, share float64) (x int) {
	for range n {
		if rng.Float64() < share {
			x++
		}
	}
	return x
}

// A share of sampled events or bytes has the error of the packets drawn, besides what is
// unlocated.
func TestSampledVolumeCoverage(t *testing.T) {
	runs := testenv.Trials(250, 1_000, 1_000)
	rng := rand.New(rand.NewPCG(3, 4))
	o := with(least, func(o *attribution.Options) { o.SamplingRate = 100 })
	const n = 3_000 // packets, of 40 bytes or 1,500
	send := func(tally *attribution.Tally, code string, share float64) {
		for range binomial(rng, n, share) {
			size := uint64(40)
			if rng.Float64() < .3 {
				size = 1500
			}
			tally.AddFlow(attribution.Flow{Source: apart(code, rng.IntN(300)), Bytes: size})
		}
	}
	var events, bytes, wrong float64
	for range runs {
		tally := emptyTally(o)
		send(tally, "RU", .48) // of all, unlocated or not, half are Russian
		send(tally, "", .04)
		send(tally, "US", .48)
		r := reportOn(tally.Snapshot(), "majority RU of events", "majority RU of bytes", "RU > 48% of bytes",
			"plurality RU of events")
		e, b := r.Verdicts[0], r.Verdicts[1]
		events += truth(covers(e.Share, .48) && covers(e.Share, .52))
		bytes += truth(covers(b.Share, .48) && covers(b.Share, .52))
		for _, v := range r.Verdicts[2:] {
			wrong += truth(v.Outcome == attribution.Supported)
		}
		if !has(e, caveat.PacketSampled) || e.Sampling != nil {
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
}

// 600 of 1,000 packets are 56.9 to 63.0 % (Clopper and Pearson); as bytes, of packets as
// large as they can be, the same.
func TestSampledVolume(t *testing.T) {
	o := with(least, func(o *attribution.Options) { o.SamplingRate = 100 })
	tally := emptyTally(o)
	tally.AddFlow(attribution.Flow{Source: apart("RU", 1), Events: 600, Bytes: 600 * 1500})
	tally.AddFlow(attribution.Flow{Source: apart("US", 1), Events: 400, Bytes: 400 * 1500})
	for _, unit := range []string{"events", "bytes"} {
		v := ask(tally.Snapshot(), "RU > 50% of "+unit)
		if s := v.Share; v.Outcome != attribution.Supported || math.Abs(s.Low-.5689) > 5e-4 ||
			math.Abs(s.High-.6305) > 5e-4 {
			t.Errorf("%v", v)
		}
		v = ask(tally.Snapshot(), "RU > 59% of "+unit)
		if size, _ := valueOf(v, caveat.SamplingError); v.Reason != caveat.SamplingError || size < 1001 {
			t.Errorf("%v", v)
		}
	}
}

// Routers that look at packets with different rates see parts of one traffic. The interval of
// a share of events covers the share of all packets, though most of those that were seen came
// from the one that looks at all.
func TestVolumeOfSeveralRates(t *testing.T) {
	runs := testenv.Trials(100, 400, 2000)
	for _, c := range []struct {
		name  string
		share [3]float64 // of each router's packets, from RU
		sent  [3]float64 // packets
	}{
		{"all alike", [3]float64{.3, .3, .3}, [3]float64{3_000, 100_000, 1_000_000}},
		{"rare at the coarsest", [3]float64{.9, .5, .02}, [3]float64{5_000, 50_000, 500_000}},
		{"only at the coarsest", [3]float64{0, 0, .4}, [3]float64{20_000, 100_000, 100_000}},
		{"hardly any at the coarsest", [3]float64{.2, .6, .5}, [3]float64{10_000, 800_000, 20_000}},
	} {
		covered, sum, truth := 0, 0., 0.
		for k := range c.share {
			truth += c.share[k] * c.sent[k] / (c.sent[0] + c.sent[1] + c.sent[2])
		}
		for seed := range runs {
			rng := rand.New(rand.NewPCG(uint64(seed), 17))
			tally := emptyTally(least)
			for k, rate := range []uint32{1, 100, 1000} {
				for i, part := range []float64{c.share[k], 1 - c.share[k]} {
					if n := seenOf(rng, math.Round(c.sent[k]*part), rate); n > 0 {
						tally.AddFlow(attribution.Flow{
							Source: apart([]string{"RU", "US"}[i], k), Events: n, SamplingRate: rate,
						})
					}
				}
			}
			share := reportOn(tally.Snapshot(), "RU > 50% of events").Verdicts[0].Share
			sum += share.Value
			if share.Low <= truth && truth <= share.High {
				covered++
			}
		}
		mean, n := sum/float64(runs), float64(runs)
		t.Logf("%s: covered in %.1f %%, mean %.4f, truth %.4f", c.name, 100*float64(covered)/n, mean, truth)
		if least := .95 - 3*math.Sqrt(.95*.05/n); float64(covered)/n < least {
			t.Errorf("%s: covered in %d of %d runs", c.name, covered, runs)
		}
		// Nothing strays more than if all had been looked at with the coarsest rate.
		sd := math.Sqrt(truth * (1 - truth) * 1000 / (c.sent[0] + c.sent[1] + c.sent[2]))
		if math.Abs(mean-truth) > 5*sd/math.Sqrt(n) {
			t.Errorf("%s: the mean share is %.4f, want %.4f", c.name, mean, truth)
		}
	}
}
