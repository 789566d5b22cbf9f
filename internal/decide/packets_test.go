package decide

import (
	"math"
	"testing"

	"github.com/whence-go/whence/internal/stat"
)

// Worked values of Chao's estimate, its standard error and the lognormal interval of what
// was not seen.
func TestChao1(t *testing.T) {
	for _, c := range []struct {
		a            abundance
		n, se, high  float64 // high end of the lognormal 95 % interval
		completeness float64
	}{
		{abundance{seen: 1000, once: 400, twice: 150}, 1528.477, 71.873, 1689.06, .6542},
		{abundance{seen: 1000, once: 900, twice: 60}, 7631.967, 954.747, 9781.22, .1310},
		{abundance{seen: 50, once: 10}, 95, 30.781, 201.55, .5263},
		{abundance{seen: 50, once: 1}, 50, .5, 50, 1},
		{abundance{}, 0, 0, 0, 0},
	} {
		n, se := c.a.chao1()
		if math.Abs(n-c.n) > 1e-3 || math.Abs(se-c.se) > 1e-3 {
			t.Errorf("%+v: %.3f, standard error %.3f, want %v, %v", c.a, n, se, c.n, c.se)
		}
		if got := c.a.completeness(); math.Abs(got-c.completeness) > 1e-4 {
			t.Errorf("%+v: completeness %.4f, want %v", c.a, got, c.completeness)
		}
		want := 2 * (c.high - c.a.seen) / max(c.a.seen, 1)
		if most := c.a.most(stat.Z) - 1; math.Abs(most-want) > 1e-4*want {
			t.Errorf("%+v: at most %.4f unseen for each one seen, want %.4f", c.a, most, want)
		}
	}
}

// Forged sources that are taken out leave at least one, and none of the unseen.
func TestAbundanceWithout(t *testing.T) {
	a := abundance{seen: 50, once: 10, twice: 3}
	if got := a.without(20); got.seen != 30 || got.once != 10 || got.twice != 3 {
		t.Errorf("without 20: %+v", got)
	}
	if got := a.without(1000); got.seen != 1 || got.most(stat.Z) <= a.most(stat.Z) {
		t.Errorf("without all: %+v", got)
	}
	if got := (abundance{}).without(3); got.seen != 0 {
		t.Errorf("of nothing: %+v", got)
	}
}

// A share that becomes so many times as large beside the rest stays one.
func TestMoreOf(t *testing.T) {
	for _, c := range []struct{ share, times, want float64 }{
		{.5, 1, .5}, {.5, 3, .75}, {.5, 1. / 3, .25}, {0, 9, 0}, {1, .1, 1},
	} {
		if got := moreOf(c.share, c.times); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v times %v of it: %v, want %v", c.times, c.share, got, c.want)
		}
	}
	for i := range 1000 {
		if times := 1 + float64(i)/7; moreOf(1, times) != 1 || moreOf(1, 1/times) != 1 {
			t.Errorf("all becomes %v or %v", moreOf(1, times), moreOf(1, 1/times))
		}
	}
}
