package attribution_test

import (
	"math"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Records that are in no count are a part u = lost/(counted+lost) of every unit, which may
// be anywhere: an interval [low, high] becomes [low(1-u), high(1-u)+u].
func TestLostRecordsWiden(t *testing.T) {
	policies := map[string]attribution.Policy{"census": {}, "population": {Population: true}}
	for _, n := range []map[string]int{{"RU": 300, "US": 180, "": 20}, {"RU": 3000, "US": 1800, "": 200}} {
		whole := spread(least, n).Snapshot()
		for _, lost := range []uint64{1, 50, 500, 5000, math.MaxUint64} {
			tally := spread(least, n)
			tally.AddLost(attribution.LostShed, lost/2)
			tally.AddLost(attribution.LostLate, lost-lost/2)
			s := tally.Snapshot()
			u := float64(lost) / (float64(n["RU"]+n["US"]+n[""]) + float64(lost))
			for name, p := range policies {
				for _, claim := range []string{"RU > 50%", "RU < 70%", "outside RU > 5%", "RU > 50% of events"} {
					before, after := askUnder(p, whole, claim), askUnder(p, s, claim)
					low, high := before.Share.Low*(1-u), before.Share.High*(1-u)+u
					if math.Abs(after.Share.Low-low) > 1e-12 || math.Abs(after.Share.High-high) > 1e-12 {
						t.Errorf("%s, %s of %v without %d: %v, want %v to %v", name, claim, n, lost, after.Share, low, high)
					}
					if after.Share.Value != before.Share.Value || after.Counted != before.Counted {
						t.Errorf("%s, %s of %v without %d: counted %v, before %v", name, claim, n, lost, after, before)
					}
					for code, want := range map[caveat.Code]uint64{
						caveat.UnreadRecords: lost / 2, caveat.LateEvents: lost - lost/2,
					} {
						if value, ok := valueOf(after, code); ok != (want > 0) || value != float64(want) {
							t.Errorf("%s, %s without %d: %s %v", name, claim, lost, code, value)
						}
					}
				}
				// A lead lies between -1 and 1, and so may the lost be its rival's.
				before, after := askUnder(p, whole, "plurality RU").Lead, askUnder(p, s, "plurality RU").Lead
				low, high := before.Low*(1-u)-u, before.High*(1-u)+u
				if math.Abs(after.Low-low) > 1e-12 || math.Abs(after.High-high) > 1e-12 {
					t.Errorf("%s of %v without %d: a lead of %v, want %v to %v", name, n, lost, *after, low, high)
				}
			}
		}
	}
}

// A log of which 96 of 100 lines were not read, all of the 4 others Russian, says nothing:
// of all lines, 96 are Chinese.
func TestMostLinesUnread(t *testing.T) {
	for _, sources := range []int{4, 40} { // too few to tell anyway; enough
		tally := spread(least, map[string]int{"RU": sources})
		tally.AddLost(attribution.LostUnread, 96*uint64(sources)/4)
		v := ask(tally.Snapshot(), "majority RU")
		want := caveat.UnreadRecords
		if sources == 4 {
			want = caveat.FewSources
		}
		if v.Outcome != attribution.Undecided || v.Reason != want || !has(v, caveat.UnreadRecords) {
			t.Errorf("%d sources: %v, want undecided %s", sources, v, want)
		}
		if math.Abs(v.Share.Low-.04) > .03 || v.Share.High != 1 {
			t.Errorf("%d sources: %v of all lines may be Russian", sources, v.Share)
		}
	}
	// What was read decides, where the lost can change nothing.
	tally := spread(least, map[string]int{"RU": 90, "US": 10})
	tally.AddLost(attribution.LostUndated, 20)
	if v := ask(tally.Snapshot(), "majority RU"); v.Outcome != attribution.Supported || !has(v, caveat.UnreadRecords) {
		t.Errorf("20 of 120 lost: %v", v)
	}
	tally.AddLost(attribution.LostUndated, 100)
	if v := ask(tally.Snapshot(), "majority RU"); v.Outcome != attribution.Undecided || v.Reason != caveat.UnreadRecords {
		t.Errorf("120 of 220 lost: %v", v)
	}
}

// What is lost for several reasons widens one interval, and the reason is the one of most.
func TestLateRecordsAndOthers(t *testing.T) {
	for _, c := range []struct {
		late, unread uint64
		want         caveat.Code
	}{
		{60, 0, caveat.LateEvents}, {35, 25, caveat.LateEvents},
		{30, 30, caveat.UnreadRecords}, {25, 35, caveat.UnreadRecords},
	} {
		tally := spread(least, map[string]int{"RU": 60, "US": 40})
		tally.AddLost(attribution.LostLate, c.late)
		tally.AddLost(attribution.LostShed, c.unread)
		v := ask(tally.Snapshot(), "majority RU")
		if v.Outcome != attribution.Undecided || v.Reason != c.want || !has(v, c.want) || v.Share.Low != .6*100/160 {
			t.Errorf("%d late, %d unread: %v", c.late, c.unread, v)
		}
		if has(v, caveat.LateEvents) != (c.late > 0) || has(v, caveat.UnreadRecords) != (c.unread > 0) {
			t.Errorf("%d late, %d unread: %v", c.late, c.unread, v.Caveats)
		}
	}
}

// If nothing was read there is nothing to decide, and if the lost are merged in they count.
func TestLostRecordsAlone(t *testing.T) {
	tally := emptyTally(least)
	tally.AddLost(attribution.LostUnread, 100)
	lost := tally.Snapshot()
	if v := ask(lost, "majority RU"); v.Outcome != attribution.Inadmissible || v.Reason != caveat.NothingCounted {
		t.Errorf("nothing read: %v", v)
	}
	whole := must(attribution.Merge(spread(least, map[string]int{"RU": 100}).Snapshot(), lost))
	v := ask(whole, "RU > 60%")
	if v.Outcome != attribution.Undecided || v.Reason != caveat.UnreadRecords || v.Share.Low != .5 {
		t.Errorf("100 read, 100 lost: %v", v)
	}
	r := reportOn(decoded(encoded(whole)))
	if r.Records != 100 || r.Lost[attribution.LostUnread] != 100 || len(r.Lost) != 1 {
		t.Errorf("100 read, 100 lost: %d and %v", r.Records, r.Lost)
	}
	// Each family and each opinion has the lost in its interval, too.
	tally = spread(least, map[string]int{"RU": 300})
	for i := range 100 {
		tally.Add(apart6(i))
	}
	tally.AddLost(attribution.LostLate, 400)
	v = ask(enriched(tally.Snapshot(), world.Other()), "RU > 40%")
	if v.Families[0].Share.Low != .5 || v.Families[1].Share.Low != .5 || v.Opinions[1].Share.High != .5 {
		t.Errorf("half lost: families %v, opinions %v", v.Families, v.Opinions)
	}
}

// The lost count, too, where a verdict says how the same sources would decide as a sample.
func TestLostRecordsOfASample(t *testing.T) {
	for lost, want := range map[uint64]bool{0: false, 8: true} {
		tally := spread(least, map[string]int{"RU": 62, "US": 38}) // 51.7 to 71.5 % as a sample
		tally.AddLost(attribution.LostShed, lost)
		v := ask(tally.Snapshot(), "majority RU")
		if v.Outcome != attribution.Supported || has(v, caveat.FewSources) != want {
			t.Errorf("%d lost: %v", lost, v)
		}
	}
}
