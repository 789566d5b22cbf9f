package decide

import (
	"math"
	"math/rand/v2"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// sources is a set of distinct sources of which a sample is drawn: how many belong to each
// origin.
type sources map[geo.Origin]int

// draw is what a uniform sample of k shows of some sources: what a tally does, without the
// addresses. The registers are taken for exact, so that only the sample errs.
func (w sources) draw(rng *rand.Rand, k int) *Matter {
	v := &snapshot.View{State: &snapshot.State{Dense: &snapshot.Dense{}, Rate: 1, Finest: 1}}
	v.Shape = snapshot.Shape{Key: 5, SampleSize: k, Precision: 14, IPv6PrefixLen: 64, DropAddresses: true}
	v.From, v.To = snapshot.NoSpan()
	left, n := k, 0
	for _, number := range w {
		n += number
	}
	all := float64(n)
	for o := range v.Counted {
		number, ok := w[geo.Origin(o)]
		if !ok {
			continue
		}
		x := hypergeometric(rng, left, number, n)
		v.Counted[o] = snapshot.Counted{
			Sources: stat.Number{Value: float64(number), Variance: 1e-18 * float64(number) * float64(number)},
			Sampled: float64(x),
		}
		left, n = left-x, n-number
	}
	public := float64(k) - v.Counted[geo.Reserved].Sampled
	v.Total.Value = all - v.Counted[geo.Reserved].Sources.Value
	// The tally estimates the number of sources with this error.
	estimate := all * (1 + rng.NormFloat64()*math.Sqrt((1-float64(k)/all)/float64(k)))
	v.Sampling = stat.NewSampling(public, max(estimate, float64(k)+1)*public/float64(k))
	return &Matter{state: v.State, cases: []*Case{{View: v, Findings: plausible.Examine(v)}}}
}

// hypergeometric draws how many of k, taken without replacement from n of which m are
// marked, are marked. It takes the normal approximation, which is close where k is in the
// thousands, or else draws one by one.
func hypergeometric(rng *rand.Rand, k, m, n int) int {
	if k == 0 || m == 0 {
		return 0
	}
	if m == n {
		return k
	}
	p, f := float64(m)/float64(n), float64(k)
	if sd := math.Sqrt(f * p * (1 - p) * float64(n-k) / float64(n-1)); sd > 12 {
		x := int(math.Round(f*p + sd*rng.NormFloat64()))
		return min(max(x, 0), min(k, m))
	}
	x := 0
	for range k {
		if rng.IntN(n) < m {
			x++
			m--
		}
		n--
	}
	return x
}
