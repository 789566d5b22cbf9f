package attribution_test

import (
	"math"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A verdict says what IPv4 and IPv6 sources alone would give, exact and beyond.
func TestFamilies(t *testing.T) {
	for _, n := range []int{5, 20} { // exact, beyond
		tally := emptyTally(with(least, func(o *attribution.Options) { o.Key = world.Key(9) }))
		for i := range 40 * n { // each in a network of its own
			tally.Add(world.IP("US", i*20_000+1))
			if i < 20*n {
				tally.Add(world.IP("RU", i*40_000+1))
			}
		}
		for i := range 45 * n { // all Russian
			tally.Add(netip.AddrFrom16([16]byte{0x2a, 2, byte(i >> 8), byte(i), 7: 1}))
		}
		v := reportOn(tally.Snapshot(), "majority RU").Verdicts[0]
		if v.Outcome != attribution.Supported || len(v.Families) != 2 {
			t.Fatalf("%d: %v, families %v", n, v, v.Families)
		}
		tolerance := 0.0
		if n == 20 {
			tolerance = 5 / math.Sqrt(1024) // five standard errors and more
		}
		near := func(v, want float64) bool { return math.Abs(v-want) <= tolerance*want+1e-9 }
		v4, v6 := v.Families[0], v.Families[1]
		if v4.Family != "IPv4" || !near(v4.Share.Value, 1./3) || !near(float64(v4.Sources), 60*float64(n)) {
			t.Errorf("%d: %+v, want a third of %d IPv4 sources", n, v4, 60*n)
		}
		if v6.Family != "IPv6" || v6.Share.Value != 1 || !near(float64(v6.Sources), 45*float64(n)) {
			t.Errorf("%d: %+v, want all of %d IPv6 sources", n, v6, 45*n)
		}
		if v4.Share.Low > 1./3+1e-9 || v4.Share.High < 1./3-1e-9 {
			t.Errorf("%d: interval %v misses a third", n, v4.Share)
		}
		if v4.Outcome != attribution.Refuted || v6.Outcome != attribution.Supported || !has(v, caveat.FamiliesDiffer) {
			t.Errorf("%d: %v by IPv4, %v by IPv6: %v", n, v4.Outcome, v6.Outcome, v)
		}
		dropped := reportOn(tally.Snapshot().WithoutAddresses(), "majority RU").Verdicts[0]
		if dropped.Families != nil || dropped.Outcome == attribution.Refuted || !has(dropped, caveat.AddressesDropped) {
			t.Errorf("%d: without addresses: %v, families %v", n, dropped, dropped.Families)
		}
	}
	v := reportOn(tallied(least, map[string]int{"RU": 10}).Snapshot(), "majority RU").Verdicts[0]
	if v.Families != nil {
		t.Errorf("families %v of IPv4 alone", v.Families)
	}
}

// A family of a handful of sources decides nothing, as these sources alone would not.
func TestFamilyOfFew(t *testing.T) {
	for _, n := range []int{1, 5, 40} {
		tally := emptyTally(least)
		for i := range 800 {
			tally.Add(apart("US", i))
		}
		for i := range n {
			tally.Add(apart6(i))
		}
		v := ask(tally.Snapshot(), "majority RU")
		want := attribution.Undecided
		if n == 40 {
			want = attribution.Supported
		}
		if v.Outcome != attribution.Refuted || len(v.Families) != 2 || v.Families[1].Outcome != want {
			t.Errorf("%d of IPv6: %v, families %v, want %v", n, v, v.Families, want)
		}
		if has(v, caveat.FamiliesDiffer) != (n == 40) {
			t.Errorf("%d of IPv6: %v", n, v)
		}
	}
	// One without a country leaves a plurality open.
	tally := emptyTally(least)
	for i := range 800 {
		tally.Add(apart("US", i))
	}
	tally.Add(netip.MustParseAddr("2600::1"))
	v := ask(tally.Snapshot(), "plurality CN")
	if v.Families[1].Outcome != attribution.Undecided || has(v, caveat.FamiliesDiffer) {
		t.Errorf("%v, families %v", v, v.Families)
	}
}
