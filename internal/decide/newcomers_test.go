package decide

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

func poissonOf(rng *rand.Rand, mean float64) float64 {
	n := 0.
	for at := rng.ExpFloat64(); at < mean; at += rng.ExpFloat64() {
		n++
	}
	return n
}

// newSources is a case of new sources, in RU and elsewhere, with newcomers that were seen
// before, in a time of which that of the burst is so many multiples.
func newSources(russian, others, seenRussian, seenOthers, times float64) *Case {
	n := &snapshot.Newcomers{Times: stat.Share{Value: times, Low: times, High: times}}
	n.Seen[ru], n.Seen[us] = seenRussian, seenOthers
	all := russian + others
	c := &Case{View: &snapshot.View{
		State: &snapshot.State{Newcomers: n}, Total: stat.Share{Value: all, Low: all, High: all},
	}}
	for o, x := range map[geo.Origin]float64{ru: russian, us: others} {
		c.Counted[o] = snapshot.Counted{Sources: stat.Number{Value: x}, Sampled: x}
	}
	return c
}

// Without the newcomers, whose number is predicted, the share is that of the attack as
// often as the confidence says, also if the interval were not widened to the share of all
// new sources.
func TestShareWithoutNewcomers(t *testing.T) {
	runs := 300.
	if testenv.Long() {
		runs = 2000
	}
	rng := rand.New(rand.NewPCG(4, 4))
	isRussian := func(o geo.Origin) bool { return o == ru }
	isOther := func(o geo.Origin) bool { return o != ru }
	for _, c := range []struct{ size, share, usually, newcomers, times float64 }{
		{200, .5, .05, 350, 2}, {200, .5, .05, 350, .2}, {200, .5, .05, 35, 5}, {50, .9, .05, 100, 1},
		{50, .1, .5, 100, 1}, {1000, .2, .05, 100, 10}, {1000, .5, .5, 1000, .5}, {100, 1, .05, 50, 1},
		{100, 0, .3, 50, 1}, {20, .5, .3, 200, 1}, {5000, .3, .01, 20_000, .3},
	} {
		name := fmt.Sprintf("%+v", c)
		russian := math.Round(c.size * c.share)
		hit, wide := 0., 0.
		for range int(runs) {
			before := c.newcomers / c.times
			all := newSources(
				russian+poissonOf(rng, c.newcomers*c.usually), c.size-russian+poissonOf(rng, c.newcomers*(1-c.usually)),
				poissonOf(rng, before*c.usually), poissonOf(rng, before*(1-c.usually)), c.times,
			)
			x := all.Counted[ru].Sources.Value
			s := all.split(all.Total.Value, plausible.Sources, isRussian, isOther, .05).attack(x / all.Total.Value)
			if s.Low <= c.share+1e-9 && c.share-1e-9 <= s.High {
				hit++
			}
			wide += s.High - s.Low
			hull := all.RowShare(ru, all.Group(snapshot.Anywhere), .05)
			if counted := x / all.Total.Value; hull.Low > math.Min(s.Low, counted)+1e-9 ||
				hull.High < math.Max(s.High, counted)-1e-9 {
				t.Fatalf("%s: %v does not hold %v and %v", name, hull, s, counted)
			}
		}
		t.Logf("%s: %.3f covered, width %.2f", name, hit/runs, wide/runs)
		if hit/runs < .93-3.1*math.Sqrt(.93*.07/runs) {
			t.Errorf("%s: %.3f of the intervals cover the share of the attack", name, hit/runs)
		}
	}
}

// Newcomers leave a claim open that the new sources alone would decide, in any unit, and
// are named as the reason; where there are none they change nothing.
func TestNewcomersLeaveClaimsOpen(t *testing.T) {
	state := func(n *snapshot.Newcomers) *Matter {
		var items []sketch.Item
		for i := range 100 { // each in a /16 of its own
			o := ru
			if i >= 60 {
				o = us
			}
			items = append(items, placed(source.Source{Lo: 0xffff_0000_0000 | uint64(1000+i)<<16 | uint64(1+37*i%250)}, o))
		}
		s := exactly(items)
		s.Newcomers = n
		return New(s)
	}
	none := &snapshot.Newcomers{}
	some := &snapshot.Newcomers{Times: stat.Share{Value: 1, Low: 1, High: 1}}
	some.Seen[ru], some.Seen[us] = 30, 10
	some.Events = snapshot.Moments{Mean: 1, Square: 1}
	for _, u := range []plausible.Unit{plausible.Sources, plausible.Events} {
		for _, q := range []Question{
			ofUnit(moreThan(.5, ru), u), ofUnit(lessThan(.5, ru), u), ofUnit(plurality(ru), u),
		} {
			plain, without := state(nil).Decide(q, usual), state(none).Decide(q, usual)
			with := state(some).Decide(q, usual)
			if plain.Outcome == Undecided || without.Outcome != plain.Outcome || without.Share != plain.Share {
				t.Errorf("%v: %v, and %v without newcomers", q.Kind, plain, without)
			}
			if with.Outcome != Undecided || with.Reason != caveat.Newcomers {
				t.Errorf("%v: outcome %v because of %v, %v", q.Kind, with.Outcome, with.Reason, with.Share)
			}
		}
	}
}
