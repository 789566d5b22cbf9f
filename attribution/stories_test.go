package attribution_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

// has reports whether a verdict has a caveat.
func has(v attribution.Verdict, code caveat.Code) bool {
	return slices.ContainsFunc(v.Caveats, func(c caveat.Caveat) bool { return c.Code == code })
}

// population is the world of the stories: the embedded database.
var population = sync.OnceValue(func() *scenario.Population {
	return scenario.NewPopulation(must(dbip.Table()), must(routed.Table()))
})

// story is traffic of which it is known what may be claimed.
type story struct {
	name    string
	build   func(seed uint64) scenario.Builder
	change  func(rng *rand.Rand, f *attribution.Flow) bool // on the way to the collector; false: lost
	options attribution.Options
	policy  attribution.Policy
	claim   string
	want    []attribution.Outcome
	caveat  caveat.Code // one that must be there
	holds   float64     // share that the interval must hold; 0: not asked
}

const k = sketch.SmallSampleSize

// small makes every story one of sketches: three times as many sources as the
// sample holds.
var small = attribution.Options{SampleSize: k, Precision: 12}

func with(o attribution.Options, f func(*attribution.Options)) attribution.Options {
	f(&o)
	return o
}

func botnet(share, unlocated float64) func(uint64) scenario.Builder {
	return func(seed uint64) scenario.Builder {
		return scenario.Botnet{Seed: seed, Sources: 12_000, Origin: origin("RU"), Share: share, Unlocated: unlocated}
	}
}

// sampled lets one in so many packets through, as if sources outside Russia had
// sent that many times what they did.
func sampled(rate int, unequal float64) func(*rand.Rand, *attribution.Flow) bool {
	return func(rng *rand.Rand, f *attribution.Flow) bool {
		times := unequal
		if must(dbip.Table()).Lookup(f.Source) == origin("RU") {
			times = 1
		}
		return rng.Float64() < times/float64(rate)
	}
}

func persistent(sources, repeat int) func(uint64) scenario.Builder {
	return func(seed uint64) scenario.Builder {
		return scenario.Botnet{
			Seed:      seed,
			Sources:   sources,
			Origin:    origin("RU"),
			Share:     .6,
			Unlocated: .01,
			Repeat:    repeat,
		}
	}
}

// forged is a flood of which the given share is real.
func forged(real float64, allow func(netip.Addr) bool) func(uint64) scenario.Builder {
	return func(seed uint64) scenario.Builder {
		return scenario.SpoofedFlood{
			Seed:    seed,
			Sources: 12_000,
			Real:    real,
			Origin:  origin("RU"),
			Share:   .52,
			Allow:   allow,
		}
	}
}

func public(a netip.Addr) bool    { return must(dbip.Table()).Lookup(a) != geo.Reserved }
func announced(a netip.Addr) bool { return must(routed.Table()).Lookup(a).IsCountry() }

var (
	supported    = []attribution.Outcome{attribution.Supported}
	refuted      = []attribution.Outcome{attribution.Refuted}
	undecided    = []attribution.Outcome{attribution.Undecided}
	inadmissible = []attribution.Outcome{attribution.Inadmissible}
)

