package attribution_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// lose notes so many lost records.
func lose(n uint64) func(*attribution.Tally) {
	return func(t *attribution.Tally) { t.AddLost(attribution.LostUnread, n) }
}

// loseLate loses records that came late.
func loseLate(n uint64) func(*attribution.Tally) {
	return func(t *attribution.Tally) { t.AddLost(attribution.LostLate, n) }
}

// disagreeing makes a snapshot of the given counts that a second database places otherwise.
func disagreeing(n map[string]int, moved map[string]string) func(*testing.T) attribution.Snapshot {
	return func(*testing.T) attribution.Snapshot {
		return enriched(spread(least, n).Snapshot(), otherWorld(moved))
	}
}

// openClaims are the claims that the data leave open, each for another reason.
func openClaims() []decision {
	const open = attribution.Undecided
	population := attribution.Policy{Population: true}
	together := func(n int) func(*attribution.Tally) {
		return func(tally *attribution.Tally) {
			for i := range n {
				tally.Add(world.IP("RU", i+1)) // one /16
			}
		}
	}
	return []decision{
		{name: "ten sources", make: counting(least, map[string]int{"RU": 6, "US": 4}),
			claim: "majority RU", want: open, reason: caveat.FewSources,
			also: []caveat.Caveat{{Code: caveat.FewSources, Value: 10}}},
		{name: "one network has nearly all", make: counting(least, map[string]int{"US": 10}, together(200)),
			claim: "majority RU", want: open, reason: caveat.ClusteredSources},
		{name: "of a population, by networks", make: counting(least, map[string]int{"US": 100}, together(120)),
			policy: population, claim: "majority RU", want: open, reason: caveat.ClusteredSources},
		{name: "half of the records unread", make: counting(least, map[string]int{"RU": 100}, lose(100)),
			claim: "RU > 60%", want: open, reason: caveat.UnreadRecords,
			also: []caveat.Caveat{{Code: caveat.UnreadRecords, Value: 100}}},
		{name: "a third of the records late", make: counting(least, map[string]int{"RU": 100}, loseLate(50)),
			claim: "RU > 70%", want: open, reason: caveat.LateEvents,
			also: []caveat.Caveat{{Code: caveat.LateEvents, Value: 50}}},
		{name: "unlocated could tip it", make: counting(least, map[string]int{"RU": 48, "US": 47, "": 5}),
			claim: "majority RU", want: open, reason: caveat.Unlocated,
			also: []caveat.Caveat{{Code: caveat.Unlocated, Value: .05}}},
		{
			name: "the unread and the unlocated could, either", claim: "majority RU", want: open,
			make:   counting(least, map[string]int{"RU": 48, "US": 47, "": 5}, lose(5)),
			reason: caveat.Unlocated, // more of the interval beyond the limit is theirs
		},
		{name: "the forged could tip it", make: flooded(1500, 1500, nil),
			claim: "RU < 95%", want: open, reason: caveat.SpoofingPartial},
		{name: "forging from one country could tip it", make: oneCountryForged, claim: "majority RU", want: open,
			reason: caveat.SpoofingSuspected, also: []caveat.Caveat{{Code: caveat.SpoofingSuspected, Subject: "RU"}}},
		{
			name: "sources that sampling missed could", claim: "majority US", want: open, reason: caveat.UnseenSources,
			make: func(*testing.T) attribution.Snapshot {
				rng := rand.New(rand.NewPCG(1, 3))
				return sampledTally(rng, least, 10, "geometric", crowd{"RU", 5_000, 15}, crowd{"US", 5_000, 40}).Snapshot()
			}, also: []caveat.Caveat{{Code: caveat.SamplingRateSensitive}, {Code: caveat.PacketSampled, Value: 10}},
		},
		{name: "another database refutes it",
			make:  disagreeing(map[string]int{"RU": 60, "US": 40}, map[string]string{"5.0.0.0/8": "US"}),
			claim: "majority RU", want: open, reason: caveat.DatabasesDisagree,
			also: []caveat.Caveat{{Code: caveat.DatabasesDisagree, Value: 1}}},
		{
			// The first database has no country for a ninth, which the other calls Russian: either is
			// enough to keep the claim open.
			name: "the unlocated could tip it, by the other database, too", claim: "majority RU", want: open,
			make:   disagreeing(map[string]int{"RU": 40, "US": 50, "": 12}, map[string]string{"9.0.0.0/8": "RU"}),
			reason: caveat.DatabasesDisagree,
		},
		{
			// An eighth of the Russian /16 moves one way, as many American ones the other way:
			// both databases say 150 of 250.
			name: "both databases support it, but differ by whole networks", claim: "RU > 57%", want: open,
			make:   disagreeing(map[string]int{"RU": 150, "US": 100}, map[string]string{"5.0.0.0/11": "US", "3.0.0.0/11": "RU"}),
			reason: caveat.ClusteredErrors,
		},
		{name: "the sample is too small", make: counting(least, map[string]int{"RU": 5020, "US": 4980}),
			claim: "majority RU", want: open, reason: caveat.SamplingError},
		{name: "of a population, counted one by one", make: counting(least, map[string]int{"RU": 52, "US": 48}),
			policy: population, claim: "majority RU", want: open, reason: caveat.SamplingError},
		{
			// None of those read and located is there, so that no single doubt would have to go.
			name: "the share lies on the limit", claim: "KP > 0%", want: open, reason: caveat.AtLimit,
			make: counting(least, map[string]int{"RU": 90, "": 10}, lose(10)),
		},
	}
}

