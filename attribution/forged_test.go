package attribution_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// played counts a scenario as a collector of flows would.
func played(t testing.TB, o attribution.Options, b scenario.Builder) *attribution.Tally {
	t.Helper()
	w := world.Real(t)
	s, err := b.Build(w.Population)
	if err != nil {
		t.Fatal(err)
	}
	tally := must(attribution.NewTally(w.Table, o))
	for e := range s.Events() {
		tally.AddFlow(attribution.Flow{
			Source: e.Source, Events: e.Events, Bytes: e.Bytes, Handshake: e.Established,
			Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
		})
	}
	return tally
}

// No claim is made on a flood of forged addresses, of whatever unit, whatever filter is on
// the way.
func TestForgedFloods(t *testing.T) {
	runs := testenv.Trials(1, 3, 200)
	sizes := []struct {
		sources int
		options attribution.Options
	}{{4_500, attribution.Options{}}, {20_000, small}}
	for _, filter := range world.Real(t).Filters() {
		for _, size := range sizes {
			missed := 0
			for run := range runs {
				size.options.Key = world.Key(byte(run))
				flood := scenario.SpoofedFlood{Seed: uint64(run), Sources: size.sources, Allow: filter.Allow}
				r := reportOn(played(t, size.options, flood).Snapshot(),
					"majority US", "plurality US", "majority RU of events", "CN > 10% of bytes")
				for _, v := range r.Verdicts {
					if v.Outcome != attribution.Inadmissible || v.Reason != caveat.Spoofed {
						missed++
						t.Logf("filter %s, run %d: %v", filter.Name, run, v)
						break
					}
				}
			}
			if missed*100 > runs {
				t.Errorf("filter %s, %d sources: %d of %d floods passed", filter.Name, size.sources, missed, runs)
			}
		}
	}
}

// A flood that is forged in part leaves claims open to what the rest was.
func TestPartlyForgedFlood(t *testing.T) {
	flood := scenario.SpoofedFlood{Seed: 5, Sources: 20_000, Real: .8, Origin: origin("RU"), Share: .7}
	r := reportOn(played(t, attribution.Options{Key: world.Key(1)}, flood).Snapshot(),
		"majority RU", "plurality RU", "plurality US", "majority RU of events")
	v := r.Verdicts[0]
	if v.Outcome != attribution.Supported || v.Counted.Value > .6 || !covers(v.Share, .7) ||
		!has(v, caveat.SpoofingPartial) {
		t.Errorf("%v, counted %v", v, v.Counted)
	}
	if f := r.Plausibility.Spoofing; f.Level != attribution.SpoofingPartial || !covers(f.Forged, .2*.862/(.8+.2*.862)) {
		t.Errorf("%+v", f)
	}
	if v := r.Verdicts[1]; v.Outcome != attribution.Supported || v.Lead.Low <= 0 {
		t.Errorf("%v, lead %v", v, v.Lead)
	}
	if v := r.Verdicts[2]; v.Outcome != attribution.Refuted {
		t.Error(v)
	}
	// Events are not corrected, which is said.
	v = r.Verdicts[3]
	if v.Outcome == attribution.Inadmissible || v.Counted.Value != v.Share.Value || !has(v, caveat.SpoofingPartial) {
		t.Errorf("%v, counted %v", v, v.Counted)
	}
	// With half of the sources forged, a narrow majority among the others is open.
	flood.Real, flood.Share = .5, .52
	v = ask(played(t, attribution.Options{Key: world.Key(1)}, flood).Snapshot(), "majority RU")
	if v.Outcome != attribution.Undecided || v.Reason != caveat.SpoofingPartial || !covers(v.Share, .52) {
		t.Error(v)
	}
}

// A snapshot has the same verdicts at home and after the wire: it takes along what part of
// the address space each country has, by which shares of forged floods are corrected.
func TestForgedAfterTheWire(t *testing.T) {
	claims := []string{"US > 10%", "majority RU", "plurality US", "US < 5%", "CN > 3%"}
	for _, n := range []int{6_000, 60_000} {
		for _, o := range []attribution.Options{{Key: world.Key(1)}, {Key: world.Key(1), SampleSize: 4096}} {
			if testing.Short() && n > 6_000 && o.SampleSize > 0 {
				continue
			}
			flood := scenario.SpoofedFlood{Seed: 6, Sources: n, Real: .5, Origin: origin("RU"), Share: 1}
			s := played(t, o, flood).Snapshot()
			home, away := reportOn(s, claims...), reportOn(decoded(encoded(s)), claims...)
			if !reflect.DeepEqual(home, away) {
				t.Errorf("%d sources, sample %d: at home\n%v\nafter the wire\n%v", n, o.SampleSize, home, away)
			}
			// Of all sources a fifth seem American. Of the real ones none is.
			v := home.Verdicts[0]
			if n == 60_000 && o.SampleSize == 0 && (v.Reason != caveat.SpoofingPartial || v.Counted.Value < .15 ||
				v.Share.Value > .01 || v.Share.High != v.Counted.Value) {
				t.Errorf("%v, counted %v", v, v.Counted)
			}
		}
	}
}