func stories() []story {
	const majority = "majority RU"
	careful := attribution.Policy{Confidence: .99}
	return []story{
		{name: "botnet of 60 %", build: botnet(.6, .01), options: small, claim: majority, want: supported, holds: .6},
		{name: "botnet of 60 %, exact", build: botnet(.6, .01), claim: majority, want: supported, holds: .6},
		{
			name:    "botnet of 50.0 %",
			build:   botnet(.5, .02),
			options: small,
			policy:  careful,
			claim:   majority,
			want:    undecided,
		},
		{
			name:   "botnet of 50.0 %, exact",
			build:  botnet(.5, .02),
			claim:  majority,
			want:   undecided,
			caveat: caveat.Unlocated,
			holds:  .5,
		},
		{name: "botnet of 45 %", build: botnet(.45, .01), options: small, claim: majority, want: refuted, holds: .45},
		{
			name: "52 % of the located, 5 % unlocated", build: botnet(.52*.95, .05), claim: majority,
			want: undecided, caveat: caveat.Unlocated,
		},
		{
			name: "one packet in 5 of sources that sent 60", build: persistent(2_000, 60), change: sampled(5, 1),
			options: attribution.Options{
				SamplingRate: 5,
			}, claim: majority, want: supported, caveat: caveat.PacketSampled, holds: .6,
		},
		{
			name: "one packet in 1,000 of sources that sent 30 or 300", build: persistent(8_000, 30), change: sampled(1_000, 10),
			options: attribution.Options{
				SamplingRate: 1_000,
			}, claim: majority, want: inadmissible, caveat: caveat.UnseenSources,
		},
		{
			name: "one source sends nearly everything", claim: "majority RU of events",
			want: supported, caveat: caveat.DominantSource,
			build: func(seed uint64) scenario.Builder { return scenario.SingleSource{Seed: seed} },
		},
		{
			name: "one source sends nearly everything, by sources", claim: majority,
			want: refuted, caveat: caveat.DominantSource,
			build: func(seed uint64) scenario.Builder { return scenario.SingleSource{Seed: seed} },
		},

		{
			name:    "forged",
			build:   forged(0, nil),
			options: small,
			claim:   "plurality US",
			want:    inadmissible,
			caveat:  caveat.Spoofed,
		},
		{
			name:    "forged, no bogons",
			build:   forged(0, public),
			options: small,
			claim:   "plurality US",
			want:    inadmissible,
			caveat:  caveat.Spoofed,
		},
		{
			name:    "forged, only what is announced",
			build:   forged(0, announced),
			options: small,
			claim:   "majority US",
			want:    inadmissible,
			caveat:  caveat.Spoofed,
		},
		{
			name:   "forged, of events",
			build:  forged(0, announced),
			claim:  "outside RU > 50% of events",
			want:   inadmissible,
			caveat: caveat.Spoofed,
		},
		{
			name: "forged by a fifth", build: forged(.8, nil), options: small, claim: "RU > 45%",
			want: slices.Concat(supported, undecided), caveat: caveat.SpoofingPartial, holds: .52,
		},
		{
			name: "forged by a fifth, only what is announced", build: forged(.8, announced), options: small, claim: majority,
			want: slices.Concat(supported, undecided), caveat: caveat.SpoofingPartial, holds: .52,
		},
		{
			name: "forged by a fifth, by events", build: forged(.8, announced), options: small, claim: "majority RU of events",
			want: refuted, caveat: caveat.SpoofingPartial,
		},
		{
			name: "one bot in a /24", change: unproven, options: small, claim: majority, want: supported, holds: .6,
			build: func(seed uint64) scenario.Builder {
				return scenario.Botnet{Seed: seed, Sources: 12_000, Origin: origin("RU"), Share: .6, Sparse: true}
			},
		},

		{
			name: "reflected", options: small, claim: "majority US", want: inadmissible, caveat: caveat.Reflection,
			build: func(seed uint64) scenario.Builder { return scenario.Reflection{Seed: seed} },
		},
		{
			name: "reflected SYNs", claim: "plurality US of bytes", want: inadmissible, caveat: caveat.Reflection,
			build: func(seed uint64) scenario.Builder { return scenario.Reflection{Seed: seed, TCP: true} },
		},
		{
			name:   "last octets zeroed",
			build:  botnet(.6, 0),
			change: zeroed,
			claim:  majority,
			want:   inadmissible,
			caveat: caveat.Anonymized,
		},
		{
			name:   "last octets zeroed, by events",
			build:  botnet(.6, 0),
			change: zeroed,
			claim:  "majority RU of events",
			want:   supported,
			caveat: caveat.Anonymized,
		},
		{
			name:   "behind a proxy",
			build:  botnet(.6, 0),
			change: proxied,
			claim:  majority,
			want:   inadmissible,
			caveat: caveat.ProxyInFront,
		},
	}
}