// Of several doubts the first in the order of the list is the reason, if it alone would
// decide, or else the one that leaves least of the interval beyond the limit.
func TestReasonIsTheFirstThatWouldDecide(t *testing.T) {
	for _, c := range []struct {
		name   string
		n      map[string]int
		lost   uint64
		claim  string
		reason caveat.Code
	}{
		// Without the lost 5 the 52 to 57 of 100 decide; without the unlocated they do not.
		{"the lost alone", map[string]int{"RU": 52, "US": 43, "": 5}, 5, "majority RU", caveat.UnreadRecords},
		// Without the unlocated, 480 of 950 are more than half even if 1 more is lost.
		{"the unlocated alone", map[string]int{"RU": 480, "US": 470, "": 50}, 1, "majority RU", caveat.Unlocated},
		// Either would do.
		{"both", map[string]int{"RU": 500, "US": 450, "": 50}, 40, "RU > 49%", caveat.UnreadRecords},
		// Neither would do: many lost, few unlocated; and the other way round.
		{"neither, many lost", map[string]int{"RU": 480, "US": 480, "": 40}, 400, "majority RU", caveat.UnreadRecords},
		{"neither, few lost", map[string]int{"RU": 330, "US": 330, "": 340}, 40, "majority RU", caveat.Unlocated},
	} {
		tally := spread(least, c.n)
		tally.AddLost(attribution.LostShed, c.lost)
		if v := ask(tally.Snapshot(), c.claim); v.Outcome != attribution.Undecided || v.Reason != c.reason {
			t.Errorf("%s: %v, want undecided %s", c.name, v, c.reason)
		}
	}
}

// secondEstimate is a snapshot whose sample supports a majority that the registers do not
// see: the first of some keys that draws one.
var secondEstimate = sync.OnceValue(func() attribution.Snapshot {
	for n := byte(1); n < 100; n++ {
		o := with(least, func(o *attribution.Options) { o.Key = world.Key(n) })
		s := spread(o, map[string]int{"RU": 10_300, "US": 9_700}).Snapshot()
		if v := ask(s, "majority RU"); v.Outcome == attribution.Supported && has(v, caveat.SecondEstimate) {
			return s
		}
	}
	return attribution.Snapshot{}
})
