package text

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// A reportCase is traffic, and the claims about it.
type reportCase struct {
	name   string
	count  func(t testing.TB) attribution.Snapshot
	policy attribution.Policy
	claims []string

	account *attribution.Account
}

var at = time.Date(2026, 6, 10, 7, 11, 23, 0, time.UTC)

// plain counts flows in the plain world.
func plain(o attribution.Options, fill func(*attribution.Tally)) func(testing.TB) attribution.Snapshot {
	return func(testing.TB) attribution.Snapshot {
		o.Key = world.Key(1)
		tally := world.Must(attribution.NewTally(world.Table(), o))
		tally.ExtendSpan(at, at.Add(7*time.Second))
		fill(tally)
		return tally.Snapshot()
	}
}

// forged adds forged addresses, of those that a function allows, to real sources of which
// so many in a hundred are Russian.
func forged(
	russian float64,
	n int,
	allow func(w world.Whole, a netip.Addr) bool,
) func(testing.TB) attribution.Snapshot {
	return func(t testing.TB) attribution.Snapshot {
		w := world.Real(t)
		draw := world.Mix(scenario.Clustered4, map[string]float64{"RU": russian, "US": 15})
		tally := world.Must(attribution.NewTally(w.Table, attribution.Options{Key: world.Key(1)}))
		tally.ExtendSpan(at, at.Add(7*time.Second))
		tally.AddBatch(world.Must(draw(w.Population.Sampler(1), 5_000)))
		some := func(a netip.Addr) bool { return allow(w, a) }
		tally.AddBatch(world.Forge(rand.New(rand.NewPCG(11, 1)), n, some))
		return tally.Snapshot()
	}
}

// spread adds sources of a country, each in a network of its own, with so many events.
func spread(tally *attribution.Tally, code string, from, sources int, events uint64) {
	for i := from; i < from+sources; i++ {
		a := world.IP(code, i%65_536*256+1+i/65_536)
		tally.AddFlow(attribution.Flow{Source: a, Events: events, Bytes: 40 * events, Handshake: true})
	}
}

// scene plays a scenario in the real world.
func scene(b scenario.Builder, o attribution.Options, change func(*rand.Rand, *attribution.Flow) bool,
) func(testing.TB) attribution.Snapshot {
	return func(t testing.TB) attribution.Snapshot {
		w := world.Real(t)
		o.Key = world.Key(2)
		tally := world.Must(attribution.NewTally(w.Table, o))
		tally.ExtendSpan(at, at.Add(7*time.Second))
		rng := rand.New(rand.NewPCG(1, 7))
		for e := range world.Must(b.Build(w.Population)).Events() {
			f := attribution.Flow{
				Source: e.Source, Events: e.Events, Bytes: e.Bytes,
				Handshake: e.Established, Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
			}
			if change == nil || change(rng, &f) {
				tally.AddFlow(f)
			}
		}
		return tally.Snapshot()
	}
}

// one in so many packets is looked at.
func one(in int) func(*rand.Rand, *attribution.Flow) bool {
	return func(rng *rand.Rand, _ *attribution.Flow) bool { return rng.IntN(in) == 0 }
}

const majority = "RU > 50%"

