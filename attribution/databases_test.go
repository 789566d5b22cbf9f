package attribution_test

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

// sixtyToForty are 60 Russian and 40 American sources. A second database has 10 of the
// Russian ones, in one /24, in the United States, and 5 nowhere. It has 2 of the Americans,
// in two /24 of one /16, in Russia.
func sixtyToForty() (*attribution.Tally, *geo.Table) {
	tally := emptyTally(least)
	add := func(a, b, c, n byte) {
		for i := range n {
			f := attribution.Flow{Source: netip.AddrFrom4([4]byte{a, b, c, i + 1}), Events: 1 + uint64(c), Bytes: 10}
			tally.AddFlow(f)
		}
	}
	add(5, 0, 0, 45)
	add(5, 1, 0, 10)
	add(5, 2, 0, 5)
	add(3, 0, 0, 38)
	add(3, 1, 1, 1)
	add(3, 1, 2, 1)
	tally.Add(netip.MustParseAddr("10.0.0.1"))
	second := nested(map[string]string{
		"5.0.0.0/24": "RU", "5.1.0.0/24": "US", "3.0.0.0/24": "US", "3.1.0.0/16": "RU",
	}, world.Built.AddDate(0, 0, 200))
	return tally, second
}

// Two databases, counted by hand.
func TestTwoDatabases(t *testing.T) {
	tally, second := sixtyToForty()
	s := enriched(tally.Snapshot(), second)
	r := reportOn(s, "RU > 50% of bytes", "plurality RU of bytes", "RU > 50% of events", "RU > 48% of bytes")
	d := r.Databases[0]
	if len(r.Databases) != 1 || !near(d.Disagreement.Value, 12./95) || !near(d.Unlocated.Share.Value, .05) ||
		d.Unlocated.Sources != 5 || d.Database.Built != world.Built.AddDate(0, 0, 200) {
		t.Errorf("%+v", d)
	}
	us := d.Countries[0]
	if us.Origin != origin("US") || us.Sources != 48 || us.Share.Value != .48 || us.Bytes != 480 ||
		d.Countries[1].Sources != 47 {
		t.Errorf("%+v", d.Countries)
	}

	v := r.Verdicts[0]
	if v.Outcome != attribution.Undecided || len(v.Opinions) != 2 ||
		v.Opinions[0].Outcome != attribution.Supported || v.Opinions[1].Outcome != attribution.Undecided {
		t.Fatalf("%v, %+v", v, v.Opinions)
	}
	// By /16 the changes are 10 and 2, of 12 that change.
	o := v.Opinions[1]
	if !near(o.StandardError, math.Sqrt(104)/100) || !near(o.DesignEffect, 104./12) {
		t.Errorf("%+v, want a standard error of %v", o, math.Sqrt(104)/100)
	}
	// Of 60 or 2 that either calls Russian, 57 have a country in both.
	if !near(o.Disagreement.Value, 12./57) || v.Opinions[0].Disagreement != (attribution.Share{}) {
		t.Errorf("disagreement %v", o.Disagreement)
	}
	e := stat.Z * math.Sqrt(104) / 100
	if s := v.Share; s.Value != .6 || math.Abs(s.Low-(.47-e)) > 1e-6 || math.Abs(s.High-(.6+e)) > 1e-6 {
		t.Errorf("share %v, want .47 and .6 widened by %v", s, e)
	}
	// 50 are Russian by both, 62 by either or by the one that has a country.
	if b := v.Bounds; b.Value != .6 || !near(b.Low, .50) || !near(b.High, .62) {
		t.Errorf("bounds %v", b)
	}
	if n, _ := valueOf(v, caveat.DatabasesDisagree); n != 1 || v.Counted.Value != .6 {
		t.Errorf("%v counted %v", v, v.Counted)
	}

	// A lead changes by two for each source that goes from one to the other.
	p := r.Verdicts[1]
	if !near(p.Lead.Value, .2) || math.Abs(p.Lead.Low-(.47-.48-.05-2*e)) > 1e-6 {
		t.Errorf("lead %v, want from %v", p.Lead, .47-.48-.05-2*e)
	}
	// Events weigh: the two Americans have 2 and 3 of 103.
	if o := r.Verdicts[2].Opinions[1]; !near(o.StandardError, math.Sqrt(100+25)/103) {
		t.Errorf("of events: %+v", o)
	}
}

