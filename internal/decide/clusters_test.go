package decide

import (
	"math"
	"testing"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// networks are so many /16 with so many sources in each: the first claimed of them are
// Russian, the next unlocated of them are nowhere, and the others are American.
type networks struct{ number, sources, claimed, unlocated int }

// in returns the sources of networks, each /16 after the other.
func sourcesIn(list ...networks) (items []sketch.Item) {
	at := uint32(0)
	for _, n := range list {
		for range n.number {
			for i := range n.sources {
				o := us
				switch {
				case i < n.claimed:
					o = ru
				case i < n.claimed+n.unlocated:
					o = geo.Unlocated
				}
				items = append(items, placed(source.IPv4(at<<16|uint32(i+1)), o))
			}
			at++
		}
	}
	return items
}

func matterOf(items []sketch.Item) *Matter { return New(exactly(items)) }

// Worked values of the rule for clustered sources, to six digits. "Plain" is the interval of
// as many independent sources. The letters are those of the calibration; E has none, and R
// is about events, whose sources are not weighed.
func TestClusteredIntervals(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name                  string
		networks              []networks
		n, share, kish, lin   float64
		effective, low, high  float64
		plainLow, plainHigh   float64
		low99, high99         float64 // 0: not asked
		networksSeen, claimed uint64
	}{
		{
			name: "A", networks: []networks{{60, 1, 1, 0}, {40, 1, 0, 0}}, n: 100, share: .6,
			kish: 100, lin: 100, effective: 100, low: .497209, high: .696705, plainLow: .497209, plainHigh: .696705,
			networksSeen: 100, claimed: 60,
		},
		{
			name: "B", networks: []networks{{20, 250, 250, 0}, {4000, 1, 0, 0}}, n: 9000, share: .555556,
			kish: 64.593301, lin: 80.597015, effective: 64.593301, low: .426572, high: .679277,
			plainLow: .545217, plainHigh: .565858, low99: .389476, high99: .713238, networksSeen: 4020, claimed: 20,
		},
		{
			name: "C", networks: []networks{{16, 254, 254, 0}, {4000, 1, 0, 0}}, n: 8064, share: .503968,
			kish: 62.752926, lin: 63.749035, effective: 62.752926, low: .374817, high: .632733,
			plainLow: .492994, plainHigh: .514940,
		},
		{
			name: "D", networks: []networks{{27, 254, 254, 0}, {4000, 1, 0, 0}}, n: 10858, share: .631608,
			kish: 67.526206, lin: 115.261516, effective: 67.526206, low: .505451, high: .745824,
			plainLow: .622455, plainHigh: .640691,
		},
		{
			name: "F", networks: []networks{{1, 20000, 20000, 0}, {4000, 1, 0, 0}}, n: 24000, share: .833333,
			kish: 1.439986, lin: 7.198200, effective: 1.439986, low: .037935, high: 1,
			plainLow: .828557, plainHigh: .838029,
		},
		{
			name: "G", networks: []networks{{50, 20, 12, 0}}, n: 1000, share: .6,
			kish: 50, lin: inf, effective: 50, low: .451794, high: .735922, plainLow: .568878, plainHigh: .630531,
		},
		{
			name: "H", networks: []networks{{30, 10, 7, 0}, {20, 10, 2, 0}}, n: 500, share: .5,
			kish: 50, lin: 208.333333, effective: 50, low: .355273, high: .644727, plainLow: .455286, plainHigh: .544714,
		},
		{
			name: "I", networks: []networks{{40, 5, 0, 0}}, n: 200, share: 0,
			kish: 40, lin: inf, effective: 40, low: 0, high: .088097, plainLow: 0, plainHigh: .018275,
		},
		{
			name: "J", networks: []networks{{40, 5, 5, 0}}, n: 200, share: 1,
			kish: 40, lin: inf, effective: 40, low: .911903, high: 1, plainLow: .981725, plainHigh: 1,
		},
		{
			name: "K", networks: []networks{{1, 300, 300, 0}}, n: 300, share: 1,
			kish: 1, lin: inf, effective: 1, low: .025, high: 1, plainLow: .987779, plainHigh: 1,
		},
		{
			name: "L", networks: []networks{{6, 50, 50, 0}}, n: 300, share: 1,
			kish: 6, lin: inf, effective: 6, low: .540742, high: 1, plainLow: .987779, plainHigh: 1,
		},
		{
			name: "M", networks: []networks{{5, 50, 50, 0}}, n: 250, share: 1,
			kish: 5, lin: inf, effective: 5, low: .478176, high: 1, plainLow: .985353, plainHigh: 1,
		},
		{
			name: "N", networks: []networks{{10, 100, 90, 0}, {100, 1, 1, 0}, {400, 1, 0, 0}}, n: 1500, share: .666667,
			kish: 22.388060, lin: 88.757396, effective: 22.388060, low: .438351, high: .849081,
			plainLow: .642169, plainHigh: .690510,
		},
		{
			name: "O", networks: []networks{{10, 20, 20, 0}, {300, 1, 0, 0}}, n: 500, share: .4,
			kish: 58.139535, lin: 40.322581, effective: 40.322581, low: .249231, high: .566028,
			plainLow: .356761, plainHigh: .444428,
		},
	} {
		m := matterOf(sourcesIn(c.networks...))
		q := moreThan(.5, ru)
		e := m.products(m.cases[0], q).own()
		six := func(what string, got, want float64) {
			t.Helper()
			if got != want && !(math.Abs(got-want) <= 5e-7*max(1, want)) {
				t.Errorf("%s: %s is %.6f, want %.6f", c.name, what, got, want)
			}
		}
		six("n", e.n, c.n)
		six("share", e.share, c.share)
		six("Kish's size", e.kish, c.kish)
		six("the linearized size", e.linear, c.lin)
		six("n*", e.least(), c.effective)

		// The answer of the population reading has that interval and that number.
		a := m.Decide(q, Policy{Confidence: .95, Population: true})
		six("low", a.Share.Low, c.low)
		six("high", a.Share.High, c.high)
		six("the answer's n*", a.EffectiveSources, c.effective)
		if c.low99 > 0 {
			b := m.Decide(q, Policy{Confidence: .99, Population: true})
			six("low at 99 %", b.Share.Low, c.low99)
			six("high at 99 %", b.Share.High, c.high99)
		}
		low, high := stat.ClopperPearson(e.share, e.n, .05)
		six("plain low", low, c.plainLow)
		six("plain high", high, c.plainHigh)
		if c.networksSeen > 0 && (a.Networks != c.networksSeen || a.NetworksClaimed != c.claimed) {
			t.Errorf("%s: %d networks, %d claimed", c.name, a.Networks, a.NetworksClaimed)
		}
	}
}

