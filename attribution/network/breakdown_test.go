package network_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

func must[T any](v T, err error) T { return world.Must(v, err) }

// small are options under which a thousand sources fill the sample.
var small = attribution.Options{Key: world.Key(1), SampleSize: sketch.MinSampleSize, Precision: 12}

func newTally(o attribution.Options) *attribution.Tally {
	return must(attribution.NewTally(world.Table(), o))
}

func listOf(name, text string) *geo.PrefixSet {
	return must(geo.ReadPrefixSet(name, strings.NewReader(text)))
}

func breakdown(t *testing.T, s attribution.Snapshot, c attribution.Claim, top int) network.Breakdown {
	t.Helper()
	b, err := network.NewBreakdown(s, c, top)
	if err != nil {
		t.Fatal(err)
	}
	data := must(json.Marshal(b))
	var back network.Breakdown
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, b) {
		t.Errorf("%s became\n%+v, %v, want\n%+v", data, back, err, b)
	}
	return b
}

func exactly(part, whole float64) attribution.Share {
	return attribution.Share{Value: part / whole, Low: part / whole, High: part / whole}
}

// whoHolds is a snapshot of 100 public sources, of which 60 are Russian, 20 of them in one
// /24 and 10 in one /48.
func whoHolds() attribution.Snapshot {
	tally := newTally(small)
	add := func(n byte, events uint64, addr func(byte) netip.Addr) {
		for i := range n {
			tally.AddFlow(attribution.Flow{Source: addr(i), Events: events})
		}
	}
	in4 := func(a, b, c byte) func(byte) netip.Addr {
		return func(i byte) netip.Addr { return netip.AddrFrom4([4]byte{a, b, c, i + 1}) }
	}
	add(20, 1, in4(5, 0, 0))
	add(15, 2, in4(5, 1, 0))
	add(15, 1, in4(5, 1, 1))
	add(10, 1, func(i byte) netip.Addr { return netip.AddrFrom16([16]byte{0x2a, 2, 5: 1, 7: i}) })
	add(30, 3, in4(3, 0, 0))
	add(8, 1, in4(3, 0, 1))
	add(2, 1, in4(11, 0, 0))
	add(9, 2, in4(10, 0, 0)) // reserved
	return tally.Snapshot()
}

// Counted by hand.
func TestBreakdown(t *testing.T) {
	plain := whoHolds()
	s := must(plain.Enrich(attribution.Enrichment{
		ASNs: world.ASNs(t, map[string]uint32{
			"5.0.0.0/16": 64500, "5.1.0.0/16": 64501, "3.0.0.0/8": 64502, "2a02::/32": 64500,
		}),
		Lists: []*geo.PrefixSet{listOf("vpn", "5.1.1.0/28\n3.0.0.1"), listOf("tor", "192.0.9.9")},
	}))
	b := breakdown(t, s, attribution.Majority("RU"), 3)
	want := attribution.Count{Value: 60, Low: 60, High: 60, Exact: true}
	if b.Claimed != want || b.Claim != attribution.Majority("RU") {
		t.Errorf("%+v", b)
	}
	group := func(name string, sources, claimed float64, events uint64) network.Group {
		return network.Group{
			Name: name, Sources: uint64(sources), Share: exactly(sources, 100), Claimed: exactly(claimed, 60),
			Events: events, EventShare: float64(events) / 175,
		}
	}
	for _, tt := range []struct {
		name      string
		got, want []network.Group
	}{
		{"IPv4", b.IPv4, []network.Group{
			group("5.0.0.0/24", 20, 20, 20), group("5.1.0.0/24", 15, 15, 30), group("5.1.1.0/24", 15, 15, 15),
		}},
		{"IPv6", b.IPv6, []network.Group{group("2a02:0:1::/48", 10, 10, 10)}},
		{"systems", b.ASNs, []network.Group{
			group("AS64501 Net 64501", 30, 30, 45), group("AS64500 Net 64500", 30, 30, 30),
			group("AS64502 Net 64502", 38, 0, 98),
		}},
		{"lists", b.Lists, []network.Group{group("tor", 0, 0, 0), group("vpn", 16, 15, 18)}},
	} {
		if !slices.Equal(tt.got, tt.want) {
			t.Errorf("%s: got\n%+v, want\n%+v", tt.name, tt.got, tt.want)
		}
	}

	all := breakdown(t, plain, attribution.Majority("RU"), 0)
	if len(all.IPv4) != 5+1 || all.ASNs == nil || len(all.ASNs) != 0 || all.Lists == nil || len(all.Lists) != 0 {
		t.Errorf("%+v", all)
	}
	if nobody := breakdown(t, s, attribution.Majority("NC"), 1); nobody.Claimed.Value != 0 ||
		nobody.IPv4[0].Name != "3.0.0.0/24" || nobody.IPv4[0].Claimed != (attribution.Share{}) {
		t.Errorf("nobody is there: %+v", nobody)
	}
	var object map[string]any
	data := must(json.Marshal(b))
	if err := json.Unmarshal(data, &object); err != nil || object["claim"] != "RU > 50% of sources" || len(object) != 6 {
		t.Errorf("%v, %v", err, object)
	}
}

