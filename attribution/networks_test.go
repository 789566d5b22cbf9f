package attribution_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// asCountries is an ASN database in which each country of the plain world is one system, and
// a list of each.
func asCountries(t testing.TB) (attribution.Enrichment, map[string]string) {
	systems, claims, prefixes := map[string]uint32{}, map[string]string{}, map[string][]string{}
	numbers := map[string]uint32{"RU": 64501, "US": 64502, "CN": 64503, "FR": 64504, "BY": 64505, "NC": 64506}
	for prefix, code := range world.Blocks() {
		systems[prefix] = numbers[code]
		claims[code] = fmt.Sprint("AS", numbers[code])
		prefixes[code] = append(prefixes[code], prefix)
	}
	e := attribution.Enrichment{ASNs: asnTable(t, systems)}
	for code, list := range prefixes {
		e.Lists = append(e.Lists, listOf(code, list...))
	}
	return e, claims
}

// alike is what must be the same of a claim about networks and one about countries that are
// the same sets of sources. What a country database says beside its countries is left out.
func alike(v attribution.Verdict) string {
	v.Claim = attribution.Claim{}
	onlyCountries := []caveat.Code{
		caveat.SecondEstimate, caveat.NetworkConcentrated, caveat.ListedSources, caveat.RankDiffers, caveat.SingleDatabase,
		caveat.DatabaseAge, caveat.MixedDatabases, caveat.Hosted,
	}
	v.Caveats = slices.DeleteFunc(v.Caveats, func(c caveat.Caveat) bool { return slices.Contains(onlyCountries, c.Code) })
	return fmt.Sprintf("%+v", v)
}

// Where systems are countries, claims about them are decided as those about countries, to
// the last digit and caveat, before and beyond the exact state.
func TestSystemsAreDecidedAsCountries(t *testing.T) {
	more, system := asCountries(t)
	rng := rand.New(rand.NewPCG(4, 19))
	outcomes := map[attribution.Outcome]int{}
	for trial := range testenv.Trials(60, 200, 1000) {
		o := least
		o.Key = trialKey("systems", trial)
		o.AssumeHandshake = rng.IntN(2) == 0
		if rng.IntN(4) == 0 {
			o.SamplingRate = uint32(1 + rng.IntN(20))
		}
		tally := emptyTally(o)
		for _, code := range []string{"RU", "US", "CN", "", "reserved"} {
			step := []int{1, 300, 7_001}[rng.IntN(3)]
			for i := range rng.IntN(1 + []int{0, 3, 40, 900}[rng.IntN(4)]) {
				tally.AddFlow(attribution.Flow{Source: world.IP(code, 1+i*step), Events: 1 + uint64(rng.IntN(9)), Bytes: 100})
			}
		}
		tally.AddLost(attribution.LostUnread, uint64(rng.IntN(3)*rng.IntN(20)))
		s := must(tally.Snapshot().Enrich(more))
		p := attribution.Policy{Population: rng.IntN(3) == 0, Interim: rng.IntN(2) * rng.IntN(3)}
		for range 6 {
			country := []string{"RU", "US", "RU,CN", "BY"}[rng.IntN(4)]
			var systems []string
			for code := range strings.SplitSeq(country, ",") {
				systems = append(systems, system[code])
			}
			unit := []string{"sources", "events", "bytes"}[rng.IntN(3)]
			if r := reportOn(s); !r.Sources.Exact {
				unit = "sources" // the events of all countries are known, those of systems are not
			}
			rest := fmt.Sprintf(" %s %v%% of %s", []string{">", "<"}[rng.IntN(2)], rng.IntN(101), unit)
			if rng.IntN(4) == 0 {
				country, systems[0] = "outside "+country, "outside "+systems[0]
			}
			want, got := askUnder(p, s, country+rest), askUnder(p, s, strings.Join(systems, ",")+rest)
			if strings.HasPrefix(country, "outside") && got.Located != want.Located {
				got.Located = want.Located // the same up to the last bit
			}
			outcomes[got.Outcome]++
			if a, b := alike(got), alike(want); a != b {
				t.Fatalf("trial %d, %v:\n%s\n%v:\n%s", trial, got.Claim, a, want.Claim, b)
			}
		}
	}
	if len(outcomes) != 4 {
		t.Errorf("outcomes %v, want all", outcomes)
	}
}

