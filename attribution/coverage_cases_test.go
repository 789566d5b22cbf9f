package attribution_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
)

// coverageCase is traffic of which a share is true, whatever the collector sees of it.
type coverageCase struct {
	story
	truth float64
	error float64 // geolocation error that the reader allows for
	least float64 // coverage, nominal; wrong support may happen in half of the rest
}

// drawn is a botnet of n sources drawn from a population, of which a share p is Russian.
func drawn(n int, p float64) func(uint64) scenario.Builder {
	return func(seed uint64) scenario.Builder {
		x := binomial(rand.New(rand.NewPCG(seed, 11)), n, p)
		return scenario.Botnet{Seed: seed, Sources: n, Origin: origin("RU"), Share: float64(x) / float64(n)}
	}
}

// sampledFlow makes a flow of as many packets as a geometric distribution of the given mean
// says, and leaves those that a router looks at that takes 1 in rate.
func sampledFlow(mean float64, rate uint32) func(*rand.Rand, *attribution.Flow) bool {
	return func(rng *rand.Rand, f *attribution.Flow) bool {
		f.Events = seenOf(rng, packets["geometric"](rng, mean), rate)
		return f.Events > 0
	}
}

func coverageCases() []coverageCase {
	rate10 := with(small, func(o *attribution.Options) { o.SamplingRate = 10 })
	population := attribution.Policy{Population: true}
	half := botnet(.5, 0)
	return []coverageCase{
		{story{name: "census", build: half, options: small}, .5, 0, .95},
		{story{name: "census, 99 %", build: half, options: small, policy: attribution.Policy{Confidence: .99}}, .5, 0, .99},
		{story{name: "population, exact", build: drawn(4_000, .5), options: small, policy: population}, .5, 0, .95},
		{story{name: "population, sketched", build: drawn(12_000, .5), options: small, policy: population}, .5, 0, .95},
		{story{name: "unlocated all elsewhere", build: botnet(.5, .05), options: small}, .5, 0, .95},
		{story{name: "unlocated all in RU", build: botnet(.45, .05), options: small}, .5, 0, .95},
		{story{name: "3 % wrongly placed in RU", build: botnet(.53, 0), options: small}, .5, .03, .95},
		{story{name: "a fifth forged", build: forged(.8, nil), options: small}, .52, 0, .95},
		{story{name: "a fifth forged, half real RU", build: func(seed uint64) scenario.Builder {
			f := forged(.8, public)(seed).(scenario.SpoofedFlood)
			f.Share = .5
			return f
		}, options: small}, .5, 0, .95},
		{story{name: "1 packet in 10 looked at", build: half, options: rate10, change: sampledFlow(20, 10)}, .5, 0, .95},
	}
}

// From addresses to verdict, intervals cover the truth as often as they say, and "majority"
// is not said of what is none more often than it may be.
func TestCoverageFromEndToEnd(t *testing.T) {
	trials := testenv.Trials(4, 40, 2_000)
	for _, c := range coverageCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var covered, supported, refuted, inadmissible, width float64
			for seed := range uint64(trials) {
				v := askUnder(c.policy, c.tell(1_000_000+seed), "majority RU")
				wide := attribution.Share{Low: v.Share.Low - c.error, High: v.Share.High + c.error}
				switch {
				case v.Outcome == attribution.Inadmissible:
					inadmissible++
				case v.Outcome == attribution.Supported && v.GeolocationErrorTolerated >= c.error:
					supported++
				case v.Outcome == attribution.Refuted && v.GeolocationErrorTolerated >= c.error:
					refuted++
				}
				covered += truth(covers(wide, c.truth))
				width += wide.High - wide.Low
			}
			n := float64(trials)
			t.Logf("%s: %d trials: nominal %.0f %%, covers %.2f %%; supported %.2f %%, refuted %.2f %%, inadmissible %.2f %%; "+
				"mean width %.2f points", c.name, trials, 100*c.least, 100*covered/n, 100*supported/n, 100*refuted/n,
				100*inadmissible/n, 100*width/n)
			miss := 1 - c.least
			if least := n*(c.least-.01*miss/.05) - 3*math.Sqrt(n*c.least*miss); covered < least {
				t.Errorf("covers %v of %d, want at least %.1f", covered, trials, least)
			}
			most := func(p float64) float64 { return n*p + 3*math.Sqrt(n*p*(1-p)) }
			if c.truth <= .5 && supported > most(miss/2) {
				t.Errorf("no majority, and supported %v times of %d", supported, trials)
			}
			if c.truth > .5 && refuted > most(miss/2) {
				t.Errorf("a majority, and refuted %v times of %d", refuted, trials)
			}
			if inadmissible > most(.002) {
				t.Errorf("inadmissible %v times of %d", inadmissible, trials)
			}
		})
	}
}