// reportCases are the reports that golden files hold.
func reportCases() []reportCase {
	small := attribution.Options{SampleSize: sketch.SmallSampleSize, Precision: 12}
	ru := world.Origin("RU")
	return []reportCase{
		{
			name: "exact", claims: []string{majority, "RU > 50% of events", "plurality RU", "outside FR,NC > 90%"},
			count: scene(scenario.MailBomb{}, attribution.Options{AssumeHandshake: true}, nil),
		},
		{
			name: "sample", claims: []string{majority, "plurality RU", "RU,BY > 51% of bytes"},
			count: scene(scenario.Botnet{Sources: 12_000, Origin: ru, Share: .52, Unlocated: .01}, small, nil),
		},
		{
			name: "joint", claims: []string{majority, "RU > 51%"}, policy: attribution.Policy{Joint: true, Confidence: .99},
			count: scene(scenario.Botnet{Sources: 12_000, Origin: ru, Share: .52, Unlocated: .01}, small, nil),
		},
		{name: "sketches", claims: []string{majority, "plurality RU", "RU > 50% of events"}, count: sketches},
		{name: "databases", claims: []string{majority, "RU < 90%", "plurality US of events"}, count: twoDatabases},
		{
			name: "forged", claims: []string{"US > 20%"},
			count: scene(scenario.SpoofedFlood{Sources: 12_000, Origin: ru, Share: .52}, small, nil),
		},
		{
			name: "forged-partly", claims: []string{"RU > 45%", majority, "RU > 40% of events"},
			count: scene(scenario.SpoofedFlood{Sources: 12_000, Real: .8, Origin: ru, Share: .52}, small, nil),
		},
		{
			name: "forged-stray", claims: []string{majority, "RU > 45%"},
			count: forged(48, 300, func(_ world.Whole, a netip.Addr) bool { return a.As4()[0] == 11 || a.As4()[0] == 30 }),
		},
		{
			name: "forged-country", claims: []string{majority, "RU > 70%"},
			count: forged(2, 6_000, func(w world.Whole, a netip.Addr) bool { return w.Table.Lookup(a) == ru }),
		},
		{
			name: "reflected", claims: []string{"US > 50%", "plurality US of bytes"},
			count: scene(scenario.Reflection{}, small, nil),
		},
		{
			name: "few", claims: []string{majority, "RU < 99% of events"},
			count: plain(attribution.Options{}, func(t *attribution.Tally) {
				spread(t, "RU", 0, 9, 3)
				spread(t, "US", 0, 3, 5_000)
			}),
		},
		{
			name: "one", claims: []string{majority, "RU > 50% of events"},
			count: plain(attribution.Options{}, func(t *attribution.Tally) { spread(t, "RU", 0, 1, 11_116) }),
		},
		{
			name: "dominant", claims: []string{majority, "US > 50% of events"},
			count: plain(attribution.Options{}, func(t *attribution.Tally) {
				spread(t, "RU", 0, 200, 3)
				spread(t, "US", 0, 100, 3)
				spread(t, "US", 7_000, 1, 4_499_100)
			}),
		},
		{
			name: "clustered", claims: []string{majority, "RU < 60%"},
			count: plain(attribution.Options{AssumeHandshake: true}, clustered),
		},
		{
			name: "clustered-population", claims: []string{majority}, policy: attribution.Policy{Population: true, Interim: 2},
			count: plain(attribution.Options{AssumeHandshake: true}, clustered),
		},
		{
			name: "lost", claims: []string{majority, "RU > 44%"},
			count: plain(attribution.Options{}, func(t *attribution.Tally) {
				spread(t, "RU", 0, 5_100, 2)
				spread(t, "CN", 0, 4_900, 2)
				spread(t, "", 0, 100, 1)
				spread(t, "reserved", 0, 3, 1)
				t.AddLost(attribution.LostLate, 712)
				t.AddLost(attribution.LostUnread, 1)
			}),
		},
		{
			name: "account", claims: []string{majority, "RU > 40% of events"}, account: usualAccount(),
			count: plain(attribution.Options{}, func(t *attribution.Tally) {
				spread(t, "RU", 0, 600, 1)
				spread(t, "US", 0, 411, 1)
				t.AddAccount(*usualAccount())
			}),
		},
		{
			name: "account-limits", claims: []string{majority, "RU > 40% of events", "RU > 40% of bytes"},
			account: limitedAccount(),
			count: plain(attribution.Options{}, func(t *attribution.Tally) {
				spread(t, "RU", 0, 60, 1)
				spread(t, "US", 0, 40, 1)
				t.AddAccount(*limitedAccount())
			}),
		},
		{
			name: "sampled-packets", claims: []string{majority, "RU > 50% of events"},
			count: scene(
				scenario.Botnet{Sources: 2_000, Origin: ru, Share: .6, Unlocated: .01, Repeat: 60},
				attribution.Options{SamplingRate: 5}, one(5)),
		},
		{
			name: "unseen", claims: []string{majority},
			count: scene(
				scenario.Botnet{Sources: 8_000, Origin: ru, Share: .6, Unlocated: .01, Repeat: 30},
				attribution.Options{SamplingRate: 1000}, one(1000)),
		},
		{
			name: "inside", count: inside(attribution.Options{AssumeHandshake: true}, 1),
			claims: []string{
				"AS64500 > 50%", "AS64500,AS64501 > 90% of events", "outside AS64500 > 40%",
				`list "hosting" > 80%`, `list "tor","a \"RU > 50%\" vpn" > 10% of events`, `outside list "tor" > 50%`,
				`list "mobile" > 1%`, "AS64999 < 1%",
			},
		},
		{
			name: "inside-sample", count: inside(small, 8),
			claims: []string{"AS64500 > 50%", "AS64500 > 50% of events", `list "hosting" > 85%`, majority},
		},
		{
			name: "nothing", claims: []string{majority},
			count: plain(attribution.Options{}, func(t *attribution.Tally) { spread(t, "reserved", 0, 2, 1) }),
		},
	}
}