// A verdict names the networks that stand first in the breakdown.
func TestVerdictsAgree(t *testing.T) {
	more := attribution.Enrichment{
		ASNs:  world.ASNs(t, map[string]uint32{"5.0.0.0/10": 64500, "5.64.0.0/10": 64501, "3.0.0.0/8": 64502}),
		Lists: []*geo.PrefixSet{listOf("list", "5.0.0.0/23")},
	}
	claim := attribution.MoreThan(10, "RU")
	rng := rand.New(rand.NewPCG(1, 91))
	found := map[caveat.Code]int{}
	for range 100 {
		tally := newTally(small)
		for range 200 + rng.IntN(3_000) {
			// A few /24 of each country with equal numbers of sources, and others.
			i := rng.IntN(4)<<20 | rng.IntN(3)<<8 | rng.IntN(1+rng.IntN(200))
			if rng.IntN(3) == 0 {
				i = rng.IntN(1 << 24)
			}
			tally.Add(world.IP([]string{"RU", "RU", "US"}[rng.IntN(3)], i))
		}
		s := must(tally.Snapshot().Enrich(more))
		b := breakdown(t, s, claim, 1)
		first := map[caveat.Code]network.Group{
			caveat.PrefixConcentrated: b.IPv4[0], caveat.NetworkConcentrated: b.ASNs[0], caveat.ListedSources: b.Lists[0],
		}
		for _, c := range must(s.Report(attribution.Policy{}, claim)).Verdicts[0].Caveats {
			if g, ok := first[c.Code]; ok {
				found[c.Code]++
				if c.Subject != g.Name || c.Value != g.Claimed.Value {
					t.Errorf("caveat %v, breakdown %+v", c, g)
				}
			}
		}
	}
	if len(found) != 3 {
		t.Errorf("caveats found %v, want all three kinds", found)
	}
}

