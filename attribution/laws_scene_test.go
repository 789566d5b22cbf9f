package attribution_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// scene is random traffic of the plain world, with everything that a snapshot may know.
type scene struct {
	options    attribution.Options
	flows      []attribution.Flow
	lost       uint64
	account    attribution.Account
	from, to   time.Time
	enrichment attribution.Enrichment
}

// randomScene draws one. Over many seeds there are exact and sketched ones, few and many
// sources, apart and clustered, of both families, unlocated, reserved, forged, reflected,
// cut, heavy, packet-sampled and lost ones, and one to three databases.
func randomScene(t *testing.T, rng *rand.Rand) scene {
	s := scene{options: with(least, func(o *attribution.Options) {
		o.Key = world.Key(byte(rng.IntN(256)))
		o.AssumeHandshake, o.DropAddresses = rng.IntN(4) == 0, rng.IntN(10) == 0
		o.IPv6PrefixLen = []int{64, 48, 128}[rng.IntN(3)]
		if rng.IntN(5) == 0 {
			o.SamplingRate = []uint32{2, 10, 1000}[rng.IntN(3)]
		}
	})}
	s.draw(rng)
	if rng.IntN(3) == 0 {
		s.lost = uint64(rng.IntN(1 + len(s.flows)>>rng.IntN(8)))
	}
	if rng.IntN(2) == 0 {
		s.from = world.Built.AddDate(0, 0, rng.IntN(300)-150)
		s.to = s.from.Add(time.Duration(rng.IntN(72)) * time.Hour)
	}
	if !s.options.DropAddresses {
		s.enrichment = randomEnrichment(t, rng)
	}
	if rng.IntN(8) == 0 {
		s.account = randomAccount(rng)
	}
	return s
}

// draw makes the flows.
func (s *scene) draw(rng *rand.Rand) {
	n := []int{3, 12, 29, 35, 80, 300, 900, 1020, 1100, 2500}[rng.IntN(10)]
	weights, sum := map[string]float64{"RU": 3}, 3.0
	for _, code := range []string{"US", "CN", "FR", "", "reserved", "six"} {
		if rng.IntN(3) > 0 {
			weights[code] = rng.ExpFloat64()
			sum += weights[code]
		}
	}
	heavy := 1 + 20*rng.Float64()*rng.Float64()
	together, cut := rng.IntN(4) == 0, rng.IntN(20) == 0
	for _, code := range []string{"RU", "US", "CN", "FR", "", "reserved", "six"} {
		for i := range int(float64(n) * weights[code] / sum) {
			a := apart(code, i)
			switch {
			case code == "six":
				a = apart6(i)
			case cut:
				a = world.IP(code, i<<8)
			case together:
				a = world.IP(code, i+1)
			}
			s.add(rng, a, heavy)
		}
	}
	if rng.IntN(4) == 0 {
		for _, a := range world.Forge(rng, int(float64(n)*rng.Float64()), nil) {
			s.add(rng, a, 1)
		}
	}
	rng.Shuffle(len(s.flows), func(i, j int) { s.flows[i], s.flows[j] = s.flows[j], s.flows[i] })
}

// add adds a flow or two of a source.
func (s *scene) add(rng *rand.Rand, a netip.Addr, heavy float64) {
	for range 1 + rng.IntN(2)*rng.IntN(2) {
		f := attribution.Flow{Source: a, Events: 1 + uint64(heavy*rng.ExpFloat64()), Bytes: uint64(rng.IntN(1500))}
		switch rng.IntN(30) {
		case 0:
			f.Protocol, f.SourcePort = 17, 123
		case 1:
			f.Handshake = true
		case 2:
			f.Events *= 1000
		}
		s.flows = append(s.flows, f)
	}
}

// randomDatabase has some blocks of the plain world elsewhere, or nowhere.
func randomDatabase(rng *rand.Rand, month int) *geo.Table {
	moved := map[string]string{}
	for range rng.IntN(4) * rng.IntN(10) {
		a := apart([]string{"RU", "US", "CN", ""}[rng.IntN(4)], rng.IntN(256))
		p := netip.PrefixFrom(a, 9+rng.IntN(12)).Masked()
		moved[p.String()] = []string{"RU", "US", "FR"}[rng.IntN(3)]
	}
	blocks := world.Blocks()
	for p, code := range moved {
		blocks[p] = code
	}
	if rng.IntN(6) == 0 {
		delete(blocks, "36.0.0.0/8")
	}
	return nested(blocks, world.Built.AddDate(0, month, 0))
}

