package monitor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/testenv/world"
)

// visitors are sources that come again and again, each at its own rate, or never again.
func visitors(rng *rand.Rand, intervals int, perInterval float64, next func() int) (each []*snapshot.State) {
	o := newMonitorWith(world.Table(), Options{}).counting
	for range intervals {
		t := tally.New(world.Table(), o)
		for at := rng.ExpFloat64() / perInterval; at < 1; at += rng.ExpFloat64() / perInterval {
			code := "US"
			n := next()
			if n%4 == 0 {
				code = "RU"
			}
			t.Add(world.IP(code, n))
		}
		each = append(each, t.Rotate(nil))
	}
	return each
}

// How many sources come for the first time is expected as often as the confidence says,
// of each country, whether they come again or not; also where sources are a sample.
func TestNewcomersAreExpected(t *testing.T) {
	runs := 100
	if testing.Short() {
		runs = 40
	}
	for _, c := range []struct {
		name         string
		rate         float64
		past, length int
		sources      int // that come again; 0: none does
	}{
		{"who come once", 5, 100, 30, 0}, {"once, rarely", .2, 200, 10, 0}, {"once, for long", 3, 60, 120, 0},
		{"a crowd", 20, 100, 20, 3000}, {"regulars", 20, 150, 60, 200}, {"many", 300, 30, 5, 1_000_000},
	} {
		covered, width := [2]float64{}, 0.
		for seed := range uint64(runs) {
			rng := rand.New(rand.NewPCG(seed, 5))
			n := 0
			each := visitors(rng, c.past+c.length, c.rate, func() int {
				n++
				if c.sources == 0 {
					return n
				}
				return int(math.Pow(rng.Float64(), 3) * float64(c.sources))
			})
			var a arrivals
			o := newMonitorWith(world.Table(), Options{}).counting
			past := tally.New(nil, o)
			for i, s := range each[:c.past] {
				a.take(s, 1, int64(i), 90, past)
				merge(past, s)
			}
			before := past.Snapshot()
			came := tally.New(nil, o)
			for _, s := range each[c.past:] {
				merge(came, s)
			}
			d, _, err := snapshot.Minus(came.Rotate(nil), before)
			if err != nil {
				t.Fatal(err)
			}
			expected := a.expect(int64(c.length), int64(c.past), 0)
			v := d.View()
			for i, in := range []func(geo.Origin) bool{
				snapshot.Anywhere, func(o geo.Origin) bool { return o == world.Origin("RU") },
			} {
				got, want := expected.Expect(in, .05), v.Group(in).Sources.Value
				if got.Low <= want && want <= got.High {
					covered[i]++
				}
				if i == 0 {
					width += (got.High - got.Low) / max(want, 1)
				}
			}
		}
		t.Logf("%s: %v of %d covered, width %.2f", c.name, covered, runs, width/float64(runs))
		for i, n := range covered {
			if n < .93*float64(runs)-3.1*math.Sqrt(.93*.07*float64(runs)) {
				t.Errorf("%s, %d: %.0f of %d are covered", c.name, i, n, runs)
			}
		}
	}
}

// After nothing was seen, any number may have come.
func TestNothingIsKnownOfNewcomers(t *testing.T) {
	var a arrivals
	n := a.expect(10, 0, 0).Expect(snapshot.Anywhere, .05)
	if n.Low != 0 || !math.IsInf(n.High, 1) {
		t.Errorf("%v", n)
	}
}

// Few sources that made nearly all events have a report of their own, and what came once
// amid them is not in it.
func TestMakersOfABurst(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1000))
	for _, b := range besiege(rng, siege{200, .5, 300, 1, .05, false, 3000}) {
		if b.Target.IsZero() { // where others make more than a tenth
			continue
		}
		m := b.NewSources.Makers
		if m == nil || m.Report.Sources.Value != 200 || m.EventShare < .85 ||
			m.Report.Verdicts[0].Share != (attribution.Share{Value: .5, Low: .5, High: .5}) {
			t.Errorf("%v: %+v", b, m)
		}
		e := b.NewSources.Everyday
		if all := b.NewSources.Report.Sources.Value; e == nil || e.Low > all-200 || e.High < all-200 || e.Value == 0 {
			t.Errorf("of %d new sources %+v would have come anyway", all, e)
		}
	}
}

// A target that was always tracked has the history of the stream, and nothing before.
func TestHistoryOfATargetThatIsNew(t *testing.T) {
	for name, want := range map[string]time.Duration{"never evicted": 2 * time.Hour, "after evictions": 0} {
		o := Options{Targets: 16}
		m := newMonitorWith(world.Table(), o)
		var events []Event
		for i := range 3600 {
			e := Event{Time: at(2 * float64(i)), Target: TargetName("usual"), Flow: flowOf(world.IP("FR", i%50))}
			if name == "after evictions" {
				e.Target = TargetName(string(rune('a' + i%26)))
				e.Events = uint64(1 + i%26*i%1000)
			}
			events = append(events, e)
		}
		events = append(events, sources("RU", 1000, 7200, .05, TargetName("victim"))...)
		events = append(events, sources("FR", 40, 7250, 10, TargetName("usual"))...)
		m.Observe(events...)
		m.Advance(at(7700))
		found := final(slices.Collect(m.Bursts()), TargetName("victim"))
		if len(found) != 1 {
			t.Fatalf("%s: %v", name, found)
		}
		h := found[0].History
		if evicted := m.Stats().Evicted > 0; evicted != (want == 0) {
			t.Fatalf("%s: %+v", name, m.Stats())
		}
		if h.Before != 0 && want > 0 || h.Span < want || want == 0 && h.Span > time.Hour {
			t.Errorf("%s: %+v", name, h)
		}
	}
}