// Without that, the forged may be anywhere.
func TestForgedWithoutSpace(t *testing.T) {
	flood := scenario.SpoofedFlood{Seed: 6, Sources: 6000, Real: .8, Origin: origin("RU"), Share: 1}
	s := played(t, attribution.Options{Key: world.Key(1)}, flood).Snapshot()
	bare := tampered(s, withoutSpaces)
	r := reportOn(bare, "RU > 90%")
	v, f := r.Verdicts[0], r.Plausibility.Spoofing
	most := (v.Counted.Low - f.Forged.Low) / (1 - f.Forged.Low)
	if v.Outcome != attribution.Undecided || v.Share.Low > most || v.Share.High < .99 {
		t.Errorf("%v with %+v", v, f)
	}
	if f.MixDistance != 0 || f.MixNoise != 0 {
		t.Errorf("compared with a space that is not known: %+v", f)
	}
	if known := ask(s, "RU > 90%"); known.Share.Low <= v.Share.Low {
		t.Errorf("with a known space %v, without %v", known.Share, v.Share)
	}
	flood.Real = 0
	bare = tampered(played(t, attribution.Options{Key: world.Key(1)}, flood).Snapshot(), withoutSpaces)
	if v := ask(bare, "majority US"); v.Reason != caveat.Spoofed {
		t.Errorf("a flood is found without it: %v", v)
	}
}

// Sources are forged, and only one packet in ten was looked at: each of the two leaves more
// room than either alone. A pool of forged addresses of which every one was seen often must
// not vouch for the real sources, of which few were.
func TestForgedAmongSampledPackets(t *testing.T) {
	w := world.Real(t)
	o := with(least, func(o *attribution.Options) { o.SamplingRate, o.SampleSize = 10, 1<<14 })
	ru, us := netip.MustParseAddr("95.24.0.0"), netip.MustParseAddr("73.0.0.0")
	if w.Table.Lookup(ru) != origin("RU") || w.Table.Lookup(us) != origin("US") {
		t.Fatal("the database has moved the networks of this test")
	}
	add := func(tally *attribution.Tally, base netip.Addr, n int, seen func(i int) uint64) {
		b := base.As4()
		for i := range n {
			a := netip.AddrFrom4([4]byte{b[0], b[1], byte(i >> 8), byte(i)})
			tally.AddFlow(attribution.Flow{Source: a, Events: seen(i)})
		}
	}
	often := func(int) uint64 { return 20 }
	seldom := func(i int) uint64 { return []uint64{1, 1, 1, 1, 1, 1, 2, 1, 3, 1}[i%10] }
	sometimes := func(i int) uint64 { return []uint64{1, 1, 1, 2, 2, 2, 5, 7, 9, 9}[i%10] }
	flood := func(russians, americans int, russian, american func(int) uint64) attribution.Snapshot {
		tally := must(attribution.NewTally(w.Table, o))
		for _, a := range world.Forge(rand.New(rand.NewPCG(81, 82)), 4600, nil) {
			tally.AddFlow(attribution.Flow{Source: a, Events: 20})
		}
		add(tally, ru, russians, russian)
		add(tally, us, americans, american)
		s := tally.Snapshot()
		if f := reportOn(s).Plausibility.Spoofing; f == nil || f.Level != attribution.SpoofingPartial {
			t.Fatalf("%+v", f)
		}
		return s
	}
	// 4,300 Russians are all that there are; of the other real sources 1,000 were seen, and
	// 3,200 or more were not.
	if v := ask(flood(4300, 1000, often, seldom), "majority RU"); v.Outcome == attribution.Supported {
		t.Error(v)
	}
	// 1,900 Americans are all that there are, beside many forged ones; of the Russians 1,500
	// were seen, and 220 or more, perhaps twice as many, were not.
	if v := ask(flood(1500, 1900, sometimes, often), "plurality US"); v.Outcome == attribution.Supported {
		t.Error(v)
	}
}

// The fraction that a database may place wrongly is one of all sources, forged ones included,
// though all of its errors may fall on the others.
func TestToleratedErrorAmongForged(t *testing.T) {
	w := world.Real(t)
	tally := must(attribution.NewTally(w.Table, least))
	tally.AddBatch(world.Forge(rand.New(rand.NewPCG(83, 84)), 400, nil))
	russians := world.Mix(scenario.Clustered4, map[string]float64{"RU": 100})
	tally.AddBatch(must(russians(w.Population.Sampler(85), 1600)))
	r := reportOn(tally.Snapshot(), "majority RU", "plurality RU", "US > 90%")
	for _, v := range r.Verdicts {
		if !has(v, caveat.SpoofingPartial) || v.Margin == 0 {
			t.Fatalf("%v", v)
		}
		margin := v.Margin
		if v.Claim.IsPlurality() {
			margin /= 2
		}
		most := margin * (1 - r.Plausibility.Spoofing.Forged.High)
		if v.GeolocationErrorTolerated > most {
			t.Errorf("%v of all sources are said to be tolerated, want %v: %v", v.GeolocationErrorTolerated, most, v)
		}
	}
}

