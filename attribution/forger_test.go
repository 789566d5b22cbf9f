package attribution_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// forger is somebody who chooses the addresses that he forges.
type forger struct {
	name  string
	allow func(netip.Addr) bool
}

// forgers choose places in every way that the test for forging looks at.
func forgers(w world.Whole) []forger {
	in := func(codes ...string) func(netip.Addr) bool {
		return func(a netip.Addr) bool { return slices.Contains(codes, w.Table.Lookup(a).String()) }
	}
	blocks := func(octets ...byte) func(netip.Addr) bool {
		return func(a netip.Addr) bool { return slices.Contains(octets, a.As4()[0]) }
	}
	return []forger{
		{"four dark blocks", blocks(11, 22, 30, 33)},
		{"one dark block", blocks(11)},
		{"all dark blocks", world.IsDark},
		{"bogons", blocks(0, 127, 224, 240, 255)},
		{"whole space", nil},
		{"routed space", w.IsRouted},
		{"whole space but dark", func(a netip.Addr) bool { return w.IsRouted(a) && !world.IsDark(a) }},
		{"dark and bogons", func(a netip.Addr) bool { return world.IsDark(a) || blocks(0, 127, 224, 240, 255)(a) }},
		{"US", in("US")},
		{"US, CN and JP", in("US", "CN", "JP")},
		{"CN", in("CN")},
		{"some blocks", blocks(11, 23, 45, 60)},
		{"RU", in("RU")},
	}
}

// honest are real sources of which a part, in percent, is Russian.
func honest(t testing.TB, w world.Whole, seed uint64, n int, russian float64) []netip.Addr {
	t.Helper()
	draw := world.Mix(scenario.Clustered4, map[string]float64{"RU": russian, "US": 14.6, "DE": 8, "CN": 5, "JP": 2})
	return must(draw(w.Population.Sampler(seed), n))
}

func counted(w world.Whole, seed int, lists ...[]netip.Addr) attribution.Snapshot {
	tally := must(attribution.NewTally(w.Table, attribution.Options{Key: world.Key(byte(seed))}))
	for _, list := range lists {
		tally.AddBatch(list)
	}
	return tally.Snapshot()
}

// oneCountryForged is a snapshot whose Russian sources are forged, and no others.
func oneCountryForged(t *testing.T) attribution.Snapshot {
	w := world.Real(t)
	russian := func(a netip.Addr) bool { return w.Table.Lookup(a) == origin("RU") }
	forged := world.Forge(rand.New(rand.NewPCG(3, 4)), 6_000, russian)
	return counted(w, 1, honest(t, w, 1, 4_000, 1), forged)
}

// Whatever addresses somebody forges, and however many: the verdict is that of the real
// sources, or that of all that came, or none. What he can reach is therefore what nobody can
// keep him from who has addresses alone: to send what a claim is about.
func TestForgersBendNoVerdict(t *testing.T) {
	testenv.OneGoroutine(t)
	w := world.Real(t)
	claims := []string{"majority RU", "plurality US", "US > 12%", "RU < 47%"}
	const sources = 10_000
	counts, runs := []int{10, 100, 300, 1000}, testenv.Trials(1, 1, 10)
	if testing.Short() {
		counts = []int{100, 1000}
	}
	for _, russian := range []float64{40, 45, 48, 49, 51, 52, 55} {
		for run := range runs {
			real := honest(t, w, uint64(run), sources, russian)
			truth := reportOn(counted(w, run, real), claims...)
			if testing.Short() && russian != 48 && russian != 52 {
				continue
			}
			for _, f := range forgers(w) {
				for _, k := range counts {
					forged := world.Forge(rand.New(rand.NewPCG(uint64(run), uint64(k))), k, f.allow)
					proven := attribution.Options{Key: world.Key(byte(run)), AssumeHandshake: true}
					all := must(attribution.NewTally(w.Table, proven))
					all.AddBatch(real)
					all.AddBatch(forged)
					came := reportOn(all.Snapshot(), claims...)
					for i, v := range reportOn(counted(w, run, real, forged), claims...).Verdicts {
						switch v.Outcome {
						case attribution.Undecided, attribution.Inadmissible,
							truth.Verdicts[i].Outcome, came.Verdicts[i].Outcome:
						default:
							t.Errorf("%v %% Russian, %d forged from %s: %v; without them %v, as they came %v", russian, k,
								f.name, v, truth.Verdicts[i], came.Verdicts[i])
						}
						if v.Outcome == attribution.Supported && !has(v, caveat.NoHandshake) {
							t.Errorf("%v does not say that nobody saw a handshake", v)
						}
					}
				}
			}
		}
	}
}

