package attribution_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// least are the options under which a tally leaves the exact state first: beyond 1,024
// sources.
var least = attribution.Options{Key: world.Key(1), SampleSize: sketch.MinSampleSize, Precision: sketch.MinPrecision}

// sizes are numbers of sources on both sides of the end of the exact state of least.
var sizes = []int{100, 1024, 1025, 5000}

// emptyTally counts in the plain world.
func emptyTally(o attribution.Options) *attribution.Tally {
	return must(attribution.NewTally(world.Table(), o))
}

// tallied counts one event for each of the first n[code] addresses of a country.
func tallied(o attribution.Options, n map[string]int) *attribution.Tally {
	t := emptyTally(o)
	for code, n := range n {
		for i := range n {
			t.Add(world.IP(code, i))
		}
	}
	return t
}

// tallyOf counts one event of each address.
func tallyOf(o attribution.Options, addrs []netip.Addr) *attribution.Tally {
	t := emptyTally(o)
	t.AddBatch(addrs)
	return t
}

// everywhere is a seeded mix of every kind of address, from at most perCountry addresses in
// each country.
func everywhere(seed uint64, events, perCountry int) []netip.Addr {
	rng := rand.New(rand.NewPCG(seed, 1))
	codes := []string{"RU", "RU", "RU", "US", "CN", "FR", "BY", "NC", "", "reserved"}
	addrs := make([]netip.Addr, events)
	for i := range addrs {
		switch n := rng.IntN(perCountry); rng.IntN(20) {
		case 0:
			addrs[i] = world.IP6(n)
		case 1:
			addrs[i] = netip.AddrFrom16(world.IP("US", n).As16()) // IPv4-mapped
		case 2:
			if n == 0 {
				continue // an invalid address
			}
			fallthrough
		default:
			addrs[i] = world.IP(codes[rng.IntN(len(codes))], n)
		}
	}
	return addrs
}

// flowsFrom makes one flow of each address, with other events, bytes and facts each time.
func flowsFrom(addrs []netip.Addr) []attribution.Flow {
	flows := make([]attribution.Flow, len(addrs))
	for i, addr := range addrs {
		flows[i] = attribution.Flow{
			Source: addr, Events: uint64(i % 4), Bytes: uint64(i), SamplingRate: uint32(i % 3),
			Handshake: i%7 == 0, Protocol: 17, SourcePort: []uint16{443, 123}[i%2],
		}
	}
	return flows
}

func encoded(s attribution.Snapshot) []byte { return must(s.MarshalBinary()) }

func decoded(data []byte) (s attribution.Snapshot) {
	if err := s.UnmarshalBinary(data); err != nil {
		panic(err)
	}
	return s
}

// mustEqual compares what two snapshots encode to: that is everything they hold.
func mustEqual(t *testing.T, what string, got, want attribution.Snapshot) {
	t.Helper()
	a, b := encoded(got), encoded(want)
	if !bytes.Equal(a, b) {
		t.Errorf("%s: other bytes\n got %d bytes, %v\nwant %d bytes, %v", what, len(a), got, len(b), want)
	}
}

// reportOn is the report under the zero policy.
func reportOn(s attribution.Snapshot, claims ...string) attribution.Report {
	return reportUnder(attribution.Policy{}, s, claims...)
}

func reportUnder(p attribution.Policy, s attribution.Snapshot, claims ...string) attribution.Report {
	var list []attribution.Claim
	for _, text := range claims {
		list = append(list, must(attribution.ParseClaim(text)))
	}
	return must(s.Report(p, list...))
}

// jsonOf is everything that a report says, as one text.
func jsonOf(r attribution.Report) string { return string(must(json.Marshal(r))) }

// rowOf is the row of a country, or a zero one.
func rowOf(r attribution.Report, code string) attribution.Row {
	for _, row := range r.Countries {
		if row.Origin == origin(code) {
			return row
		}
	}
	return attribution.Row{}
}

// asnTable gives every prefix to an autonomous system.
func asnTable(t testing.TB, systems map[string]uint32) *geo.ASNTable { return world.ASNs(t, systems) }

// listOf is a published list with some prefixes.
func listOf(name string, prefixes ...string) *geo.PrefixSet {
	return must(geo.ReadPrefixSet(name, strings.NewReader(strings.Join(prefixes, "\n"))))
}

// everything is what a snapshot of the plain world can be enriched with.
func everything(t testing.TB) attribution.Enrichment {
	return attribution.Enrichment{
		Databases: []*geo.Table{world.Other()},
		ASNs:      asnTable(t, map[string]uint32{"5.0.0.0/9": 64500, "3.0.0.0/8": 64501, "2a02::/16": 64502}),
		Lists:     []*geo.PrefixSet{listOf("vpn.txt", "5.0.0.0/25", "2a02::/20"), listOf("hosting.txt", "3.0.0.0/30")},
	}
}