// What plain maps count is in the rows and in the verdicts.
func TestNetworksAreThoseOfPlainMaps(t *testing.T) {
	type sum struct{ sources, events uint64 }
	systems := map[string]uint32{"5.0.0.0/9": 64500, "5.128.0.0/9": 64501, "3.0.0.0/8": 64500, "2a02::/16": 64502}
	lists := map[string][]string{
		"hosting": {"5.0.0.0/10", "3.0.0.0/9"}, "vpn": {"3.0.0.0/10", "2a02::/20"}, "mobile": {"202.0.0.0/8"},
	}
	e := attribution.Enrichment{ASNs: asnTable(t, systems)}
	for name, prefixes := range lists {
		e.Lists = append(e.Lists, listOf(name, prefixes...))
	}
	in := func(a netip.Addr, prefixes []string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return netip.MustParsePrefix(p).Contains(a) })
	}
	rng := rand.New(rand.NewPCG(1, 15))
	bySystem, onList, all := map[uint32]sum{}, map[string]sum{}, sum{}
	tally := emptyTally(attribution.Options{Key: world.Key(1)})
	for i := range 4_000 {
		a := world.IP([]string{"RU", "RU", "US", "NC", "", "reserved"}[rng.IntN(6)], i*4_003+1)
		if rng.IntN(5) == 0 {
			a = apart6(i)
		}
		n := 1 + uint64(rng.IntN(30))
		tally.AddFlow(attribution.Flow{Source: a, Events: n})
		if world.Table().Lookup(a) == geo.Reserved {
			continue
		}
		add := func(s sum) sum { return sum{s.sources + 1, s.events + n} }
		all = add(all)
		number := uint32(0)
		for prefix, system := range systems {
			if netip.MustParsePrefix(prefix).Contains(a) {
				number = system
			}
		}
		bySystem[number] = add(bySystem[number])
		listed := false
		for name, prefixes := range lists {
			if in(a, prefixes) {
				onList[name] = add(onList[name])
				listed = true
			}
		}
		if !listed {
			onList[""] = add(onList[""])
		}
	}
	s := must(tally.Snapshot().Enrich(e))
	check := func(name string, row attribution.NetworkRow, want sum) {
		t.Helper()
		share := float64(want.sources) / float64(all.sources)
		of := float64(want.events) / float64(all.events)
		if row.Sources != want.sources || row.Events != want.events || row.EventShare == nil ||
			row.Share != (attribution.Share{Value: share, Low: share, High: share}) ||
			*row.EventShare != (attribution.Share{Value: of, Low: of, High: of}) {
			t.Errorf("%s: %+v, want %+v of %+v", name, row, want, all)
		}
	}
	n := reportOn(s).Networks
	for _, row := range n.Systems {
		check(row.Name, row, bySystem[row.Number])
	}
	check("no system", *n.NoSystem, bySystem[0])
	check("other systems", *n.OtherSystems, sum{})
	for _, row := range n.Lists {
		check(row.Name, row, onList[row.Name])
	}
	check("no list", *n.NoList, onList[""])
	if len(n.Systems) != 3 || len(n.Lists) != 3 || n.MoreSystems != 0 || n.ASNs.Name != "Test-ASN" {
		t.Errorf("%+v", n)
	}
	for claim, want := range map[string]float64{
		"AS64500 > 1%": float64(bySystem[64500].sources) / float64(all.sources),
		"AS64500,AS64502 > 1% of events": float64(bySystem[64500].events+bySystem[64502].events) /
			float64(all.events),
		`list "vpn" > 1% of events`:                  float64(onList["vpn"].events) / float64(all.events),
		`outside list "hosting" > 1%`:                1 - float64(onList["hosting"].sources)/float64(all.sources),
		`outside list "hosting","vpn","mobile" > 1%`: float64(onList[""].sources) / float64(all.sources),
	} {
		const equal = 1e-12
		v := ask(s, claim)
		if math.Abs(v.Counted.Value-want) > equal || v.Share.Low > want+equal || v.Share.High < want-equal {
			t.Errorf("%v, want %v", v, want)
		}
	}
	// A source without a system may be in any; one that is on no list is on none.
	if v := ask(s, "AS64500 > 1%"); v.Share.High-v.Share.Low < float64(bySystem[0].sources)/float64(all.sources)-1e-9 {
		t.Errorf("%v, though %d sources are in no system", v, bySystem[0].sources)
	}
	if v := ask(s, `list "vpn" > 1%`); v.Share.Low != v.Share.High {
		t.Errorf("%v is not a count", v)
	}
}

