package attribution

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
)

func compareWith(t *testing.T, r *Report, o Opinions) *Comparison {
	t.Helper()
	c, err := r.Compare(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func codes(caveats []Caveat) (list []Code) {
	for _, c := range caveats {
		list = append(list, c.Code)
	}
	return list
}

// Counted by hand: 60 RU and 40 US by the first database. By the second, of the
// RU 10 (in one /24) are US and 5 unlocated, and of the US 2 (in two /24s) RU.
func TestCompare(t *testing.T) {
	tally := NewTally(testTable(), small)
	add := func(a, b, c, n byte) {
		for i := range n {
			tally.AddN(netip.AddrFrom4([4]byte{a, b, c, i}), 1+uint64(c), 10)
		}
	}
	add(5, 0, 0, 45)
	add(5, 1, 0, 10)
	add(5, 2, 0, 5)
	add(3, 0, 0, 38)
	add(3, 1, 1, 1)
	add(3, 1, 2, 1)
	tally.Add(netip.MustParseAddr("10.0.0.1"))
	other := makeTable(map[string]string{"5.0.0.0/24": "RU", "5.1.0.0/24": "US", "3.0.0.0/24": "US", "3.1.0.0/16": "RU"}, built.AddDate(0, 0, -200))
	r := tally.Report()
	c := compareWith(t, r, Opinions{Tables: []*geo.Table{other}})
	if len(c.Databases) != 2 || !c.Exact || c.Databases[0].Disagreement.Value != 0 || math.Abs(c.Databases[1].Disagreement.Value-12./95) > 1e-12 || c.Databases[1].Unlocated.Value != .05 {
		t.Errorf("%+v", c.Databases)
	}
	if len(c.Origins) != 2 || c.Origins[0].Shares[0].Value != .6 || c.Origins[0].Shares[1].Value != .47 || c.Origins[1].Shares[1].Value != .48 {
		t.Errorf("%+v", c.Origins)
	}

	v := c.Check(Majority("RU"))
	if v.Decision != Undecided || v.Opinions[0].Decision != Supported || v.Opinions[1].Decision != Undecided {
		t.Errorf("%v", v)
	}
	o := v.Opinions[1]
	// Of 60 or 2 that either calls RU, 57 have a country in both.
	if math.Abs(o.ClaimedDisagreement.Value-12./57) > 1e-12 || math.Abs(o.StandardError-math.Sqrt(102)/100) > 1e-12 || math.Abs(o.DesignEffect-102./12) > 1e-12 {
		t.Errorf("%+v", o)
	}
	e := z * math.Sqrt(102) / 100
	if s := v.Share; s.Value != .6 || math.Abs(s.Low-(.47-e)) > 1e-6 || math.Abs(s.High-(.6+e)) > 1e-6 {
		t.Errorf("share %+v, want .47 and .6 widened by %v", s, e)
	}
	if b := v.Bounds; math.Abs(b.Low-.50) > 1e-12 || math.Abs(b.High-.62) > 1e-12 {
		t.Errorf("bounds %+v", b)
	}
	if !slices.Contains(codes(v.Caveats), DatabasesDisagree) {
		t.Errorf("%v", v)
	}
	// By autonomous system, all that differs is one cluster.
	c = compareWith(t, r, Opinions{Tables: []*geo.Table{other}, Networks: makeASNs(map[string]uint32{"5.0.0.0/8": 1, "3.0.0.0/8": 1})})
	if o := c.Check(Majority("RU")).Opinions[1]; math.Abs(o.StandardError-math.Sqrt(102)/100) > 1e-12 {
		t.Errorf("the /24s differ by more than the network as a whole: %+v", o)
	}
	c = compareWith(t, r, Opinions{Tables: []*geo.Table{other}, Networks: makeASNs(map[string]uint32{"5.0.0.0/8": 1, "3.0.0.0/8": 2})})
	if o := c.Check(Majority("RU")).Opinions[1]; math.Abs(o.StandardError-math.Sqrt(104)/100) > 1e-12 {
		t.Errorf("two networks: %+v", o)
	}
	// Events and bytes are weighted.
	if o := c.Check(Majority("RU").Of(OfEvents)).Opinions[1]; math.Abs(o.StandardError-math.Sqrt(100+25)/103) > 1e-12 {
		t.Errorf("of events: %+v", o)
	}
	// A lead: ten from RU to US count twice.
	us := c.Origins[1].Origin
	if s := c.spreadOf(Plurality("RU"), c.reports[1], us, us); math.Abs(s.standardError-math.Sqrt(4*104)/100) > 1e-12 {
		t.Errorf("plurality: %+v", s)
	}

	text := c.String()
	for _, want := range []string{"100 sources", "A  by Test-Country", "B  by Test-Country, built 2025-11-13", "RU Russia", "60.0 %", "47.0 %", "placed differently from A", "12.6 %"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	text = v.String()
	for _, want := range []string{"undecided by 2 databases together: RU > 50% of sources", "A: 60.00 % of 100 distinct sources", "the databases decide differently", "it is 27.20 to 79.80 %"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestCompareDecisions(t *testing.T) {
	// 70 RU, 30 US; the other database moves some.
	tally := NewTally(testTable(), small)
	for i := range 70 {
		tally.Add(ip("RU", i*256+1))
	}
	for i := range 30 {
		tally.Add(ip("US", i*256+1))
	}
	r := tally.Report()
	tally.Window(built, built.AddDate(1, 0, 0))
	late := tally.Report()
	move := func(ru, us int) *geo.Table {
		other := map[string]string{"5.0.0.0/8": "RU", "3.0.0.0/8": "US"}
		for i := range ru {
			other[ip("RU", i*256+1).String()+"/24"] = "US"
		}
		for i := range us {
			other[ip("US", i*256+1).String()+"/24"] = "RU"
		}
		return makeTable(other, built.AddDate(0, 0, 100))
	}
	for _, tt := range []struct {
		name   string
		report *Report
		tables []*geo.Table
		claim  Claim
		want   Decision
		codes  []Code
	}{
		{"agreed", r, []*geo.Table{move(0, 0)}, Majority("RU"), Supported, nil},
		{"little disagreement", r, []*geo.Table{move(1, 1)}, Majority("RU"), Supported, nil},
		{"one-sided", r, []*geo.Table{move(11, 11)}, MoreThan(60, "RU"), Supported, []Code{OneSidedErrors}},
		{"clustered", r, []*geo.Table{move(15, 15)}, MoreThan(60, "RU"), Undecided, []Code{ClusteredErrors}},
		{"flipped", r, []*geo.Table{move(25, 0)}, Majority("RU"), Undecided, []Code{DatabasesDisagree}},
		{"one of two flipped", r, []*geo.Table{move(0, 1), move(25, 0)}, Majority("RU"), Undecided, []Code{DatabasesDisagree}},
		{"refuted", r, []*geo.Table{move(2, 0)}, Majority("US"), Refuted, nil},
		{"plurality", r, []*geo.Table{move(2, 0)}, Plurality("RU"), Supported, nil},
		{"plurality flipped", r, []*geo.Table{move(25, 0)}, Plurality("RU"), Undecided, []Code{DatabasesDisagree}},
		{"same", r, []*geo.Table{testTable()}, Majority("RU"), Supported, []Code{SameDatabase}},
		{"old", late, []*geo.Table{move(0, 0)}, Majority("RU"), Supported, []Code{DatabaseAge}},
		{"invalid", r, []*geo.Table{move(0, 0)}, Majority("RUS"), Inadmissible, []Code{InvalidClaim}},
	} {
		v := compareWith(t, tt.report, Opinions{Tables: tt.tables}).Check(tt.claim)
		if v.Decision != tt.want || !slices.Equal(codes(v.Caveats), tt.codes) || len(v.Opinions) != 1+len(tt.tables) {
			t.Errorf("%s: want %v %v, got\n%+v", tt.name, tt.want, tt.codes, v)
		}
		if v.String() == "" || (v.Decision == Supported || v.Decision == Refuted) != (v.Margin > 0) {
			t.Errorf("%s: margin %v, %q", tt.name, v.Margin, v)
		}
	}
	mustPanic(t, "no table", func() { r.Compare(Opinions{}) })
	mustPanic(t, "terms", func() {
		Terms{Confidence: 2}.Corroborate(compareWith(t, r, Opinions{Tables: []*geo.Table{move(0, 0)}}), Majority("RU"))
	})
	o := small
	o.DropAddresses = true
	if c, err := tallyOf(o, map[string]int{"RU": 3}).Report().Compare(Opinions{Tables: []*geo.Table{otherTable()}}); c != nil || !errors.Is(err, ErrNoAddresses) {
		t.Errorf("without addresses: %v, %v", c, err)
	}
	empty := compareWith(t, NewTally(testTable(), small).Report(), Opinions{Tables: []*geo.Table{otherTable()}, Networks: new(geo.ASNTable)})
	if v := empty.Check(Majority("RU")); v.Decision != Inadmissible || empty.String() == "" {
		t.Errorf("nothing counted: %v", v)
	}
}

func TestCompareSampled(t *testing.T) {
	c := compareWith(t, tallyOf(small, map[string]int{"RU": 6000, "US": 4000, "": 100}).Report(), Opinions{Tables: []*geo.Table{otherTable()}})
	if v := c.Check(Majority("RU")); v.Decision != Undecided || v.Opinions[1].Decision != Refuted || v.Opinions[1].ClaimedDisagreement.Value != 1 {
		t.Errorf("%v", v)
	}
	if v := c.Check(Majority("RU").Of(OfEvents)); v.Decision != Inadmissible || v.Opinions[0].Decision != Supported || v.Caveats[0].Code != VolumeUnknown {
		t.Errorf("%v", v)
	}
	d := c.Databases[1].Disagreement
	if want := .6; c.Exact || d.Low > want || d.High < want || d.Low == d.High {
		t.Errorf("disagreement %+v", d)
	}
	if text := c.String(); !strings.Contains(text, "a sample of 1,0") || !strings.Contains(text, "95 % confidence") {
		t.Errorf("got\n%s", text)
	}
}

func TestComparisonJSON(t *testing.T) {
	c := compareWith(t, tallyOf(small, map[string]int{"RU": 3, "US": 1}).Report(), Opinions{Tables: []*geo.Table{otherTable()}})
	for _, tt := range []struct {
		value any
		keys  []string
	}{
		{c, []string{"databases", "exact", "origins"}},
		{c.Check(Majority("RU")), []string{"bounds", "caveats", "claim", "confidence", "margin", "opinions", "share", "verdict"}},
		{c.Check(Majority("RU")).Opinions[1], []string{"claimed_disagreement", "database", "design_effect", "share", "standard_error", "verdict"}},
	} {
		var object map[string]any
		if err := json.Unmarshal([]byte(asJSON(t, tt.value)), &object); err != nil {
			t.Fatal(err)
		}
		var keys []string
		for key := range object {
			keys = append(keys, key)
		}
		if slices.Sort(keys); !slices.Equal(keys, tt.keys) {
			t.Errorf("%T has the keys %v, want %v", tt.value, keys, tt.keys)
		}
	}
}

// Where a part of the sources is forged, claims are about the others, and so is
// what two databases say of them.
func TestCompareForged(t *testing.T) {
	tally := NewTally(testTable(), small)
	rng := rand.New(rand.NewPCG(8, 8))
	for i := range 400 {
		tally.Add(ip("RU", i*3+1))
		tally.Add(ip("US", i*3+1))
	}
	for range 200 { // anywhere, dark space and the reserved included
		tally.Add(netip.AddrFrom4([4]byte{byte(rng.IntN(256)), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())}))
	}
	r := tally.Report()
	claim := MoreThan(20, "RU")
	if !r.corrects(claim) {
		t.Fatalf("not taken for forged in part: %+v", r.Spoofing)
	}
	// The other database moves one /24 of the RU.
	other := makeTable(map[string]string{"5.0.0.0/8": "RU", "5.0.1.0/24": "US", "3.0.0.0/8": "US", "36.0.0.0/8": "CN", "2.0.0.0/8": "FR", "37.0.0.0/8": "BY", "202.0.0.0/8": "NC"}, built)
	v := compareWith(t, r, Opinions{Tables: []*geo.Table{other}}).Check(claim)
	e := z * v.Opinions[1].StandardError
	low, high := v.Opinions[0].Share.with(v.Opinions[1].Share).Low, v.Opinions[0].Share.High
	if v.Share.Low >= low-e || v.Share.High <= high+e && v.Share.High < 1 {
		t.Errorf("%+v is no wider than %v to %v by %v", v.Share, low, high, e)
	}
	if truth := .5; v.Share.Low > truth || v.Share.High < truth || v.Bounds.Low > truth || v.Bounds.High < truth {
		t.Errorf("half of the genuine sources are RU: %v", v)
	}
}

// Two databases that err independently of each other, by whole /24s or by whole
// networks: the interval of both together covers the true share, where the one
// that takes the first at its word does not.
func TestClusteredErrorCoverage(t *testing.T) {
	ru, us := testTable().Lookup(ip("RU", 0)), testTable().Lookup(ip("US", 0))
	const sitesOfNetwork = 25
	systems := map[string]uint32{}
	for i := range uint32(40) {
		for j := range uint32(sitesOfNetwork) {
			systems[fmt.Sprintf("5.%d.%d.0/24", i, j)] = 64500 + i
		}
	}
	networks := makeASNs(systems)
	trials := 100
	switch {
	case *long:
		trials = 2000
	case testing.Short():
		trials = 40
	}
	for _, tt := range []struct {
		name     string
		share    float64 // that is truly RU
		error    float64 // of the /24s or networks that a database misplaces
		byAS     bool
		networks *geo.ASNTable
		sampled  int // of the sources; 0: all are known
	}{
		{"sites", .5, .05, false, nil, 0},
		{"sites, few errors", .5, .01, false, nil, 0},
		{"sites, a sample", .5, .2, false, nil, 4096},
		{"networks", .5, .06, true, networks, 0},
		{"networks, a sample", .5, .1, true, networks, 4096},
		// Where most are RU, most errors make them fewer, in both databases: that
		// is seen by the bounds alone.
		{"one-sided", .8, .05, false, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(len(tt.name)), 9))
			var plain, sites, together, bounds, width float64
			for range trials {
				r := new(Report)
				truly := map[uint64]bool{} // by cluster: RU
				var wrong [2]map[uint64]bool
				wrong[0], wrong[1] = map[uint64]bool{}, map[uint64]bool{}
				cluster := func(s source) uint64 {
					if tt.byAS {
						return s.lo >> 16
					}
					return s.lo >> 8
				}
				var all []source
				for i := range byte(40) {
					for j := range byte(sitesOfNetwork) {
						for k := range byte(1 + rng.IntN(20)) {
							a := [4]byte{5, i, j, k}
							all = append(all, source{0, mapped<<32 | uint64(binary.BigEndian.Uint32(a[:]))})
						}
					}
				}
				want := 0.0
				for _, s := range all {
					g := cluster(s)
					if _, known := truly[g]; !known {
						truly[g] = rng.Float64() < tt.share
						wrong[0][g], wrong[1][g] = rng.Float64() < tt.error, rng.Float64() < tt.error
					}
					want += truth(truly[g]) / float64(len(all))
				}
				r.Sources.Exact = tt.sampled == 0
				r.addresses = true
				n := len(all)
				if tt.sampled > 0 {
					rng.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
					all = all[:tt.sampled]
				}
				r.sampling = newSampling(float64(len(all)), float64(n))
				for _, s := range all {
					r.seen = append(r.seen, seen{source: s, events: 1})
				}
				by := func(i int) *Report {
					return r.relocated(Database{Name: fmt.Sprint(i)}, func(s source) geo.Origin {
						if g := cluster(s); truly[g] != wrong[i][g] {
							return ru
						}
						return us
					})
				}
				reports := []*Report{by(0), by(1)}
				v := compareReports(reports, tt.networks).Check(Majority("RU"))
				covers := func(s Share) float64 { return truth(s.Low <= want+1e-12 && want-1e-12 <= s.High) }
				plain += covers(v.Opinions[0].Share)
				together += covers(v.Share)
				bounds += covers(v.Bounds)
				sites += covers(compareReports(reports, nil).Check(Majority("RU")).Share)
				width += v.Share.High - v.Share.Low
			}
			n := float64(trials)
			t.Logf("%d trials: the first database covers %.1f %%, both together by /24 %.1f %%, by all clusters %.1f %% (mean width %.1f points), their bounds %.1f %%",
				trials, 100*plain/n, 100*sites/n, 100*together/n, 100*width/n, 100*bounds/n)
			if tt.share != .5 {
				together = bounds
			}
			if least := n*.95 - 2.33*math.Sqrt(n*.95*.05); together < least || bounds < least {
				t.Errorf("covers %v, the bounds %v of %v, want at least %.0f", together, bounds, n, least)
			}
			if plain > .7*n {
				t.Errorf("the plain interval covers %v of %v: the test shows nothing", plain, n)
			}
		})
	}
}