// clustered are 5,000 sources in 20 networks beside 4,000 in one each.
func clustered(t *attribution.Tally) {
	for i := range 20 {
		for j := range 250 {
			t.Add(world.IP("RU", i*65_536+j+1))
		}
	}
	spread(t, "US", 0, 2_000, 1)
	spread(t, "CN", 0, 2_000, 1)
}

// inside are some thousand sources, nearly all of them in hosting networks, of which the names are hostile.
func inside(o attribution.Options, times int) func(t testing.TB) attribution.Snapshot {
	return func(t testing.TB) attribution.Snapshot {
		s := plain(o, func(t *attribution.Tally) {
			spread(t, "RU", 0, 600*times, 2)
			spread(t, "US", 0, 300*times, 9)
			spread(t, "CN", 0, 100*times, 1)
			spread(t, "", 0, 10*times, 1)
		})(t)
		list := func(name, prefixes string) *geo.PrefixSet {
			return world.Must(geo.ReadPrefixSet(name, strings.NewReader(prefixes)))
		}
		return world.Must(s.Enrich(attribution.Enrichment{
			ASNs: world.ASNs(t, map[string]uint32{"5.0.0.0/8": 64500, "3.0.0.0/9": 64501, "3.128.0.0/9": 64502}),
			Lists: []*geo.PrefixSet{
				list("hosting", "5.0.0.0/8\n3.0.0.0/8"), list("tor", "5.1.1.0/24\n9.9.9.9"),
				list("a \"RU > 50%\" vpn", "3.0.0.0/14"), list("residential\u202e", "1.0.0.0/8"),
			},
		}))
	}
}

// sketches knows registers alone.
func sketches(t testing.TB) attribution.Snapshot {
	whole := plain(attribution.Options{SampleSize: 1024, Precision: 14}, func(t *attribution.Tally) {
		spread(t, "RU", 0, 30_000, 1)
		spread(t, "US", 0, 12_000, 1)
		spread(t, "", 0, 300, 1)
	})(t)
	return world.Must(attribution.FromSketches(world.Table(), whole.KeyID(), whole.Sketches()))
}

// twoDatabases disagree about a part of Russia.
func twoDatabases(t testing.TB) attribution.Snapshot {
	blocks := world.Blocks()
	delete(blocks, "5.0.0.0/8")
	blocks["5.0.0.0/9"], blocks["5.128.0.0/9"] = "RU", "BY"
	second := world.MakeTable(blocks, world.Built.AddDate(0, -8, 0))
	s := plain(attribution.Options{AssumeHandshake: true}, func(t *attribution.Tally) {
		for i := range 6_100 {
			t.Add(world.IP("RU", i*2_700+1))
		}
		spread(t, "US", 0, 3_900, 2)
	})(t)
	return world.Must(s.Enrich(attribution.Enrichment{Databases: []*geo.Table{second}}))
}

func (c reportCase) report(t testing.TB) attribution.Report {
	t.Helper()
	var claims []attribution.Claim
	for _, text := range c.claims {
		claims = append(claims, world.Must(attribution.ParseClaim(text)))
	}
	r := world.Must(c.count(t).Report(c.policy, claims...))
	r.Account = c.account
	return r
}