// A report as JSON is the same report, and further systems are one row unless a claim names them.
func TestManySystems(t *testing.T) {
	systems := map[string]uint32{}
	tally := emptyTally(attribution.Options{Key: world.Key(1)})
	for i := range 200 {
		systems[fmt.Sprintf("5.%d.0.0/16", i)] = uint32(1000 + i)
		for j := range 1 + i {
			tally.Add(netip.AddrFrom4([4]byte{5, byte(i), byte(j), 1}))
		}
	}
	s := must(tally.Snapshot().Enrich(attribution.Enrichment{ASNs: asnTable(t, systems)}))
	r := reportOn(s, "AS1003,AS7 > 1%")
	n := r.Networks
	named := uint64(0)
	for _, row := range n.Systems {
		named += row.Sources
	}
	if len(n.Systems) != 51 || n.MoreSystems != 149 || named+n.OtherSystems.Sources != r.Sources.Value ||
		n.Systems[0].Number != 1199 || n.Systems[50].Number != 1003 || n.Lists != nil || n.NoList != nil || n.Hosted != nil {
		t.Errorf("%d systems, %d more, %d of %v sources", len(n.Systems), n.MoreSystems, named, r.Sources)
	}
	var back attribution.Report
	if err := json.Unmarshal([]byte(jsonOf(r)), &back); err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("%v\n%s\n%s", err, jsonOf(back), jsonOf(r))
	}
	if plain := reportOn(tally.Snapshot()); plain.Networks != nil || strings.Contains(jsonOf(plain), "networks") {
		t.Error("networks that were not looked up")
	}
}

// Whatever was not looked up rules a claim out, and is never taken for nothing.
func TestNotLookedUp(t *testing.T) {
	more, _ := asCountries(t)
	tally := spread(least, map[string]int{"RU": 2000, "US": 500})
	plain := tally.Snapshot()
	sketches := must(attribution.FromSketches(world.Table(), plain.KeyID(), plain.Sketches()))
	onlyLists := must(plain.Enrich(attribution.Enrichment{Lists: more.Lists}))
	for name, c := range map[string]struct {
		s       attribution.Snapshot
		claim   string
		subject string
	}{
		"nothing":             {plain, "AS64501 > 50%", ""},
		"no ASN database":     {onlyLists, "outside AS64501 < 50% of events", ""},
		"no list":             {plain, `list "RU" > 50%`, "RU"},
		"one list of two":     {onlyLists, `list "RU","ru" < 50%`, "ru"},
		"dropped addresses":   {must(plain.Enrich(more)).WithoutAddresses(), "AS64501 > 50%", ""},
		"sketches":            {sketches, `list "a" > 50% of sources`, "a"},
		"one side of a merge": {must(attribution.Merge(onlyLists, plain)), `list "RU" > 50%`, "RU"},
	} {
		v := ask(c.s, c.claim)
		if v.Outcome != attribution.Inadmissible || v.Reason != caveat.NotLookedUp || v.Caveats[0].Subject != c.subject {
			t.Errorf("%s: %v", name, v)
		}
		if v.Share != (attribution.Share{}) {
			t.Errorf("%s: a share of %v", name, v.Share)
		}
	}
	if v := ask(attribution.Snapshot{}, "AS1 > 1%"); v.Reason != caveat.NothingCounted {
		t.Errorf("the zero Snapshot: %v", v)
	}
}

