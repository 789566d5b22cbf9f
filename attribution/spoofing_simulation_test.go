package attribution

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/sketch"
)

// honest draws real populations of many kinds: n sources each.
type honest struct {
	name string
	draw func(s *scenario.Sampler, n int) ([]netip.Addr, error)
}

// mixOf draws the countries of a mix, in percent, and the rest from anywhere.
func mixOf(how scenario.Layout, mix map[string]float64) func(*scenario.Sampler, int) ([]netip.Addr, error) {
	return func(s *scenario.Sampler, n int) (all []netip.Addr, err error) {
		for _, code := range slices.Sorted(maps.Keys(mix)) {
			o, err := geo.ParseOrigin(code)
			if err != nil {
				return nil, err
			}
			some, err := s.Draw(o, int(math.Round(float64(n)*mix[code]/100)), how)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		rest, err := s.DrawAny(n-len(all), how)
		return append(all, rest...), err
	}
}

// bySpace draws from every country in proportion to its address space, as forged
// addresses are: the real population that is hardest to tell from them.
func bySpace(w whole) func(*scenario.Sampler, int) ([]netip.Addr, error) {
	mix := map[string]float64{}
	for o, share := range w.table.Space().Routed {
		if share > .004 && geo.Origin(o).IsCountry() {
			mix[geo.Origin(o).String()] = 100 * share
		}
	}
	return mixOf(scenario.Sparse4, mix)
}

func populations(w whole) []honest {
	return []honest{
		{"subscribers", mixOf(scenario.Clustered4, map[string]float64{"RU": 52})},
		{"subscribers, one a /24", mixOf(scenario.Sparse4, map[string]float64{"RU": 52})},
		{"anywhere, one a /24", mixOf(scenario.Sparse4, nil)},
		{"as address space, one a /24", bySpace(w)},
		{"servers", mixOf(scenario.Scattered4, nil)},
		{"crowd of islanders", mixOf(scenario.Clustered4, map[string]float64{"NC": 58, "FR": 20, "AU": 6, "NZ": 4})},
	}
}

// background makes of a few sources what misconfiguration makes of them: as many
// dark ones and bogons as were ever seen of real populations, and as evenly spread as
// the worst would be.
func background(rng *rand.Rand, addrs []netip.Addr) {
	for i := range addrs {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], rng.Uint32())
		switch u := rng.Float64(); {
		case u < darkBackground:
			b[0] = []byte{6, 7, 11, 21, 22, 26, 28, 29, 30, 33, 55, 214, 215}[rng.IntN(13)]
		case u < darkBackground+bogonBackground:
			b[0] = []byte{0, 127, 224, 255}[rng.IntN(4)]
		default:
			continue
		}
		addrs[i] = netip.AddrFrom4(b)
	}
}