// A few sources in some networks without users neither decide a claim nor silence it.
func TestStraySources(t *testing.T) {
	w := world.Real(t)
	stray := forgers(w)[0]
	for run := range testenv.Trials(2, 5, 10) {
		for _, c := range []struct {
			russian float64
			forged  int
		}{{48, 100}, {45, 300}, {40, 300}} {
			real := honest(t, w, uint64(run), 10_000, c.russian)
			forged := world.Forge(rand.New(rand.NewPCG(uint64(run), 1)), c.forged, stray.allow)
			r := reportOn(counted(w, run, real, forged), "majority RU", "US > 14%")
			v, s := r.Verdicts[0], r.Plausibility.Spoofing
			if v.Outcome != attribution.Refuted || s.Level != attribution.SpoofingLocal {
				t.Errorf("%v, %+v", v, s)
			}
			if s.DarkSources < uint64(c.forged) || s.Forged.Low > float64(c.forged)/float64(s.Tested) || s.Forged.High != 1 {
				t.Errorf("%d are stray: %+v", c.forged, s)
			}
			without := ask(counted(w, run, real), "US > 14%")
			if v := r.Verdicts[1]; !covers(v.Share, without.Share.Value) || !covers(v.Share, v.Counted.Value) {
				t.Errorf("%v; without them %v", v, without)
			}
		}
	}
}

// Of addresses that are forged from a part of the space nobody knows how many there are, and
// the interval says so. If the part has all dark blocks, as the largest countries have, the
// shares hold the truth, too. Of some blocks only those sources show that are dark.
func TestForgedFromAPart(t *testing.T) {
	w := world.Real(t)
	const sources = 20_000
	runs := testenv.Trials(1, 3, 20)
	for _, f := range forgers(w) {
		if f.name != "US" && f.name != "US, CN and JP" && f.name != "some blocks" {
			continue
		}
		for _, part := range []float64{.05, .1, .2, .5} {
			var held, right float64
			for run := range runs {
				n := int(part * sources)
				real := honest(t, w, uint64(run), sources-n, 48)
				forged := world.Forge(rand.New(rand.NewPCG(uint64(run), 2)), n, f.allow)
				alone := reportOn(counted(w, run, real), "US > 10%", "majority RU", "CN > 5%")
				r := reportOn(counted(w, run, real, forged), "US > 10%", "majority RU", "CN > 5%")
				s := r.Plausibility.Spoofing
				held += truth(covers(s.Forged, part))
				all := true
				for i, v := range r.Verdicts {
					all = all && (v.Outcome == attribution.Inadmissible || covers(v.Share, alone.Verdicts[i].Share.Value))
				}
				right += truth(all)
				if !covers(s.Forged, s.Forged.Value) {
					t.Errorf("%+v", s.Forged)
				}
			}
			n := float64(runs)
			t.Logf(
				"%-14s %3.0f %% forged, %v runs: the fraction is held in %v, all shares in %v",
				f.name,
				100*part,
				n,
				held,
				right,
			)
			// Nominal 95 %, three standard errors.
			if least := n*.95 - 3*math.Sqrt(n*.95*.05) - .5; held < least || f.name != "some blocks" && right < least {
				t.Errorf("%s, %v forged: of %v runs the fraction is held in %v, all shares in %v", f.name, part, n, held, right)
			}
		}
	}
}