// What rules out claims about countries rules out those about networks, and forged sources
// widen them at least as much: nobody knows how much of the address space a network has.
func TestForgedSourcesInNetworks(t *testing.T) {
	w := world.Real(t)
	for _, real := range []int{0, 8_000} {
		s := flooded(4_000, real, func(world.Whole) func(netip.Addr) bool { return w.IsRouted })(t)
		s = must(s.Enrich(attribution.Enrichment{
			ASNs:  asnTable(t, map[string]uint32{"0.0.0.0/1": 64500, "128.0.0.0/1": 64501}),
			Lists: []*geo.PrefixSet{listOf("hosting", "95.0.0.0/8")},
		}))
		for _, claim := range []string{"AS64500 > 50%", `list "hosting" > 50%`} {
			v, country := ask(s, claim), ask(s, "RU > 50%")
			if real == 0 {
				if v.Outcome != attribution.Inadmissible || v.Reason != country.Reason {
					t.Errorf("%v; %v", v, country)
				}
				continue
			}
			// The real ones are all there, and as for all that is known, all forged ones.
			if v.Share.High < 1 || v.Share.Low > v.Counted.Value-.05 || v.Share.Low <= 0 {
				t.Errorf("%v of %v counted", v, v.Counted)
			}
		}
	}
}

// Over many keys, intervals of rows and verdicts about networks cover the truth, whatever
// part of the events a few sources make.
func TestCoverageOfNetworks(t *testing.T) {
	const sources = 6_000
	asns := asnTable(t, map[string]uint32{"5.0.0.0/8": 64500, "3.0.0.0/8": 64501})
	list := listOf("hosting", "5.0.0.0/9", "3.0.0.0/10")
	for name, events := range map[string]func(i int, ru bool) uint64{
		"even":                 func(int, bool) uint64 { return 3 },
		"more from Russia":     func(_ int, ru bool) uint64 { return 1 + 7*uint64(truth(ru)) },
		"heavy tail":           func(i int, _ bool) uint64 { return 1 + uint64(20_000/(1+i/2)) },
		"a few have half":      func(i int, _ bool) uint64 { return 1 + 500*uint64(truth(i < 12)) },
		"one has nearly all":   func(i int, _ bool) uint64 { return 1 + 1_000_000*uint64(truth(i == 0)) },
		"geometric, in Russia": func(i int, ru bool) uint64 { return 1 + uint64(truth(ru))<<(i/2%14) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var flows []attribution.Flow
			var all, system, listed, listedSources float64
			for i := range sources {
				ru := i%2 == 0
				f := attribution.Flow{Source: apart(map[bool]string{true: "RU", false: "US"}[ru], i/2), Events: events(i, ru)}
				flows = append(flows, f)
				all += float64(f.Events)
				if ru {
					system += float64(f.Events)
				}
				if list.Contains(f.Source) {
					listed += float64(f.Events)
					listedSources++
				}
			}
			trials := testenv.Trials(30, 100, 1000)
			covered, width := map[string]float64{}, 0.
			for trial := range trials {
				o := least
				o.Key = trialKey(name, trial)
				tally := emptyTally(o)
				tally.AddFlows(flows)
				s := must(tally.Snapshot().Enrich(attribution.Enrichment{ASNs: asns, Lists: []*geo.PrefixSet{list}}))
				r := reportOn(s, "AS64500 > 50%", `list "hosting" > 50%`,
					"AS64500 > 50% of events", `list "hosting" > 30% of events`)
				n := r.Networks
				isRussian := func(row attribution.NetworkRow) bool { return row.Number == 64500 }
				ru := n.Systems[slices.IndexFunc(n.Systems, isRussian)]
				add := func(what string, s attribution.Share, want float64) { covered[what] += truth(covers(s, want)) }
				add("row by sources", ru.Share, .5)
				add("list by sources", n.Lists[0].Share, listedSources/sources)
				add("row by events", *ru.EventShare, system/all)
				add("list by events", *n.Lists[0].EventShare, listed/all)
				add("verdict by sources", r.Verdicts[0].Share, .5)
				add("list's verdict by sources", r.Verdicts[1].Share, listedSources/sources)
				add("verdict by events", r.Verdicts[2].Share, system/all)
				add("list's verdict by events", r.Verdicts[3].Share, listed/all)
				width += (ru.EventShare.High - ru.EventShare.Low) / float64(trials)
			}
			n := float64(trials)
			t.Logf("%d trials, width by events %.3f: %v", trials, width, covered)
			for what, x := range covered {
				// Nominal 95 %, at least 94 % asked, and beyond chance in one of a thousand.
				if low := n*.94 - 3.1*math.Sqrt(n*.94*.06); x < low {
					t.Errorf("%s covers %v of %d, want at least %.0f", what, x, trials, low)
				}
			}
			if limit := map[string]float64{"even": .25, "more from Russia": .3}[name]; limit > 0 && width > limit {
				t.Errorf("an interval %.3f wide, though no source sends much", width)
			}
		})
	}
}