// The groups are those that plain maps count, in whatever order the sources came.
func TestGroupsAreThoseOfPlainMaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 50 {
		sites := map[netip.Prefix]map[netip.Addr]uint64{} // events of each source
		var addrs []netip.Addr
		for range 700 {
			code, bits := []string{"RU", "US", "reserved"}[rng.IntN(3)], 24
			a := world.IP(code, rng.IntN(1<<12))
			if rng.IntN(4) == 0 {
				a, code, bits = world.IP6(rng.IntN(1<<18)), "RU", 48
			}
			addrs = append(addrs, a)
			if code == "reserved" {
				continue
			}
			site := netip.PrefixFrom(a, bits).Masked()
			if sites[site] == nil {
				sites[site] = map[netip.Addr]uint64{}
			}
			sites[site][a]++
		}
		tally := newTally(small)
		tally.AddBatch(addrs)
		b := breakdown(t, tally.Snapshot(), attribution.Majority("RU"), len(addrs))
		for _, list := range [][]network.Group{b.IPv4, b.IPv6} {
			for i, g := range list {
				site := netip.MustParsePrefix(g.Name)
				var events uint64
				for _, n := range sites[site] {
					events += n
				}
				if g.Sources != uint64(len(sites[site])) || g.Events != events {
					t.Fatalf("%+v, want %d sources and %d events", g, len(sites[site]), events)
				}
				if i > 0 && !inOrder(list[i-1], g) {
					t.Fatalf("%+v stands before %+v", list[i-1], g)
				}
			}
		}
		if n := len(b.IPv4) + len(b.IPv6); n != len(sites) {
			t.Fatalf("%d groups, want %d", n, len(sites))
		}
		rng.Shuffle(len(addrs), func(i, j int) { addrs[i], addrs[j] = addrs[j], addrs[i] })
		again := newTally(small)
		again.AddBatch(addrs)
		if other := breakdown(t, again.Snapshot(), attribution.Majority("RU"), len(addrs)); !reflect.DeepEqual(other, b) {
			t.Fatal("another order gives another breakdown")
		}
	}
}

func inOrder(a, b network.Group) bool {
	return cmp.Or(
		-cmp.Compare(a.Claimed.Value, b.Claimed.Value), -cmp.Compare(a.Sources, b.Sources),
		-cmp.Compare(a.Events, b.Events),
		netip.MustParsePrefix(a.Name).Addr().Compare(netip.MustParsePrefix(b.Name).Addr()),
	) < 0
}