func forge(rng *rand.Rand, n int, allow func(netip.Addr) bool) []netip.Addr {
	addrs := make([]netip.Addr, 0, n)
	for len(addrs) < n {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], rng.Uint32())
		if a := netip.AddrFrom4(b); allow == nil || allow(a) {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

func trialKey(t *testing.T, name string, trial int) sketch.Key {
	t.Helper()
	key, err := sketch.KeyFrom(fmt.Appendf(nil, "%32s %d", name, trial))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// trialsFor is how many trials there are with so many sources, for about the same
// work each.
func trialsFor(sources int) int {
	switch {
	case *long:
		return min(2000, max(100, 8_000_000/sources))
	case testing.Short():
		return min(20, max(1, 10_000/sources))
	}
	return min(100, max(1, 30_000/sources))
}

// Real populations are not accused, though they have what misconfiguration adds.
func TestHonestSources(t *testing.T) {
	w := realWorld(t)
	space := w.table.Space()
	for _, p := range populations(w) {
		for _, n := range []int{100, 300, 1000, 4096, 16384, 65536} {
			rng := rand.New(rand.NewPCG(uint64(n), uint64(len(p.name))))
			trials := trialsFor(n)
			findings := map[SpoofingFinding]int{}
			accused := 0
			for range trials {
				addrs, err := p.draw(w.population.Sampler(rng.Uint64()), n)
				if err != nil {
					t.Fatal(err)
				}
				background(rng, addrs)
				r := &Report{addresses: true, ipv6Bits: 64}
				for _, a := range addrs {
					s := maskOf(64).sourceOf(a)
					r.seen = append(r.seen, seen{source: s, events: 1, origin: s.originIn(w.table)})
				}
				r.examine(&space)
				if r.Spoofing == nil { // a bogon too many
					continue
				}
				findings[r.Spoofing.Finding]++
				if f := r.Spoofing.Finding; f != NotSpoofed && f != SpoofingHinted {
					accused++
				}
				if r.mostlySpoofed() {
					t.Errorf("%s of %d: found %+v", p.name, n, r.Spoofing)
				}
			}
			t.Logf("%-28s %5d sources, %4d trials: accused %d, suspected %d", p.name, n, trials, accused, findings[SpoofingHinted])
			// Two tests, on dark sources and on bogons, each wrong once in a
			// thousand at the most misconfigured; three standard errors more.
			mean := .002 * float64(trials)
			if limit := mean + 3*math.Sqrt(mean) + 1; float64(accused) > limit {
				t.Errorf("%s of %d: %d of %d accused, %v", p.name, n, accused, trials, findings)
			}
			if findings[SpoofingHinted]*50 > trials {
				t.Errorf("%s of %d: %d of %d suspected", p.name, n, findings[SpoofingHinted], trials)
			}
		}
	}
}

// What is forged is found, its fraction is within the interval, and so is the share
// of a country among what is not.
func TestForgedSources(t *testing.T) {
	w := realWorld(t)
	ru, err := geo.ParseOrigin("RU")
	if err != nil {
		t.Fatal(err)
	}
	const real = .52
	rest := mixOf(scenario.Clustered4, map[string]float64{"RU": 100 * real, "US": 10, "DE": 8})
	for _, size := range []struct{ sources, sample int }{{300, 0}, {1000, 0}, {4096, 0}, {20_000, 4096}, {65536, 0}} {
		if testing.Short() && size.sources > 4096 {
			continue
		}
		for _, filter := range filters(t) {
			for _, part := range []float64{.05, .1, .2, .5, .9, 1} {
				name := fmt.Sprintf("sources=%d/filter=%s/forged=%v", size.sources, filter.name, part)
				rng := rand.New(rand.NewPCG(uint64(size.sources), math.Float64bits(part)))
				trials := max(2, trialsFor(size.sources)/10)
				var found, ruledOut, covered, corrected, right, refuted, width float64
				for trial := range trials {
					forged := forge(rng, int(math.Round(part*float64(size.sources))), filter.allow)
					addrs, err := rest(w.population.Sampler(rng.Uint64()), size.sources-len(forged))
					if err != nil {
						t.Fatal(err)
					}
					o := Options{Key: trialKey(t, name, trial), SampleSize: size.sample}
					tally := NewTally(w.table, o)
					tally.AddBatch(addrs)
					tally.AddBatch(forged)
					share := 0.0
					for _, a := range addrs {
						share += truth(w.table.Lookup(a) == ru) / float64(len(addrs))
					}
					public := 0.0
					for _, a := range forged {
						public += truth(w.table.Lookup(a) != geo.Reserved)
					}
					fraction := public / (public + float64(len(addrs)))

					r := tally.Report()
					if r.Spoofing == nil {
						continue
					}
					f := r.Spoofing.Forged
					covered += truth(f.Low <= fraction && fraction <= f.High)
					v := r.Check(Majority("RU"))
					found += truth(r.Spoofing.Finding != NotSpoofed && r.Spoofing.Finding != SpoofingHinted)
					ruledOut += truth(v.Decision == Inadmissible)
					if v.Uncorrected != nil {
						corrected++
						right += truth(v.Share.Low <= share && share <= v.Share.High)
						width += v.Share.High - v.Share.Low
						refuted += truth(v.Decision == Refuted)
					}
				}
				n := float64(trials)
				t.Logf("%-52s %4d trials: found %5.1f %%, inadmissible %5.1f %%, fraction covered %5.1f %%, corrected share covered %5.1f %% of %.0f, width %.1f points",
					name, trials, 100*found/n, 100*ruledOut/n, 100*covered/n, 100*right/max(corrected, 1), corrected, 100*width/max(corrected, 1))
				// Nominal 95 %, three standard errors.
				if least := n*.94 - 3*math.Sqrt(n*.94*.06); covered < least-.5 {
					t.Errorf("%s: the fraction is covered in %v of %v trials", name, covered, trials)
				}
				if least := corrected*.95 - 3*math.Sqrt(corrected*.95*.05); right < least-.5 {
					t.Errorf("%s: the corrected share is covered in %v of %v trials", name, right, corrected)
				}
				if most := n*.025 + 3*math.Sqrt(n*.025*.975); refuted > most {
					t.Errorf("%s: a majority is refuted in %v of %v trials", name, refuted, trials)
				}
				if part == 1 && size.sources >= 4096 && ruledOut < .99*n {
					t.Errorf("%s: inadmissible in %v of %v trials", name, ruledOut, trials)
				}
			}
		}
	}
}