// Systems are clusters, too: of the kinds of networks that one counts by which databases
// differ most.
func TestTwoDatabasesBySystem(t *testing.T) {
	tally, second := sixtyToForty()
	for name, c := range map[string]struct {
		systems map[string]uint32
		want    float64
	}{
		"one system has both":        {map[string]uint32{"5.0.0.0/8": 1, "3.0.0.0/8": 1}, math.Sqrt(104)}, // 10 and 2 against
		"each country is a system":   {map[string]uint32{"5.0.0.0/8": 1, "3.0.0.0/8": 2}, math.Sqrt(104)},
		"one system has two /16":     {map[string]uint32{"5.0.0.0/15": 1}, math.Sqrt(104)},
		"no system is known of them": {map[string]uint32{"9.0.0.0/8": 1}, math.Sqrt(104)},
	} {
		s := must(tally.Snapshot().Enrich(attribution.Enrichment{
			Databases: []*geo.Table{second}, ASNs: asnTable(t, c.systems),
		}))
		if o := ask(s, "RU > 50% of bytes").Opinions[1]; !near(o.StandardError, c.want/100) {
			t.Errorf("%s: %+v, want a standard error of %v", name, o, c.want/100)
		}
	}
	// Eight /16 of one system that err together are one cluster of eight.
	tally = spread(least, map[string]int{"RU": 100, "US": 100})
	moved := otherWorld(map[string]string{"5.0.0.0/13": "US"})
	for system, want := range map[string]float64{"9.0.0.0/8": math.Sqrt(8) / 200, "5.0.0.0/12": 8. / 200} {
		s := must(tally.Snapshot().Enrich(attribution.Enrichment{
			Databases: []*geo.Table{moved}, ASNs: asnTable(t, map[string]uint32{system: 64500}),
		}))
		if o := ask(s, "RU > 20%").Opinions[1]; !near(o.StandardError, want) {
			t.Errorf("a system has %s: %+v, want a standard error of %v", system, o, want)
		}
	}
}

// 140 Russian sources and 60 American ones, each in a network of its own. Other databases
// move some of them.
func TestVerdictsOfDatabases(t *testing.T) {
	move := func(ru, us int) *geo.Table {
		moved := map[string]string{}
		for i := range ru {
			moved[netip.PrefixFrom(apart("RU", i), 16).Masked().String()] = "US"
		}
		for i := range us {
			moved[netip.PrefixFrom(apart("US", i), 16).Masked().String()] = "RU"
		}
		return otherWorld(moved)
	}
	usual := spread(least, map[string]int{"RU": 140, "US": 60})
	late := spread(least, map[string]int{"RU": 140, "US": 60})
	late.ExtendSpan(world.Built, world.Built.AddDate(0, 0, 125))
	type list = []*geo.Table
	const (
		yes, no, open = attribution.Supported, attribution.Refuted, attribution.Undecided
		ruledOut      = attribution.Inadmissible
	)
	for _, c := range []struct {
		name   string
		tally  *attribution.Tally
		tables list
		claim  string
		want   attribution.Outcome
		reason caveat.Code
		also   []caveat.Code
	}{
		{"agreed", usual, list{move(0, 0)}, "majority RU", yes, "", nil},
		{"little disagreement", usual, list{move(1, 1)}, "majority RU", yes, "", nil},
		{"one-sided", usual, list{move(18, 18)}, "RU > 62%", yes, "", []caveat.Code{caveat.OneSidedErrors}},
		{"clustered", usual, list{move(30, 30)}, "RU > 65%", open, caveat.ClusteredErrors, nil},
		{"flipped", usual, list{move(50, 0)}, "majority RU", open, caveat.DatabasesDisagree, nil},
		{"one of two flipped", usual, list{move(0, 1), move(50, 0)}, "majority RU", open, caveat.DatabasesDisagree, nil},
		{"two of two flipped", usual, list{move(50, 0), move(60, 0)}, "majority RU", open, caveat.DatabasesDisagree, nil},
		{"refuted", usual, list{move(4, 0)}, "majority US", no, "", nil},
		{"refuted by three", usual, list{move(4, 0), move(2, 1)}, "majority US", no, "", nil},
		{"plurality", usual, list{move(4, 0)}, "plurality RU", yes, "", nil},
		{"plurality flipped", usual, list{move(50, 0)}, "plurality RU", open, caveat.DatabasesDisagree, nil},
		{"the same again", usual, list{world.Table()}, "majority RU", yes, "", []caveat.Code{caveat.SameDatabase}},
		{"old", late, list{move(0, 0)}, "majority RU", yes, "", []caveat.Code{caveat.DatabaseAge}},
		{"nothing counted", emptyTally(least), list{move(0, 0)}, "majority RU", ruledOut, caveat.NothingCounted, nil},
	} {
		v := ask(enriched(c.tally.Snapshot(), c.tables...), c.claim)
		if v.Outcome != c.want || v.Reason != c.reason {
			t.Errorf("%s: %v, want %v %s", c.name, v, c.want, c.reason)
		}
		for _, code := range c.also {
			if !has(v, code) {
				t.Errorf("%s: no %s in %v", c.name, code, v)
			}
		}
		if v.Outcome == ruledOut != (v.Opinions == nil) ||
			v.Outcome != ruledOut && (len(v.Opinions) != 1+len(c.tables) || v.Bounds == nil) {
			t.Errorf("%s: %d opinions of %d databases", c.name, len(v.Opinions), 1+len(c.tables))
		}
		if decided := v.Outcome == attribution.Supported || v.Outcome == attribution.Refuted; decided != (v.Margin > 0) {
			t.Errorf("%s: margin %v of %v", c.name, v.Margin, v)
		}
		dissent := 0
		for i := range v.Opinions {
			if i > 0 && v.Opinions[i].Outcome != v.Opinions[0].Outcome {
				dissent++
			}
		}
		if n, _ := valueOf(v, caveat.DatabasesDisagree); int(n) != dissent {
			t.Errorf("%s: DATABASES_DISAGREE %v, and %d do", c.name, n, dissent)
		}
		if has(v, caveat.SingleDatabase) {
			t.Errorf("%s: %v has several databases", c.name, v)
		}
	}
}