func randomEnrichment(t *testing.T, rng *rand.Rand) (e attribution.Enrichment) {
	for month := range rng.IntN(3) {
		e.Databases = append(e.Databases, randomDatabase(rng, 1+month))
	}
	if rng.IntN(4) == 0 {
		e.ASNs = asnTable(t, map[string]uint32{"5.0.0.0/9": 64500, "3.0.0.0/8": 64501, "2a02::/16": 64502})
	}
	if rng.IntN(4) == 0 {
		e.Lists = append(e.Lists, listOf("vpn.txt", "5.0.0.0/10", "2a02::/20"))
	}
	return e
}

// snapshot counts everything in one tally.
func (s scene) snapshot() attribution.Snapshot {
	tally := emptyTally(s.options)
	tally.AddFlows(s.flows)
	return s.finish(tally)
}

// randomAccount has some of what limits claims.
func randomAccount(rng *rand.Rand) (a attribution.Account) {
	for _, role := range []string{"count", "bytes", "time"} {
		if rng.IntN(4) == 0 {
			if a.NotTaken == nil {
				a.NotTaken = map[string]string{}
			}
			a.NotTaken[role] = "hits, packets"
		}
	}
	for _, n := range []attribution.Note{
		{Code: attribution.NoteClaimed, Value: 1 + uint64(rng.IntN(2000))},
		{Code: attribution.NoteBlocks, Value: 1 + uint64(rng.IntN(100)), Subject: "1024"},
		{Code: attribution.NoteCutIPv4, Value: 12, Subject: []string{"/24", "/16", "/8", "?"}[rng.IntN(4)]},
		{Code: attribution.NoteCutIPv6, Value: 12, Subject: []string{"/64", "/56", "/48", "/32"}[rng.IntN(4)]},
		{Code: "ONE_SOURCE", Value: 99, Subject: "192.0.2.1"},
	} {
		if rng.IntN(3) == 0 {
			a.Notes = append(a.Notes, n)
		}
	}
	a.Lost = map[attribution.Loss]uint64{attribution.LostUnread: uint64(rng.IntN(20))}
	return a
}

// finish tells a tally the rest, and makes the snapshot.
func (s scene) finish(tally *attribution.Tally) attribution.Snapshot {
	tally.AddLost(attribution.LostUndated, s.lost)
	tally.AddAccount(s.account)
	tally.ExtendSpan(s.from, s.to)
	if s.options.DropAddresses {
		return tally.Snapshot()
	}
	return must(tally.Snapshot().Enrich(s.enrichment))
}

// parts counts the flows in several tallies. The first has lost all that was lost, and the
// account.
func (s scene) parts(rng *rand.Rand, n int) (parts []attribution.Snapshot) {
	tallies := make([]*attribution.Tally, n)
	for i := range tallies {
		tallies[i] = emptyTally(s.options)
	}
	for _, f := range s.flows {
		tallies[rng.IntN(n)].AddFlow(f)
	}
	for i, tally := range tallies {
		if i > 0 {
			s.lost, s.account = 0, attribution.Account{}
		}
		parts = append(parts, s.finish(tally))
	}
	return parts
}

// question is a policy with claims.
type question struct {
	policy attribution.Policy
	claims []attribution.Claim
}

// randomQuestion has limits near what was counted, where verdicts are hard.
func randomQuestion(rng *rand.Rand, s attribution.Snapshot) (q question) {
	q.policy = []attribution.Policy{
		{}, {}, {Population: true}, {Confidence: .99}, {Interim: 1 + rng.IntN(5)},
	}[rng.IntN(5)]
	r := reportOn(s)
	shareOf := func(code string) float64 {
		row := rowOf(r, code)
		near := row.Share.Value + .15*rng.NormFloat64()*rng.Float64()*rng.Float64()
		return math.Round(1000*min(max(near, 0), 1)) / 10
	}
	for _, text := range []string{
		"majority RU", "plurality RU", "plurality US",
		fmt.Sprintf("RU > %v%%", shareOf("RU")), fmt.Sprintf("RU < %v%%", shareOf("RU")),
		fmt.Sprintf("US > %v%%", shareOf("US")), fmt.Sprintf("outside CN > %v%%", 100-shareOf("CN")),
		fmt.Sprintf("RU > %v%% of events", shareOf("RU")), "plurality RU of events",
		fmt.Sprintf("US < %v%% of bytes", shareOf("US")), "NC > 0%", "RU,US,CN,FR < 100%",
	} {
		if rng.IntN(2) == 0 {
			q.claims = append(q.claims, must(attribution.ParseClaim(text)))
		}
	}
	return q
}

// of is the report on a snapshot.
func (q question) of(s attribution.Snapshot) attribution.Report {
	return must(s.Report(q.policy, q.claims...))
}