// What cannot be tested is not accused, and says so.
func TestForgingNotTested(t *testing.T) {
	flood := scenario.SpoofedFlood{Seed: 7, Sources: 5000}
	few := flood
	few.Sources = 99
	for name, c := range map[string]struct {
		s        attribution.Snapshot
		untested bool
	}{
		"handshake": {played(t, attribution.Options{Key: world.Key(1), AssumeHandshake: true}, flood).Snapshot(), false},
		"dropped":   {played(t, attribution.Options{Key: world.Key(1), DropAddresses: true}, flood).Snapshot(), true},
		"few":       {played(t, attribution.Options{Key: world.Key(1)}, few).Snapshot(), true},
		"sketches": {must(attribution.FromSketches(world.Real(t).Table, 5,
			played(t, attribution.Options{Key: world.Key(1)}, flood).Sketches())), true},
	} {
		r := reportOn(c.s, "majority US")
		if r.Plausibility.Spoofing != nil {
			t.Errorf("%s: tested, %+v", name, r.Plausibility.Spoofing)
		}
		v := r.Verdicts[0]
		share, ok := valueOf(v, caveat.ForgeryUntested)
		if ok != c.untested || ok && share != 1 || v.Outcome == attribution.Inadmissible {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// What is forged is found, its fraction is within the interval, and so is the share of a
// country among what is not.
func TestForgedSources(t *testing.T) {
	w := world.Real(t)
	const real = .52
	rest := world.Mix(scenario.Clustered4, map[string]float64{"RU": 100 * real, "US": 10, "DE": 8})
	for _, size := range []struct{ sources, sample int }{{300, 0}, {1000, 0}, {4096, 0}, {20_000, 4096}, {65536, 0}} {
		if testing.Short() && size.sources > 4096 {
			continue
		}
		trials := max(2, testenv.Trials(10_000, 30_000, 8_000_000)/size.sources/10)
		if testenv.Long() {
			trials = min(200, max(trials, 10))
		} else {
			trials = min(10, trials)
		}
		for _, filter := range w.Filters() {
			for _, part := range []float64{.05, .1, .2, .5, .9, 1} {
				name := fmt.Sprintf("sources=%d/filter=%s/forged=%v", size.sources, filter.Name, part)
				rng := rand.New(rand.NewPCG(uint64(size.sources), math.Float64bits(part)))
				var found, ruledOut, covered, corrected, right, refuted, width float64
				for trial := range trials {
					forged := world.Forge(rng, int(math.Round(part*float64(size.sources))), filter.Allow)
					addrs, err := rest(w.Population.Sampler(rng.Uint64()), size.sources-len(forged))
					if err != nil {
						t.Fatal(err)
					}
					o := attribution.Options{Key: trialKey(name, trial), SampleSize: size.sample}
					tally := must(attribution.NewTally(w.Table, o))
					tally.AddBatch(addrs)
					tally.AddBatch(forged)
					share, public := 0.0, 0.0
					for _, a := range addrs {
						share += truth(w.Table.Lookup(a) == origin("RU")) / float64(len(addrs))
					}
					for _, a := range forged {
						public += truth(w.Table.Lookup(a) != geo.Reserved)
					}
					fraction := public / (public + float64(len(addrs)))

					r := reportOn(tally.Snapshot(), "majority RU")
					s, v := r.Plausibility.Spoofing, r.Verdicts[0]
					if s == nil {
						continue
					}
					covered += truth(covers(s.Forged, fraction))
					some := s.Level != attribution.SpoofingNone && s.Level != attribution.SpoofingSuspected
					found += truth(some)
					ruledOut += truth(v.Outcome == attribution.Inadmissible)
					if some && v.Outcome != attribution.Inadmissible {
						corrected++
						right += truth(covers(v.Share, share))
						width += v.Share.High - v.Share.Low
						refuted += truth(v.Outcome == attribution.Refuted)
					}
				}
				n := float64(trials)
				t.Logf("%-52s %4d trials: found %5.1f %%, inadmissible %5.1f %%, fraction covered %5.1f %%, "+
					"corrected share covered %5.1f %% of %.0f, width %.1f points", name, trials, 100*found/n,
					100*ruledOut/n, 100*covered/n, 100*right/max(corrected, 1), corrected, 100*width/max(corrected, 1))
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
