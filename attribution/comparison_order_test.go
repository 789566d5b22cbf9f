package attribution

import (
	"math/rand/v2"
	"testing"

	"github.com/whence-go/whence/geo"
)

// A sample has no order, so that what databases say of it has none either, however
// large the counts are.
func TestCorroborationDoesNotDependOnOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(91, 92))
	tally := NewTally(testTable(), small)
	for i := range 900 {
		tally.AddN(ip([]string{"RU", "US", "FR"}[i%3], rng.IntN(1<<12)<<4), rng.Uint64()>>12, 0)
	}
	r := tally.Report()
	check := func() string {
		comparison, err := r.Compare(Opinions{Tables: []*geo.Table{otherTable()}})
		if err != nil {
			t.Fatal(err)
		}
		return asJSON(t, comparison.Check(Majority("RU").Of(OfEvents)))
	}
	want := check()
	for range 20 {
		rng.Shuffle(len(r.seen), func(i, j int) { r.seen[i], r.seen[j] = r.seen[j], r.seen[i] })
		if got := check(); got != want {
			t.Fatalf("another order gives\n%s\nwant\n%s", got, want)
		}
	}
}