// The report is the same after the wire, in any order of merges, and a claim about
// networks changes no other verdict.
func TestNetworksSurviveTheWire(t *testing.T) {
	more := everything(t)
	claims := []string{"RU > 50%", "AS64500 > 50%", `list "vpn.txt" > 5% of events`, "outside AS64500 > 10%"}
	for _, n := range sizes {
		addrs := everywhere(uint64(n), n, n)
		var parts []attribution.Snapshot
		for part := range slices.Chunk(addrs, 1+n/3) {
			parts = append(parts, must(tallyOf(least, part).Snapshot().Enrich(more)))
		}
		forward := must(attribution.Merge(parts...))
		slices.Reverse(parts)
		backward := must(attribution.Merge(parts...))
		want := jsonOf(reportOn(forward, claims...))
		for name, s := range map[string]attribution.Snapshot{
			"backward": backward, "decoded": decoded(encoded(forward)),
			"at once": must(tallyOf(least, addrs).Snapshot().Enrich(more)),
		} {
			if got := jsonOf(reportOn(s, claims...)); got != want {
				t.Errorf("%d, %s:\n%s\nwant\n%s", n, name, got, want)
			}
		}
		alone := must(json.Marshal(reportOn(forward, claims[0]).Verdicts[0]))
		if with := must(json.Marshal(reportOn(forward, claims...).Verdicts[0])); !bytes.Equal(alone, with) {
			t.Errorf("%d: %s beside claims about networks, %s alone", n, with, alone)
		}
	}
}

// HOSTED says that lists of hosted networks have nearly all sources, by the lower end.
func TestHosted(t *testing.T) {
	for _, c := range []struct {
		russian, american int
		lists             []*geo.PrefixSet
		want              bool
	}{
		{810, 190, []*geo.PrefixSet{listOf("hosting", "5.0.0.0/8")}, true},
		{800, 200, []*geo.PrefixSet{listOf("hosting", "5.0.0.0/8")}, false}, // not more
		{500, 400, []*geo.PrefixSet{listOf("VPN (2026).txt", "5.0.0.0/8"), listOf("tor.txt", "3.0.0.0/8")}, true},
		{900, 100, []*geo.PrefixSet{listOf("residential", "5.0.0.0/8")}, false},
		{900, 100, []*geo.PrefixSet{listOf("tortoise", "5.0.0.0/8")}, false},
		{900, 100, nil, false},
	} {
		s := must(spread(least, map[string]int{"RU": c.russian, "US": c.american}).Snapshot().Enrich(
			attribution.Enrichment{Lists: c.lists}))
		r := reportOn(s, "majority RU")
		value, raised := valueOf(r.Verdicts[0], caveat.Hosted)
		if raised != c.want || r.Networks.MostlyHosted() != c.want {
			t.Errorf("%+v: raised %v, %v", c, raised, r.Networks)
		}
		if c.want && value != r.Networks.Hosted.Value {
			t.Errorf("%v, the report has %v", value, r.Networks.Hosted)
		}
		if c.lists != nil {
			v := ask(s, `list "`+c.lists[0].Name()+`" > 1%`)
			if _, raised := valueOf(v, caveat.Hosted); raised || v.Outcome != attribution.Supported {
				t.Errorf("%v", v)
			}
		}
	}
}