// P: a plurality is weighed between the claimed and its rival alone.
func TestClusteredPair(t *testing.T) {
	m := matterOf(sourcesIn(networks{3, 100, 100, 0}, networks{200, 1, 0, 0}))
	q := plurality(ru)
	a := m.Decide(q, Policy{Confidence: .95, Population: true})
	e := m.products(m.cases[0], q).own()
	s := e.interval(.05)
	for what, d := range map[string]float64{
		"share": e.share - .6, "Kish's size": e.kish - 8.278146, "the linearized size": e.linear - 12.315271,
		"low": s.Low - .231701, "high": s.High - .898219,
	} {
		if math.Abs(d) > 1e-6 {
			t.Errorf("%s is off by %v", what, d)
		}
	}
	if a.Outcome != Undecided || a.Reason != caveat.ClusteredSources || a.Lead.Low >= 0 || a.Lead.High <= 0 {
		t.Errorf("%+v", a)
	}
	// The others do not matter for the pair, only for what the lead is a share of.
	third := sourcesIn(networks{3, 100, 100, 0}, networks{200, 1, 0, 0}, networks{300, 1, 0, 0})
	for i := range third {
		if i >= 500 {
			third[i].Part = uint8(cn)
		}
	}
	m = matterOf(third)
	p := m.products(m.cases[0], q)
	rival := p.rivals[us]
	_, pair := part{p.claimed, p.cc, p.ac}.beside(part{rival.n, rival.rr, rival.ar}, rival.cr)
	if pair != e {
		t.Errorf("beside a third country the pair weighs %+v, alone %+v", pair, e)
	}
}

// Q: each end has a number of independent sources of its own.
func TestClusteredUnlocated(t *testing.T) {
	m := matterOf(sourcesIn(networks{60, 4, 4, 0}, networks{10, 4, 0, 4}, networks{30, 4, 0, 0}))
	a := m.Decide(moreThan(.5, ru), Policy{Confidence: .95, Population: true})
	if math.Abs(a.Share.Low-.497209) > 5e-7 || math.Abs(a.Share.High-.787594) > 5e-7 || a.Share.Value != .6 {
		t.Errorf("%+v, want .497209 to .787594", a.Share)
	}
	if math.Abs(a.EffectiveSources-100) > 1e-9 || a.Counted.High >= a.Share.High {
		t.Errorf("n* is %v, counted %+v", a.EffectiveSources, a.Counted)
	}
	// Of 90 networks that are located, 60 are Russian.
	if math.Abs(a.Located-2./3) > 1e-12 {
		t.Errorf("located %v", a.Located)
	}
}

// apart are sources each in a network of its own: so many Russian, so many American.
func apart(russian, american int) []sketch.Item {
	return sourcesIn(networks{russian, 1, 1, 0}, networks{american, 1, 0, 0})
}
