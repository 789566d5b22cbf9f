package attribution

import (
	"math"
	"strings"
	"testing"
)

func TestFamilies(t *testing.T) {
	for _, n := range []int{5, 100} { // exact, beyond
		o := small
		o.Key = testKey(9)
		tally := tallyOf(o, map[string]int{"RU": 20 * n, "US": 40 * n})
		for i := range 45 * n {
			tally.Add(ip6(i)) // all Russian
		}
		v := tally.Report().Check(Majority("RU"))
		if v.Decision != Supported || len(v.Families) != 2 {
			t.Fatalf("%d: %v, families %v", n, v, v.Families)
		}
		v4, v6 := v.Families[0], v.Families[1]
		within := func(v, want, relative float64) bool { return math.Abs(v-want) <= relative*want }
		tolerance := 0.0
		if n == 100 {
			tolerance = 5 / math.Sqrt(1024) // generous: five standard errors
		}
		if v4.Family != "IPv4" || !within(v4.Share.Value, 1./3, tolerance+1e-9) || !within(float64(v4.Sources), 60*float64(n), tolerance) {
			t.Errorf("%d: %+v, want a third of %d IPv4 sources", n, v4, 60*n)
		}
		if v6.Family != "IPv6" || v6.Share.Value != 1 || !within(float64(v6.Sources), 45*float64(n), tolerance) {
			t.Errorf("%d: %+v, want all of %d IPv6 sources", n, v6, 45*n)
		}
		if v4.Share.Low > 1./3 || v4.Share.High < 1./3 {
			t.Errorf("%d: interval %v misses a third", n, v4.Share)
		}
		if c, ok := differ(v); !ok || !strings.Contains(c.Text, "of the IPv4 sources alone it is 3") || !strings.Contains(c.Text, "refuted") {
			t.Errorf("%d: caveat %q", n, c.Text)
		}

		o.DropAddresses = true
		dropped := NewTally(testTable(), o)
		if err := dropped.Merge(tally); err != nil {
			t.Fatal(err)
		}
		if v := dropped.Report().Check(Majority("RU")); v.Families != nil {
			t.Errorf("%d: families %v without addresses", n, v.Families)
		}
	}
	if v := tallyOf(small, map[string]int{"RU": 10}).Report().Check(Majority("RU")); v.Families != nil {
		t.Errorf("families %v of IPv4 alone", v.Families)
	}
}