// Any database can find a claim inadmissible.
func TestGatesOfEveryDatabase(t *testing.T) {
	empty := nested(map[string]string{"9.0.0.0/8": "CN"}, world.Built.AddDate(0, 1, 0))
	s := spread(least, map[string]int{"RU": 140, "US": 60}).Snapshot()
	v := ask(enriched(s, world.Other(), empty), "majority RU")
	if v.Outcome != attribution.Inadmissible || v.Reason != caveat.NothingLocated {
		t.Errorf("%v, want inadmissible NOTHING_LOCATED", v)
	}
}

// Beyond the exact state further databases know the sample.
func TestDatabasesOfASample(t *testing.T) {
	s := enriched(spread(least, map[string]int{"RU": 6000, "US": 4000, "": 100}).Snapshot(), world.Other())
	r := reportOn(s, "majority RU", "majority RU of events")
	v := r.Verdicts[0]
	if v.Outcome != attribution.Undecided || v.Reason != caveat.DatabasesDisagree ||
		v.Opinions[1].Outcome != attribution.Refuted || v.Opinions[1].Disagreement.Value != 1 {
		t.Errorf("%v, %+v", v, v.Opinions)
	}
	if v := r.Verdicts[1]; v.Outcome != attribution.Inadmissible || v.Reason != caveat.VolumeUnknown {
		t.Errorf("%v", v)
	}
	if d := r.Databases[0].Disagreement; !covers(d, 6./10) || d.Low == d.High {
		t.Errorf("disagreement %v", d)
	}
	if rows := r.Databases[0].Countries; len(rows) != 1 || rows[0].Events != 0 || !covers(rows[0].Share, 100./101) {
		t.Errorf("%+v", rows)
	}
}