func TestErrors(t *testing.T) {
	s := whoHolds()
	if _, err := network.NewBreakdown(s, attribution.Majority("RUS"), 0); !errors.Is(err, attribution.ErrInvalidClaim) {
		t.Errorf("no such country: %v", err)
	}
	sketches := must(attribution.FromSketches(world.Table(), s.KeyID(), s.Sketches()))
	for name, s := range map[string]attribution.Snapshot{"dropped": s.WithoutAddresses(), "sketches": sketches} {
		if _, err := network.NewBreakdown(s, attribution.Majority("RU"), 0); !errors.Is(err, attribution.ErrNoAddresses) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, s := range map[string]attribution.Snapshot{"zero": {}, "empty": newTally(small).Snapshot()} {
		b := breakdown(t, s, attribution.Majority("RU"), 0)
		if b.Claimed.Value != 0 || b.IPv4 == nil || len(b.IPv4)+len(b.IPv6)+len(b.ASNs)+len(b.Lists) != 0 {
			t.Errorf("%s: %+v", name, b)
		}
	}
}

// Shorter prefixes than a /48 are named as they are.
func TestShortIPv6(t *testing.T) {
	o := small
	o.IPv6PrefixLen = 40
	tally := newTally(o)
	tally.Add(world.IP6(1 << 24))
	b := breakdown(t, tally.Snapshot(), attribution.Majority("RU"), 0)
	if len(b.IPv6) != 1 || b.IPv6[0].Name != "2a02:0:100::/40" {
		t.Errorf("%+v", b)
	}
}

// Of a sample, the intervals cover what all sources would have given.
func TestCoverage(t *testing.T) {
	asns := world.ASNs(t, map[string]uint32{"5.0.0.0/18": 1, "3.0.0.0/18": 1})
	list := listOf("list", "5.0.0.0/19")
	var addrs []netip.Addr
	for i := range 20_000 {
		addrs = append(addrs, world.IP("RU", i), world.IP("US", i))
	}
	trials := 100
	if testing.Short() {
		trials = 30
	}
	var claimed, number, all, listed, sources float64
	for trial := range trials {
		o := small
		o.Key = world.Key(byte(trial))
		tally := newTally(o)
		tally.AddBatch(addrs)
		s := must(tally.Snapshot().Enrich(attribution.Enrichment{ASNs: asns, Lists: []*geo.PrefixSet{list}}))
		b := breakdown(t, s, attribution.Majority("RU"), 1)
		if b.Claimed.Exact || len(b.IPv4) != 1 {
			t.Fatalf("%+v", b)
		}
		number += covers(attribution.Share{Low: float64(b.Claimed.Low), High: float64(b.Claimed.High)}, 20_000)
		claimed += covers(b.ASNs[0].Claimed, 16384./20_000)
		all += covers(b.ASNs[0].Share, 2*16384./40_000)
		sources += float64(b.ASNs[0].Sources) / float64(trials)
		listed += covers(b.Lists[0].Claimed, 8192./20_000)
	}
	n := float64(trials)
	t.Logf("%v trials: %.0f %%, %.0f %%, %.0f %%, %.0f %%", n, 100*number/n, 100*claimed/n, 100*all/n, 100*listed/n)
	// A sample of k estimates a number with a relative error of about 1/sqrt(k), and a share
	// p of it with one of sqrt((1-p)/(p k)).
	const p = 2 * 16384. / 40_000
	if e := 3 * math.Sqrt((1+(1-p)/p)/1024/n); math.Abs(sources/(2*16384)-1) > e {
		t.Errorf("%.0f sources on average, want %d within %.1f %%", sources, 2*16384, 100*e)
	}
	if least := n*.95 - 3*math.Sqrt(n*.95*.05); min(number, claimed, all, listed) < least {
		t.Errorf("cover %v, %v, %v, %v of %v, want at least %v", number, claimed, all, listed, n, least)
	}
}

// A difference has a breakdown as well: that of the new sources, of which 3,000 are Russian,
// 2,048 of them on a list.
func TestNewSources(t *testing.T) {
	var before, now []netip.Addr
	for i := range 6_000 {
		now = append(now, world.IP("RU", i), world.IP("US", 2*i))
		before = append(before, world.IP("RU", 3_000+i), world.IP("US", 2*i+1))
	}
	lists := attribution.Enrichment{Lists: []*geo.PrefixSet{listOf("list", "5.0.0.0/21")}}
	var claimed, listed float64
	const trials = 60
	for trial := range trials {
		o := small
		o.Key = world.Key(byte(trial))
		burst, usual := newTally(o), newTally(o)
		burst.AddBatch(now)
		usual.AddBatch(before)
		d := must(baseline.Subtract(must(burst.Snapshot().Enrich(lists)), usual.Snapshot()))
		b := breakdown(t, d, attribution.Majority("RU"), 0)
		claimed += covers(attribution.Share{Low: float64(b.Claimed.Low), High: float64(b.Claimed.High)}, 3_000)
		listed += covers(b.Lists[0].Claimed, 2048./3_000)
	}
	t.Logf("%d trials: %.0f %%, %.0f %%", trials, 100*claimed/trials, 100*listed/trials)
	if least := trials*.95 - 3*math.Sqrt(trials*.95*.05); min(claimed, listed) < least {
		t.Errorf("cover %v, %v of %d, want at least %.0f", claimed, listed, trials, least)
	}
}

func covers(s attribution.Share, want float64) float64 {
	if s.Low <= want && want <= s.High {
		return 1
	}
	return 0
}

// Events that nobody knows are in no group.
func TestEventsThatWereNotRead(t *testing.T) {
	tally := newTally(small)
	tally.AddFlow(attribution.Flow{Source: world.IP("RU", 1), Events: 7})
	if g := breakdown(t, tally.Snapshot(), attribution.Majority("RU"), 0).IPv4[0]; g.Events != 7 || g.EventShare != 1 {
		t.Errorf("%+v, want 7 events", g)
	}
	tally.AddAccount(attribution.Account{NotTaken: map[string]string{"count": "hits"}})
	g := breakdown(t, tally.Snapshot(), attribution.Majority("RU"), 0).IPv4[0]
	if g.Events != 0 || g.EventShare != 0 || g.Sources != 1 {
		t.Errorf("%+v, want a source and no events", g)
	}
}
