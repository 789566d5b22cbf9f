package baseline_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

func must[T any](v T, err error) T { return world.Must(v, err) }

// small are options under which a thousand sources fill the sample.
var small = attribution.Options{Key: world.Key(1), SampleSize: sketch.MinSampleSize, Precision: 12}

type counts map[string]int

// mix says how many sources of each country to count, beginning with a number.
type mix struct {
	from   int
	counts counts
}

// fresh is the number of the first source that no baseline has.
const fresh = 1 << 22

// at is the i-th address of a country, as if drawn at random: hardly two share a /16.
func at(code string, i int) netip.Addr { return world.IP(code, i*0x9e3779) }

func tallyOf(o attribution.Options, mixes ...mix) *attribution.Tally {
	t := must(attribution.NewTally(world.Table(), o))
	for _, m := range mixes {
		for code, n := range m.counts {
			for i := range n {
				t.Add(at(code, m.from+i))
			}
		}
	}
	return t
}

func snapshotOf(o attribution.Options, mixes ...mix) attribution.Snapshot {
	return tallyOf(o, mixes...).Snapshot()
}

func compare(t *testing.T, burst, usual attribution.Snapshot, claims ...string) baseline.NewSources {
	t.Helper()
	var list []attribution.Claim
	for _, text := range claims {
		list = append(list, must(attribution.ParseClaim(text)))
	}
	n, err := baseline.Compare(burst, usual, attribution.Policy{}, list...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func has(caveats []caveat.Caveat, code caveat.Code) bool {
	return slices.ContainsFunc(caveats, func(c caveat.Caveat) bool { return c.Code == code })
}

func encoded(s attribution.Snapshot) string { return string(must(s.MarshalBinary())) }

func decoded(t *testing.T, s attribution.Snapshot) (back attribution.Snapshot) {
	t.Helper()
	if err := back.UnmarshalBinary([]byte(encoded(s))); err != nil {
		t.Fatal(err)
	}
	return back
}

func listOf(prefixes string) []*geo.PrefixSet {
	return []*geo.PrefixSet{must(geo.ReadPrefixSet("a list", strings.NewReader(prefixes)))}
}