// Where nearly all sources of one country or one /8 are forged, they lie as evenly as chance
// has it, which real ones never do. Forged IPv6 addresses show nothing, which is said.
func TestForgedWithinOnePlace(t *testing.T) {
	w := world.Real(t)
	rng := rand.New(rand.NewPCG(3, 4))
	real := honest(t, w, 1, 4_000, 1)
	within := func(code string) func(netip.Addr) bool {
		return func(a netip.Addr) bool { return w.Table.Lookup(a) == origin(code) }
	}
	block := func(a netip.Addr) bool { return a.As4()[0] == 95 }
	for _, c := range []struct {
		name, place, claim string
		forged             []netip.Addr
	}{
		{"a country", "RU", "majority RU", world.Forge(rng, 6_000, within("RU"))},
		{"a /8", "95.0.0.0/8", "US < 20%", world.Forge(rng, 6_000, block)},
	} {
		r := reportOn(counted(w, 1, real, c.forged), c.claim, "US > 90%")
		even := r.Plausibility.Spoofing.Even
		if len(even) != 1 || even[0].Place != c.place || math.Abs(float64(even[0].Pairs24)-even[0].Pairs24IfForged) >
			5*math.Sqrt(even[0].Pairs24IfForged)+.1*even[0].Pairs24IfForged {
			t.Errorf("%s: %+v", c.name, even)
		}
		v := r.Verdicts[0]
		got, ok := valueOf(v, caveat.SpoofingSuspected)
		if v.Outcome != attribution.Undecided || v.Reason != caveat.SpoofingSuspected || !ok ||
			got != float64(even[0].Sources) {
			t.Errorf("%s: %v", c.name, v)
		}
		if v := r.Verdicts[1]; v.Outcome != attribution.Refuted {
			t.Errorf("%s: refuted with or without them: %v", c.name, v)
		}
	}
	var six []netip.Addr
	for range 5_000 {
		a := netip.MustParseAddr("2a00:1fa0::").As16()
		binary.BigEndian.PutUint32(a[4:], rng.Uint32())
		six = append(six, netip.AddrFrom16(a))
	}
	r := reportOn(counted(w, 1, six), "majority RU")
	if v := r.Verdicts[0]; !has(v, caveat.ForgeryUntested) ||
		v.Outcome == attribution.Supported && !has(v, caveat.NoHandshake) {
		t.Errorf("IPv6: %v", v)
	}
	// All in one dark /8: they are no users that anybody knows.
	dark := world.Forge(rng, 35_032, forgers(w)[1].allow)
	r = reportOn(counted(w, 1, honest(t, w, 1, 5_000, 48), dark), "majority US")
	if s := r.Plausibility.Spoofing; s.Level != attribution.SpoofingLocal || s.DarkSources < 34_000 ||
		r.Verdicts[0].Outcome != attribution.Undecided || r.Verdicts[0].Reason != caveat.SpoofingPartial {
		t.Errorf("in 11.0.0.0/8: %+v, %v", s, r.Verdicts[0])
	}
}

// IPv6 addresses that look cut, which anybody can send, hide no forged IPv4 ones.
func TestCutIPv6HidesNoForgery(t *testing.T) {
	w := world.Real(t)
	var cut []netip.Addr // the first subnet of a /48 each
	for i := range 60 {
		cut = append(cut, netip.AddrFrom16([16]byte{0x2a, 2, byte(i), 1, 0, 9, 15: 1}))
	}
	forged := world.Forge(rand.New(rand.NewPCG(3, 4)), 20_000, nil)
	for _, claim := range []string{"plurality US", "US > 20%", "RU < 10%"} {
		if v := ask(counted(w, 1, forged, cut), claim); v.Reason != caveat.Spoofed {
			t.Errorf("a flood: %v", v)
		}
	}
	real := honest(t, w, 1, 10_000, 53)
	some := world.Forge(rand.New(rand.NewPCG(3, 5)), 1500, nil)
	for _, claim := range []string{"majority RU", "RU < 50%"} {
		want, got := ask(counted(w, 1, real, some), claim), ask(counted(w, 1, real, some, cut), claim)
		if want.Outcome != attribution.Undecided || got.Outcome != want.Outcome {
			t.Errorf("some forged: %v; with cut addresses: %v", want, got)
		}
	}
}
