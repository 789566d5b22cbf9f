package attribution_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// apart is the i-th IPv4 address of a country of the plain world. Its first 256 lie in
// networks (/16) of their own, and its first 65,536 in /24 of their own, so that nobody
// takes many sources for those of a few owners.
func apart(code string, i int) netip.Addr {
	return world.IP(code, i%256<<16|i/256%256<<8|1+i/65536)
}

// apart6 is the i-th Russian IPv6 address. Each lies in a /32 of its own.
func apart6(i int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x2a, 2, byte(i >> 8), byte(i), 7: 1, 15: 1})
}

// spread counts one event for each of the first n[code] addresses of a country, which lie
// apart.
func spread(o attribution.Options, n map[string]int) *attribution.Tally {
	t := emptyTally(o)
	for _, code := range slices.Sorted(maps.Keys(n)) {
		for i := range n[code] {
			t.Add(apart(code, i))
		}
	}
	return t
}

// ask is the verdict on one claim under the zero policy.
func ask(s attribution.Snapshot, claim string) attribution.Verdict {
	return askUnder(attribution.Policy{}, s, claim)
}

func askUnder(p attribution.Policy, s attribution.Snapshot, claim string) attribution.Verdict {
	return reportUnder(p, s, claim).Verdicts[0]
}

// enriched is a snapshot with further databases.
func enriched(s attribution.Snapshot, tables ...*geo.Table) attribution.Snapshot {
	return must(s.Enrich(attribution.Enrichment{Databases: tables}))
}

// valueOf is the number of the first caveat with a code, and whether there is one.
func valueOf(v attribution.Verdict, code caveat.Code) (float64, bool) {
	i := slices.IndexFunc(v.Caveats, func(c caveat.Caveat) bool { return c.Code == code })
	if i < 0 {
		return 0, false
	}
	return v.Caveats[i].Value, true
}

// truth is 1 of what is true.
func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// covers reports whether an interval holds a share.
func covers(s attribution.Share, share float64) bool { return s.Low <= share && share <= s.High }

// nested is a table of blocks of which one may lie in another, which it then replaces.
func nested(blocks map[string]string, built time.Time) *geo.Table {
	var networks []testenv.Network
	for _, prefix := range slices.SortedFunc(maps.Keys(blocks), func(a, b string) int {
		return cmp.Or(netip.MustParsePrefix(a).Bits()-netip.MustParsePrefix(b).Bits(), cmp.Compare(a, b))
	}) {
		networks = append(networks, testenv.Prefix(prefix, testenv.Country(blocks[prefix])))
	}
	return must(geo.OpenBytes(testenv.MMDB("Test-Country", built, networks...)))
}

// otherWorld is the table of the plain world, a month younger, with some blocks elsewhere.
func otherWorld(moved map[string]string) *geo.Table {
	blocks := world.Blocks()
	maps.Copy(blocks, moved)
	return nested(blocks, world.Built.AddDate(0, 1, 0))
}

// trialKey is another one for each trial.
func trialKey(name string, trial int) sketch.Key {
	return must(sketch.KeyFrom(fmt.Appendf(nil, "%32s %d", name, trial)))
}

// withoutSpaces takes out what part of the address space each country has.
func withoutSpaces(s *snapshot.State) {
	s.Databases = s.Databases.With()
	for i := range s.Databases {
		s.Databases[i].Space = nil
	}
}
