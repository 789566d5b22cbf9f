package attribution_test

import (
	"math/rand/v2"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// The figures of docs/ACCURACY.md: the smallest number of forged sources beside 10,000 real
// ones that leaves "majority RU" undecided, and that none gives it another outcome before the
// plain count has it.
func TestDose(t *testing.T) {
	if !testenv.Long() {
		t.Skip("needs -long")
	}
	w := world.Real(t)
	for _, russian := range []float64{40, 45, 48, 52, 55, 60} {
		real := honest(t, w, 1, 10_000, russian)
		truth := ask(counted(w, 1, real), "majority RU")
		for _, f := range forgers(w) {
			first, other := 0, 0
			for k := 10; k <= 10_000 && other == 0; k = max(k*6/5, k+5) {
				switch v := ask(counted(w, 1, real, world.Forge(rand.New(rand.NewPCG(1, 5)), k, f.allow)), "majority RU"); {
				case v.Outcome == truth.Outcome:
				case v.Outcome == attribution.Undecided, v.Outcome == attribution.Inadmissible:
					if first == 0 {
						first = k
					}
				default:
					other = k
				}
			}
			t.Logf("%v %% Russian (%v), %-22s open from %5d, otherwise from %5d", russian, truth.Share, f.name, first, other)
		}
	}
}