// By a further database, the intervals of rows and opinions cover the share that it gives to
// all sources as often as they say.
func TestSecondDatabaseCoverage(t *testing.T) {
	// Half of what was counted as Russian is French in it.
	half := map[string]string{}
	for i := range 128 {
		half[netip.PrefixFrom(netip.AddrFrom4([4]byte{5, byte(2 * i), 0, 0}), 16).String()] = "FR"
	}
	table := otherWorld(half)
	var addrs []netip.Addr
	for i := range 6_000 {
		addrs = append(addrs, apart("RU", 3*i), apart("RU", 3*i+1), apart("RU", 3*i+2), apart("US", i), apart("CN", i))
	}
	want := 0.0
	for _, a := range addrs {
		want += truth(table.Lookup(a) == origin("FR")) / float64(len(addrs))
	}
	trials := testenv.Trials(40, 150, 250)
	var rows, opinions float64
	for trial := range trials {
		o := with(least, func(o *attribution.Options) { o.Key = world.Key(byte(trial)) })
		r := reportOn(enriched(tallyOf(o, addrs).Snapshot(), table), "FR > 40%")
		opinions += truth(covers(r.Verdicts[0].Opinions[1].Share, want))
		for _, row := range r.Databases[0].Countries {
			rows += truth(row.Origin == origin("FR") && covers(row.Share, want))
		}
	}
	n := float64(trials)
	t.Logf("%v trials: rows cover %.1f %%, opinions %.1f %%", n, 100*rows/n, 100*opinions/n)
	if least := n*.95 - 3*math.Sqrt(n*.95*.05); rows < least || opinions < least {
		t.Errorf("rows cover %v, opinions %v of %v", rows, opinions, n)
	}
}

// A part of the sources is forged: claims are about the others, and so is what two databases
// say of them.
func TestDatabasesOfForgedSources(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	tally := emptyTally(least)
	for i := range 400 {
		tally.Add(world.IP("RU", i*3+1))
		tally.Add(world.IP("US", i*3+1))
	}
	tally.AddBatch(world.Forge(rng, 200, nil)) // anywhere, dark space and the reserved included
	// The other database moves one /24 of the Russians.
	s := enriched(tally.Snapshot(), otherWorld(map[string]string{"5.0.1.0/24": "US"}))
	v := ask(s, "RU > 20%")
	if !has(v, caveat.SpoofingPartial) || v.Opinions[1].StandardError == 0 {
		t.Fatalf("not taken for forged in part: %v", v)
	}
	const tiny = 1e-9 // the lower end may be 0
	e := stat.Z * v.Opinions[1].StandardError
	low := min(v.Opinions[0].Share.Low, v.Opinions[1].Share.Low)
	if high := v.Opinions[0].Share.High; v.Share.Low >= max(low-e, tiny) || v.Share.High <= high+e && v.Share.High < 1 {
		t.Errorf("%v is no wider than %v to %v by %v", v.Share, low, high, e)
	}
	if !covers(v.Share, .5) || !covers(*v.Bounds, .5) {
		t.Errorf("half of the genuine sources are Russian: %v, bounds %v", v, v.Bounds)
	}
}

// A second database that agrees takes nothing from what a verdict must say, but that it was
// not asked.
func TestTwoDatabasesKeepCaveats(t *testing.T) {
	second := otherWorld(nil)
	for _, c := range []struct {
		ru, us int
		claim  string
		codes  []caveat.Code
	}{
		{51, 49, "majority RU", []caveat.Code{caveat.Fragile, caveat.FewSources}},
		{49, 51, "majority RU", []caveat.Code{caveat.Fragile, caveat.FewSources}},
		{51, 49, "plurality RU", []caveat.Code{caveat.Fragile, caveat.FewSources}},
		{14, 11, "majority RU", []caveat.Code{caveat.FewSources}}, // undecided
		{14, 11, "majority RU of events", []caveat.Code{caveat.FewSources}},
		{505, 495, "majority RU of events", []caveat.Code{caveat.Fragile}},
	} {
		s := spread(least, map[string]int{"RU": c.ru, "US": c.us}).Snapshot()
		one, two := ask(s, c.claim), ask(enriched(s, second), c.claim)
		if one.Outcome != two.Outcome || one.Reason != two.Reason || len(two.Opinions) != 2 {
			t.Errorf("%s with %d to %d: %v, by two databases %v", c.claim, c.ru, c.us, one, two)
		}
		var want, got []caveat.Caveat
		for _, x := range one.Caveats {
			if x.Code != caveat.SingleDatabase {
				want = append(want, x)
			}
		}
		got = append(got, two.Caveats...)
		if !slices.Equal(got, want) {
			t.Errorf("%s with %d to %d: by one %v, by two %v", c.claim, c.ru, c.us, one.Caveats, two.Caveats)
		}
		for _, code := range c.codes {
			if !has(two, code) {
				t.Errorf("%s with %d to %d: no %s in %v", c.claim, c.ru, c.us, code, two)
			}
		}
	}
}