// unproven hides the handshake.
func unproven(_ *rand.Rand, f *attribution.Flow) bool {
	f.Handshake = false
	return true
}

// zeroed clears the last octet, as logs that hide their visitors do.
func zeroed(_ *rand.Rand, f *attribution.Flow) bool {
	f.Source = must(f.Source.Prefix(24)).Addr()
	return true
}

// proxied has two of three come through a proxy.
func proxied(rng *rand.Rand, f *attribution.Flow) bool {
	if rng.IntN(3) > 0 {
		f.Source = netip.AddrFrom4([4]byte{10, 0, 0, byte(1 + rng.IntN(2))})
	}
	return true
}

// A verdict that another database would overturn says so, and together they do not
// support it. Registration countries stand for that database.
func TestStoryOfTwoDatabases(t *testing.T) {
	runs := 4
	switch {
	case testenv.Long():
		runs = 200
	case testing.Short():
		runs = 1
	}
	claim, wrong := attribution.Majority("RU"), 0
	second := attribution.Enrichment{Databases: []*geo.Table{must(routed.Table())}}
	for seed := range uint64(runs) {
		alone := story{build: botnet(.502, 0)}.tell(seed)
		together := must(alone.Enrich(second))
		a := must(alone.Report(attribution.Policy{}, claim)).Verdicts[0]
		b := must(together.Report(attribution.Policy{}, claim)).Verdicts[0]
		if a.Outcome != attribution.Supported || b.Outcome == attribution.Supported || !has(b, caveat.DatabasesDisagree) {
			wrong++
			t.Logf("seed %d: %v\n%v", seed, a, b)
		}
	}
	t.Logf("a database that flips the verdict: %d runs: %d other verdicts", runs, wrong)
	if wrong*100 > runs {
		t.Errorf("%d of %d runs end in another verdict, want at most 1 %%", wrong, runs)
	}
}

// Every story ends in the verdict that it should, in at least 99 of 100 tellings.
func TestStories(t *testing.T) {
	runs := 6
	switch {
	case testenv.Long():
		runs = 200
	case testing.Short():
		runs = 2
	}
	for _, s := range stories() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			claim := must(attribution.ParseClaim(s.claim))
			wrong, missed := 0, 0
			for seed := range uint64(runs) {
				v := must(s.tell(seed).Report(s.policy, claim)).Verdicts[0]
				if !slices.Contains(s.want, v.Outcome) || s.caveat != "" && !has(v, s.caveat) {
					if wrong++; wrong <= 2 {
						t.Logf("seed %d: want %v with %q, got %v", seed, s.want, s.caveat, v)
					}
				}
				if s.holds > 0 && (v.Share.Low > s.holds || v.Share.High < s.holds) {
					missed++
				}
			}
			t.Logf("%s: %d runs: %d other verdicts, interval missed %d times", s.name, runs, wrong, missed)
			if wrong*100 > runs {
				t.Errorf("%d of %d runs end in another verdict, want at most 1 %%", wrong, runs)
			}
			// 95 % intervals, and three standard errors of so many runs.
			if n := float64(runs); float64(missed) > n*.05+3*math.Sqrt(n*.05*.95) {
				t.Errorf("the interval missed the truth %d times of %d", missed, runs)
			}
		})
	}
}

// tell plays the story to a tally whose key, too, follows from the seed.
func (s story) tell(seed uint64) attribution.Snapshot {
	o := s.options
	o.Key = must(sketch.KeyFrom(binary.BigEndian.AppendUint64([]byte("a key for stories, one a seed: "), seed)))
	told := must(s.build(seed).Build(population()))
	tally := must(attribution.NewTally(must(dbip.Table()), o))
	rng := rand.New(rand.NewPCG(seed, 7))
	for e := range told.Events() {
		f := attribution.Flow{
			Source: e.Source, Events: e.Events, Bytes: e.Bytes,
			Handshake: e.Established, Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
		}
		if s.change == nil || s.change(rng, &f) {
			tally.AddFlow(f)
		}
	}
	return tally.Snapshot()
}
